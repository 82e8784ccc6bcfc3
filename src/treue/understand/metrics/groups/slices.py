"""Channels, countries and categories beside each other: which loses more than before, which falls behind."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from treue.science.figures import PeriodFigures, TotalFigures, share
from treue.understand.metrics.figures import margins
from treue.understand.metrics.scope.comparison import latest

FEWEST_LOST = 30
CERTAIN = 3.0 / margins.Z95  # of many slices the furthest is picked, so it must lie three standard errors apart


class SliceLike(Protocol):
    """One value of a dimension (None: unknown), its figures to date and all its periods."""

    value: str | None
    figures: TotalFigures
    periods: Sequence[PeriodFigures]


@dataclass(frozen=True)
class Loss:
    value: str
    current: PeriodFigures
    previous: PeriodFigures


@dataclass(frozen=True)
class Gap:
    """A slice and the retention rate of all others, percent."""

    dimension: str
    value: str
    current: PeriodFigures
    others: float


def doubled_losses(by: Mapping[str, Sequence[SliceLike]]) -> list[Loss]:
    """Slices that lost twice as many or more, and surely a larger share, than in the period before."""
    found = [
        Loss(row.value, current, previous)
        for row in _known(by)
        for current, previous in [_last_two(row)]
        if current and previous and _doubled(current, previous)
    ]
    return sorted(found, key=lambda loss: -(loss.current.lost or 0))


def _doubled(current: PeriodFigures, previous: PeriodFigures) -> bool:
    if not current.lost or not previous.lost or current.lost < max(FEWEST_LOST, 2 * previous.lost):
        return False
    if current.churn_rate is None or previous.churn_rate is None:
        return False
    margin = margins.of_rates(
        current.churn_rate, current.customers_start, previous.churn_rate, previous.customers_start
    )
    return current.churn_rate - previous.churn_rate > margin


def falls_behind(by: Mapping[str, Sequence[SliceLike]]) -> list[Gap]:
    """Of each dimension the slice that surely keeps a smaller share than all others together, the furthest first."""
    found = [gap for dimension, rows in by.items() if (gap := _furthest_behind(dimension, rows))]
    return sorted(found, key=lambda gap: (gap.current.retention_rate or 0) - gap.others)


def _furthest_behind(dimension: str, rows: Sequence[SliceLike]) -> Gap | None:
    currents = [(row.value, latest(row.periods).current) for row in rows]
    judged = [(value, current) for value, current in currents if current and not current.warm_up]
    start = sum(current.customers_start for _, current in judged)
    retained = sum(current.retained for _, current in judged)
    gaps = [
        Gap(dimension, value, current, others)
        for value, current in judged
        if value and (others := share(retained - current.retained, start - current.customers_start)) is not None
        if _surely_behind(current, others, start - current.customers_start)
    ]
    return min(gaps, key=lambda gap: (gap.current.retention_rate or 0) - gap.others, default=None)


def _surely_behind(current: PeriodFigures, others: float, cases: int) -> bool:
    if current.retention_rate is None or min(cases, current.customers_start) < margins.FEWEST_CASES:
        return False
    margin = CERTAIN * margins.of_rates(current.retention_rate, current.customers_start, others, cases)
    return others - current.retention_rate > margin


def _known(by: Mapping[str, Sequence[SliceLike]]) -> Iterator[SliceLike]:
    return (row for rows in by.values() for row in rows if row.value)


def _last_two(row: SliceLike) -> tuple[PeriodFigures | None, PeriodFigures | None]:
    choice = latest(row.periods)
    return choice.current, choice.previous
