"""The mapped columns of a source in a DuckDB table, trimmed, with nothing decided yet.

A column is named for its field (`f_time`, `f_amount`, …), so that no heading of a file becomes part of a query.
Trimming happens in Arrow on the way in: the same in DuckDB takes forty times as long.
"""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from . import rows
from .columns import Mapping
from .errors import NoRows, UnknownColumn, UnknownField
from .fields import FIELDS
from .source import Progress, Source

NOTHING = pa.array(rows.NOTHING)
ROWS_AT_ONCE = 200_000
_numbers = count(1)


@dataclass(frozen=True)
class Staged:
    """kinds: for each field that is there, "text", "number", "moment", "zoned moment" or "day"."""

    table: str
    kinds: dict[str, str]
    headings: dict[str, str]

    def has(self, field: str) -> bool:
        return field in self.kinds


def new_table(subject: str) -> str:
    """A table name that no other cleaning on the same connection uses."""
    return f"{subject}_{next(_numbers)}"


def column(field: str) -> str:
    return f"f_{field}"


def stage(
    source: Source, mapping: Mapping, connection: duckdb.DuckDBPyConnection, progress: Progress | None = None
) -> Staged:
    """Load a source's rows, each part while the next is read. Raises what the source raises; then nothing is left."""
    _check(mapping, source.columns)
    table = new_table("staged")
    places = {field: source.columns.index(name) for field, name in mapping.columns.items()}
    kinds: dict[str, str] = {}

    def load(part: list[pa.RecordBatch]) -> None:
        picked = pa.Table.from_batches([_picked(batch, places) for batch in part])
        if not kinds:
            kinds.update({field: _kind(picked.schema.field(column(field)).type) for field in places})
            _execute(connection, f"CREATE TABLE {table} AS SELECT * FROM incoming LIMIT 0", picked)
        _execute(connection, f"INSERT INTO {table} SELECT * FROM incoming", picked)

    try:
        with ThreadPoolExecutor(1) as executor:
            loading: Future[None] | None = None
            for part in _parts(source.batches(progress), places):
                if loading:
                    loading.result()
                loading = executor.submit(load, part)
            if loading is None:
                raise NoRows(source.path, source.columns)
            loading.result()
    except BaseException:
        connection.execute(f"DROP TABLE IF EXISTS {table}")
        raise
    return Staged(table, kinds, dict(mapping.columns))


def _parts(batches: Iterable[pa.RecordBatch], places: dict[str, int]) -> Iterator[list[pa.RecordBatch]]:
    """Batches that together are worth the loading, without the columns that nobody asked for."""
    wanted = [rows.LINE_NO, rows.UNREADABLE, *sorted({f"c{place}" for place in places.values()})]
    waiting: list[pa.RecordBatch] = []
    for batch in batches:
        waiting.append(batch.select(wanted))
        if sum(one.num_rows for one in waiting) >= ROWS_AT_ONCE:
            yield waiting
            waiting = []
    if waiting:
        yield waiting


def _check(mapping: Mapping, columns: Sequence[str]) -> None:
    """A mapping may come from a form. Its fields become names in queries, so only ours may pass."""
    known = tuple(field.name for field in FIELDS[mapping.what])
    for field, name in mapping.columns.items():
        if field not in known:
            raise UnknownField(field, known)
        if name not in columns:
            raise UnknownColumn(name, tuple(columns))


def _execute(connection: duckdb.DuckDBPyConnection, query: str, incoming: pa.Table) -> None:
    connection.register("incoming", incoming)
    try:
        connection.execute(query)
    finally:
        connection.unregister("incoming")


def _picked(batch: pa.RecordBatch, places: dict[str, int]) -> pa.RecordBatch:
    names = [rows.LINE_NO, rows.UNREADABLE, *(column(field) for field in places)]
    cells = [_trimmed(batch.column(f"c{place}")) for place in places.values()]
    return pa.RecordBatch.from_arrays([batch.column(rows.LINE_NO), batch.column(rows.UNREADABLE), *cells], names)


def _trimmed(cells: pa.Array) -> pa.Array:
    if not pa.types.is_string(cells.type):
        return cells
    trimmed = pc.utf8_trim(cells, rows.BLANK)
    return pc.if_else(pc.is_in(trimmed, NOTHING), pa.scalar(None, pa.string()), trimmed)


def _kind(of_type: pa.DataType) -> str:
    if pa.types.is_timestamp(of_type):
        return "zoned moment" if of_type.tz else "moment"
    if pa.types.is_date(of_type):
        return "day"
    return "text" if pa.types.is_string(of_type) else "number"
