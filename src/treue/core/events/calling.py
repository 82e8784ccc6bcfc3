"""Call a reaction, and take back what it wrote before it failed."""

import logging
from collections.abc import Sequence

from django.db import connection, transaction

from treue.core.events.errors import NotNow
from treue.core.events.happened import Happened
from treue.core.events.registry import Reaction

log = logging.getLogger(__name__)


def call(reaction: Reaction, events: Sequence[Happened]) -> Exception | None:
    """Call a reaction; what it wrote before it failed is taken back, and its error returned.

    Where the database itself is gone, nobody can take anything back: that is raised, and so is NotNow.
    """
    try:
        with transaction.atomic():
            reaction.handle(events)
            _have_constraints_looked_at()
    except NotNow:
        raise
    except Exception as error:
        if not _can_go_on():
            raise
        log.warning("Reaction %s failed at %d events: %s", reaction.name, len(events), type(error).__name__)
        return error
    return None


def _have_constraints_looked_at() -> None:
    """References are looked at when a transaction ends, unless they are asked for: here the event is still known whose
    effect breaks one."""
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate; set constraints all deferred")


def _can_go_on() -> bool:
    return connection.is_usable() and not connection.needs_rollback
