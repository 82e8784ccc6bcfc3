"""Whether what is said of breakage holds in programmes of which the end is known."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest

from tests.science.liability.programmes import Programme, independent, last_day, of_members
from treue.science.liability import ChainLadder, breakage, cohorts

RUNS = 300
Z = 1.2816  # either way, of 80 percent


def covered(make: Callable[..., Programme], runs: int, *, months: int, expires_after: int) -> tuple[float, float]:
    """Share of runs in which the truth lay in the interval of 80 percent, and the mean error of what was expected."""
    hits, errors = [], []
    for seed in range(runs):
        programme = make(seed, months=months, expires_after=expires_after)
        own = cohorts(programme.table(), as_of=last_day(months - 1))
        found = breakage(own, expires_after=expires_after).redemption
        hits.append(found.low <= programme.truth <= found.high)
        errors.append(found.expected - programme.truth)
    return float(np.mean(hits)), float(np.mean(errors))


@pytest.mark.long
@pytest.mark.parametrize(
    ("make", "months", "expires_after", "bias"),
    [
        (independent, 30, 18, 0.001),
        (independent, 12, 10, 0.002),
        (of_members, 30, 24, 0.01),
        (of_members, 16, 12, 0.01),
        (partial(of_members, december=3.0), 30, 24, 0.015),
    ],
)
def test_the_interval_covers_the_truth_as_often_as_it_says(make, months, expires_after, bias):
    share, error = covered(make, RUNS, months=months, expires_after=expires_after)
    assert 0.72 <= share <= 0.88
    assert abs(error) < bias


@pytest.mark.long
def test_the_plain_chain_ladder_of_redeemed_points_would_be_too_sure_and_too_low():
    """Why Treue develops what is left, and adds up deviations by month."""
    hits, errors = [], []
    for seed in range(RUNS):
        programme = of_members(seed)
        own = cohorts(programme.table(), as_of=last_day(29))
        redeemed = own.issued[:, None] - own.unredeemed(24)
        chain = ChainLadder.fit(redeemed, own.month)
        error = chain.ultimate.sum() / own.issued.sum() - programme.truth
        errors.append(error)
        hits.append(abs(error) < Z * chain.total_standard_error / own.issued.sum())
    assert np.mean(hits) < 0.5
    assert np.mean(errors) < -0.015


def test_the_interval_covers_the_truth_in_a_few_programmes():
    share, _ = covered(of_members, 12, months=30, expires_after=24)
    assert share >= 0.6
