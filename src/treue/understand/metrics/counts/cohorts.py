"""A cohort as charts, tables and findings read it, whether it comes from a file or from the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol


class CohortLike(Protocol):
    """cohort: its month, "2026-10" or the first day. size: customers. retained: how many of them ordered
    in month k after the first order, k = 0 first; complete months only. repeaters: with a second order so far."""

    cohort: str | date
    size: int
    retained: Sequence[int]
    repeaters: int


def first_day(cohort: str | date) -> date:
    """The first day of a cohort's month."""
    return cohort if isinstance(cohort, date) else datetime.strptime(cohort, "%Y-%m").date()  # noqa: DTZ007


def settled(rows: Sequence[CohortLike], window_days: int) -> list[CohortLike]:
    """Without the first cohorts: whoever ordered before the data begin looks like a first-time buyer in them.

    A customer of longer standing shows within one activity window, or is none; so the cohorts that begin a
    window after the first one are taken for what they say they are.
    """
    if not rows:
        return []
    begin = first_day(rows[0].cohort) + timedelta(days=window_days)
    return [row for row in rows if first_day(row.cohort) >= begin]


@dataclass(frozen=True)
class Turn:
    """Since the cohort of `since`, more (or fewer) first-time buyers came back in the month after."""

    since: date
    before: float
    after: float


FEWEST_COHORTS = 3
FEWEST_CUSTOMERS = 100
CERTAIN = 3.0


def turn(rows: Sequence[CohortLike]) -> Turn | None:
    """The one point where the share of first-time buyers who came back a month later changed for good.

    Of all splits with three cohorts on both sides, the one that parts them furthest; because the
    furthest of many is picked, it has to be three standard errors apart, not two, and every cohort
    since has to lie on the same side of those before.
    """
    followed = [(first_day(row.cohort), row.size, row.retained[1]) for row in rows if len(row.retained) > 1]
    best, furthest = None, CERTAIN
    for place in range(FEWEST_COHORTS, len(followed) - FEWEST_COHORTS + 1):
        before, after = _pooled(followed[:place]), _pooled(followed[place:])
        if min(before[0], after[0]) < FEWEST_CUSTOMERS or not _all_on_one_side(followed[place:], before):
            continue
        distance = _distance(before, after)
        if distance > furthest:
            furthest = distance
            best = Turn(followed[place][0], 100 * before[1] / before[0], 100 * after[1] / after[0])
    return best


def next_month(rows: Sequence[CohortLike]) -> tuple[float, int] | None:
    """Percent of all first-time buyers who came back in the month after, and of how many."""
    followed = [(first_day(row.cohort), row.size, row.retained[1]) for row in rows if len(row.retained) > 1]
    size, came_back = _pooled(followed)
    return (100 * came_back / size, size) if size else None


def _pooled(followed: Sequence[tuple[date, int, int]]) -> tuple[int, int]:
    return sum(size for _, size, _ in followed), sum(back for _, _, back in followed)


def _all_on_one_side(since: Sequence[tuple[date, int, int]], before: tuple[int, int]) -> bool:
    share = before[1] / before[0]
    sides = {(back > share * size) - (back < share * size) for _, size, back in since}
    return len(sides) == 1 and 0 not in sides


def _distance(before: tuple[int, int], after: tuple[int, int]) -> float:
    """Of two shares, in standard errors of their difference (pooled)."""
    size_a, part_a = before
    size_b, part_b = after
    share = (part_a + part_b) / (size_a + size_b)
    error = (share * (1 - share) * (1 / size_a + 1 / size_b)) ** 0.5
    return abs(part_b / size_b - part_a / size_a) / error if error else 0.0
