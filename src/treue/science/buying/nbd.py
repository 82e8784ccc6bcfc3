"""Purchases without any dropout: Poisson at rates of a gamma distribution. The limit of all models of buying."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from treue.science.buying.gammas import Counts
from treue.science.buying.newton import Local
from treue.science.buying.summary import Distinct

Floats = NDArray[np.float64]


class Purchases:
    """The mean log-likelihood of a customer as a function of (r, alpha).

    Source: Ehrenberg 1959, Applied Statistics 8(1); for the moments of purchases, not only their number.
    """

    def __init__(self, histories: Distinct) -> None:
        self._histories = histories
        self._numbers = Counts.of(histories.frequency, histories.customers)

    @staticmethod
    def start(histories: Distinct) -> Floats:
        """A rate of the right size, from customers who differ much."""
        rate = (histories.customers @ histories.frequency) / (histories.customers @ histories.age)
        return np.array([0.5, 0.5 / rate])

    def __call__(self, at: Floats) -> Local:
        r, alpha = at
        histories, customers, n = self._histories, self._histories.customers, self._histories.customers.sum()
        until, k = alpha + histories.age, r + histories.frequency
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
    happened = number * np.log(horizon / (A + horizon)) if number else 0.0
    probability: Floats = np.exp(ways - k * np.log1p(horizon / A) + happened)
    return probability
