"""What orders and refunds have in common on their way into the database: chunks, one transaction each."""

from collections.abc import Callable
from dataclasses import dataclass, fields

import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from duckdb import DuckDBPyConnection

from treue.core.shop.locking import borrow, holder
from treue.core.side_by_side import side_by_side
from treue.listen.imports.models import Import
from treue.listen.imports.storing.staging import Chunk, chunks

Sign = Callable[[int], None]


@dataclass
class Tally:
    """What documents of the file are to the database; the number of a foreign one belongs to another customer."""

    new: int = 0
    changed: int = 0
    same: int = 0
    foreign: int = 0

    def __iadd__(self, other: "Tally") -> "Tally":
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))
        return self


@dataclass(frozen=True)
class Ready:
    """A chunk read from the scratch database, with a new id for each of its documents where they were asked for."""

    chunk: Chunk
    parts: tuple[pa.Table, ...]
    ids: pa.Array | None

    def ids_of(self, ranks: pa.ChunkedArray) -> pa.ChunkedArray:
        return self.ids.take(pc.subtract(ranks, self.chunk.first))


def store_chunks(
    con: DuckDBPyConnection,
    task: Import,
    documents: str,
    *,
    queries: tuple[str, ...],
    ids_from: str | None = None,
    write: bool,
    store: Callable[[DuckDBPyConnection, CursorWrapper, Ready], Tally],
    sign: Sign,
) -> Tally:
    """`store` for each chunk of a table of documents, in a transaction of its own; two chunks at a time.

    queries: what to read of a chunk, by its first and last rank. ids_from: a sequence; the ids go up with the rank,
    whichever chunk is written first. sign: called with the number of lines after each chunk, in their order.
    """
    total, own = Tally(), holder()

    def work(piece: tuple[Chunk, pa.Array | None]) -> tuple[Chunk, Tally]:
        chunk, ids = piece
        reader = con.cursor()
        span = [chunk.first, chunk.last]
        ready = Ready(chunk, tuple(reader.sql(query, params=span).to_arrow_table() for query in queries), ids)
        with transaction.atomic(), connection.cursor() as cursor:
            if write:
                borrow(cursor, task.shop_id, of=own)
            return chunk, store(reader, cursor, ready)

    def done(result: tuple[Chunk, Tally]) -> None:
        nonlocal total
        chunk, seen = result
        total += seen
        sign(chunk.lines)

    pieces = ((chunk, _ids(ids_from, chunk) if ids_from and write else None) for chunk in chunks(con, documents))
    side_by_side(work, pieces, done)
    return total


def _ids(sequence: str, chunk: Chunk) -> pa.Array:
    with connection.cursor() as cursor:
        query = "select array_agg(nextval(%s::regclass)) from generate_series(%s, %s)"
        cursor.execute(query, [sequence, chunk.first, chunk.last])
        return pa.array(cursor.fetchone()[0], pa.int64())


def tally(cursor: CursorWrapper) -> Tally:
    cursor.execute("select verdict, count(*) from verdict group by verdict")
    return Tally(**dict(cursor.fetchall()))


def note_foreign(con: DuckDBPyConnection, cursor: CursorWrapper, lines: str) -> None:
    """Set the lines aside whose document belongs to another customer already."""
    cursor.execute("select i.rank, i.number from verdict v join incoming i using (rank) where v.verdict = 'foreign'")
    for rank, number in cursor.fetchall():
        con.execute(
            f"""insert into refused
            select line_no, 'order_of_another_customer', 'order', ? from {lines} where rank = ?""",
            [number, rank],
        )
