"""Write an export: every table as a file, all of one moment, with a description of each column.

What is written passes through piece by piece: a table may be larger than the memory. A folder that is not whole never
has the name that was asked for.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Composable, Identifier

from treue.core import direct
from treue.web.export import departed, describing, tables
from treue.web.export.tables import Column, Table

PACKAGE, README = "datapackage.json", "README.md"
ISO = """to_char({} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
WORDS: dict[str, str] = {"datetime": ISO, "array": "to_json({})::text", "object": "{}::text"}


class FolderIsTaken(Exception):
    """There is something at the export's place already."""


def write(folder: Path, *, moment: datetime, tell: Callable[[str], None] = lambda name: None) -> int:
    """Write everything into a folder that is not there yet, or empty. Returns how many rows there are.

    tell: is called with each table's name. Raises FolderIsTaken, OSError, psycopg.Error.
    """
    require_free(folder)
    resources = []
    with _whole(folder) as place, psycopg.connect(direct.conninfo(application_name="treue export")) as link:
        link.isolation_level, link.read_only = psycopg.IsolationLevel.REPEATABLE_READ, True
        departed.stay(link)
        for table in tables.taken():
            tell(table.name)
            path = place / f"{table.name}.csv"
            rows = _write(link, table, path)
            resources.append(describing.resource(table, rows=rows, size=path.stat().st_size, digest=_digest(path)))
        _save(place / PACKAGE, json.dumps(describing.package(resources, moment), indent=1, ensure_ascii=False))
        _save(place / README, describing.readme(resources, moment))
    return sum(each["rows"] for each in resources)


def require_free(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FolderIsTaken


@contextmanager
def _whole(folder: Path) -> Iterator[Path]:
    """A folder beside the place, closed to others, that takes its name at the end, or goes."""
    partial = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    partial.mkdir(mode=0o700)
    try:
        yield partial
        require_free(folder)
        partial.rename(folder)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise


def _write(link: psycopg.Connection, table: Table, path: Path) -> int:
    """A table as CSV: text in quotes, so that an empty one differs from none. Returns the number of rows."""
    columns = SQL(", ").join(_expression(column) for column in table.columns)
    query = SQL("copy (select {} from {}) to stdout (format csv, header, force_quote ({}))").format(
        columns, Identifier(table.name), SQL(", ").join(Identifier(each.name) for each in _texts(table))
    )
    if not _texts(table):
        query = SQL("copy (select {} from {}) to stdout (format csv, header)").format(columns, Identifier(table.name))
    with link.cursor() as cursor, _private(path) as file:
        with cursor.copy(query) as copy:
            for block in copy:
                file.write(block)
        rows = cursor.rowcount
        for line in departed.lines(link, table):
            file.write(line.encode())
            rows += 1
        return rows


def _texts(table: Table) -> list[Column]:
    return [each for each in table.columns if each.type == "string"]


def _expression(column: Column) -> Composable:
    name = Identifier(column.name)
    if column.type not in WORDS:
        return name
    return SQL(WORDS[column.type] + " as {}").format(name, name)


@contextmanager
def _private(path: Path) -> Iterator:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def _save(path: Path, text: str) -> None:
    with _private(path) as file:
        file.write(text.encode())


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
