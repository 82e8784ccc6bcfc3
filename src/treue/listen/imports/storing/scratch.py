"""A DuckDB database in memory, for the time of one piece of work.

What the limit does not hold goes to disk, in a folder of its own. A database in a file would need no more memory, but
a third more time: it packs whatever it writes.
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
    try:  # from the folder on: work may be called off at any moment
        folder.mkdir(mode=0o700)
        backend = ibis.duckdb.connect(":memory:", memory_limit=MEMORY, temp_directory=str(folder), threads=2)
        try:
            yield backend
        finally:
            backend.disconnect()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
