"""Each definition on a history small enough to check with a pencil.

Three customers; the window is 30 days; the first order is on 1 January 2024.

    Ada  5 January, 20 January, 10 March
    Ben  1 January, 1 March at midnight
    Cem  25 February
"""

from datetime import date, datetime
from decimal import Decimal

import ibis
import pyarrow as pa
import pytest

from tests.science.histories import order_table
from tests.science.twin import Order
from treue.science.calendar import Calendar
from treue.science.cohorts import cohort_counts, cohort_sizes
from treue.science.customers import customer_table
from treue.science.errors import MomentsWithZone
from treue.science.retention import membership, period_counts, totals

ADA, BEN, CEM = 1, 2, 3
ORDERS = [
    Order(ADA, 1, datetime(2024, 1, 5, 10), Decimal(10), "web"),
    Order(ADA, 2, datetime(2024, 1, 20, 10), Decimal(20), "shop"),
    Order(ADA, 3, datetime(2024, 3, 10, 10), Decimal(30), "shop"),
    Order(BEN, 4, datetime(2024, 1, 1, 10), Decimal(40), "shop"),
    Order(BEN, 5, datetime(2024, 3, 1, 0), Decimal(50), "web"),
    Order(CEM, 6, datetime(2024, 2, 25, 10), Decimal(60), None),
]
CALENDAR = Calendar(date(2024, 1, 1), date(2024, 3, 31), "month", 30)
JANUARY, FEBRUARY, MARCH = (date(2024, month, 1) for month in (1, 2, 3))


def rows(expression: ibis.Table, *key: str) -> dict:
    found = expression.to_pyarrow().to_pylist()
    return {row[key[0]] if len(key) == 1 else tuple(row[name] for name in key): row for row in found}


@pytest.fixture
def orders() -> ibis.Table:
    return ibis.memtable(order_table(ORDERS))


@pytest.fixture
def months(orders) -> dict:
    return rows(period_counts(orders, CALENDAR), "start")


def test_the_customers_at_a_moment_ordered_within_the_window_before_it(months):
    # 1 February less 30 days is 2 January: Ben's order of the 1st is a day too old.
    assert months[JANUARY]["customers_start"] == 0
    assert months[FEBRUARY]["customers_start"] == 1
    # 1 March less 30 days is 31 January: Cem alone. Ben's order of that very midnight is no longer before it.
    assert months[MARCH]["customers_start"] == 1
    # 1 April less 30 days is 2 March: Ada alone; Ben's order of 1 March is a day too old again.
    assert months[MARCH]["customers_end"] == 1


def test_a_first_buyer_who_is_no_customer_any_more_at_the_end_is_not_new(months):
    assert (months[JANUARY]["first_buyers"], months[JANUARY]["new"]) == (2, 1)


def test_retained_lost_new_and_won_back(months):
    kinds = ("retained", "lost", "new", "won_back")
    assert {month: tuple(row[kind] for kind in kinds) for month, row in months.items()} == {
        JANUARY: (0, 0, 1, 0),  # Ada
        FEBRUARY: (0, 1, 1, 0),  # Ada goes, Cem comes
        MARCH: (0, 1, 0, 1),  # Cem goes, Ada is back
    }


def test_what_happened_inside_each_month(months):
    names = ("buyers", "repeat_buyers", "orders", "revenue", "first_buyers", "second_buyers")
    assert {month: tuple(row[name] for name in names) for month, row in months.items()} == {
        JANUARY: (2, 1, 3, 70, 2, 1),
        FEBRUARY: (1, 0, 1, 60, 1, 0),
        MARCH: (2, 0, 2, 80, 0, 1),
    }


def test_gaps_sum_to_the_lifetimes_observed_so_far(months):
    day = 86_400
    assert months[JANUARY]["gap_seconds"] == 15 * day
    assert months[FEBRUARY]["gap_seconds"] == 0
    # Ada from 20 January to 10 March, Ben from 1 January 10:00 to 1 March 0:00.
    assert months[MARCH]["gap_seconds"] == 50 * day + 60 * day - 10 * 3600


def test_totals_of_the_history(orders):
    row = rows(totals(customer_table(orders, CALENDAR, by=())), "customers")[3]
    assert (row["repeat_customers"], row["orders"], row["revenue"]) == (2, 6, 210)
    assert row["lifetime_seconds"] == (65 + 60) * 86_400 - 10 * 3600
    assert (row["trailing_buyers"], row["trailing_orders"]) == (3, 6)
    assert (row["first_order"], row["last_order"]) == (datetime(2024, 1, 1, 10), datetime(2024, 3, 10, 10))


def test_cohorts_by_month_of_the_first_order(orders):
    sizes = rows(cohort_sizes(customer_table(orders, CALENDAR, by=()), CALENDAR), "cohort")
    assert {month: (row["size"], row["repeaters"]) for month, row in sizes.items()} == {
        JANUARY: (2, 2),
        FEBRUARY: (1, 0),
    }
    cells = rows(cohort_counts(orders, CALENDAR), "cohort", "k")
    assert {cell: (row["customers"], row["orders"], row["revenue"]) for cell, row in cells.items()} == {
        (JANUARY, 0): (2, 3, 70),
        (JANUARY, 2): (2, 2, 80),
        (FEBRUARY, 0): (1, 1, 60),
    }


def test_an_unfinished_month_is_no_column_of_the_cohorts(orders):
    calendar = Calendar(date(2024, 1, 1), date(2024, 3, 30), "month", 30)
    assert set(rows(cohort_counts(orders, calendar), "cohort", "k")) == {(JANUARY, 0), (FEBRUARY, 0)}


def test_orders_after_as_of_do_not_count(orders):
    calendar = Calendar(date(2024, 1, 1), date(2024, 2, 29), "month", 30)
    months = rows(period_counts(orders, calendar), "start")
    assert set(months) == {JANUARY, FEBRUARY}
    # On 29 February the last 365 days hold Ada's two orders, Ben's first and Cem's.
    assert (months[FEBRUARY]["trailing_buyers"], months[FEBRUARY]["trailing_orders"]) == (3, 4)


def test_a_slice_is_that_of_the_first_order(orders):
    months = rows(period_counts(orders, CALENDAR, by=("channel",)), "start", "channel")
    # Ada began on the web and is counted there although she was in the shop in March.
    assert months[(MARCH, "web")]["won_back"] == 1
    assert months[(MARCH, "web")]["revenue"] == 30
    assert months[(MARCH, "shop")]["revenue"] == 50
    assert months[(FEBRUARY, None)]["new"] == 1


def test_of_two_orders_at_one_moment_the_lower_number_is_the_first():
    noon = datetime(2024, 1, 1, 12)
    orders = [Order(ADA, 8, noon, Decimal(1), "web"), Order(ADA, 7, noon, Decimal(1), "shop")]
    table = customer_table(ibis.memtable(order_table(orders)), CALENDAR)
    assert table.to_pyarrow()["channel"].to_pylist() == ["shop"]


def test_the_customer_table_says_first_second_and_last_order(orders):
    table = rows(customer_table(orders, CALENDAR), "customer")
    assert (table[ADA]["second_order"], table[ADA]["last_order"]) == (
        datetime(2024, 1, 20, 10),
        datetime(2024, 3, 10, 10),
    )
    assert (table[CEM]["first_order"], table[CEM]["second_order"]) == (datetime(2024, 2, 25, 10), None)


def test_quarters_are_read_from_the_same_customer_table(orders):
    quarters = Calendar(CALENDAR.first_day, CALENDAR.as_of, "quarter", 30)
    stored = ibis.memtable(customer_table(orders, CALENDAR, by=()).to_pyarrow())
    row = rows(membership(stored, quarters), "start")[JANUARY]
    assert (row["customers_start"], row["customers_end"], row["new"], row["won_back"]) == (0, 1, 1, 0)


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/Los_Angeles", "Pacific/Kiritimati"])
def test_the_engines_own_zone_moves_no_order(zone):
    engine = ibis.duckdb.connect()
    engine.raw_sql(f"set TimeZone = '{zone}'")
    engine.create_table("orders", order_table(ORDERS))
    found = engine.to_pyarrow(period_counts(engine.table("orders"), CALENDAR).order_by("start"))
    engine.disconnect()
    assert found.equals(period_counts(ibis.memtable(order_table(ORDERS)), CALENDAR).order_by("start").to_pyarrow())


def test_moments_with_a_zone_are_refused_before_an_engine_puts_them_into_days_of_its_own():
    table = order_table(ORDERS)
    zoned = table.set_column(2, "ordered_at", table["ordered_at"].cast(pa.timestamp("us", "Europe/Berlin")))
    with pytest.raises(MomentsWithZone) as refused:
        customer_table(ibis.memtable(zoned), CALENDAR)
    assert refused.value.zone == "Europe/Berlin"


def test_the_expressions_can_be_said_to_spark():
    orders = ibis.table(ibis.memtable(order_table(ORDERS)).schema(), name="orders")
    customers = customer_table(orders, CALENDAR)
    by = ("channel", "country", "category")
    for expression in (
        customers,
        totals(customers, by=by),
        period_counts(orders, CALENDAR, by=by),
        cohort_counts(orders, CALENDAR, by=by),
    ):
        assert "SELECT" in ibis.to_sql(expression, dialect="pyspark")
