"""The engines between which a lake is written: PostgreSQL, as Arrow, and DuckDB, within bounds."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import ibis
from adbc_driver_postgresql import dbapi
from ibis.backends.duckdb import Backend

from treue.core import direct
from treue.core.home import home

MEMORY = "1GB"


@contextmanager
def database() -> Iterator[dbapi.Connection]:
    """PostgreSQL as it stands at one moment, on a connection of its own: what is not committed yet is not seen."""
    with dbapi.connect(direct.conninfo()) as link, link.cursor() as cursor:
        cursor.execute("set transaction isolation level repeatable read read only")
        yield link


@contextmanager
def workbench(name: str) -> Iterator[tuple[Backend, Path]]:
    """DuckDB with a folder for what is too large to keep in memory, empty at the start and removed at the end.

    name: unique among what runs at the same time; what a killed worker left under it is removed first.
    """
    folder = home() / "tmp" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    try:
        with duckdb(folder, folder / "workbench.duckdb") as backend:
            yield backend, folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def duckdb(spill: Path, database: Path | str = ":memory:") -> Iterator[Backend]:
    """DuckDB within its bounds. spill: a folder for what does not fit into memory."""
    backend = ibis.duckdb.connect(
        database, memory_limit=MEMORY, temp_directory=str(spill), preserve_insertion_order=False
    )
    try:
        yield backend
    finally:
        backend.disconnect()
