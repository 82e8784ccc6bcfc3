"""Customers who may leave after each purchase, with a probability of their own: BG/NBD and MBG/NBD."""

from collections.abc import Callable
from dataclasses import dataclass
from math import acosh, ceil
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaln

from treue.science.buying import quadrature
from treue.science.buying.gammas import Counts
from treue.science.buying.model import BuyingModel
from treue.science.buying.nbd import negative_binomial
from treue.science.buying.newton import Local
from treue.science.buying.summary import Distinct, Living

Floats = NDArray[np.float64]
MOST_POINTS = 400
ROWS_AT_ONCE = 8_000  # so that a block stays in the processor's cache


@dataclass(frozen=True)
class GeometricDropout(BuyingModel):
    """A rate of purchases from a gamma distribution (r, alpha), and a probability to leave after a purchase from a beta
    distribution (a, b). `FIRST` is 1 where the first purchase of all counts as a chance to leave, too."""

    NAMES: ClassVar[tuple[str, ...]] = ("r", "alpha", "a", "b")
    TIMES: ClassVar[frozenset[str]] = frozenset({"alpha"})
    DROPOUT_START: ClassVar[tuple[float, ...]] = (0.8, 2.5)
    NO_DROPOUT: ClassVar[tuple[float, ...]] = (0.0, 1.0)
    FIRST: ClassVar[int]

    def likelihood(self, histories: Distinct) -> Callable[[Floats], Local]:
        return Likelihood(histories, self.FIRST)

    def log_odds_of_having_left(self, histories: Distinct) -> Floats:
        r, alpha, a, b = self.parameters
        x = histories.frequency
        may_have_left = (x + self.FIRST > 0) & (a > 0)
        odds = np.divide(a, b + x + self.FIRST - 1, out=np.ones_like(x), where=may_have_left)
        return np.where(may_have_left, np.log(odds) + (r + x) * _span(histories, alpha), -np.inf)

    def purchases_of_the_living(self, living: Living, horizon: Floats | float) -> Floats:
        """Mean of (1 - exp(-rate p horizon)) / p: purchases until one of them is the last."""

        def purchases(k: float, per_rate: Floats, p: Floats) -> Floats:
            return np.expm1(-k * np.log1p(p * per_rate)) / -p

        return self._mean(living, horizon, purchases)

    def pace_of_the_living(self, living: Living, after: float) -> Floats:
        k, A = self.parameters[0] + living.frequency, self.parameters[1] + living.age
        return k / A * self._mean(living, after, lambda k, per_rate, p: np.exp(-(k + 1) * np.log1p(p * per_rate)))

    def number_of_the_living(self, living: Living, horizon: float, number: int) -> Floats:
        """Either all of them bought and stayed, or the last of them was the one after which they left."""
        r, alpha, a, b = self.parameters
        k, A, b_now = r + living.frequency, alpha + living.age, b + living.frequency + self.FIRST
        stayed = _kept(a, b_now, number) * negative_binomial(k, A, horizon, number)
        if not number:
            return stayed
        reached: Floats = betainc(number, k, horizon / (A + horizon))
        return stayed + _kept(a, b_now, number - 1, left=1) * reached

    def _mean(self, living: Living, time: Floats | float, of: Callable[[float, Floats, Floats], Floats]) -> Floats:
        """Over what the living may have as probability to leave: a beta distribution for each number of purchases.

        of: k, the time (n, 1) as a share of A, and probabilities (1, m) to leave.
        """
        r, alpha, a, b = self.parameters
        mean, share = np.empty(len(living)), np.broadcast_to(time, len(living)) / (alpha + living.age)
        for x, places in living.by_frequency:
            points = points_for(r + x, float(share[places].max()))
            p, weights = quadrature.beta(a, b + x + self.FIRST, points)
            mean[places] = of(r + x, share[places][:, None], p[None, :]) @ weights
        return mean


@dataclass(frozen=True)
class BetaGeoNBD(GeometricDropout):
    """Whoever bought once is a customer.

    Source: Fader, Hardie & Lee 2005, "Counting Your Customers" the Easy Way, Marketing Science 24(2); likelihood eq. 6.
    """

    FIRST: ClassVar[int] = 0


@dataclass(frozen=True)
class ModifiedBetaGeoNBD(GeometricDropout):
    """Some never meant to come back: the first purchase is a chance to leave like every other.

    Source: Batislam, Denizel & Filiztekin 2007, International Journal of Research in Marketing 24(3).
    """

    FIRST: ClassVar[int] = 1


def _kept(a: float, b: Floats, stayed: int, left: int = 0) -> Floats:
    """Mean of p ** left (1 - p) ** stayed over a beta distribution; a = 0 is the certain p = 0."""
    if a == 0:
        return np.full_like(b, 1.0 - left)
    mean: Floats = np.exp(betaln(a + left, b + stayed) - betaln(a, b))
    return mean


def points_for(k: float, share: float) -> int:
    """How many points bring the mean of (1 + share p) ** -k over a beta distribution to the last digits.

    Their error falls with rho ** (-2 points), where rho measures how far the pole at p = -1 / share is from 0 to 1
    (Trefethen 2008, SIAM Review 50(1), theorem 4.5). How high the function is on the way there grows with k: the two
    numbers are from trials against 400 points (test_buying_models).
    """
    away = 1 + 2 / max(share, 1e-9)
    return min(MOST_POINTS, 4 * ceil((38 + 1.25 * k) / (8 * acosh(away))))


def _softplus(u: Floats) -> tuple[Floats, Floats]:
    """The probability of which these are the log odds, and log(1 + exp(u)), which is its slope's integral."""
    small = np.exp(-np.abs(u))
    probability: Floats = np.where(u > 0, 1.0, small) / (1 + small)
    return probability, np.maximum(u, 0) + np.log(1 + small)  # what is lost of it is nothing in a sum


def _span(histories: Distinct, alpha: float) -> Floats:
    """Logarithm of (alpha + age) / (alpha + recency)."""
    return np.log1p((histories.age - histories.recency) / (alpha + histories.recency))


class Likelihood:
    """The mean log-likelihood of a customer, with its derivatives, as a function of (r, alpha, a, b).

    Every history tells r, alpha and b through the living; through the dead, whose odds are exp(u), all four:
    u = log a - log(b + x + first - 1) + (r + x) log((alpha + T) / (alpha + t_x)).
    """

    def __init__(self, histories: Distinct, first: int) -> None:
        self._histories, self._first = histories, first
        self._numbers = Counts.of(histories.frequency, histories.customers)
        self._may_have_left = histories.only(histories.frequency + first > 0)

    def __call__(self, at: Floats) -> Local:
        r, alpha, a, b = at
        whole = self._of_the_living(r, alpha) + self._of_numbers(r, alpha, a, b)
        for block in self._may_have_left.in_blocks(ROWS_AT_ONCE):
            whole += self._of_the_dead(block, r, alpha, a, b)
        n = self._histories.customers.sum()
        return Local(whole.value / n, whole.gradient / n, whole.hessian / n)

    def _of_the_dead(self, block: Distinct, r: float, alpha: float, a: float, b: float) -> Local:
        """log(1 + exp(u)), with `slopes` (4, k) the first derivatives of u."""
        k, left_after = r + block.frequency, b + block.frequency + (self._first - 1)
        since_age, from_recency = alpha + block.age, 1 / (alpha + block.recency)
        from_age, span = 1 / since_age, np.log(since_age * from_recency)
        dead, worth = _softplus(k * span + np.log(a / left_after))
        shorter = from_age - from_recency
        slopes = np.stack([span, k * shorter, np.full_like(k, 1 / a), -1 / left_after])
        weight = block.customers * dead
        hessian = (slopes * (weight * (1 - dead))) @ slopes.T
        hessian[0, 1] = hessian[1, 0] = hessian[0, 1] + weight @ shorter
        hessian[1, 1] -= weight @ (k * shorter * (from_age + from_recency))
        hessian[2, 2] -= weight.sum() / a**2
        hessian[3, 3] += weight @ slopes[3] ** 2
        return Local(float(block.customers @ worth), slopes @ weight, hessian)

    def _of_the_living(self, r: float, alpha: float) -> Local:
        """-(r + x) log(alpha + T)."""
        living, customers = self._histories.living, self._histories.living.customers
        k, until = r + living.frequency, alpha + living.age
        gradient = np.array([-customers @ np.log(until), -customers @ (k / until), 0.0, 0.0])
        hessian = np.zeros((4, 4))
        hessian[0, 1] = hessian[1, 0] = -customers @ (1 / until)
        hessian[1, 1] = customers @ (k / until**2)
        return Local(float(-customers @ (k * np.log(until))), gradient, hessian)

    def _of_numbers(self, r: float, alpha: float, a: float, b: float) -> Local:
        """Of the number of purchases alone: log of Γ(r + x) α^r / Γ(r), and of B(a, b + x + first) / B(a, b)."""
        n, first = self._histories.customers.sum(), self._first
        chances = Counts(self._numbers.number + first, self._numbers.customers)
        ways, ways_1, ways_2 = self._numbers.rising(r)
        stay, stay_1, stay_2 = chances.rising(b)
        all_, all_1, all_2 = chances.rising(a + b)
        value = ways + n * r * np.log(alpha) + stay - all_
        gradient = np.array([ways_1 + n * np.log(alpha), n * r / alpha, -all_1, stay_1 - all_1])
        hessian = np.array(
            [
                [ways_2, n / alpha, 0, 0],
                [n / alpha, -n * r / alpha**2, 0, 0],
                [0, 0, -all_2, -all_2],
                [0, 0, -all_2, stay_2 - all_2],
            ]
        )
        return Local(float(value), gradient, hessian)
