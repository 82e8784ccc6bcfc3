"""How far a figure may move by chance alone: 95 % margins of error.

The customers of a period are read as a sample of those who could have been there, each staying or leaving by
themselves. That is a simplification: mass mailings and seasons move many at once.
"""

from math import sqrt

Z95 = 1.959964
FEWEST_CASES = 30


def of_rates(rate_a: float, cases_a: int, rate_b: float, cases_b: int) -> float:
    """Margin of the difference of two rates in percent, in percentage points (binomial, unpooled).

    A rate of 0 or 100 % gets one case of doubt, so that its margin is not zero.
    """
    return 100 * Z95 * sqrt(_variance(rate_a, cases_a) + _variance(rate_b, cases_b))


def of_counts(count_a: float, count_b: float) -> float:
    """Margin of the difference of two counts of independent events (Poisson)."""
    return Z95 * sqrt(count_a + count_b)


def of_multiples(value_a: float, count_a: int, value_b: float, count_b: int) -> float:
    """Margin of the difference of two values that grow with a count of independent events each (Poisson)."""
    return Z95 * sqrt(value_a**2 / count_a + value_b**2 / count_b)


def _variance(rate: float, cases: int) -> float:
    share = min(max(rate / 100, 0.5 / cases), 1 - 0.5 / cases)
    return share * (1 - share) / cases
