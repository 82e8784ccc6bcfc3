"""The chain ladder: how cohorts develop with age, what becomes of the young ones, and how far off that may be."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from treue.science.liability.errors import ImpossibleTriangle

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
FEWEST_BESIDE = 2  # cohorts at one age, below which they say nothing of their scatter


@dataclass(frozen=True)
class ChainLadder:
    """(n,) cohorts, each seen up to an age of its own, brought to the oldest of (m,) ages.

    developed: (n, m) cumulative amounts, seen and then expected. last: (n,) the last age seen. row_month: (n,) when
    each cohort began, in ages. factors, variances, volumes: (m - 1,) from each age to the next: f, sigma squared, and
    the amount at the younger age of the cohorts that were seen at both.

    Assumes that what a cohort becomes depends only on what it is, that its variance is in proportion to that, and
    that cohorts have nothing to do with each other; `month_effects` sees how far the last is wrong.
    Source: Mack 1993, "Distribution-free calculation of the standard error of chain ladder reserve estimates",
    ASTIN Bulletin 23(2).
    """

    developed: Floats
    last: Ints
    row_month: Ints
    factors: Floats
    variances: Floats
    volumes: Floats

    @classmethod
    def fit(cls, cumulative: Floats, row_month: Ints | None = None) -> "ChainLadder":
        """cumulative: (n, m) amounts of each cohort up to each age, NaN where not seen yet. row_month: as above; None
        for cohorts that follow each other. Of nothing, nothing comes: a factor that no cohort tells is 1.

        Raises ImpossibleTriangle for gaps, amounts below 0, and rows of which nothing was seen.
        """
        last = _last_ages(cumulative)
        steps = cumulative.shape[1] - 1
        factors, variances, volumes = np.ones(steps), np.zeros(steps), np.zeros(steps)
        developed = cumulative.copy()
        for age in range(steps):
            seen = last > age
            before, after = cumulative[seen, age], cumulative[seen, age + 1]
            volumes[age] = before.sum()
            if volumes[age] > 0:
                factors[age] = after.sum() / volumes[age]
            variances[age] = _variance(before, after, factors[age], variances[:age])
            developed[~seen, age + 1] = developed[~seen, age] * factors[age]
        months = np.arange(len(cumulative)) if row_month is None else row_month
        return cls(developed, last, months, factors, variances, volumes)

    @property
    def ultimate(self) -> Floats:
        """(n,) expected amounts at the oldest age."""
        return self.developed[:, -1]

    @cached_property
    def process_variance(self) -> Floats:
        """(n,) of each cohort's own chance, around its expectation. Mack 1993, the first half of theorem 3."""
        return self._ahead(np.divide(1, self.developed, out=np.zeros_like(self.developed), where=self.developed > 0))

    @cached_property
    def parameter_variance(self) -> Floats:
        """(n,) of the factors not being known. Mack 1993, the second half of theorem 3."""
        known = np.append(_over(1.0, self.volumes), 0.0)
        return self._ahead(np.broadcast_to(known, self.developed.shape))

    @property
    def standard_error(self) -> Floats:
        """(n,) of each cohort's ultimate."""
        error: Floats = np.sqrt(self.process_variance + self.parameter_variance)
        return error

    def total_parameter_variance(self, of: NDArray[np.bool_] | None = None) -> float:
        """Of the factors not being known, in the sum of the ultimates `of` some or all: all cohorts err together."""
        together = self._still_to_step(np.full(len(self.last), True) if of is None else of)
        return float((self._relative * _over(1.0, self.volumes) * together**2).sum())

    @property
    def total_standard_error(self) -> float:
        """Of the sum of all ultimates. Mack 1993, the corollary to theorem 3."""
        return float(np.sqrt(self.process_variance.sum() + self.total_parameter_variance()))

    @cached_property
    def month_effects(self) -> tuple[float, float]:
        """How many times as large the variance of a sum is as if cohorts were alone: of process and of parameters.

        Whoever redeems does so from many cohorts at once, so what deviates in one month of the calendar deviates
        together. The deviations seen are added up by month of the calendar with the weights that they have in the
        total, squared, and set beside the sum of their own squares (clustering, as in Cameron & Miller 2015, Journal
        of Human Resources 50(2), with months for clusters). At least 1.
        """
        to_the_end = np.append(np.cumprod(self.factors[::-1])[::-1][1:], 1.0)
        together = self._still_to_step(np.full(len(self.last), True))
        return self._effect(to_the_end), self._effect(_over(together, self.factors * self.volumes))

    @property
    def months(self) -> int:
        """Months of the calendar in which a development was seen."""
        return len(np.unique(self._deviations[0]))

    def _effect(self, weight: Floats) -> float:
        month, age, deviation = self._deviations
        weighted = deviation * weight[age]
        alone = (weighted**2).sum()
        by_month = np.bincount(month - month.min(initial=0), weights=weighted)
        months = self.months
        return max(1.0, float((by_month**2).sum() / alone * months / (months - 1))) if alone > 0 and months > 1 else 1.0

    @cached_property
    def _deviations(self) -> tuple[Ints, Ints, Floats]:
        """Of each development seen beside another one of its age: month, age, and by how much it was more than
        expected, scaled for the factor having been made of it too."""
        ages = np.arange(len(self.factors))
        beside = (self.last[:, None] > ages).sum(axis=0)
        row, age = np.nonzero((self.last[:, None] > ages) & (beside >= FEWEST_BESIDE))
        found = self.developed[row, age + 1] - self.factors[age] * self.developed[row, age]
        return self.row_month[row] + age, age, found * np.sqrt(beside[age] / (beside[age] - 1))

    @property
    def _relative(self) -> Floats:
        return _over(self.variances, self.factors**2)

    def _still_to_step(self, of: NDArray[np.bool_]) -> Floats:
        """(m - 1,) the ultimates of those that have each step before them."""
        return np.array([self.ultimate[of & (self.last <= age)].sum() for age in range(len(self.factors))])

    def _ahead(self, of: Floats) -> Floats:
        """(n,) the ultimate squared times the sum of relative variances by `of`, over the ages not seen yet."""
        unseen = np.arange(len(self.factors)) >= self.last[:, None]
        total: Floats = self.ultimate**2 * (unseen * self._relative * of[:, :-1]).sum(axis=1)
        return total


def _variance(before: Floats, after: Floats, factor: float, younger: Floats) -> float:
    """Sigma squared of a step; where one cohort made it, what the two younger steps let expect, as in Mack 1993."""
    some = before > 0
    if some.sum() >= FEWEST_BESIDE:
        before, after = before[some], after[some]
        return float((before * (after / before - factor) ** 2).sum() / (len(before) - 1))
    if len(younger) < 2 or not younger[-2]:
        return float(younger[-1]) if len(younger) else 0.0
    return float(min(younger[-1] ** 2 / younger[-2], younger[-1], younger[-2]))


def _last_ages(cumulative: Floats) -> Ints:
    seen = ~np.isnan(cumulative)
    last: Ints = seen.sum(axis=1) - 1
    faults = {
        "is empty": last < 0,
        "has a gap": (seen != (np.arange(cumulative.shape[1]) <= last[:, None])).any(axis=1),
        "falls below 0": (cumulative < 0).any(axis=1),
    }
    for fact, wrong in faults.items():
        if wrong.any():
            raise ImpossibleTriangle(int(np.flatnonzero(wrong)[0]), fact)
    return last


def _over(part: Floats | float, whole: Floats) -> Floats:
    """part / whole, 0 where the whole is 0."""
    found: Floats = np.divide(part, whole, out=np.zeros_like(whole), where=whole > 0)
    return found
