"""Customers who say when they leave: contracts that are renewed or not, period by period (sBG)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray
from scipy.special import betaln, hyp2f1

from treue.science.asked import whole
from treue.science.buying.fitted import Estimated, Estimates, precision
from treue.science.buying.gammas import Counts
from treue.science.buying.newton import Local, maximise
from treue.science.errors import (
    ImpossibleHistory,
    ImpossibleHorizon,
    MissingColumn,
    NoPurchases,
    TooFewLosses,
)

Floats = NDArray[np.float64]
FEWEST_LOSSES = 5
MOST_RENEWALS = 1e6
START = (1.0, 2.0)


@dataclass(frozen=True)
class Contracts:
    """A row per customer: `customer_id`, `renewals` (count of periods after which they stayed) and `has_left` (whether
    the next one was the last). Who signed in different periods may stand side by side."""

    table: ir.Table

    @classmethod
    def of(cls, table: ir.Table | pd.DataFrame | pa.Table) -> "Contracts":
        """Raises MissingColumn, NoPurchases, ImpossibleHistory (renewals that are no count)."""
        given = table if isinstance(table, ir.Table) else ibis.memtable(table)
        for name in ("customer_id", "renewals", "has_left"):
            if name not in given.columns:
                raise MissingColumn(name, given.columns)
        renewals, has_left = given.renewals.cast("float64"), given.has_left.cast("boolean")
        kept = given.select("customer_id", renewals=renewals, has_left=has_left).cache()
        is_count = kept.renewals.between(0, MOST_RENEWALS) & (kept.renewals % 1 == 0)
        wrong = kept.filter(~(is_count & kept.has_left.notnull()).fill_null(False)).order_by("customer_id")
        if customers := wrong.count().to_pyarrow().as_py():
            raise ImpossibleHistory(wrong.limit(1).to_pyarrow()["customer_id"][0].as_py(), customers)
        return cls(kept)

    @cached_property
    def counts(self) -> pd.DataFrame:
        """`customers` of each `renewals` and `has_left`. Raises NoPurchases where there is nobody."""
        found = self.table.group_by("renewals", "has_left").agg(customers=ibis._.count())
        counts = found.order_by("renewals", "has_left").to_pandas()
        if counts.empty:
            raise NoPurchases(None)
        return counts

    @cached_property
    def rows(self) -> pd.DataFrame:
        return self.table.order_by("customer_id").to_pandas().set_index("customer_id")


@dataclass(frozen=True)
class BetaGeometric(Estimated[Estimates]):
    """Each customer stays with a probability of their own, the same in every period; the loyal remain, and so retention
    seems to grow.

    Source: Fader & Hardie 2007, "How to Project Customer Retention", Journal of Interactive Marketing 21(1); 2010,
    "Customer-Base Valuation in a Contractual Setting", Marketing Science 29(1).
    """

    fitted: Estimates | None = None

    NAMES: ClassVar[tuple[str, ...]] = ("alpha", "beta")

    def fit(self, contracts: Contracts) -> "BetaGeometric":
        """Exact maximum likelihood. Raises NoPurchases, TooFewLosses where next to nobody left yet, or stayed."""
        counts = contracts.counts
        lost = int(counts.customers[counts.has_left].sum())
        stayed = int((counts.customers * counts.renewals).sum())
        if min(lost, stayed) < FEWEST_LOSSES:
            raise TooFewLosses(lost, stayed, FEWEST_LOSSES)
        found, total = maximise(Likelihood(counts), np.array(START)), int(counts.customers.sum())
        params = dict(zip(self.NAMES, map(float, found.at), strict=True))
        covariance, told = precision(found, total)
        fit = Estimates(
            params=params,
            free=self.NAMES,
            covariance=covariance,
            log_likelihood=float(found.local.value * total),
            customers=total,
            untold=tuple(name for name, is_told in zip(self.NAMES, told, strict=True) if not is_told),
        )
        return replace(self, fitted=fit)

    def survival(self, periods: Floats) -> Floats:
        """(m,) share of new customers who are still there after each number of `periods` (m,). Raises ImpossibleHorizon
        for one below 0. Eq. 6 of 2007."""
        alpha, beta = self._parameters
        return self._stays(alpha, beta, _periods(periods, least=0))

    def retention(self, periods: Floats) -> Floats:
        """(m,) share of those still there who stay at the end of each period, from 1. Raises ImpossibleHorizon for one
        below that. Eq. 8 of 2007."""
        alpha, beta = self._parameters
        past = _periods(periods, least=1) - 1
        rate: Floats = (beta + past) / (alpha + beta + past)
        return rate

    def probability_to_stay(self, contracts: Contracts, *, periods: int) -> pd.Series:
        """(n,) probability to stay for the next `periods`, by customer id; 0 for who has left. Raises ImpossibleHorizon
        for anything but a whole number from 0 on."""
        ahead = whole("periods", periods, least=0)
        alpha, beta = self._parameters
        return self._of_the_living(contracts, "probability_to_stay", lambda k: self._stays(alpha, beta + k, ahead))

    def discounted_residual_lifetime(self, contracts: Contracts, *, discount_rate: float) -> pd.Series:
        """(n,) expected further periods, each at what it is worth today, by customer id; the renewal that is next is
        not discounted. discount_rate: a period, above 0. Eq. 6 of 2010."""
        if not 0 < discount_rate < np.inf:
            raise ImpossibleHorizon("discount_rate", discount_rate)
        alpha, beta = self._parameters

        def worth(k: Floats) -> Floats:
            stayed = beta + k
            further: Floats = hyp2f1(1, stayed + 1, alpha + stayed + 1, 1 / (1 + discount_rate))
            return stayed / (alpha + stayed) * further

        return self._of_the_living(contracts, "discounted_residual_lifetime", worth)

    def _of_the_living(self, contracts: Contracts, name: str, of: Callable[[Floats], Floats]) -> pd.Series:
        rows = contracts.rows
        found = np.where(rows.has_left, 0.0, of(rows.renewals.to_numpy(np.float64)))
        return pd.Series(found, index=rows.index, name=name)

    @staticmethod
    def _stays(alpha: float, beta: Floats | float, periods: Floats | int) -> Floats:
        share: Floats = np.exp(betaln(alpha, beta + periods) - betaln(alpha, beta))
        return share

    @property
    def _parameters(self) -> tuple[float, float]:
        return self.params["alpha"], self.params["beta"]


def _periods(given: Floats, least: int) -> Floats:
    periods = np.asarray(given, dtype=np.float64)
    impossible = ~((periods >= least) & (periods < np.inf))
    if impossible.any():
        raise ImpossibleHorizon("periods", float(periods[impossible].flat[0]))
    return periods


class Likelihood:
    """The mean log-likelihood of a contract as a function of (alpha, beta). Eq. 5 and 6 of 2007."""

    def __init__(self, counts: pd.DataFrame) -> None:
        renewals, customers = (counts[name].to_numpy(np.float64) for name in ("renewals", "customers"))
        self._stayed = Counts.of(renewals, customers)
        self._periods = Counts.of(renewals + counts.has_left, customers)
        self._lost, self._total = float(customers[counts.has_left].sum()), float(customers.sum())

    def __call__(self, at: Floats) -> Local:
        alpha, beta = at
        stayed, stayed_1, stayed_2 = self._stayed.rising(beta)
        all_, all_1, all_2 = self._periods.rising(alpha + beta)
        value = self._lost * np.log(alpha) + stayed - all_
        gradient = np.array([self._lost / alpha - all_1, stayed_1 - all_1])
        hessian = np.array([[-self._lost / alpha**2 - all_2, -all_2], [-all_2, stayed_2 - all_2]])
        return Local(float(value) / self._total, gradient / self._total, hessian / self._total)
