"""What can be claimed of a course of periods: steps, runs, extremes. Nothing inside the margin of error."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt

from treue.design import formats
from treue.science.figures import PeriodFigures
from treue.understand.metrics.figures import margins
from treue.understand.metrics.figures.margins import FEWEST_CASES

SHORTEST_RUN = 3
FEWEST_BETWEEN = 4


@dataclass(frozen=True)
class Place:
    """One period's value. cases: what a rate is a share of; for a count, the number of periods it is a mean of."""

    start: date
    value: float
    cases: int


@dataclass(frozen=True)
class Extreme:
    """The last value lies above (or below) all since `since`; None: all that there were."""

    highest: bool
    since: date | None


@dataclass(frozen=True)
class Run:
    """A course that went one way from `since` to its end. difference: of its two ends, in the unit of the values."""

    since: date
    difference: float


@dataclass(frozen=True)
class Course:
    """The values of complete periods in turn, and how far two of them may differ by chance."""

    places: tuple[Place, ...]
    margin: Callable[[Place, Place], float]

    @property
    def step(self) -> float | None:
        """The last value against the one before, in the unit of the values; None inside the margin of error."""
        if len(self.places) < 2:
            return None
        before, last = self.places[-2:]
        return _between(before, last) if self._differ(before, last) else None

    @property
    def run(self) -> Run | None:
        """From where on each step went one way, at least three of them; None inside the margin of error.

        Only its two ends surely differ, so it is said what lies between them, never that each step was one.
        """
        steps = [later.value - earlier.value for earlier, later in zip(self.places, self.places[1:], strict=False)]
        if not steps or not steps[-1]:
            return None
        up = steps[-1] > 0
        length = next((n for n, step in enumerate(reversed(steps)) if (step > 0) != up or not step), len(steps))
        first, last = self.places[-1 - length], self.places[-1]
        if length < SHORTEST_RUN or not self._differ(first, last):
            return None
        return Run(first.start, _between(first, last))

    @property
    def extreme(self) -> Extreme | None:
        """Whether the last value is the highest or lowest for at least four periods, and surely apart from them,
        from the one before, too: nobody should read of a record beside "no certain difference"."""
        if len(self.places) <= FEWEST_BETWEEN or self.step is None:
            return None
        *earlier, last = self.places
        highest = last.value > earlier[-1].value
        beaten = 0
        while beaten < len(earlier) and self._beats(last, earlier[-1 - beaten], highest):
            beaten += 1
        if beaten < FEWEST_BETWEEN or not self._differ(_pooled(earlier[len(earlier) - beaten :]), last):
            return None
        return Extreme(highest, earlier[-1 - beaten].start if beaten < len(earlier) else None)

    def _differ(self, a: Place, b: Place) -> bool:
        return abs(a.value - b.value) > self.margin(a, b)

    @staticmethod
    def _beats(last: Place, other: Place, highest: bool) -> bool:
        """As the values are printed, with one decimal: two that look alike make no record."""
        last_seen, other_seen = round(last.value, 1), round(other.value, 1)
        return last_seen > other_seen if highest else last_seen < other_seen


def of_rates(
    timeline: Sequence[PeriodFigures],
    rate: Callable[[PeriodFigures], float | None],
    cases: Callable[[PeriodFigures], int],
) -> Course:
    """The course of a rate over the complete periods that have one, each of at least 30 cases."""
    places = [
        Place(period.start, value, cases(period))
        for period in timeline
        if period.complete and (value := rate(period)) is not None and cases(period) >= FEWEST_CASES
    ]
    return Course(tuple(places), lambda a, b: margins.of_rates(a.value, a.cases, b.value, b.cases))


def of_counts(timeline: Sequence[PeriodFigures], count: Callable[[PeriodFigures], int | None]) -> Course:
    """The course of a count of events over the complete periods that have one."""
    places = [
        Place(period.start, value, 1) for period in timeline if period.complete and (value := count(period)) is not None
    ]
    return Course(tuple(places), lambda a, b: margins.Z95 * sqrt(a.value / a.cases + b.value / b.cases))


def _between(first: Place, last: Place) -> float:
    """Of the two values as they are printed, with one decimal."""
    return float(formats.difference(last.value, first.value, 1))


def _pooled(places: Sequence[Place]) -> Place:
    cases = sum(place.cases for place in places)
    return Place(places[-1].start, sum(place.value * place.cases for place in places) / cases, cases)
