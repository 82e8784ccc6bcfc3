"""Days of the shop's calendar, and the moments at which they begin and end.

Moments come back in UTC: two moments of one zone compare by their clocks, which show an hour twice in autumn.
"""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ONE_DAY = timedelta(days=1)


class MomentWithoutZone(ValueError):
    def __init__(self, moment: datetime) -> None:
        super().__init__(f"{moment} could be anywhere; a moment with its zone is needed.")
        self.moment = moment


def in_utc(moment: datetime) -> datetime:
    """Raises MomentWithoutZone."""
    if moment.tzinfo is None:
        raise MomentWithoutZone(moment)
    return moment.astimezone(UTC)


def later(day: date, months: int) -> date:
    """The same day of the month so many months later, or the last one of a shorter month (§ 188 (3) BGB)."""
    years, month = divmod(day.month - 1 + months, 12)
    return in_month(day.year + years, month + 1, day.day)


def in_month(year: int, month: int, day: int) -> date:
    """This day of the month, or its last one where it has fewer."""
    return date(year, month, min(day, monthrange(year, month)[1]))


def day_of(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()


def begin_of(day: date, zone: ZoneInfo) -> datetime:
    """Midnight; where the clocks jump over it, the moment at which they do."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """The midnight after it: the first moment that is no longer of this day."""
    return begin_of(day + ONE_DAY, zone)


def last_day_before(moment: datetime, zone: ZoneInfo) -> date:
    """The day that a half-open span which ends at `moment` has last."""
    return day_of(in_utc(moment) - timedelta.resolution, zone)
