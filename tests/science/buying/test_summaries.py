"""From orders to a row per customer, beside a slow twin; and what no row can be made of."""

from collections import defaultdict
from datetime import date, datetime, timedelta

import ibis
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import treue.science as ts
from treue.science.buying.summary import Summary
from treue.science.errors import (
    ImpossibleHistory,
    MissingColumn,
    MomentsWithZone,
    NoPurchases,
    RepeatedCustomer,
    WrongColumnType,
)

UNTIL = date(2026, 3, 1)
BEGIN = datetime(2026, 1, 1)

ORDERS = st.lists(
    st.tuples(
        st.one_of(st.none(), st.integers(1, 6)),
        st.one_of(st.none(), st.integers(0, 90 * 24 * 60).map(lambda minutes: BEGIN + timedelta(minutes=minutes))),
        st.one_of(st.none(), st.integers(-500, 50_000).map(lambda cents: cents / 100), st.just(float("nan"))),
    ),
    min_size=1,
    max_size=40,
)


def table(rows) -> ibis.Table:
    frame = pd.DataFrame(rows, columns=["customer_id", "ordered_at", "amount"])
    frame["ordered_at"] = pd.to_datetime(frame.ordered_at)
    return ibis.memtable(
        frame.assign(order_id=range(len(frame))),
        schema={"customer_id": "float64", "ordered_at": "timestamp", "amount": "float64", "order_id": "int64"},
    )


def twin(rows) -> tuple[dict, dict]:
    """Customers by id, and what was set aside, worked out one order after the other."""
    days, aside = defaultdict(lambda: defaultdict(float)), defaultdict(int)
    for customer, moment, amount in rows:
        if customer is None:
            aside["no_customer"] += 1
        elif moment is None:
            aside["no_moment"] += 1
        elif amount is None or amount != amount:
            aside["no_amount"] += 1
        elif amount < 0:
            aside["negative"] += 1
        elif moment.date() > UNTIL:
            aside["after_until"] += 1
        else:
            days[customer][moment.date()] += amount
    customers = {}
    for customer, spent in days.items():
        first, *again = sorted(spent)
        last = again[-1] if again else first
        customers[customer] = (
            len(again),
            (last - first).days / 7,
            (UNTIL - first).days / 7,
            sum(spent[day] for day in again) / len(again) if again else None,
        )
    return customers, dict(aside)


@settings(max_examples=60, deadline=None)
@given(ORDERS)
def test_a_summary_is_the_twins(rows):
    summary = ts.summarise(table(rows), until=UNTIL, unit=ts.WEEK)
    customers, aside = twin(rows)
    assert dict(summary.set_aside) == aside
    found = {row.customer_id: row for row in summary.to_pandas().itertuples()}
    assert found.keys() == customers.keys()
    for customer, (frequency, recency, age, monetary) in customers.items():
        row = found[customer]
        assert (row.frequency, row.recency, row.age) == pytest.approx((frequency, recency, age))
        assert np.isnan(row.monetary) if monetary is None else row.monetary == pytest.approx(monetary, abs=1e-6)


def test_histories_that_customers_share_are_counted_once_and_found_again():
    rows = [(customer, BEGIN + timedelta(days=day), 10.0) for customer in (1, 2, 3) for day in (0, 14)]
    summary = ts.summarise(table([*rows, (4, BEGIN, 5.0)]), until=UNTIL, unit=ts.WEEK)
    assert summary.distinct.customers.tolist() == [1, 3]
    assert summary.distinct.frequency.tolist() == [0, 1]
    assert summary.place.tolist() == [1, 1, 1, 0]
    assert summary.answer("x", np.array([7.0, 8.0])).to_dict() == {1: 8.0, 2: 8.0, 3: 8.0, 4: 7.0}


spans = st.one_of(st.integers(0, 60).map(lambda days: days / 7), st.floats(0, 9), st.floats(0, 0.01))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), spans, spans), min_size=1, max_size=40))
def test_each_customer_is_found_among_the_histories_whether_or_not_they_are_whole_days(drawn):
    drawn = [(number, min(one, other) if number else 0.0, max(one, other)) for number, one, other in drawn]
    drawn = [(number if recency else 0, recency, age) for number, recency, age in drawn]
    table = pd.DataFrame(drawn, columns=["frequency", "recency", "age"])
    summary = Summary.of(table.assign(customer_id=range(len(table))), unit=ts.WEEK)
    found = summary.distinct
    of_each = zip(found.frequency[summary.place], found.recency[summary.place], found.age[summary.place], strict=True)
    assert list(of_each) == [tuple(map(float, each)) for each in drawn]


def test_columns_that_mean_something_else_are_named():
    good = table([(1, BEGIN, 5.0)])
    with pytest.raises(MissingColumn) as missing:
        ts.summarise(good.drop("amount"), until=UNTIL, unit=ts.WEEK)
    assert missing.value.column == "amount"
    with pytest.raises(WrongColumnType) as wrong:
        ts.summarise(good.mutate(ordered_at=ibis.literal("2026-01-01")), until=UNTIL, unit=ts.WEEK)
    assert (wrong.value.column, wrong.value.found) == ("ordered_at", "string")
    with pytest.raises(WrongColumnType):
        ts.summarise(good.mutate(amount=ibis.literal("5")), until=UNTIL, unit=ts.WEEK)
    zoned = good.mutate(ordered_at=good.ordered_at.cast("timestamp('Europe/Berlin')"))
    with pytest.raises(MomentsWithZone):
        ts.summarise(zoned, until=UNTIL, unit=ts.WEEK)


def test_days_serve_as_moments_and_whole_numbers_as_amounts():
    days = table([(1, BEGIN, 5.0), (1, BEGIN + timedelta(days=7), 9.0)])
    days = days.mutate(ordered_at=days.ordered_at.cast("date"), amount=days.amount.cast("int64"))
    row = ts.summarise(days, until=UNTIL, unit=ts.WEEK).to_pandas().iloc[0]
    assert (row.frequency, row.recency, row.monetary) == (1, 1, 9)


def test_without_a_purchase_there_is_nothing_to_fit():
    summary = ts.summarise(table([(1, BEGIN + timedelta(days=300), 5.0)]), until=UNTIL, unit=ts.WEEK)
    assert len(summary) == 0
    with pytest.raises(NoPurchases):
        ts.BetaGeoNBD().fit(summary)


def test_a_customer_without_a_name_is_nobody():
    orders = table([(1, BEGIN, 5.0), (2, BEGIN, 5.0)])
    orders = orders.mutate(customer_id=(orders.customer_id == 1).ifelse("a", " "))
    summary = ts.summarise(orders, until=UNTIL, unit=ts.WEEK)
    assert list(summary.customer_id) == ["a"]
    assert dict(summary.set_aside) == {"no_customer": 1}


GOOD = {
    "customer_id": ["a", "b"],
    "frequency": [0, 2],
    "recency": [0.0, 3.0],
    "age": [5.0, 5.0],
    "monetary": [None, 7.0],
}


@pytest.mark.parametrize(
    ("column", "value"), [("monetary", np.inf), ("monetary", -1.0), ("frequency", np.inf), ("customer_id", None)]
)
def test_numbers_that_are_none_and_nobody_are_refused(column, value):
    wrong = pd.DataFrame({**GOOD, column: [GOOD[column][0], value]})
    with pytest.raises(ImpossibleHistory):
        Summary.of(wrong, unit=ts.WEEK)


def test_a_customer_who_stands_there_twice_is_refused():
    with pytest.raises(RepeatedCustomer) as repeated:
        Summary.of(pd.DataFrame({**GOOD, "customer_id": ["a", "a"]}), unit=ts.WEEK)
    assert (repeated.value.customer_id, repeated.value.customers) == ("a", 1)


def test_what_was_spent_counts_only_where_somebody_bought_again():
    summary = Summary.of(pd.DataFrame({**GOOD, "monetary": [99.0, 7.0]}), unit=ts.WEEK)
    assert np.isnan(summary.monetary[0])
    assert summary.monetary[1] == 7


@pytest.mark.parametrize(
    ("frequency", "recency", "age"),
    [(1, 9.0, 8.0), (-1, 0.0, 8.0), (0, 3.0, 8.0), (2, 0.0, 8.0), (1.5, 3.0, 8.0), (1, 3.0, None), (1, 3.0, np.inf)],
)
def test_an_impossible_history_is_refused_with_its_customer(frequency, recency, age):
    given = pd.DataFrame(
        {"customer_id": ["a", "b"], "frequency": [0, frequency], "recency": [0.0, recency], "age": [5.0, age]}
    )
    with pytest.raises(ImpossibleHistory) as impossible:
        Summary.of(given, unit=ts.WEEK)
    assert (impossible.value.customer_id, impossible.value.customers) == ("b", 1)


@pytest.mark.parametrize("ids", [[3, 1, 2], [1, 2, 3], ["c", "a", "b"], [2.0, 1.0, 3.0]])
def test_answers_stand_by_customer_in_whichever_order_they_came(ids):
    found = Summary.of(
        pd.DataFrame({"customer_id": ids, "frequency": [1, 2, 3], "recency": [1.0, 2.0, 3.0], "age": 4.0}), unit=ts.WEEK
    )
    assert found.customer_id.to_list() == sorted(ids)
    assert found.frequency.tolist() == [number for _, number in sorted(zip(ids, (1, 2, 3), strict=True))]


@pytest.mark.parametrize("ids", [[1, 1, 2], [1, 2, 1], ["a", "b", "b"]])
def test_who_stands_there_twice_is_refused_in_or_out_of_order(ids):
    given = pd.DataFrame({"customer_id": ids, "frequency": 0, "recency": 0.0, "age": 4.0})
    for table in (given, ibis.memtable(given)):
        with pytest.raises(RepeatedCustomer):
            Summary.of(table, unit=ts.WEEK)
