"""A DuckDB database in a file of its own, for the time of one piece of work.

In a file, ten million lines need no more memory than the limit; what does not fit goes to disk beside it.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import ibis
from ibis.backends.duckdb import Backend

from treue.core.home import home

MEMORY = "1GB"


@contextmanager
def scratch(name: str) -> Iterator[Backend]:
    """An empty database under the installation's tmp, removed afterwards.

    name: unique among what runs at the same time; what a killed worker left under it is removed first.
    """
    folder = home() / "tmp" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    backend = ibis.duckdb.connect(
        folder / "scratch.duckdb", memory_limit=MEMORY, temp_directory=str(folder / "spill"), threads=2
    )
    try:
        yield backend
    finally:
        backend.disconnect()
        shutil.rmtree(folder, ignore_errors=True)
