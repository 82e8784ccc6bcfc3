"""Say what a write would do."""

from collections.abc import Callable
from typing import TypeVar

from django.db import transaction

T = TypeVar("T")


def undone(deed: Callable[[], T]) -> T:
    """Do it and leave nothing of it: a dry run is refused by exactly what would refuse the deed."""
    with transaction.atomic():
        done = deed()
        transaction.set_rollback(True)
    return done
