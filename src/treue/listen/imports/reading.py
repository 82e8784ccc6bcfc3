"""A file of rows, whatever its kind: its columns, and its rows as Arrow batches with their line numbers.

A batch has the columns `line_no` (the physical line; Parquet rows count from 1), `unreadable` (null for a good
row; the raw text of a malformed one, whose cells are null) and then the file's columns in their order, named by
place: `c0`, `c1`, … Rows without any content are no rows. Nothing is trimmed here. Cells are text; columns of a
Parquet file keep their types until they are cleaned.
"""

from dataclasses import dataclass
from pathlib import Path

from . import detecting
from .delimited import Delimited
from .errors import NoRows, UnknownSheet
from .excel import Excel
from .parquet import ParquetRows
from .source import Progress, Source

__all__ = ["Limits", "Progress", "Source", "open_source"]


@dataclass(frozen=True)
class Limits:
    """What an honest file stays below; beyond it lie archive bombs and accidents."""

    unpacked_bytes: int = 4 << 30
    columns: int = 2_000


def open_source(path: Path | str, *, sheet: str | None = None, limits: Limits | None = None) -> Source:
    """Open a CSV, Excel or Parquet file. Raises ImportProblem, in the form that names what is wrong."""
    path, limits = Path(path), limits or Limits()
    kind = detecting.kind_of(path, unpacked_limit=limits.unpacked_bytes)
    source: Source
    if sheet is not None and kind != "excel":
        raise UnknownSheet(sheet, ())
    if kind == "excel":
        source = Excel(path, sheet=sheet, column_limit=limits.columns)
    elif kind == "parquet":
        source = ParquetRows(path, column_limit=limits.columns)
    else:
        source = Delimited(path, column_limit=limits.columns)
    if not any(batch.num_rows for batch in source.batches()):
        raise NoRows(path, source.columns)
    return source
