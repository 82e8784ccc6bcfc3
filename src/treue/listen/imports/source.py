"""What every file of rows is to its reader."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa

from . import rows

Progress = Callable[[float], None]


class Source(ABC):
    """A file, opened, its heading read.

    format: csv, excel or parquet. columns: unique names. size: bytes. encoding, delimiter: of CSV only. sheet,
    sheets: of workbooks only.
    """

    format: str
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    sheets: tuple[str, ...] = ()
    columns: tuple[str, ...]

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = path.stat().st_size

    @abstractmethod
    def batches(self, progress: Progress | None = None) -> Iterator[pa.RecordBatch]:
        """All rows, as often as asked. progress is told the share that is done."""

    def sample(self, count: int = 200) -> list[dict[str, str | None]]:
        """The first rows that can be read, as text by column."""
        return rows.first_rows(self.batches(), self.columns, count)
