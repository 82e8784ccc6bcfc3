"""Call a reaction, and take back what it wrote before it failed."""

import logging
from collections.abc import Sequence

from django.db import connection, transaction

from treue.core.events.errors import NotNow
from treue.core.events.models import Event
from treue.core.events.registry import Reaction

log = logging.getLogger(__name__)


def call(reaction: Reaction, events: Sequence[Event]) -> Exception | None:
    """Call a reaction; what it wrote before it failed is taken back, and its error returned.

    Where the database itself is gone, nobody can take anything back: that is raised, and so is NotNow.
    """
    try:
        with transaction.atomic():
            reaction.handle(events)
    except NotNow:
        raise
    except Exception as error:
        if not _can_go_on():
            raise
        log.warning("Reaction %s failed at %d events: %s", reaction.name, len(events), type(error).__name__)
        return error
    return None


def _can_go_on() -> bool:
    return connection.is_usable() and not connection.needs_rollback
