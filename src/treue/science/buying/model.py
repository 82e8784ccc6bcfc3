"""What all models of buying are asked, and how they are fitted: by maximum likelihood, on the histories that differ."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from treue.science.asked import whole
from treue.science.buying import quadrature
from treue.science.buying.fitted import CONVERGED, NOT_IDENTIFIED, Estimated, Fit, Status, precision
from treue.science.buying.nbd import Purchases
from treue.science.buying.newton import Local, Maximum, maximise
from treue.science.buying.summary import Distinct, Living, Summary
from treue.science.buying.units import YEAR_DAYS, TimeUnit
from treue.science.errors import ImpossibleHorizon, MixedUnits, TooFewRepeatBuyers

Floats = NDArray[np.float64]
FEWEST_REPEAT_BUYERS = 5
# Of twice the log-likelihood, for there to be dropout. At a boundary no table holds; where nobody leaves, this much is
# found in 1 of 20 simulated shops (test_known_truth).
LEAST_EVIDENCE = 3.84
TIME_POINTS = 64
FARTHEST = 45.0  # discounted by exp(-45) and more, a purchase is worth nothing


@dataclass(frozen=True)
class BuyingModel(Estimated[Fit], ABC):
    """Buys at a rate of their own while they are customers, and leaves unseen. All spans are in the unit of the summary
    that was fitted; a summary of another unit is refused (MixedUnits).

    Everything that is asked of a customer is the probability of being one still, times what is true of the living; and
    of these nothing matters but how often they bought and how long they are known.
    """

    fitted: Fit | None = None

    NAMES: ClassVar[tuple[str, ...]]
    TIMES: ClassVar[frozenset[str]]  # those that are spans of time
    DROPOUT_START: ClassVar[tuple[float, ...]]  # where the search begins, in spans of the longest age
    NO_DROPOUT: ClassVar[tuple[float, ...]]

    @classmethod
    def of(cls, params: Mapping[str, float], *, unit: TimeUnit) -> Self:
        """A model with parameters that are known already."""
        known = {name: float(params[name]) for name in cls.NAMES}
        for name, value in known.items():
            if not 0 <= value < np.inf:
                raise ImpossibleHorizon(name, value)
        nothing = np.zeros((0, 0))
        return cls(Fit(params=known, free=(), covariance=nothing, log_likelihood=np.nan, customers=0, unit=unit))

    def fit(self, summary: Summary) -> Self:
        """Exact maximum likelihood. Raises NoPurchases, TooFewRepeatBuyers.

        Where the customers' histories do not tell whether anybody leaves at all, the status says so, and the model is
        the one without dropout (NBD).
        """
        histories = summary.distinct
        if histories.repeat_buyers < FEWEST_REPEAT_BUYERS:
            raise TooFewRepeatBuyers(histories.repeat_buyers, FEWEST_REPEAT_BUYERS)
        span = float(histories.age.max())  # so that the unit makes no difference to the search
        scaled = histories.in_spans_of(span)
        without = maximise(Purchases(scaled.living), Purchases.start(scaled.living))
        found = maximise(self.likelihood(scaled), np.concatenate([without.at, self.DROPOUT_START]))
        if 2 * (found.local.value - without.local.value) * histories.total < LEAST_EVIDENCE:
            at = np.concatenate([without.at, self.NO_DROPOUT])
            return replace(self, fitted=self._described(at, without, NOT_IDENTIFIED, span, summary))
        return replace(self, fitted=self._described(found.at, found, CONVERGED, span, summary))

    def _described(self, at: Floats, best: Maximum, status: Status, span: float, summary: Summary) -> Fit:
        histories, free = summary.distinct, self.NAMES[: len(best.at)]
        purchases = histories.customers @ histories.frequency
        covariance, told = precision(best, histories.total)
        return Fit(
            params={
                name: float(value) * (span if name in self.TIMES else 1)
                for name, value in zip(self.NAMES, at, strict=True)
            },
            free=free,
            covariance=covariance,
            log_likelihood=float(best.local.value * histories.total - purchases * np.log(span)),
            customers=histories.total,
            unit=summary.unit,
            status=status,
            untold=tuple(name for name, is_told in zip(free, told, strict=True) if not is_told),
            steps=best.steps,
        )

    # What a model knows

    @abstractmethod
    def likelihood(self, histories: Distinct) -> Callable[[Floats], Local]:
        """The mean log-likelihood of a customer, as a function of the parameters in the order of `NAMES`."""

    @abstractmethod
    def log_odds_of_having_left(self, histories: Distinct) -> Floats:
        """(k,) minus infinity where it is certain that they are customers."""

    @abstractmethod
    def purchases_of_the_living(self, living: Living, horizon: Floats | float) -> Floats:
        """(k,) expected number within one horizon, or within (k,) of their own."""

    @abstractmethod
    def pace_of_the_living(self, living: Living, after: float) -> Floats:
        """(k,) expected purchases a unit of time, `after` that time: the slope of `purchases_of_the_living`."""

    @abstractmethod
    def number_of_the_living(self, living: Living, horizon: float, number: int) -> Floats:
        """(k,) probability of exactly `number` purchases."""

    # What is asked

    def probability_alive(self, summary: Summary) -> pd.Series:
        """(n,) probability of being a customer still, by customer id."""
        return summary.answer("probability_alive", self.alive(self._checked(summary)))

    def expected_purchases(self, summary: Summary, *, horizon: float) -> pd.Series:
        """(n,) expected number of purchase days in the next `horizon`, by customer id. Raises ImpossibleHorizon."""
        return summary.answer("expected_purchases", self.purchases(self._checked(summary), horizon))

    def probability_of_no_purchase(self, summary: Summary, *, horizon: float) -> pd.Series:
        """(n,) probability that nothing is bought in the next `horizon`, by customer id."""
        return summary.answer("probability_of_no_purchase", self.number(self._checked(summary), horizon, 0))

    def distribution_of_purchases(self, summary: Summary, *, horizon: float, most: int = 10) -> pd.DataFrame:
        """(n, most + 2) probability of 0, 1, … `most` purchases in the next `horizon`, and of more than that. Raises
        ImpossibleHorizon, also for `most` below 0."""
        histories, most = self._checked(summary), whole("most", most, least=0)
        each = [self.number(histories, horizon, number) for number in range(most + 1)]
        each.append(np.clip(1 - np.sum(each, axis=0), 0, 1))
        columns = [*range(most + 1), "more"]
        return pd.DataFrame({name: summary.answer(str(name), one) for name, one in zip(columns, each, strict=True)})

    def next_purchase(self, summary: Summary, *, share: float = 0.5) -> pd.Series:
        """(n,) the wait, from today, within which a customer buys again with the probability `share`, if they stay.

        The median is given and not the mean, which is infinite for whoever bought seldom.
        """
        return summary.answer("next_purchase", self.wait(self._checked(summary), share))

    def discounted_expected_purchases(
        self, summary: Summary, *, discount_rate: float, horizon: float | None = None
    ) -> pd.Series:
        """(n,) expected purchases, each worth less the later it is; over all time where there is no horizon.

        discount_rate: a year. Source: Fader, Hardie & Lee 2005, "RFM and CLV", Journal of Marketing Research 42(4).
        """
        worth = self.discounted(self._checked(summary), discount_rate, horizon)
        return summary.answer("discounted_expected_purchases", worth)

    def purchases_of_new(self, horizon: Floats) -> Floats:
        """(m,) expected repeat purchases within each `horizon` (m,) of somebody who bought for the first time today."""
        nothing = np.zeros_like(horizon)
        new = Distinct(nothing[:1], nothing[:1], nothing[:1], np.ones(1))
        return self.alive(new) * self.purchases_of_the_living(Living(nothing, nothing, nothing), horizon)

    # The same of histories that differ, (k,) each

    def alive(self, histories: Distinct) -> Floats:
        probability: Floats = expit(-self.log_odds_of_having_left(histories))
        return probability

    def purchases(self, histories: Distinct, horizon: float) -> Floats:
        _require_horizon(horizon)
        return self._if_alive(histories, self.purchases_of_the_living(histories.living, horizon))

    def number(self, histories: Distinct, horizon: float, number: int) -> Floats:
        _require_horizon(horizon)
        found = self._if_alive(histories, self.number_of_the_living(histories.living, horizon, number))
        left: Floats = expit(self.log_odds_of_having_left(histories))
        return found if number else found + left

    def wait(self, histories: Distinct, share: float) -> Floats:
        if not 0 < share < 1:
            raise ImpossibleHorizon("share", share)
        r, alpha, *_ = self.parameters
        longest: Floats = np.expm1(-np.log1p(-share) / (r + histories.frequency))
        return (alpha + histories.age) * longest

    def discounted(self, histories: Distinct, discount_rate: float, horizon: float | None) -> Floats:
        """Moments are even on the logarithm of time, as paces fall by powers of it."""
        if not 0 <= discount_rate < np.inf or (discount_rate == 0 and horizon is None):
            raise ImpossibleHorizon("discount_rate", discount_rate)
        force = np.log1p(discount_rate) * self.unit.days / YEAR_DAYS
        end = FARTHEST / force if horizon is None else horizon
        _require_horizon(end)
        share, weights = quadrature.legendre(TIME_POINTS)
        scale = self.parameters[1]
        far, total = np.log1p(end / scale), np.zeros(len(histories.living))
        for at, weight in zip(share * far, weights * far, strict=True):
            moment = scale * np.expm1(at)
            total += (
                weight * (scale + moment) * np.exp(-force * moment) * self.pace_of_the_living(histories.living, moment)
            )
        return self._if_alive(histories, total)

    def _if_alive(self, histories: Distinct, of_the_living: Floats) -> Floats:
        return self.alive(histories) * of_the_living[histories.place_among_the_living]

    def _checked(self, summary: Summary) -> Distinct:
        if summary.unit != self.unit:
            raise MixedUnits(self.unit.name, summary.unit.name)
        return summary.distinct

    # What was found

    @property
    def parameters(self) -> tuple[float, ...]:
        return tuple(self.params[name] for name in self.NAMES)

    @property
    def unit(self) -> TimeUnit:
        return self.estimates.unit

    @property
    def status(self) -> Status:
        return self.estimates.status


def _require_horizon(horizon: float) -> None:
    if not 0 <= horizon < np.inf:
        raise ImpossibleHorizon("horizon", horizon)
