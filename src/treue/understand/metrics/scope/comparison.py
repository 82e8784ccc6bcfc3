"""Which periods are set beside each other: only complete ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from treue.science.figures import PeriodFigures


@dataclass(frozen=True)
class Choice:
    """The period that is shown, the one it is compared with, and the complete ones up to it."""

    current: PeriodFigures | None = None
    previous: PeriodFigures | None = None
    history: tuple[PeriodFigures, ...] = ()


def latest(timeline: Sequence[PeriodFigures]) -> Choice:
    """The last complete period, against the one before it."""
    complete = tuple(period for period in timeline if period.complete)
    if not complete:
        return Choice()
    return Choice(complete[-1], complete[-2] if len(complete) > 1 else None, complete)


def chosen(timeline: Sequence[PeriodFigures], start: date, against: date | None = None) -> Choice:
    """The period that begins at `start`, against the one that begins at `against` or the one before.

    A period that is not there, or not complete, gives way to the latest.
    """
    complete = [period for period in timeline if period.complete]
    history = tuple(period for period in complete if period.start <= start)
    if not history or history[-1].start != start:
        return latest(timeline)
    other = next((period for period in complete if period.start == against), None)
    return Choice(history[-1], other or (history[-2] if len(history) > 1 else None), history)
