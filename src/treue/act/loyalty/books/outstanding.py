"""Points outstanding at the end of any day: active, held and pending, by month of issue and issuer.

What an auditor asks for is the day on which it happened, so that an order of the 31st is in the old month although its
file came on the 2nd; `as_known` bounds what was known by a journal, and with it a figure is the same for ever. A month
that somebody closed is bounded so (`closing`).

What members owe is not set off against what others may spend.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from treue.act.loyalty.books import movements
from treue.act.loyalty.models import BookCursor, Programme

ALL = 2**63 - 1
SUMS_OF_DAYS = ", ".join(f"sum({name})::bigint" for name in movements.DAY_COLUMNS)
SUMS_OF_COHORTS = ", ".join(f"sum({name})" for name in movements.COHORT_COLUMNS)
DAYS_UNTIL = f"""
select date_trunc('month', day)::date, {SUMS_OF_DAYS} from (
    select day, {", ".join(movements.DAY_COLUMNS)} from loyalty_bookday where programme_id = %(programme)s and %(kept)s
    union all select * from ({movements.DAYS}) tail) b
where day <= %(day)s group by 1 order by 1"""  # noqa: S608 - our own words
COHORTS_UNTIL = f"""
select date_trunc('month', day)::date, issue_month, issuer, {SUMS_OF_COHORTS} from (
    select day, issue_month, issuer, {", ".join(movements.COHORT_COLUMNS)} from loyalty_bookcohort
    where programme_id = %(programme)s and %(kept)s
    union all select * from ({movements.COHORTS}) tail) b
where day <= %(day)s group by 1, 2, 3 order by 1, 2, 3"""  # noqa: S608 - our own words


class Moved(NamedTuple):
    """What happened to points in a month."""

    month: date
    earned: int
    taken_back: int
    redeemed: int
    given_back: int
    expired: int
    adjusted: int
    active: int
    pending: int
    held: int


class Part(NamedTuple):
    """What happened in a month to the points of a month of issue and an issuer."""

    month: date
    issue_month: date
    issuer: int
    granted: int
    sold: int
    sales: Decimal
    redeemed: int
    expired: int
    taken_back: int

    @property
    def outstanding(self) -> int:
        return self.granted - self.redeemed - self.expired - self.taken_back


@dataclass(frozen=True)
class Position:
    """Points at the end of a day. owed: by members whose balance is below zero, set off against nothing."""

    active: int = 0
    pending: int = 0
    held: int = 0
    owed: int = 0

    @property
    def outstanding(self) -> int:
        return self.active + self.pending + self.held


@dataclass(frozen=True)
class Books:
    """Everything up to the end of a day, by month."""

    day: date
    months: list[Moved] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)

    def until(self, day: date) -> "Books":
        """Up to the end of an earlier month, its last day."""
        return Books(
            day,
            [each for each in self.months if each.month <= day],
            [each for each in self.parts if each.month <= day],
        )

    @property
    def position(self) -> Position:
        active, pending, held = (sum(getattr(each, name) for each in self.months) for name in WALLETS)
        owed = sum(each.outstanding for each in self.parts) - active - pending - held
        return Position(active + owed, pending, held, owed)

    @property
    def by_issue_month(self) -> dict[date, int]:
        return _summed((each.issue_month, each.outstanding) for each in self.parts)

    @property
    def by_issuer(self) -> dict[int, int]:
        return _summed((each.issuer, each.outstanding) for each in self.parts)


WALLETS = ("active", "pending", "held")


def books(programme: Programme, day: date, *, as_known: int | None = None) -> Books:
    """Up to the end of a day. as_known: the last journal that is to count; None for all that were written.

    Reads the days that the hourly job keeps, and from the journals only what came since.
    """
    kept = BookCursor.objects.filter(programme=programme, zone=programme.shop.zone).first()
    until = ALL if as_known is None else as_known
    is_kept = kept is not None and kept.through <= until
    since = kept.through if is_kept else 0
    given = {"programme": programme.pk, "zone": programme.shop.zone, "since": since, "until": until}
    given |= {"day": day, "kept": is_kept}
    with connection.cursor() as cursor:
        cursor.execute(DAYS_UNTIL, given)
        months = [Moved(*row) for row in cursor.fetchall()]
        cursor.execute(COHORTS_UNTIL, given)
        parts = [
            Part(*row[:3], int(row[3]), int(row[4]), row[5], *(int(each) for each in row[6:]))
            for row in cursor.fetchall()
        ]
    return Books(day, months, parts)


def _summed(pairs: Iterable[tuple]) -> dict:
    found: dict = {}
    for key, points in pairs:
        found[key] = found.get(key, 0) + points
    return {key: points for key, points in sorted(found.items()) if points}
