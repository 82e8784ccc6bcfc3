"""Sums of gamma functions that depend on the number of purchases alone: one term per number, not per customer."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma, gammaln, polygamma

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Counts:
    """How many customers have which number: (k,) numbers, (k,) customers."""

    number: Floats
    customers: Floats

    @classmethod
    def of(cls, number: Floats, customers: Floats) -> "Counts":
        numbers, place = np.unique(number, return_inverse=True)
        return cls(numbers, np.bincount(place, weights=customers).astype(np.float64))

    def rising(self, start: float) -> tuple[float, float, float]:
        """Sum over customers of the logarithm of start (start + 1) … (start + number - 1), and its two derivatives."""
        ends = start + self.number
        return (
            float(self.customers @ (gammaln(ends) - gammaln(start))),
            float(self.customers @ (digamma(ends) - digamma(start))),
            float(self.customers @ (polygamma(1, ends) - polygamma(1, start))),
        )
