"""Parquet files. Columns keep their types; what is no plain type becomes text."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from . import heading, rows
from .errors import PasswordProtected, UnreadableFile

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
        with self._naming_damage(), pq.ParquetFile(path) as file:
            names = file.schema_arrow.names
        self.columns = heading.column_names(names, limit=column_limit, check_values=False)

    def sample(self, count: int = 200) -> list[dict[str, str | None]]:
        return rows.first_rows(self.batches(), self.columns, count)

    def batches(self, progress: Callable[[float], None] | None = None) -> Iterator[pa.RecordBatch]:
        with self._naming_damage():
            file = pq.ParquetFile(self.path)
        with file:
            found, before = file.iter_batches(ROWS_AT_ONCE), 0
            while (batch := self._next_batch(found)) is not None:
                line_no = np.arange(before + 1, before + batch.num_rows + 1)
                before += batch.num_rows
                yield rows.batch(pa.array(line_no), batch.columns)
                if progress:
                    progress(min(1.0, before / max(1, file.metadata.num_rows)))

    def _next_batch(self, found: Iterator[pa.RecordBatch]) -> pa.RecordBatch | None:
        with self._naming_damage():
            batch = next(found, None)
            if batch is None:
                return None
            return pa.RecordBatch.from_arrays(
                [_plain(column) for column in batch.columns], rows.names(len(self.columns))
            )

    @contextmanager
    def _naming_damage(self) -> Iterator[None]:
        """Arrow reports a damaged file by many exceptions, at opening or in the middle."""
        try:
            yield
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
