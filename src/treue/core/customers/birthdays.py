"""Birthdays as they are told: a whole date, of somebody who can be alive."""

from datetime import date, datetime

from django.utils import timezone

OLDEST = date(1900, 1, 1)


def read(text: str) -> date | None:
    """The day of "1990-03-15" or "1990-03-15T00:00:00Z", as Segment's trait and others write it; None for what is none.

    A time of day is left out as it stands: a birthday is a day wherever it is told.
    """
    try:
        found = datetime.fromisoformat(text).date()
    except ValueError:
        return None
    return found if is_possible(found) else None


def is_possible(day: date) -> bool:
    """Whether somebody alive can have been born on it. Until tomorrow in UTC it is today somewhere."""
    return OLDEST <= day <= timezone.now().date()
