"""Purchases without any dropout: Poisson at rates of a gamma distribution. The limit of all models of buying."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, xlogy

from treue.science.buying.gammas import Counts
from treue.science.buying.newton import Local
from treue.science.buying.summary import Living

Floats = NDArray[np.float64]


class Purchases:
    """The mean log-likelihood of a customer as a function of (r, alpha).

    Source: Ehrenberg 1959, Applied Statistics 8(1); for the moments of purchases, not only their number.
    """

    def __init__(self, living: Living) -> None:
        """living: of all histories, as if nobody had left."""
        self._living = living
        self._numbers = Counts.of(living.frequency, living.customers)

    @staticmethod
    def start(living: Living) -> Floats:
        """A rate of the right size, from customers who differ much."""
        rate = (living.customers @ living.frequency) / (living.customers @ living.age)
        return np.array([0.5, 0.5 / rate])

    def __call__(self, at: Floats) -> Local:
        r, alpha = at
        customers, n = self._living.customers, self._living.customers.sum()
        until, k = alpha + self._living.age, r + self._living.frequency
        ways, ways_1, ways_2 = self._numbers.rising(r)
        value = ways + n * r * np.log(alpha) - customers @ (k * np.log(until))
        gradient = [
            ways_1 + n * np.log(alpha) - customers @ np.log(until),
            n * r / alpha - customers @ (k / until),
        ]
        across = n / alpha - customers @ (1 / until)
        hessian = [[ways_2, across], [across, -n * r / alpha**2 + customers @ (k / until**2)]]
        return Local(float(value) / n, np.array(gradient) / n, np.array(hessian) / n)


def negative_binomial(k: Floats, A: Floats, horizon: Floats | float, number: int) -> Floats:
    """Probability of `number` purchases in `horizon` at a rate of a gamma distribution (k, A), without leaving."""
    ways = gammaln(k + number) - gammaln(k) - gammaln(number + 1)
    happened = xlogy(number, horizon / (A + horizon))
    probability: Floats = np.exp(ways - k * np.log1p(horizon / A) + happened)
    return probability
