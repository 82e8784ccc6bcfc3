"""Which model is taken, and why."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import ibis
import numpy as np
import pandas as pd
import pytest

import treue.science as ts
from tests.science import cdnow, online_retail
from treue.science.buying.summary import Summary
from treue.science.errors import HoldoutBeyondData, ImpossibleHoldout, TooFewSpenders


@pytest.fixture(scope="module")
def held_out(real_data: Path):
    return ts.validation.split(
        cdnow.orders(real_data), until=cdnow.CALIBRATION_END, last=date(1998, 6, 30), unit=ts.WEEK
    )


def test_the_model_with_the_lowest_deviance_is_taken_and_beats_the_rules(held_out):
    choice = ts.choice.compare(held_out)
    table = choice.table
    assert list(table.index) == ["BetaGeoNBD", "ModifiedBetaGeoNBD", "ParetoNBD", "zero", "own_rate", "recency_rule"]
    assert choice.chosen == table[table.status.notna()].deviance.idxmin() == "ParetoNBD"
    assert choice.as_good == ("BetaGeoNBD", "ModifiedBetaGeoNBD")
    assert choice.better_than == ("zero", "own_rate", "recency_rule")
    assert table.loc["zero", ["total_bias", "rank_correlation"]].tolist() == [-1, 0]
    assert table.mae["zero"] < table.mae["own_rate"]  # why the absolute error alone misleads
    assert table.aic["ParetoNBD"] == pytest.approx(2 * 4 + 2 * 9594.976, abs=1e-2)


def test_where_no_dropout_is_found_another_model_is_recommended_or_none(real_data: Path):
    summary = ts.summarise(online_retail.orders(real_data), until=date(2010, 1, 15), unit=ts.WEEK)
    pareto = ts.ParetoNBD().fit(summary)
    assert pareto.status == "dropout not identified"
    assert type(ts.choice.recommended(summary, pareto)) is ts.BetaGeoNBD
    summary = ts.summarise(online_retail.orders(real_data), until=date(2010, 6, 9), unit=ts.WEEK)
    assert ts.choice.recommended(summary, ts.BetaGeoNBD().fit(summary)) is None


def test_what_is_expected_by_frequency_rises_and_is_near_what_came(held_out):
    table = ts.validation.by_frequency(ts.BetaGeoNBD().fit(held_out.summary), held_out)
    assert table.frequency.tolist() == list(range(8))
    assert table.customers.sum() == len(held_out.summary)
    assert (np.diff(table.expected) > 0).all()
    assert (table.expected * table.customers).sum() == pytest.approx(1653.4, abs=0.1)
    assert (table.actual * table.customers).sum() == held_out.purchases.sum() == 1882


def test_weekly_purchases_add_up_to_the_cumulative_ones(held_out):
    table = ts.validation.tracked(ts.BetaGeoNBD().fit(held_out.summary), held_out)
    assert table.period.tolist() == list(range(1, 79))
    assert table.actual.iloc[-1] == table.actual_within.sum() == 4339
    assert table.expected.iloc[-1] == pytest.approx(table.expected_within.sum())
    assert table.is_held_out.sum() == 39


def test_the_holdout_comes_after(real_data: Path):
    with pytest.raises(ImpossibleHoldout):
        ts.validation.split(cdnow.orders(real_data), until=date(1997, 9, 30), last=date(1997, 9, 30), unit=ts.WEEK)


def test_what_is_held_out_ends_where_the_purchases_do(real_data: Path):
    orders = cdnow.orders(real_data)
    with pytest.raises(HoldoutBeyondData) as beyond:
        ts.validation.split(orders, until=date(1997, 9, 30), last=date(1998, 12, 31), unit=ts.WEEK)
    assert beyond.value.last_purchase == date(1998, 6, 30)
    a_week_more = ts.validation.split(orders, until=date(1997, 9, 30), last=date(1998, 7, 7), unit=ts.WEEK)
    assert a_week_more.purchases.sum() == 1882


def test_a_shop_that_rests_for_long_may_rest_at_the_end_too():
    rows = [(customer, date(2024, month, 1), 5.0) for month in (1, 2, 6) for customer in range(9)]
    orders = ibis.memtable(pd.DataFrame(rows, columns=["customer_id", "ordered_at", "amount"]))
    rested = {"until": date(2024, 3, 1), "unit": ts.WEEK}  # 121 days without a purchase, from February to June
    assert ts.validation.split(orders, last=date(2024, 9, 30), **rested).purchases.sum() == 9
    with pytest.raises(HoldoutBeyondData):
        ts.validation.split(orders, last=date(2024, 10, 1), **rested)


def test_too_few_who_spend_are_told_in_terms_of_spend():
    table = pd.DataFrame({"customer_id": range(9), "frequency": 2.0, "recency": 5.0, "age": 9.0, "monetary": 0.0})
    table.loc[:3, "monetary"] = 10.0
    summary = Summary.of(table, unit=ts.WEEK)
    for question in (ts.GammaGamma().fit, ts.GammaGamma().independence):
        with pytest.raises(TooFewSpenders, match=r"4 customers paid something .*, 5 never did") as few:
            question(summary)
        assert (few.value.repeat_buyers, few.value.left_out) == (4, 5)


def test_gamma_gamma_draws_a_customer_towards_the_population_the_more_the_less_was_seen():
    rng = np.random.default_rng(3)
    frequency = rng.integers(0, 12, 3000)
    scale = rng.gamma(4, 1 / 15, 3000)
    monetary = np.where(
        frequency > 0, rng.gamma(6 * np.maximum(frequency, 1)) / np.maximum(frequency, 1) / scale, np.nan
    )
    given = {"customer_id": range(3000), "frequency": frequency, "recency": np.where(frequency > 0, 5.0, 0), "age": 9.0}
    summary = Summary.of(pd.DataFrame({**given, "monetary": monetary}), unit=ts.WEEK)
    spend = ts.GammaGamma().fit(summary)
    for name, truth in {"p": 6, "q": 4, "gamma": 15}.items():
        low, high = spend.intervals(0.999)[name]
        assert low < truth < high
    expected, rows = spend.expected_spend(summary), summary.to_pandas().set_index("customer_id")
    never = rows.frequency == 0
    assert expected[never].to_numpy() == pytest.approx(spend.mean)
    pulled = (expected - rows.monetary).abs() / (rows.monetary - spend.mean).abs()
    by_frequency = pulled[~never].groupby(rows.frequency[~never]).mean()
    assert by_frequency.is_monotonic_decreasing
    assert spend.independence(summary).is_plausible


def test_where_the_population_has_no_mean_the_fit_says_so_and_takes_what_was_seen():
    rng = np.random.default_rng(5)
    frequency = np.full(2000, 3)
    monetary = rng.gamma(2 * 3, size=2000) / 3 / rng.gamma(0.6, 1, 2000)
    given = {
        "customer_id": range(2001),
        "frequency": [*frequency, 0],
        "recency": [*np.full(2000, 5.0), 0.0],
        "age": 9.0,
    }
    summary = Summary.of(pd.DataFrame({**given, "monetary": [*monetary, None]}), unit=ts.WEEK)
    spend = ts.GammaGamma().fit(summary)
    assert spend.status == "mean not identified"
    assert spend.params["q"] < 1
    expected = spend.expected_spend(summary)
    assert expected.iloc[0] == pytest.approx(monetary[0])
    assert expected.iloc[-1] == pytest.approx(monetary.mean())


def test_repeat_buyers_who_never_paid_are_left_out_and_counted():
    given = {
        "customer_id": range(9),
        "frequency": 2,
        "recency": 3.0,
        "age": 9.0,
        "monetary": [0.0] * 2 + [5.0, 7, 9, 6, 8, 7, 5],
    }
    spend = ts.GammaGamma().fit(Summary.of(pd.DataFrame(given), unit=ts.WEEK))
    assert spend.fitted.left_out == 2
    assert spend.fitted.customers == 7


def test_what_was_asked_of_the_orders_before_is_tracked_without_them(held_out):
    model = ts.BetaGeoNBD().fit(held_out.summary)
    known = ts.validation.followed(held_out)
    alone = replace(known, summary=replace(held_out.summary, orders=None))
    pd.testing.assert_frame_equal(ts.validation.tracked(model, alone), ts.validation.tracked(model, held_out))
