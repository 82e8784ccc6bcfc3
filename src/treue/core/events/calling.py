"""Call a reaction, and take back what it wrote before it failed."""

import errno
import logging
from collections.abc import Sequence

import psycopg
from django.db import connection, transaction

from treue.core.events.errors import NotNow
from treue.core.events.happened import Happened
from treue.core.events.registry import Reaction

# Connection, room, operator, the server's own files; but not how much disk or memory one statement may take.
OF_ALL = ("08", "53", "57P", "58")
OF_ONE = (psycopg.errors.ConfigurationLimitExceeded.sqlstate, psycopg.errors.OutOfMemory.sqlstate)
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})
log = logging.getLogger(__name__)


def call(reaction: Reaction, events: Sequence[Happened]) -> Exception | None:
    """Call a reaction; what it wrote before it failed is taken back, and its error returned.

    What no event is to blame for is raised: where the database is gone or its disk is full, and NotNow.
    """
    try:
        with transaction.atomic():
            reaction.handle(events)
            _have_constraints_looked_at()
    except NotNow:
        raise
    except Exception as error:
        if concerns_all(error) or not _can_go_on():
            raise
        log.warning("Reaction %s failed at %d events: %s", reaction.name, len(events), type(error).__name__)
        return error
    return None


def concerns_all(error: BaseException | None) -> bool:
    """Whether what everybody relies on has failed: the connection, the server, the room on a disk; or that is behind
    the error. Whatever else is handed over would fail as well."""
    if error is None:
        return False
    if isinstance(error, psycopg.OperationalError) and _is_of_all(error.sqlstate):
        return True
    if isinstance(error, OSError) and error.errno in NO_ROOM:
        return True
    return concerns_all(error.__cause__ or error.__context__)


def _is_of_all(sqlstate: str | None) -> bool:
    """sqlstate: None where no server could say anything any more."""
    return sqlstate is None or (sqlstate.startswith(OF_ALL) and sqlstate not in OF_ONE)


def _have_constraints_looked_at() -> None:
    """References are looked at when a transaction ends, unless they are asked for: here the event is still known whose
    effect breaks one."""
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate; set constraints all deferred")


def _can_go_on() -> bool:
    return connection.is_usable() and not connection.needs_rollback
