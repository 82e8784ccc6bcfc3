"""What cannot be learned from is refused by name, and what can be made good is, and said."""

from datetime import date, datetime

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import treue.science as ts
from tests.science.churn.subscribers import AS_OF, subscribers
from treue.science.churn import ImpossibleLabel, InfiniteValue, RepeatedColumn, TooFewChurners, WithoutCustomer
from treue.science.errors import (
    ImpossibleHorizon,
    MissingColumn,
    MomentsWithZone,
    RepeatedCustomer,
    WrongColumnType,
)


@pytest.fixture
def given() -> pd.DataFrame:
    return subscribers(600).drop(columns="truth")


def learn(given: object, **more: object) -> ts.ChurnClassifier:
    return ts.ChurnClassifier.fit(given, **{"label": "left", "as_of": AS_OF, "horizon_days": 90, "seed": 1, **more})


@pytest.mark.parametrize(
    ("spoil", "error", "facts"),
    [
        (lambda t: t.drop(columns="customer_id"), MissingColumn, {"column": "customer_id"}),
        (lambda t: t.drop(columns="left"), MissingColumn, {"column": "left"}),
        (lambda t: t.assign(left=True), TooFewChurners, {"churners": 600, "stayers": 0}),
        (lambda t: t.assign(left=False), TooFewChurners, {"churners": 0, "stayers": 600}),
        (lambda t: t.assign(left=np.arange(600) < 9), TooFewChurners, {"churners": 9, "needed": 10}),
        (lambda t: t.head(1), TooFewChurners, {}),
        (lambda t: t.head(0), TooFewChurners, {"churners": 0, "stayers": 0}),
        (lambda t: t.assign(left=np.nan), TooFewChurners, {"churners": 0, "stayers": 0}),
        (lambda t: t.assign(left=np.arange(600) % 3), ImpossibleLabel, {"column": "left", "value": 2.0}),
        (lambda t: t.assign(left="yes"), WrongColumnType, {"column": "left", "wanted": "boolean"}),
        (lambda t: t.assign(price=np.where(t.index == 4, np.inf, 1.5)), InfiniteValue, {"column": "price", "rows": 1}),
        (lambda t: t.assign(price=[1, "a"] * 300), WrongColumnType, {"column": "price"}),
        (lambda t: t.assign(price=[[1]] * 600), WrongColumnType, {"column": "price"}),
        (lambda t: t.assign(price=[b"x"] * 600), WrongColumnType, {"column": "price"}),
        (lambda t: pd.concat([t, t.head(2)]), RepeatedCustomer, {"customers": 2, "customer_id": "c000000"}),
        (lambda t: t.assign(customer_id=[None, "", *t.customer_id[2:]]), WithoutCustomer, {"rows": 2}),
        (lambda t: pd.concat([t, t.price], axis=1), RepeatedColumn, {"column": "price"}),
        (lambda t: t.assign(at=pd.Timestamp("2026-01-01", tz="UTC")), MomentsWithZone, {"column": "at"}),
    ],
)
def test_a_bad_table_is_refused_by_name(given, spoil, error, facts):
    with pytest.raises(error) as refused:
        learn(spoil(given))
    assert {name: getattr(refused.value, name) for name in facts} == facts
    assert str(refused.value)


@pytest.mark.parametrize("days", [0, -1, 1.5, np.nan, np.inf, "90", None, True, 10**400, 10**9])
def test_a_horizon_is_a_number_of_days(given, days):
    with pytest.raises(ImpossibleHorizon):
        learn(given, horizon_days=days)


@pytest.mark.parametrize("seed", [-1, 2**32, 1.5, None, "1", True])
def test_a_seed_is_a_whole_number(given, seed):
    with pytest.raises(ImpossibleHorizon) as refused:
        learn(given, seed=seed)
    assert refused.value.name == "seed"


@pytest.mark.parametrize("day", [20260101, None, datetime(2026, 6, 30), pd.NaT, np.datetime64("2026-06-30")])
def test_a_cut_off_is_a_day(given, day):
    model = learn(given)
    with pytest.raises(ImpossibleHorizon):
        learn(given, as_of=day)
    with pytest.raises(ImpossibleHorizon):
        model.probability(given, as_of=day)
    with pytest.raises(ImpossibleHorizon):
        learn(given, known_on={"price": day})


def test_a_cut_off_column_holds_days(given):
    with pytest.raises(WrongColumnType):
        learn(given, as_of="price")
    with pytest.raises(MissingColumn):
        learn(given, as_of="no_such_day")
    with pytest.raises(WithoutCustomer) as missing:
        learn(given.assign(day=[None, *[AS_OF] * 599]), as_of="day")
    assert (missing.value.column, missing.value.rows) == ("day", 1)


def test_a_repeated_customer_to_be_scored_is_refused(given):
    model = learn(given)
    with pytest.raises(RepeatedCustomer):
        model.probability(pd.concat([given, given.head(1)]), as_of=AS_OF)
    twice = pd.concat([given.assign(day=AS_OF), given.head(1).assign(day=date(2026, 7, 1))])
    with pytest.raises(RepeatedCustomer):
        model.probability(twice, as_of="day")


def test_a_table_to_be_scored_must_have_the_features_in_their_kind(given):
    model = learn(given)
    with pytest.raises(MissingColumn) as missing:
        model.probability(given.drop(columns="plan"), as_of=AS_OF)
    assert missing.value.column == "plan"
    with pytest.raises(WrongColumnType):
        model.probability(given.assign(plan=3.0), as_of=AS_OF)
    with pytest.raises(ImpossibleHorizon):
        model.reasons_of(given, as_of=AS_OF, most=0)


def test_rows_without_label_are_set_aside_and_counted(given):
    open_ones = given.assign(left=given.left.where(given.index >= 50).astype("boolean"))
    model = learn(open_ones)
    assert (model.without_label, model.customers) == (50, 550)
    assert model.candidates.log_loss.equals(learn(given.iloc[50:]).candidates.log_loss)


def test_what_is_missing_or_unseen_has_a_probability_all_the_same(given):
    model = learn(given)
    odd = given.head(4).copy()
    odd["plan"] = ["never heard of", None, "monthly", "yearly"]
    odd.loc[2, "price"], odd["autopay"] = 1e9, [None, True, False, None]
    odd["tickets"] = np.nan
    found = model.probability(odd, as_of=AS_OF)
    assert found.between(0, 1, inclusive="neither").all()
    dearest = odd.assign(price=given.price.max())
    assert found.iloc[2] == pytest.approx(model.probability(dearest, as_of=AS_OF).iloc[2])
    reasons = model.reasons_of(odd, as_of=AS_OF, most=9).set_index(["customer_id", "feature"]).value
    assert reasons["c000000", "plan"] == "never heard of"
    assert reasons.get(("c000001", "plan")) is None


def test_the_order_of_rows_and_columns_and_the_kind_of_table_make_no_difference(given):
    model = learn(given)
    shuffled = given.sample(frac=1, random_state=3)[list(reversed(given.columns))]
    arrow = pa.Table.from_pandas(given, preserve_index=False)
    texts = given.assign(plan=given.plan.astype("category"))
    wanted = model.probability(given, as_of=AS_OF)
    for same in (shuffled, arrow, ibis.memtable(given), texts):
        again = learn(same)
        pd.testing.assert_series_equal(again.probability(same, as_of=AS_OF), wanted)
        pd.testing.assert_frame_equal(again.reasons, model.reasons)


def test_money_in_decimals_and_whole_numbers_are_numbers(given):
    exact = pa.Table.from_pandas(given, preserve_index=False)
    place = exact.column_names.index("price")
    exact = exact.set_column(place, "price", exact["price"].cast(pa.decimal128(18, 2)))
    assert learn(exact).quality.log_loss == pytest.approx(learn(given).quality.log_loss)


def test_ten_churners_are_enough_for_a_number_that_says_how_little_it_knows():
    given = subscribers(200).drop(columns="truth")
    given = pd.concat([given[given.left].head(10), given[~given.left]])
    model = learn(given)
    assert (model.churners, model.customers) == (10, len(given))
    assert np.isfinite([model.quality.log_loss, model.quality.brier, model.quality.auc]).all()
    assert model.probability(given, as_of=AS_OF).between(0, 1, inclusive="neither").all()


def test_more_customers_than_are_learned_from_are_drawn_as_they_left(given, monkeypatch):
    monkeypatch.setattr("treue.science.churn.classifier.MOST_CUSTOMERS", 300)
    model = learn(given)
    assert (model.customers, model.quality.rows) == (300, 300)
    assert model.quality.base_rate == pytest.approx(given.left.mean(), abs=0.08)
    assert len(model.probability(given, as_of=AS_OF)) == 600
