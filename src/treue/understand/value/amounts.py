"""Steps of money that a person reads at a glance: 1, 2, 5, 10, 20, 50 …"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

FACTORS = (1, 2, 5)
STEPS = tuple(Decimal(factor).scaleb(power) for power in range(-2, 16) for factor in FACTORS)
NEARLY_NOTHING = 20  # times less than the mean
FEWEST_ALONE = 0.005  # of the customers; with fewer, the highest steps are put together

Counted = tuple[Decimal, int, Decimal]


@dataclass(frozen=True)
class Amounts:
    """Customers worth at least `least` and less than `below`, None for the highest. value: of them together."""

    least: Decimal
    below: Decimal | None
    customers: int
    value: Decimal


def readable(counted: Sequence[Counted]) -> list[Amounts]:
    """Some ten steps, none left out between the first and the last, of what was counted in many.

    counted: (step, customers, their value), each step once. The first that comes out is next to nothing: less than a
    twentieth of the mean. The last has no upper end.
    """
    customers, value = sum(each[1] for each in counted), sum((each[2] for each in counted), Decimal(0))
    if not customers:
        return []
    bottom = max(bisect_right(STEPS, value / customers / NEARLY_NOTHING) - 1, 0)
    top = max(_highest(counted, customers), bottom)
    edges = [Decimal(0), *STEPS[bottom : top + 1]]
    return [_together(least, below, counted) for least, below in zip(edges, [*edges[1:], None], strict=True)]


def _highest(counted: Sequence[Counted], customers: int) -> int:
    """The place of the highest step that enough customers reach for it to stand alone."""
    reached = 0
    for step, number, _value in sorted(counted, reverse=True):
        reached += number
        if reached >= FEWEST_ALONE * customers and step in STEPS:
            return STEPS.index(step)
    return 0


def _together(least: Decimal, below: Decimal | None, counted: Sequence[Counted]) -> Amounts:
    within = [each for each in counted if each[0] >= least and (below is None or each[0] < below)]
    return Amounts(least, below, sum(each[1] for each in within), sum((each[2] for each in within), Decimal(0)))
