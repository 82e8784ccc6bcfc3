"""Customers who may leave at any moment, at a rate of their own: Pareto/NBD."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from treue.science.buying import quadrature
from treue.science.buying.gammas import Counts
from treue.science.buying.model import BuyingModel
from treue.science.buying.nbd import negative_binomial
from treue.science.buying.newton import Local
from treue.science.buying.summary import Distinct, Living

Floats = NDArray[np.float64]
POINTS = 32
FARTHEST = 40.0  # beyond exp(-40) of its begin, an integrand adds nothing
ROWS_AT_ONCE = 4_000  # so that a block stays in the processor's cache


@dataclass(frozen=True)
class ParetoNBD(BuyingModel):
    """A rate of purchases from a gamma distribution (r, alpha), and a rate of leaving from another (s, beta).

    Source: Schmittlein, Morrison & Colombo 1987, Management Science 33(1); the likelihood as the integral over the
    moment of leaving, Fader & Hardie 2005, "A note on deriving the Pareto/NBD model", eq. 17, which is the same as the
    hypergeometric functions of the paper and stays finite where these do not.
    """

    NAMES: ClassVar[tuple[str, ...]] = ("r", "alpha", "s", "beta")
    TIMES: ClassVar[frozenset[str]] = frozenset({"alpha", "beta"})
    DROPOUT_START: ClassVar[tuple[float, ...]] = (0.6, 1.0)
    NO_DROPOUT: ClassVar[tuple[float, ...]] = (0.0, 1.0)

    def likelihood(self, histories: Distinct) -> Callable[[Floats], Local]:
        return Likelihood(histories)

    def log_odds_of_having_left(self, histories: Distinct) -> Floats:
        r, alpha, s, beta = self.parameters
        if s == 0:
            return np.full(len(histories), -np.inf)
        left = [dead - alive for alive, dead in _alive_and_dead(histories, r, alpha, s, beta)]
        return np.concatenate(left)

    def purchases_of_the_living(self, living: Living, horizon: Floats | float) -> Floats:
        k, A, s, B = self._of_the_living(living)
        far = np.log1p(horizon / B)
        # (1 - exp(-(s - 1) far)) / (s - 1), which is far where s is 1
        inside = far if s == 1 else -np.expm1((1 - s) * far) / (s - 1)
        return k / A * B * inside

    def pace_of_the_living(self, living: Living, after: float) -> Floats:
        k, A, s, B = self._of_the_living(living)
        return k / A * np.exp(-s * np.log1p(after / B))

    def number_of_the_living(self, living: Living, horizon: float, number: int) -> Floats:
        """Either they stayed all the time, or until a moment in it."""
        k, A, s, B = self._of_the_living(living)
        bought = negative_binomial(k, A, horizon, number) * np.exp(-s * np.log1p(horizon / B))
        share, weights = quadrature.legendre(2 * POINTS)
        far = np.log1p(horizon / B)  # moments of leaving, evenly on the logarithm of B + moment
        for at, weight in zip(share, weights, strict=True):
            moment = B * np.expm1(at * far)
            bought = bought + weight * far * s * np.exp(-s * at * far) * negative_binomial(k, A, moment, number)
        return bought

    def _of_the_living(self, living: Living) -> tuple[Floats, Floats, float, Floats]:
        """Their rates are of gamma distributions again: (k, A) of buying and (s, B) of leaving."""
        r, alpha, s, beta = self.parameters
        return r + living.frequency, alpha + living.age, s, beta + living.age


def _moments(
    x: Floats, begin: Floats, end: Floats, r: float, alpha: float, s: float, beta: float
) -> tuple[Floats, Floats]:
    """Moments (n, k) between `begin` and `end`, and the logarithms (n, k) of their weights, for integrals of
    (alpha + y) ** -(r + x) (beta + y) ** -(s + 1).

    On the logarithm of the time since `begin`, in spans of the shorter memory, that is smooth, and falls at least as
    fast as at its begin: so the moments are even on it, up to where nothing is left.
    """
    since_alpha, since_beta = alpha + begin, beta + begin
    shorter = np.minimum(since_alpha, since_beta)
    fall = (r + x) * shorter / since_alpha + (s + 1) * shorter / since_beta - 1
    nothing_left = np.divide(FARTHEST, fall, out=np.full_like(fall, np.inf), where=fall > 0)
    far = np.minimum(np.log1p((end - begin) / shorter), nothing_left)[:, None]
    share, weights = quadrature.legendre(POINTS)
    at = far * share
    with np.errstate(divide="ignore"):
        sizes = np.log(weights * far * shorter[:, None]) + at
    return begin[:, None] + shorter[:, None] * np.expm1(at), sizes


def _alive_and_dead(
    histories: Distinct, r: float, alpha: float, s: float, beta: float
) -> Iterator[tuple[Floats, Floats]]:
    """Logarithms of what either way adds to the likelihood, without the gamma functions."""
    for block in histories.in_blocks(ROWS_AT_ONCE):
        x, recency, age = block.frequency, block.recency, block.age
        moments, sizes = _moments(x, recency, age, r, alpha, s, beta)
        k = (r + x)[:, None]
        ends = sizes - k * np.log(alpha + moments) - (s + 1) * np.log(beta + moments)
        alive = -(r + x) * np.log(alpha + age) - s * np.log(beta + age)
        yield alive, np.log(s) + logsumexp(ends, axis=1)


class Likelihood:
    """The mean log-likelihood of a customer, with its derivatives, as a function of (r, alpha, s, beta).

    A history is a mixture of ways: to be alive, or to have left at one of a few moments. Each way's logarithm is linear
    in logarithms of alpha + y and beta + y; the mixture's derivatives are means over the ways, and their spread.
    """

    def __init__(self, histories: Distinct) -> None:
        self._histories = histories
        self._numbers = Counts.of(histories.frequency, histories.customers)

    def __call__(self, at: Floats) -> Local:
        n = self._histories.customers.sum()
        whole = self._of_numbers(*at)
        for block in self._histories.in_blocks(ROWS_AT_ONCE):
            whole += self._of_block(block, *at)
        return Local(whole.value / n, whole.gradient / n, whole.hessian / n)

    def _of_block(self, block: Distinct, r: float, alpha: float, s: float, beta: float) -> Local:
        x, recency, age, customers = block.frequency, block.recency, block.age, block.customers
        moments, sizes = _moments(x, recency, age, r, alpha, s, beta)
        y = np.column_stack([age, moments])
        has_left = np.ones(y.shape[1])
        has_left[0] = 0
        k, left = (r + x)[:, None], s + has_left
        bought, stayed = np.log(alpha + y), np.log(beta + y)
        ways = -k * bought - left * stayed + has_left * np.log(s)
        ways[:, 1:] += sizes
        total = logsumexp(ways, axis=1)
        shares = np.exp(ways - total[:, None])
        slopes = np.stack([-bought, -k / (alpha + y), has_left / s - stayed, -left / (beta + y)])
        means = (shares * slopes).sum(axis=2)
        weights = shares * customers[:, None]
        hessian = (weights * slopes).reshape(4, -1) @ slopes.reshape(4, -1).T
        hessian -= (means * customers) @ means.T
        hessian += self._bends(weights, k, left, has_left, alpha + y, s, beta + y)
        return Local(float(customers @ total), means @ customers, hessian)

    @staticmethod
    def _bends(
        weights: Floats, k: Floats, left: Floats, has_left: Floats, from_alpha: Floats, s: float, from_beta: Floats
    ) -> Floats:
        """Second derivatives of the ways, summed."""
        bends = np.zeros((4, 4))
        bends[0, 1] = bends[1, 0] = -(weights / from_alpha).sum()
        bends[1, 1] = (weights * k / from_alpha**2).sum()
        bends[2, 2] = -(weights * has_left).sum() / s**2
        bends[2, 3] = bends[3, 2] = -(weights / from_beta).sum()
        bends[3, 3] = (weights * left / from_beta**2).sum()
        return bends

    def _of_numbers(self, r: float, alpha: float, s: float, beta: float) -> Local:
        """What is the same of all, or depends on the number of purchases alone."""
        n = self._histories.customers.sum()
        ways, ways_1, ways_2 = self._numbers.rising(r)
        value = ways + n * (r * np.log(alpha) + s * np.log(beta))
        gradient = [ways_1 + n * np.log(alpha), n * r / alpha, n * np.log(beta), n * s / beta]
        hessian = np.zeros((4, 4))
        hessian[:2, :2] = [[ways_2, n / alpha], [n / alpha, -n * r / alpha**2]]
        hessian[2:, 2:] = [[0, n / beta], [n / beta, -n * s / beta**2]]
        return Local(float(value), np.array(gradient), hessian)
