"""How much of the points ever issued will be redeemed, and how much will not (breakage), with an interval."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import t

from treue.science.asked import whole
from treue.science.errors import ImpossibleHorizon
from treue.science.liability.assumptions import Assumption, Interval, bounded
from treue.science.liability.chain import ChainLadder
from treue.science.liability.cohorts import Cohorts
from treue.science.liability.errors import TooLittleHistory

Floats = NDArray[np.float64]
ESTIMATED, ASSUMED = "estimated", "assumed"
FEW_COHORTS, NOTHING_REDEEMED, UNSEEN_TAIL = "few cohorts", "nothing redeemed", "unseen tail"
REASONS = (FEW_COHORTS, NOTHING_REDEEMED, UNSEEN_TAIL)
FEWEST_COHORTS = 6


@dataclass(frozen=True)
class Breakage:
    """What will become of (n,) cohorts.

    status: 'estimated' from the cohorts, or 'assumed': the prior's share, for the reason given.
    cohorts: a row each: `issue_month`, points `issued`, `redeemed`, `expired`, `outstanding`, `to_be_redeemed` of those
    (expected, float), and of the issued the share `redemption` that will have been redeemed in the end, with
    `standard_error`, `low` and `high`. redemption: the same of all points ever issued (ultimate redemption rate).
    outstanding: the share of the points outstanding that will be redeemed, None where there are none.
    of_new_points: the share expected of points issued today.
    ahead: (h,) points outstanding that are expected to be redeemed in each of the months to come.
    """

    status: str
    reason: str | None
    cohorts: pd.DataFrame
    redemption: Interval
    outstanding: Interval | None
    of_new_points: float
    ahead: Floats

    @property
    def breakage(self) -> Interval:
        """Share of all points ever issued that will never be redeemed."""
        return self.redemption.rest


def breakage(
    cohorts: Cohorts,
    *,
    expires_after: int | None,
    tail: Assumption | None = None,
    prior: Assumption | None = None,
    level: float = 0.8,
) -> Breakage:
    """Ultimate redemption and breakage, by cohort and in all, with the interval in which they lie at a `level`.

    expires_after: the last age, in months, at which a point can be redeemed; None where points never expire. tail: the
    share that will be redeemed of what is left at the oldest age seen, where that is younger; not asked otherwise.
    prior: the share of all points issued that will be redeemed, for a programme with too little history.

    The chain ladder develops the points not redeemed yet, not those redeemed: they are never 0 while there is anything
    to ask, they bound the share by 1, and a young cohort that nobody touched yet is not said to stay so. Mack's error
    is widened by what cohorts have in common in a month (`ChainLadder.month_effects`); the interval is Student's, on
    the log-odds of the outstanding points. docs/science.md has the measurement.
    Raises TooLittleHistory without a prior, ImpossibleHorizon for an age or a level that means nothing.
    Source: Mack 1993, ASTIN Bulletin 23(2); see `chain`.
    """
    if not 0 < level < 1:
        raise ImpossibleHorizon("level", level)
    if expires_after is not None:
        expires_after = whole("expires_after", expires_after, least=0)
    reason = _too_little(cohorts, expires_after, tail)
    if reason is None:
        return _estimated(cohorts, expires_after, tail, level)
    if prior is None:
        raise TooLittleHistory(reason, len(cohorts), FEWEST_COHORTS, _oldest(cohorts))
    return _assumed(cohorts, expires_after, prior, reason)


def _too_little(cohorts: Cohorts, expires_after: int | None, tail: Assumption | None) -> str | None:
    if len(cohorts) < FEWEST_COHORTS:
        return FEW_COHORTS
    if not cohorts.redeemed.any():
        return NOTHING_REDEEMED
    is_whole = expires_after is not None and int(cohorts.last.max()) >= expires_after
    return None if is_whole or tail else UNSEEN_TAIL


def _oldest(cohorts: Cohorts) -> int | None:
    return int(cohorts.last.max()) if len(cohorts) else None


def _can_go(cohorts: Cohorts, expires_after: int | None) -> Floats:
    """(n,) outstanding points that can still be redeemed: those too old for it are as good as expired."""
    living = np.full(len(cohorts), True) if expires_after is None else cohorts.last < expires_after
    can: Floats = np.where(living, cohorts.outstanding, 0).astype(np.float64)
    return can


def _estimated(cohorts: Cohorts, expires_after: int | None, tail: Assumption | None, level: float) -> Breakage:
    oldest = int(cohorts.last.max())
    if expires_after is not None and expires_after <= oldest:
        oldest, tail = expires_after, None
    tail = tail or Assumption(share=0.0)
    can = _can_go(cohorts, expires_after)
    chain = ChainLadder.fit(cohorts.unredeemed(oldest), cohorts.month)
    left, ultimate = chain.developed[np.arange(len(cohorts)), chain.last], chain.ultimate
    to_come = np.where(can > 0, np.minimum(left - ultimate * (1 - tail.share), can), 0.0)
    error, total_error = _errors(chain, tail, can > 0, level)
    reach = float(t.ppf((1 + level) / 2, max(chain.months - 1, 1)))
    table = _table(cohorts, to_come, *_ends(to_come, can, error, reach))
    table.insert(7, "standard_error", error / cohorts.issued)
    low, high = _ends(to_come.sum(), can.sum(), np.array(total_error), reach)
    ends = (float(to_come.sum()), float(low), float(high))
    return Breakage(
        ESTIMATED,
        None,
        table,
        _of_issued(cohorts, ends, total_error),
        _of_outstanding(cohorts, ends, total_error),
        1 - _kept_of_new(cohorts, chain) * (1 - tail.share),
        _ahead(chain, to_come, tail),
    )


def _kept_of_new(cohorts: Cohorts, chain: ChainLadder) -> float:
    """Share of new points that nobody will have redeemed at the oldest age; the factors begin after the first month."""
    return float(chain.developed[:, 0].sum() / cohorts.issued.sum() * np.prod(chain.factors))


def _errors(chain: ChainLadder, tail: Assumption, is_open: NDArray[np.bool_], level: float) -> tuple[Floats, float]:
    """(n,) standard errors of the points to be redeemed of each cohort, and that of all, the tail's own included."""
    of_process, of_parameters = chain.month_effects
    low, high = tail.bounds
    of_tail = (high - low) / 2 / float(t.ppf((1 + level) / 2, np.inf))
    ultimate = np.where(is_open, chain.ultimate, 0.0)
    each = np.where(is_open, chain.process_variance + of_parameters * chain.parameter_variance, 0.0)
    total = of_process * chain.process_variance[is_open].sum() + of_parameters * chain.total_parameter_variance(is_open)
    return (
        np.sqrt((1 - tail.share) ** 2 * each + (of_tail * ultimate) ** 2),
        float(np.sqrt((1 - tail.share) ** 2 * total + (of_tail * ultimate.sum()) ** 2)),
    )


def _ends(to_come: Floats, can: Floats, error: Floats, reach: float) -> tuple[Floats, Floats]:
    """Low and high ends of points to be redeemed, of those that can be."""
    some = np.where(can > 0, can, 1.0)
    low, high = bounded(to_come / some, error / some, reach)
    return low * can, high * can


def _table(cohorts: Cohorts, to_come: Floats, low: Floats, high: Floats) -> pd.DataFrame:
    so_far, issued = cohorts.redeemed_so_far, cohorts.issued
    return pd.DataFrame(
        {
            "issue_month": cohorts.months,
            "issued": issued,
            "redeemed": so_far,
            "expired": cohorts.expired,
            "outstanding": cohorts.outstanding,
            "to_be_redeemed": to_come,
            "redemption": (so_far + to_come) / issued,
            "low": (so_far + low) / issued,
            "high": (so_far + high) / issued,
        }
    )


def _of_issued(cohorts: Cohorts, ends: Sequence[float], error: float | None = None) -> Interval:
    so_far, issued = float(cohorts.redeemed_so_far.sum()), float(cohorts.issued.sum())
    expected, low, high = ((so_far + each) / issued for each in ends)
    return Interval(expected, low, high, None if error is None else error / issued)


def _of_outstanding(cohorts: Cohorts, ends: Sequence[float], error: float | None = None) -> Interval | None:
    total = float(cohorts.outstanding.sum())
    if not total:
        return None
    expected, low, high = (each / total for each in ends)
    return Interval(expected, low, high, None if error is None else error / total)


def _ahead(chain: ChainLadder, to_come: Floats, tail: Assumption) -> Floats:
    """Points to be redeemed by month: as the cohorts develop, the tail evenly over its months, in all as expected."""
    steps = len(chain.factors)
    months = np.zeros(steps + (tail.months if tail.share else 0))
    for cohort, last in enumerate(chain.last):
        own = np.append(-np.diff(chain.developed[cohort, last:]), np.full(tail.months, _a_month(chain, cohort, tail)))
        if own.sum() > 0:
            own = own[: len(months)] * to_come[cohort] / own.sum()
            months[: len(own)] += own
    return months


def _a_month(chain: ChainLadder, cohort: int, tail: Assumption) -> float:
    return float(chain.ultimate[cohort] * tail.share / tail.months)


def _assumed(cohorts: Cohorts, expires_after: int | None, prior: Assumption, reason: str) -> Breakage:
    can, issued = _can_go(cohorts, expires_after), cohorts.issued
    so_far = cohorts.redeemed_so_far

    def to_come(share: float) -> Floats:
        found: Floats = np.clip(share * issued - so_far, 0.0, can)
        return found

    expected, low, high = (to_come(each) for each in (prior.share, *prior.bounds))
    ends = tuple(float(each.sum()) for each in (expected, low, high))
    table = _table(cohorts, expected, low, high)
    table.insert(7, "standard_error", np.nan)
    return Breakage(
        ASSUMED,
        reason,
        table,
        _of_issued(cohorts, ends) if len(cohorts) else Interval(prior.share, *prior.bounds),
        _of_outstanding(cohorts, ends),
        prior.share,
        np.full(prior.months, ends[0] / prior.months),
    )
