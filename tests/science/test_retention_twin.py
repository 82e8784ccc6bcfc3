"""Every count by the fast way equals the same count by the slow one."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import ibis
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from ibis.backends.duckdb import Backend

from tests.science.histories import BY, LONG, UNITS, WINDOWS, order_lists, order_table
from tests.science.twin import (
    Order,
    sliced,
    twin_cohorts,
    twin_period_counts,
    twin_periods,
    twin_totals,
)
from treue.science.calendar import Calendar
from treue.science.cohorts import cohort_counts, cohort_sizes
from treue.science.customers import customer_table
from treue.science.retention import PERIOD_COUNTS, membership, period_counts, totals

# Explaining a failure traces every line of Ibis and takes longer than finding it.
PHASES = [phase for phase in Phase if phase is not Phase.explain]
SOME = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), phases=PHASES)
MANY = settings(SOME, max_examples=150)


@pytest.fixture(scope="module")
def engine() -> Iterator[Backend]:
    connection = ibis.duckdb.connect()
    yield connection
    connection.disconnect()


def as_ofs(orders: list[Order]) -> st.SearchStrategy[date]:
    first = min(order.ordered_at for order in orders).date()
    last = max(order.ordered_at for order in orders).date()
    return st.one_of(st.just(last), st.dates(first, last + timedelta(days=70)))


def rows_of(engine: Backend, expression: ibis.Table, *key: str) -> dict[tuple, dict]:
    rows = engine.to_pyarrow(expression).to_pylist()
    found = {tuple(row[name] for name in key): row for row in rows}
    assert len(found) == len(rows)
    return found


def counts_by_the_twin(orders: list[Order], calendar: Calendar, by: tuple[str, ...]) -> dict[tuple, dict]:
    """Counts by period and slice, without the rows in which there is nothing."""
    days = (calendar.first_day, calendar.as_of, calendar.unit, calendar.window_days)
    found = {}
    for period in twin_periods(*days):
        for values, own in sliced(orders, by).items():
            counts = twin_period_counts(own, period, calendar.as_of, calendar.window_days)
            if any(counts.values()):
                found[(period.start, period.end, *values)] = counts
    return found


def compare_everything(
    engine: Backend, orders: list[Order], calendar: Calendar, by: tuple[str, ...], stored: bool
) -> None:
    table = ibis.memtable(order_table(orders))
    customers = customer_table(table, calendar, by=by)
    if stored:
        customers = engine.create_table("customers", engine.to_pyarrow(customers), overwrite=True)
    orders = [order for order in orders if order.ordered_at.date() <= calendar.as_of]

    counts = rows_of(engine, period_counts(table, calendar, by=by, customers=customers), "start", "end", *by)
    expected = counts_by_the_twin(orders, calendar, by)
    assert {key: {name: row[name] for name in PERIOD_COUNTS} for key, row in counts.items()} == expected

    sums = rows_of(engine, totals(customers, by=by), *by)
    assert sums.keys() == sliced(orders, by).keys()
    for values, own in sliced(orders, by).items():
        row = sums[values]
        assert {name: row[name] for name in row if name not in by} == twin_totals(own, calendar.as_of)

    sizes = rows_of(engine, cohort_sizes(customers, calendar, by=by), "cohort", *by)
    cells = rows_of(engine, cohort_counts(table, calendar, by=by, customers=customers), "cohort", "k", *by)
    for values, own in sliced(orders, by).items():
        for cohort in twin_cohorts(own, calendar.first_day, calendar.as_of):
            size = sizes.pop((cohort["cohort"], *values))
            assert (size["size"], size["repeaters"]) == (cohort["size"], cohort["repeaters"])
            for k, facts in enumerate(zip(cohort["retained"], cohort["orders"], cohort["revenue"], strict=True)):
                cell = cells.pop((cohort["cohort"], k, *values), None)
                assert facts == ((cell["customers"], cell["orders"], cell["revenue"]) if cell else (0, 0, 0))
    assert sizes == {}
    assert cells == {}


@SOME
@given(data=st.data(), orders=order_lists(), unit=UNITS, window=WINDOWS, by=BY, stored=st.booleans())
def test_counts_equal_the_twins(engine, data, orders, unit, window, by, stored):
    first = min(order.ordered_at for order in orders).date()
    calendar = Calendar(first, data.draw(as_ofs(orders)), unit, window)
    compare_everything(engine, orders, calendar, by, stored)


@settings(SOME, max_examples=10)
@given(data=st.data(), orders=order_lists(LONG), unit=UNITS, window=WINDOWS, by=BY, stored=st.booleans())
def test_counts_equal_the_twins_beyond_one_word_of_months(engine, data, orders, unit, window, by, stored):
    first = min(order.ordered_at for order in orders).date()
    calendar = Calendar(first, data.draw(as_ofs(orders)), unit, window)
    compare_everything(engine, orders, calendar, by, stored)


@pytest.mark.long
@pytest.mark.timeout(1500)
@MANY
@given(
    data=st.data(),
    orders=st.one_of(order_lists(), order_lists(LONG)),
    unit=UNITS,
    window=WINDOWS,
    by=BY,
    stored=st.booleans(),
)
def test_counts_equal_the_twins_on_many_histories(engine, data, orders, unit, window, by, stored):
    first = min(order.ordered_at for order in orders).date()
    calendar = Calendar(first, data.draw(as_ofs(orders)), unit, window)
    compare_everything(engine, orders, calendar, by, stored)


@SOME
@given(orders=order_lists(), unit=UNITS, window=WINDOWS)
def test_slices_add_up_to_the_whole(engine, orders, unit, window):
    days = [order.ordered_at.date() for order in orders]
    calendar = Calendar(min(days), max(days), unit, window)
    table = ibis.memtable(order_table(orders))
    whole = rows_of(engine, period_counts(table, calendar), "start")
    finest = engine.to_pyarrow(period_counts(table, calendar, by=("channel", "country", "category")))
    summed = finest.group_by("start").aggregate([(name, "sum") for name in PERIOD_COUNTS]).to_pylist()
    assert {(row["start"],): tuple(row[f"{name}_sum"] for name in PERIOD_COUNTS) for row in summed} == {
        key: tuple(row[name] for name in PERIOD_COUNTS) for key, row in whole.items()
    }


@SOME
@given(orders=order_lists(), window=WINDOWS)
def test_customers_at_an_end_are_those_at_the_next_start(engine, orders, window):
    days = [order.ordered_at.date() for order in orders]
    calendar = Calendar(min(days), max(days), "month", window)
    table = ibis.memtable(order_table(orders))
    rows = rows_of(engine, membership(customer_table(table, calendar, by=()), calendar), "start")
    nobody = dict.fromkeys(("customers_start", "customers_end", "retained", "lost", "new", "won_back"), 0)
    months = [rows.get((period.start,), nobody) for period in calendar.periods]
    for before, after in pairwise(months):
        assert before["customers_end"] == after["customers_start"]
    for row in months:
        assert row["customers_start"] == row["retained"] + row["lost"]
        assert row["customers_end"] == row["retained"] + row["new"] + row["won_back"]


def test_revenue_keeps_its_decimals(engine):
    mornings = [datetime(2024, 1, day, 9) for day in range(1, 11)]
    orders = [Order(1, number, morning, Decimal("0.1")) for number, morning in enumerate(mornings)]
    calendar = Calendar(date(2024, 1, 1), date(2024, 1, 10))
    rows = engine.to_pyarrow(period_counts(ibis.memtable(order_table(orders)), calendar)).to_pylist()
    assert [row["revenue"] for row in rows] == [Decimal("1.0000")]
