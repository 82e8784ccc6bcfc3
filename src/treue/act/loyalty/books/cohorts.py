"""Months of issue as the science wants them, and what is expected to become of their points."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import ibis
import pandas as pd

from treue.act.loyalty import expiry
from treue.act.loyalty.books.outstanding import Books, Part
from treue.act.loyalty.models import Programme
from treue.science.liability import Assumption, Breakage, Cohorts, Interval, breakage, cohorts
from treue.science.liability.breakage import ASSUMED, FEW_COHORTS, FEWEST_COHORTS, UNSEEN_TAIL

LEVEL = 0.8
SHORTEST_MONTH = 28
MONTHS_OF_A_YEAR = 12


@dataclass(frozen=True)
class Expected:
    """What will become of the points outstanding at the end of a day.

    shares: by month of issue, of the points outstanding then, what share will be redeemed. points: how many that is,
    with an interval of 80 %. ahead: in each of the months to come. known_from: the day at whose end the cohorts will
    say it, where they cannot yet and time alone will do.
    """

    found: Breakage
    shares: dict[date, float]
    points: Interval
    ahead: list[float]
    known_from: date | None = None

    @property
    def is_assumed(self) -> bool:
        return self.found.status == ASSUMED


def table(parts: Iterable[Part]) -> pd.DataFrame:
    """A row per month of issue and age."""
    columns = ("issue_month", "age_months", "granted", "redeemed", "expired", "taken_back")
    rows = [
        (
            each.issue_month,
            _months(each.issue_month, each.month),
            each.granted,
            each.redeemed,
            each.expired,
            each.taken_back,
        )
        for each in parts
    ]
    found = pd.DataFrame(rows, columns=columns)
    return found.astype({"issue_month": "datetime64[ns]"} | dict.fromkeys(columns[1:], "int64"))


def cohorts_of(books: Books) -> Cohorts:
    """As far as whole months were over by the end of the day. Raises ImpossiblePoints."""
    return cohorts(ibis.memtable(table(books.parts)), as_of=books.day)


def expected(books: Books, programme: Programme, assumed: Decimal | None) -> Expected:
    """From the cohorts; where they are too few or too young, `assumed` of the points issued, or all of them.

    To take all for redeemed is what prudence asks of who does not know. Raises ImpossiblePoints.
    """
    prior = Assumption(share=1.0 if assumed is None else float(assumed))
    known, last_age = cohorts_of(books), oldest_age(programme)
    found = breakage(known, expires_after=last_age, prior=prior, level=LEVEL)
    shares = _shares(found)
    outstanding = books.by_issue_month
    to_come = {month: points * shares.get(month, found.of_new_points) for month, points in outstanding.items()}
    total = sum(to_come.values())
    return Expected(
        found,
        {month: shares.get(month, found.of_new_points) for month in outstanding},
        _interval(found, total, sum(outstanding.values())),
        _ahead(found, total),
        _known_from(found, known, last_age) if found.reason else None,
    )


def oldest_age(programme: Programme) -> int | None:
    """The last age in months at which a point can be redeemed, by the rules of today; None where it never expires.

    Points are pending first, and a month has as many ends as days: so it is the age of the latest of them.
    """
    policy = expiry.read(programme.expiry)
    pending = -(-programme.return_days // SHORTEST_MONTH)
    if isinstance(policy, expiry.After):
        return pending + (policy.months or -(-policy.days // SHORTEST_MONTH))
    if isinstance(policy, expiry.OnDayOfYear):
        return pending + MONTHS_OF_A_YEAR * max(policy.years + 1, 1) - 1
    return None


def _shares(found: Breakage) -> dict[date, float]:
    rows = found.cohorts[["issue_month", "outstanding", "to_be_redeemed"]].itertuples(index=False)
    return {month: float(to_come) / points if (points := int(left)) else 0.0 for month, left, to_come in rows}


def _interval(found: Breakage, total: float, outstanding: int) -> Interval:
    """The science's interval of whole months, moved to the points of the day."""
    of = found.outstanding or found.redemption
    if not of.expected:
        return Interval(total, 0.0, max(total, of.high * outstanding))
    low, high = (total * end / of.expected for end in (of.low, of.high))
    return Interval(total, low, min(high, float(outstanding)))


def _ahead(found: Breakage, total: float) -> list[float]:
    whole = float(found.ahead.sum())
    if whole:
        return [float(each) * total / whole for each in found.ahead]
    return [total / MONTHS_OF_A_YEAR] * MONTHS_OF_A_YEAR if total else []


def _known_from(found: Breakage, known: Cohorts, last_age: int | None) -> date | None:
    """The end of the month in which there are cohorts enough, old enough, if points are issued in every month."""
    if not len(known) or found.reason not in (FEW_COHORTS, UNSEEN_TAIL) or last_age is None:
        return None
    first = int(known.month.min())
    latest = int((known.month + known.last).max())
    enough = max(latest + FEWEST_COHORTS - len(known), first + last_age)
    return date((enough + 1) // 12, (enough + 1) % 12 + 1, 1) - date.resolution


def _months(first: date, last: date) -> int:
    return (last.year - first.year) * MONTHS_OF_A_YEAR + last.month - first.month
