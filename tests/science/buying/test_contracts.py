"""Contracts that are renewed or not."""

import numpy as np
import pandas as pd
import pytest

from treue.science.buying.contracts import BetaGeometric, Contracts
from treue.science.errors import (
    ImpossibleHistory,
    ImpossibleHorizon,
    MissingColumn,
    NoPurchases,
    NotFitted,
    TooFewLosses,
)

HIGH_END = [1000, 869, 743, 653, 593, 551, 517, 491]
REGULAR = [1000, 631, 468, 382, 326, 289, 262, 241]


def contracts(survivors: list[int]) -> Contracts:
    """Of a cohort of which so many were there after 0, 1, 2, … years."""
    lost = -np.diff(survivors)
    renewals = [*np.repeat(np.arange(len(lost)), lost), *[len(lost)] * survivors[-1]]
    has_left = [True] * sum(lost) + [False] * survivors[-1]
    return Contracts.of(pd.DataFrame({"customer_id": range(len(renewals)), "renewals": renewals, "has_left": has_left}))


@pytest.mark.parametrize(
    ("survivors", "alpha", "beta", "log_likelihood"),
    [(HIGH_END, 0.668, 3.806, -1611.2), (REGULAR, 0.704, 1.182, -1680.3)],
)
def test_fader_hardie_2007_table_2_sbg(survivors, alpha, beta, log_likelihood):
    model = BetaGeometric().fit(contracts(survivors))
    assert model.params["alpha"] == pytest.approx(alpha, abs=5e-4)
    assert model.params["beta"] == pytest.approx(beta, abs=5e-4)
    assert model.log_likelihood == pytest.approx(log_likelihood, abs=0.05)


def test_what_the_model_did_not_see_is_projected_to_two_percentage_points():
    """Years 8 to 12 of the paper's figure 5."""
    projected = BetaGeometric().fit(contracts(HIGH_END)).survival(np.arange(8.0, 13))
    assert np.abs(projected - [0.468, 0.445, 0.427, 0.409, 0.394]).max() < 0.02


def test_whoever_stayed_longer_is_more_likely_to_stay_and_who_left_is_gone():
    given = contracts(HIGH_END)
    model = BetaGeometric().fit(given)
    stays = model.probability_to_stay(given, periods=1)
    assert stays[given.rows.has_left].eq(0).all()
    assert stays.iloc[-1] == pytest.approx(model.retention(np.array([8.0]))[0])
    assert model.probability_to_stay(given, periods=0).iloc[-1] == 1
    worth = model.discounted_residual_lifetime(given, discount_rate=0.1)
    assert worth[given.rows.has_left].eq(0).all()
    by_hand = sum(model.probability_to_stay(given, periods=n).iloc[-1] / 1.1 ** (n - 1) for n in range(1, 300))
    assert worth.iloc[-1] == pytest.approx(by_hand, rel=1e-6)
    by_day = model.discounted_residual_lifetime(given, discount_rate=0.00026).iloc[-1]
    ahead = np.arange(1.0, 200_001)
    survives = model.survival(7 + ahead) / model.survival(np.array([7.0]))
    assert by_day == pytest.approx(survives @ 1.00026 ** -(ahead - 1), rel=1e-6)


@pytest.mark.parametrize("periods", [-1, 0.5, np.nan, np.inf, "1", None])
def test_periods_to_stay_are_a_number_of_them(periods):
    given = contracts(REGULAR)
    with pytest.raises(ImpossibleHorizon):
        BetaGeometric().fit(given).probability_to_stay(given, periods=periods)


def test_there_is_no_survival_before_the_start_and_no_retention_before_the_first_period():
    model = BetaGeometric().fit(contracts(REGULAR))
    for bad in (-1.0, np.nan, np.inf):
        with pytest.raises(ImpossibleHorizon):
            model.survival(np.array([1.0, bad]))
        with pytest.raises(ImpossibleHorizon):
            model.retention(np.array([1.0, bad]))
    with pytest.raises(ImpossibleHorizon):
        model.retention(np.array([0.0]))
    assert model.survival(np.array([0.0])) == 1


def test_intervals_hold_the_estimate_and_nothing_below_zero():
    model = BetaGeometric().fit(contracts(HIGH_END))
    for name, (low, high) in model.intervals().items():
        assert 0 < low < model.params[name] < high
        assert model.standard_errors[name] > 0


def test_what_cannot_be_is_named():
    with pytest.raises(MissingColumn):
        Contracts.of(pd.DataFrame({"customer_id": [1], "renewals": [1]}))
    with pytest.raises(ImpossibleHistory) as wrong:
        Contracts.of(pd.DataFrame({"customer_id": [7, 8], "renewals": [-1, 2], "has_left": [True, False]}))
    assert (wrong.value.customer_id, wrong.value.customers) == (7, 1)
    with pytest.raises(ImpossibleHistory):
        Contracts.of(pd.DataFrame({"customer_id": [7], "renewals": [0.5], "has_left": [True]}))
    with pytest.raises(NoPurchases):
        BetaGeometric().fit(contracts([0, 0]))
    with pytest.raises(TooFewLosses):
        BetaGeometric().fit(contracts([100, 99]))
    with pytest.raises(NotFitted):
        BetaGeometric().survival(np.array([1.0]))
    given = contracts(REGULAR)
    with pytest.raises(ImpossibleHorizon):
        BetaGeometric().fit(given).probability_to_stay(given, periods=-1)
    with pytest.raises(ImpossibleHorizon):
        BetaGeometric().fit(given).discounted_residual_lifetime(given, discount_rate=0)
