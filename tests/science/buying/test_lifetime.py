"""What customers will be worth."""

import numpy as np
import pandas as pd
import pytest

import treue.science as ts
from treue.science.buying.summary import Summary
from treue.science.errors import ImpossibleHorizon, MixedUnits

MONTH_IN_WEEKS = ts.MONTH.days / 7
MODEL = ts.BetaGeoNBD.of({"r": 0.2426, "alpha": 4.4136, "a": 0.7929, "b": 2.4259}, unit=ts.WEEK)
ASKED = {"months": 12, "discount_rate": 0.10, "margin": 0.30}


@pytest.fixture(scope="module")
def summary() -> Summary:
    rng = np.random.default_rng(2)
    frequency = rng.integers(0, 5, 60)
    given = {
        "customer_id": [f"c{number:02}" for number in range(60)],
        "frequency": frequency,
        "recency": np.where(frequency > 0, 20.0, 0.0),
        "age": 30.0,
        "monetary": np.where(frequency > 0, rng.gamma(9, 4, 60), np.nan),
    }
    return Summary.of(pd.DataFrame(given).sample(frac=1, random_state=1), unit=ts.WEEK)


@pytest.fixture(scope="module")
def spend(summary):
    return ts.GammaGamma().fit(summary)


def test_value_is_what_each_month_brings_at_its_end_times_spend_times_margin(summary, spend):
    value = ts.lifetime_value(summary, MODEL, spend, **ASKED)
    up_to = [MODEL.expected_purchases(summary, horizon=month * MONTH_IN_WEEKS) for month in range(13)]
    by_hand = sum((up_to[month] - up_to[month - 1]) / 1.1 ** (month / 12) for month in range(1, 13))
    by_hand = by_hand * spend.expected_spend(summary) * 0.30
    assert value.to_numpy() == pytest.approx(by_hand.to_numpy(), rel=1e-10)
    assert list(value.index) == [f"c{number:02}" for number in range(60)]


def test_undiscounted_value_is_expected_purchases_times_expected_spend(summary, spend):
    value = ts.lifetime_value(summary, MODEL, spend, months=12, discount_rate=0, margin=1)
    expected = MODEL.expected_purchases(summary, horizon=12 * MONTH_IN_WEEKS) * spend.expected_spend(summary)
    assert value.to_numpy() == pytest.approx(expected.to_numpy(), rel=1e-12)


def test_values_of_segments_add_up_to_the_whole(summary, spend):
    value = ts.lifetime_value(summary, MODEL, spend, **ASKED)
    segments = pd.Series(["often" if number % 3 else "seldom" for number in range(60)], index=value.index)
    assert value.groupby(segments).sum().sum() == pytest.approx(value.sum())


@pytest.mark.parametrize("place", [0, 1, 2, 3])
def test_an_interval_holds_the_share_of_simulated_futures_that_it_says(place):
    """Each customer's future drawn a hundred thousand times from what is known of them."""
    rng, runs, horizon = np.random.default_rng(place), 100_000, 12 * MONTH_IN_WEEKS
    spend = ts.GammaGamma.of({"p": 6.25, "q": 3.74, "gamma": 15.44})
    given = {
        "frequency": [0, 2, 12, 40],
        "recency": [0.0, 30.0, 29.0, 28.0],
        "age": 30.0,
        "monetary": [np.nan, 35.0, 20.0, 60.0],
    }
    some = Summary.of(pd.DataFrame({"customer_id": range(4), **given}), unit=ts.WEEK)
    asked = {"months": 12, "discount_rate": 0.0, "margin": 1.0, "level": 0.8}
    low, high = ts.lifetime_interval(some, MODEL, spend, **asked).iloc[place]
    x, age, alive = given["frequency"][place], 30.0, MODEL.probability_alive(some).iloc[place]
    r, alpha, a, b = MODEL.parameters
    p, q, gamma = spend.parameters
    purchases = rng.poisson(rng.gamma(r + x, horizon / (alpha + age), runs))
    purchases = np.minimum(purchases, rng.geometric(np.maximum(rng.beta(a, b + x, runs), 1e-12)))
    purchases *= rng.random(runs) < alive
    scale = rng.gamma(p * x + q, 1 / (gamma + x * np.nan_to_num(given["monetary"][place])), runs)
    worth = np.where(purchases > 0, rng.gamma(p * np.maximum(purchases, 1)) / scale, 0.0)
    assert (worth > high).mean() == pytest.approx(0.1 if high > 0 else 0, abs=0.005)
    if low > 0:
        assert (worth < low).mean() == pytest.approx(0.1, abs=0.005)
    else:
        assert (worth == 0).mean() > 0.1


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("months", 0),
        ("months", 1.5),
        ("discount_rate", -0.1),
        ("discount_rate", np.inf),
        ("margin", 1.2),
        ("margin", -1),
    ],
)
def test_what_means_nothing_is_refused_by_name(summary, spend, name, wrong):
    with pytest.raises(ImpossibleHorizon) as impossible:
        ts.lifetime_value(summary, MODEL, spend, **{**ASKED, name: wrong})
    assert (impossible.value.name, impossible.value.value) == (name, wrong)


def test_a_model_of_weeks_values_no_customers_described_in_days(summary, spend):
    in_days = Summary.of(summary.to_pandas(), unit=ts.DAY)
    with pytest.raises(MixedUnits):
        ts.lifetime_value(in_days, MODEL, spend, **ASKED)
