"""Figures made of counts, with the sums written out."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest

from treue.science.calendar import Period
from treue.science.figures import (
    PeriodCounts,
    Totals,
    clv,
    lifetime_by_churn,
    ltv_to_cac,
    previous_complete,
    ratio,
    share,
    timeline,
    to_the_cent,
    total_figures,
)

YEAR = 31_557_600  # seconds in 365.25 days
JANUARY = Period(date(2024, 1, 1), date(2024, 2, 1), complete=True, warm_up=False)
FEBRUARY = Period(date(2024, 2, 1), date(2024, 3, 1), complete=True, warm_up=False)
MARCH = Period(date(2024, 3, 1), date(2024, 4, 1), complete=False, warm_up=False)
COUNTS = PeriodCounts(customers_start=80, customers_end=90, retained=60, lost=20, new=25, won_back=5)


def test_retention_and_churn_add_up_to_a_hundred():
    row = timeline([JANUARY], {JANUARY.start: COUNTS})[0]
    assert (row.retention_rate, row.churn_rate) == (75.0, 25.0)
    # (CE - CN) / CS with CN = new + won back
    assert (row.customers_end - row.new - row.won_back) / row.customers_start * 100 == row.retention_rate


def test_a_warm_up_period_says_nothing_about_who_stayed():
    row = timeline([replace(JANUARY, warm_up=True)], {JANUARY.start: COUNTS})[0]
    assert (row.lost, row.won_back, row.retention_rate, row.churn_rate) == (None, None, None, None)
    assert (row.customers_start, row.customers_end, row.retained, row.new) == (80, 90, 60, 25)


def test_a_period_that_began_without_customers_has_no_rate():
    row = timeline([JANUARY], {JANUARY.start: PeriodCounts(customers_end=3, new=3)})[0]
    assert (row.retention_rate, row.churn_rate, row.lost) == (None, None, 0)


def test_a_period_in_which_nobody_did_anything_is_zeros_and_nulls():
    row = timeline([JANUARY], {})[0]
    assert (row.orders, row.revenue, row.repeat_purchase_rate, row.average_order_value, row.clv) == (
        0,
        0,
        None,
        None,
        None,
    )


def test_repeat_purchase_rate_of_a_period_asks_its_buyers_only():
    row = timeline([JANUARY], {JANUARY.start: PeriodCounts(buyers=40, repeat_buyers=6)})[0]
    assert row.repeat_purchase_rate == 15.0


def test_figures_as_of_a_periods_end_speak_of_all_that_came_before():
    counts = {
        JANUARY.start: PeriodCounts(
            orders=10, revenue=Decimal(300), first_buyers=8, second_buyers=1, gap_seconds=YEAR,
            trailing_buyers=8, trailing_orders=10,
        ),
        FEBRUARY.start: PeriodCounts(
            orders=20, revenue=Decimal(900), first_buyers=8, second_buyers=3, gap_seconds=7 * YEAR,
            trailing_buyers=12, trailing_orders=30,
        ),
    }  # fmt: skip
    first, second = timeline([JANUARY, FEBRUARY], counts)
    assert (first.average_order_value, second.average_order_value) == (30.0, 40.0)  # 300 / 10, 1,200 / 30
    assert (first.purchase_frequency, second.purchase_frequency) == (1.25, 2.5)  # 10 / 8, 30 / 12
    assert (first.customer_lifetime_years, second.customer_lifetime_years) == (0.125, 0.5)  # 1 / 8, 8 / 16
    assert (first.repeat_purchase_rate_to_date, second.repeat_purchase_rate_to_date) == (12.5, 25.0)
    assert (first.clv, second.clv) == (30 * 1.25 * 0.125, 40 * 2.5 * 0.5)
    assert (first.customers_to_date, second.customers_to_date) == (8, 16)


def test_figures_of_a_whole_history():
    figures = total_figures(
        Totals(customers=4, repeat_customers=1, orders=10, revenue=Decimal("250.50"), lifetime_seconds=2 * YEAR,
               trailing_buyers=2, trailing_orders=6)
    )  # fmt: skip
    assert figures.average_order_value == 25.05
    assert figures.purchase_frequency == 3.0
    assert figures.customer_lifetime_years == 0.5
    assert figures.repeat_purchase_rate == 25.0
    assert figures.clv == 25.05 * 3 * 0.5


def test_figures_of_no_history_are_nulls_not_zeros():
    figures = total_figures(Totals())
    assert (figures.customers, figures.orders, figures.revenue) == (0, 0, 0)
    assert (figures.average_order_value, figures.purchase_frequency, figures.customer_lifetime_years) == (None,) * 3
    assert (figures.repeat_purchase_rate, figures.clv) == (None, None)


def test_a_year_without_an_order_has_no_frequency_and_no_clv():
    figures = total_figures(Totals(customers=1, orders=1, revenue=Decimal(5)))
    assert (figures.average_order_value, figures.purchase_frequency, figures.clv) == (5.0, None, None)


def test_sums_of_slices_are_counts_again():
    assert PeriodCounts(orders=1, revenue=Decimal(2)) + PeriodCounts(orders=3, lost=4) == PeriodCounts(
        orders=4, revenue=Decimal(2), lost=4
    )
    early, late = datetime(2024, 1, 1), datetime(2024, 2, 1)
    assert Totals(customers=1, first_order=late, last_order=late) + Totals() + Totals(
        customers=2, first_order=early, last_order=early
    ) == Totals(customers=3, first_order=early, last_order=late)


def test_counts_are_picked_from_a_row_that_holds_more():
    row = dict.fromkeys(PeriodCounts.__dataclass_fields__, 7) | {"start": JANUARY.start, "channel": "web"}
    assert PeriodCounts.of(row).won_back == 7
    empty = dict.fromkeys(Totals.__dataclass_fields__)
    assert Totals.of(empty) == Totals()


def test_only_complete_periods_are_compared():
    figures = timeline([JANUARY, FEBRUARY, MARCH], {})
    assert previous_complete(figures) == (figures[1], figures[0])
    assert previous_complete(figures[:1]) == (figures[0], None)
    assert previous_complete(figures[2:]) == (None, None)


def test_ltv_to_cac_sets_margin_against_the_cost_of_one_new_customer():
    assert ltv_to_cac(200.0, 0.3, 1_000, 50) == 3.0  # 60 earned, 20 spent
    assert ltv_to_cac(200.0, Decimal("0.3"), Decimal(1000), 50) == 3.0


@pytest.mark.parametrize(("value", "cost", "new"), [(None, 100, 5), (200.0, 0, 5), (200.0, 100, 0)])
def test_ltv_to_cac_is_null_without_value_cost_or_new_customers(value, cost, new):
    assert ltv_to_cac(value, 0.3, cost, new) is None


def test_lifetime_by_churn_counts_periods_in_years():
    assert lifetime_by_churn(5.0, "month") == pytest.approx(20 / 12)
    assert lifetime_by_churn(25.0, "quarter") == 1.0
    assert lifetime_by_churn(50.0, "year") == 2.0
    assert (lifetime_by_churn(0.0, "month"), lifetime_by_churn(None, "month")) == (None, None)


def test_a_half_cent_is_rounded_up_on_the_decimal_value():
    halves = ("492293.115", "490478.905", "2.345", "1.005", "-0.125")
    assert [str(to_the_cent(Decimal(each))) for each in halves] == ["492293.12", "490478.91", "2.35", "1.01", "-0.13"]


def test_an_average_of_money_is_the_decimal_that_people_round():
    assert ratio(Decimal("56.035"), 7) == 8.005


def test_an_empty_whole_has_no_share_and_no_ratio():
    assert (share(0, 0), ratio(0, 0), clv(None, 1.0, 1.0), clv(1.0, None, 1.0), clv(1.0, 1.0, None)) == (None,) * 5
