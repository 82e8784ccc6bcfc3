"""Parquet files. Columns keep their types; what is no plain type becomes text."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from . import heading, rows
from .errors import ImportProblem, PasswordProtected, UnreadableFile

ROWS_AT_ONCE = 64 << 10
KEPT = (
    pa.types.is_integer,
    pa.types.is_floating,
    pa.types.is_decimal,
    pa.types.is_timestamp,
    pa.types.is_date,
    pa.types.is_string,
)


class ParquetRows:
    format = "parquet"
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    sheets: tuple[str, ...] = ()

    def __init__(self, path: Path, *, column_limit: int) -> None:
        self.path = path
        self.size = path.stat().st_size
        with self._opened() as file:
            self.columns = heading.column_names(file.schema_arrow.names, limit=column_limit, check_values=False)

    def sample(self, count: int = 200) -> list[dict[str, str | None]]:
        return rows.first_rows(self.batches(), self.columns, count)

    def batches(self, progress: Callable[[float], None] | None = None) -> Iterator[pa.RecordBatch]:
        with self._opened() as file:
            before, total = 0, max(1, file.metadata.num_rows)
            for found in file.iter_batches(ROWS_AT_ONCE):
                line_no = pa.array(np.arange(before + 1, before + found.num_rows + 1))
                yield rows.batch(line_no, [_plain(column) for column in found.columns])
                before += found.num_rows
                if progress:
                    progress(before / total)

    @contextmanager
    def _opened(self) -> Iterator[pq.ParquetFile]:
        """Arrow reports a damaged file by many exceptions, at opening or in the middle."""
        try:
            with pq.ParquetFile(self.path) as file:
                yield file
        except (ImportProblem, GeneratorExit):
            raise
        except (pa.ArrowException, OSError, ValueError) as problem:
            if "encrypt" in str(problem).lower():
                raise PasswordProtected(self.path) from problem
            raise UnreadableFile(self.path, str(problem)) from problem


def _plain(column: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_float16(column.type):
        return column.cast(pa.float32())
    if pa.types.is_large_string(column.type) or pa.types.is_string_view(column.type):
        return column.cast(pa.string())
    if any(is_kept(column.type) for is_kept in KEPT):
        return column
    return pa.array([_text(value) for value in column.to_pylist()], pa.string())


def _text(value: object) -> str | None:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return rows.as_text(value)
