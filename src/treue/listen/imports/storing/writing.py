"""What orders and refunds have in common on their way into the database: chunks, one transaction each."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, fields

import pyarrow as pa
from django.db.backends.utils import CursorWrapper
from duckdb import DuckDBPyConnection

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
    """A chunk read from the scratch database."""

    chunk: Chunk
    parts: tuple[pa.Table, ...]


def ready_chunks(con: DuckDBPyConnection, documents: str, queries: tuple[str, ...]) -> Iterator[Ready]:
    """The chunks of a table of documents. The next one is read while PostgreSQL works on this one."""
    reader = con.cursor()

    def read(chunk: Chunk) -> Ready:
        span = [chunk.first, chunk.last]
        return Ready(chunk, tuple(reader.sql(query, params=span).to_arrow_table() for query in queries))

    with ThreadPoolExecutor(1) as executor:
        ahead: Future[Ready] | None = None
        for chunk in chunks(con, documents):
            following = executor.submit(read, chunk)
            if ahead is not None:
                yield ahead.result()
            ahead = following
        if ahead is not None:
            yield ahead.result()


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
