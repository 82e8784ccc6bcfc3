"""Parquet files. Columns keep their types; what is no plain type becomes text."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from . import heading, rows
from .errors import PasswordProtected, UnreadableFile
from .source import Progress, Source

ROWS_AT_ONCE = 64 << 10
KEPT = (
    pa.types.is_integer,
    pa.types.is_floating,
    pa.types.is_decimal,
    pa.types.is_timestamp,
    pa.types.is_date,
    pa.types.is_string,
)


class ParquetRows(Source):
    format = "parquet"

    def __init__(self, path: Path, *, column_limit: int) -> None:
        super().__init__(path)
        with self._naming_damage(), pq.ParquetFile(path) as file:
            names = file.schema_arrow.names
        self.columns = heading.column_names(names, limit=column_limit, check_values=False)

    def batches(self, progress: Progress | None = None) -> Iterator[pa.RecordBatch]:
        with self._naming_damage():
            file = pq.ParquetFile(self.path)
        with file:
            found, before = file.iter_batches(ROWS_AT_ONCE), 0
            while (batch := self._next_batch(found)) is not None:
                line_no = np.arange(before + 1, before + batch.num_rows + 1)
                before += batch.num_rows
                yield rows.batch(pa.array(line_no), batch.columns, spoilt=_holding_nul(batch))
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
    if pa.types.is_large_string(column.type) or pa.types.is_string_view(column.type):
        column = column.cast(pa.string())
    if pa.types.is_string(column.type):
        return _valid(column)
    if pa.types.is_timestamp(column.type) and column.type.tz:
        # The moments stay; a damaged file may name a zone that nobody knows.
        return column.cast(pa.timestamp(column.type.unit, "UTC"))
    if pa.types.is_float16(column.type):
        return column.cast(pa.float32())
    if pa.types.is_decimal256(column.type):
        return column.cast(pa.float64())
    if any(is_kept(column.type) for is_kept in KEPT):
        return column
    return pa.array([_text(value) for value in column.to_pylist()], pa.string())


def _valid(column: pa.Array) -> pa.Array:
    """Parquet promises that text is UTF-8 and nobody checks it before us; what is not becomes U+FFFD."""
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        return pa.array([_text(value) for value in column.cast(pa.binary()).to_pylist()], pa.string())
    return column


def _text(value: object) -> str | None:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return rows.as_text(value)


def _holding_nul(batch: pa.RecordBatch) -> pa.Array:
    """The first text of each row that holds a NUL byte, which no database takes; else NULL."""
    texts = [column for column in batch.columns if pa.types.is_string(column.type)]
    held = [pc.if_else(pc.match_substring(column, "\0"), column, None) for column in texts]
    return pc.coalesce(*held, pa.scalar(None, pa.string())) if held else pa.nulls(batch.num_rows, pa.string())
