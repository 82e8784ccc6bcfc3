"""Whether this process can do its work: the database answers, and its tables are those of this version."""

from functools import cache

import psycopg

from treue.core import direct

SECONDS_TO_ANSWER = 2


def reason_not_ready() -> str | None:
    """Why not, in a sentence that gives nothing away; None: it is ready."""
    try:
        applied = _applied()
    except psycopg.errors.UndefinedTable:
        return "The database is empty."
    except psycopg.Error:
        return "The database does not answer."
    missing = len(_known() - applied)
    return f"{missing} changes of the database are still to be made: run treue manage migrate." if missing else None


def _applied() -> set[tuple[str, str]]:
    """On a connection of its own: what waits for one of the pool's is not seen by whoever asks."""
    with psycopg.connect(direct.conninfo(connect_timeout=SECONDS_TO_ANSWER), autocommit=True) as link:
        link.execute(f"set statement_timeout = '{SECONDS_TO_ANSWER}s'")
        return set(link.execute("select app, name from django_migrations").fetchall())


@cache
def _known() -> frozenset[tuple[str, str]]:
    from django.db.migrations.loader import MigrationLoader

    return frozenset(MigrationLoader(None).disk_migrations)
