"""What customers spend when they buy: each has a mean of their own, at which few purchases only hint (Gamma-Gamma)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import digamma, gammaln, polygamma
from scipy.stats import norm, rankdata

from treue.science.buying.fitted import Estimated, Estimates, precision
from treue.science.buying.newton import Local, maximise
from treue.science.buying.summary import Summary
from treue.science.errors import ImpossibleHorizon, TooFewSpenders

Floats = NDArray[np.float64]
Status = Literal["converged", "mean not identified"]
CONVERGED: Status = "converged"
NOT_IDENTIFIED: Status = "mean not identified"
FEWEST_REPEAT_BUYERS = 5
WEAK = 0.1  # a correlation of ranks that does no harm
START = (1.0, 3.0, 2.0)  # of p, q and gamma, in mean spends
SMALLEST_Q = 1.0  # up to which the population has no finite mean
FAR = 1.96


@dataclass(frozen=True)
class Spent:
    """Repeat buyers who paid something: (n,) how often, and what on the average. left_out: those who never did."""

    frequency: Floats
    monetary: Floats
    left_out: int

    @classmethod
    def of(cls, summary: Summary) -> "Spent":
        table = summary.table
        again = table.filter(table.frequency > 0).select("frequency", "monetary").to_pyarrow()
        frequency, monetary = (again[name].to_numpy().astype(np.float64, copy=False) for name in again.column_names)
        paid = monetary > 0
        return cls(frequency[paid], monetary[paid], int(len(paid) - paid.sum()))

    @cached_property
    def mean(self) -> float:
        return float(self.monetary.mean())


@dataclass(frozen=True, kw_only=True)
class Fit(Estimates):
    """`gamma` is money. mean: spend of a repeat day, over the repeat buyers. left_out: repeat buyers who never paid
    anything."""

    mean: float
    left_out: int
    status: Status


@dataclass(frozen=True)
class GammaGamma(Estimated[Fit]):
    """Amounts scatter around each customer's mean by a gamma distribution, and the means by another. Spend and number
    of purchases are taken to be independent: ask `independence` whether they are.

    Source: Fader & Hardie 2013, "The Gamma-Gamma Model of Monetary Value", eq. 1a; Fader, Hardie & Lee 2005, Journal of
    Marketing Research 42(4).
    """

    fitted: Fit | None = None

    NAMES: ClassVar[tuple[str, ...]] = ("p", "q", "gamma")

    @classmethod
    def of(cls, params: Mapping[str, float]) -> "GammaGamma":
        """A model with parameters that are known already. Raises ImpossibleHorizon where q is not above 1."""
        known = {name: float(params[name]) for name in cls.NAMES}
        for name, least in (("p", 0), ("q", SMALLEST_Q), ("gamma", 0)):
            if not least < known[name] < np.inf:
                raise ImpossibleHorizon(name, known[name])
        mean = known["p"] * known["gamma"] / (known["q"] - 1)
        return cls(known_fit(known, mean=mean, status=CONVERGED))

    def fit(self, summary: Summary) -> "GammaGamma":
        """Exact maximum likelihood on the repeat buyers who paid something. Raises TooFewSpenders.

        Where q is 1 or less, or its 95 % interval reaches that far down, the population has no finite mean, or one that
        could be anything; the status then says "mean not identified".
        """
        return self.fit_to(Spent.of(summary))

    def fit_to(self, spent: Spent) -> "GammaGamma":
        """The same on arrays."""
        if len(spent.monetary) < FEWEST_REPEAT_BUYERS:
            raise TooFewSpenders(len(spent.monetary), FEWEST_REPEAT_BUYERS, spent.left_out)
        found = maximise(Likelihood(spent), np.array(START))
        p, q, gamma = map(float, found.at)
        n = len(spent.monetary)
        covariance, told = precision(found, n)
        surely = q * np.exp(-FAR * np.sqrt(covariance[1, 1])) if told[1] else q
        fit = Fit(
            params={"p": p, "q": q, "gamma": gamma * spent.mean},
            free=self.NAMES,
            covariance=covariance,
            log_likelihood=float(found.local.value * n - n * np.log(spent.mean)),
            mean=spent.mean,
            customers=n,
            untold=tuple(name for name, is_told in zip(self.NAMES, told, strict=True) if not is_told),
            left_out=spent.left_out,
            status=CONVERGED if surely > SMALLEST_Q else NOT_IDENTIFIED,
        )
        return replace(self, fitted=fit)

    @property
    def mean(self) -> float:
        """Spend of a purchase day in the population; that of the repeat buyers where the model has none."""
        p, q, gamma = self.parameters
        return p * gamma / (q - 1) if self.status == CONVERGED else self.estimates.mean

    def expected_spend(self, summary: Summary) -> pd.Series:
        """(n,) money per purchase day, by customer id: what was seen of a customer, drawn towards the population's mean
        the more the less was seen; that mean itself for whoever never bought again. Eq. 5 of the source.

        Where the mean is not identified: what was seen, and the repeat buyers' mean.
        """
        return pd.Series(self.spend(summary), index=summary.customer_id, name="expected_spend")

    def spend(self, summary: Summary) -> Floats:
        """(n,) `expected_spend` in the order of `summary.rows`."""
        paid = summary.monetary > 0
        if self.status != CONVERGED:
            return np.where(paid, summary.monetary, self.mean)
        p, q, gamma = self.parameters
        weight, mean = summary.frequency * paid, np.nan_to_num(summary.monetary)
        weight *= p
        mean *= weight
        mean += p * gamma
        weight += q - 1
        mean /= weight
        return mean

    def seen(self, summary: Summary) -> Floats:
        """(n,) gamma and all that was spent again: the scale of a customer's further spend, in the order of `rows`."""
        paid = summary.monetary > 0
        again = np.where(paid, summary.monetary * summary.frequency, 0.0)
        return self.params["gamma"] + again

    def independence(self, summary: Summary) -> "Independence":
        return independence(Spent.of(summary))

    @property
    def parameters(self) -> tuple[float, float, float]:
        return self.params["p"], self.params["q"], self.params["gamma"]

    @property
    def status(self) -> Status:
        return self.estimates.status


def known_fit(params: Mapping[str, float], *, mean: float, status: Status) -> Fit:
    """Of parameters that were estimated elsewhere, or before."""
    return Fit(
        params=params,
        free=(),
        covariance=np.zeros((0, 0)),
        log_likelihood=np.nan,
        customers=0,
        mean=mean,
        left_out=0,
        status=status,
    )


class Likelihood:
    """The mean log-likelihood of a repeat buyer as a function of (p, q, gamma), money in mean spends."""

    def __init__(self, spent: Spent) -> None:
        place, self._number = pd.factorize(spent.frequency, sort=True)
        order = np.argsort(place.astype(np.min_scalar_type(len(self._number))), kind="stable")
        customers = np.bincount(place)
        self._first, self._customers = np.cumsum(customers) - customers, customers.astype(np.float64)
        monetary = spent.monetary[order] / spent.mean
        self._total = monetary * spent.frequency[order]
        self._whole, self._of_each = np.empty_like(monetary), np.empty_like(monetary)  # claimed once, not at every step
        self._logs = self._sums(np.log(self._total))
        self._log_monetary = float(np.log(monetary).sum())

    def __call__(self, at: Floats) -> Local:
        p, q, gamma = at
        x, customers = self._number, self._customers
        n, px = customers.sum(), p * x
        whole, of_each = np.add(gamma, self._total, out=self._whole), self._of_each
        log_whole = self._sums(np.log(whole, out=of_each))
        inverse = self._sums(np.divide(1, whole, out=of_each))
        square = self._sums(np.multiply(of_each, of_each, out=of_each))
        value = (
            customers @ (gammaln(px + q) - gammaln(px) - gammaln(q))
            + n * q * np.log(gamma)
            + px @ self._logs
            - self._log_monetary
            - (px + q) @ log_whole
        )
        ends = digamma(px + q)
        gradient = [
            x @ (customers * (ends - digamma(px)) + self._logs - log_whole),
            customers @ (ends - digamma(q)) + n * np.log(gamma) - log_whole.sum(),
            n * q / gamma - (px + q) @ inverse,
        ]
        bends = polygamma(1, px + q)
        p_q, p_gamma, q_gamma = customers @ (x * bends), -x @ inverse, n / gamma - inverse.sum()
        hessian = [
            [customers @ (x**2 * (bends - polygamma(1, px))), p_q, p_gamma],
            [p_q, customers @ (bends - polygamma(1, q)), q_gamma],
            [p_gamma, q_gamma, -n * q / gamma**2 + (px + q) @ square],
        ]
        return Local(float(value) / n, np.array(gradient) / n, np.array(hessian) / n)

    def _sums(self, of_each: Floats) -> Floats:
        """Of those with each number of purchases."""
        sums: Floats = np.add.reduceat(of_each, self._first)
        return sums


@dataclass(frozen=True)
class Independence:
    """Of how often and how much. correlation: of ranks (Spearman), with its 95 % interval; linear: Pearson's."""

    correlation: float
    interval: tuple[float, float]
    linear: float
    customers: int

    @property
    def is_plausible(self) -> bool:
        """Nothing is seen, or nothing that would matter."""
        low, high = self.interval
        return low <= 0 <= high or abs(self.correlation) < WEAK


def independence(spent: Spent) -> Independence:
    """Raises TooFewSpenders. Source: Bonett & Wright 2000, Psychometrika 65(1), for the interval."""
    n = len(spent.monetary)
    if n < FEWEST_REPEAT_BUYERS:
        raise TooFewSpenders(n, FEWEST_REPEAT_BUYERS, spent.left_out)
    ranks = _correlation(rankdata(spent.frequency), rankdata(spent.monetary))
    far = norm.ppf(0.975) * np.sqrt((1 + ranks**2 / 2) / (n - 3))
    middle = np.arctanh(np.clip(ranks, -0.999999, 0.999999))
    interval = (float(np.tanh(middle - far)), float(np.tanh(middle + far)))
    return Independence(ranks, interval, _correlation(spent.frequency, spent.monetary), n)


def _correlation(one: Floats, other: Floats) -> float:
    """0 where either is the same for all."""
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])
