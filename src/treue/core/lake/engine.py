"""The engines of a lake: PostgreSQL, as Arrow, and DuckDB, within bounds, write it; DuckDB or a Spark reads it."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

import ibis
import ibis.expr.types as ir
from adbc_driver_postgresql import dbapi
from django.conf import settings
from ibis import BaseBackend, Schema
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


class Engine(Protocol):
    """What reads a lake's files and says what follows from them."""

    backend: BaseBackend

    def read(self, files: Sequence[Path]) -> ir.Table:
        """Files of one schema, at least one, as one table."""

    def empty(self, schema: Schema) -> ir.Table:
        """A table without rows."""

    def write(self, table: ir.Table, path: Path) -> None:
        """A table as one Parquet file, its rows in their order."""


class Here:
    """DuckDB, in this process."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend

    def read(self, files: Sequence[Path]) -> ir.Table:
        return self.backend.read_parquet(files)

    def empty(self, schema: Schema) -> ir.Table:
        return self.backend.create_table(ibis.util.gen_name("empty"), schema=schema)

    def write(self, table: ir.Table, path: Path) -> None:
        self.backend.to_parquet(table, path, compression="zstd")


@contextmanager
def here(spill: Path) -> Iterator[Engine]:
    with duckdb(spill) as backend:
        yield Here(backend)


def chosen(spill: Path) -> AbstractContextManager[Engine]:
    """The engine that the installation names (TREUE_ENGINE). Raises EngineError.

    spill: a folder of this machine for what does not fit into memory.
    """
    if not settings.ENGINE:
        return here(spill)
    from treue.core.lake import spark

    return spark.connected(settings.ENGINE)
