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
