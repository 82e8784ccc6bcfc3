"""What the caller holds to be so where the history says nothing, and between what something lies."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from treue.science.asked import whole
from treue.science.errors import ImpossibleHorizon

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Assumption:
    """A share of points that will be redeemed, 0 to 1, with the bounds that the caller believes in.

    low, high: None where the caller takes the share for certain. months: over which redemption spreads evenly.
    Raises ImpossibleHorizon for shares out of order or out of 0 to 1, and for less than a month.
    """

    share: float
    low: float | None = None
    high: float | None = None
    months: int = 12

    def __post_init__(self) -> None:
        low, high = self.bounds
        if not 0 <= low <= self.share <= high <= 1:
            raise ImpossibleHorizon("share", (low, self.share, high))
        whole("months", self.months, least=1)

    @property
    def bounds(self) -> tuple[float, float]:
        return (
            self.share if self.low is None else self.low,
            self.share if self.high is None else self.high,
        )


@dataclass(frozen=True)
class Interval:
    """A share, what it lies between with the probability asked for, and its standard error (None of an assumption)."""

    expected: float
    low: float
    high: float
    standard_error: float | None = None

    @property
    def rest(self) -> "Interval":
        """What is left to one."""
        return Interval(1 - self.expected, 1 - self.high, 1 - self.low, self.standard_error)


def bounded(share: Floats, error: Floats, reach: float) -> tuple[Floats, Floats]:
    """(k,) low and high ends of shares, `reach` standard errors off on the scale of log-odds, so within 0 and 1."""
    inside = (share > 0) & (share < 1)
    middle = np.where(inside, share, 0.5)
    off = reach * error / (middle * (1 - middle))
    low, high = (np.where(inside, expit(logit(middle) + sign * off), share) for sign in (-1, 1))
    return low, high
