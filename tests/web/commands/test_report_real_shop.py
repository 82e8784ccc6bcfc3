"""The real shop's 525,461 rows, against slow plain Python and against figures worked out once by hand."""

import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from slow_shop import YEAR_SECONDS, cohort, midnight, period, pounds, slow_report

from treue.science.without import Sums
from treue.understand.metrics.reports.analysis import Wishes, analyse

pytestmark = [pytest.mark.realdata, pytest.mark.timeout(300)]
NAME = "online_retail_II_2009_2010.parquet"
WINDOW_DAYS = 90  # chosen: 374 days of history hold it four times, but 180 only twice
MONTHS = [date(2009, 12, 1), *(date(2010, month, 1) for month in range(1, 12))]


@pytest.fixture(scope="module")
def told(real_data):
    """What `treue report --json` says."""
    command = [sys.executable, "-m", "treue.web.commands", "report", str(real_data / NAME), "--json"]
    ran = subprocess.run(command, capture_output=True, check=True, env=os.environ | {"LANG": "C.UTF-8"})
    return json.loads(ran.stdout)


@pytest.fixture(scope="module")
def slow(real_data):
    return slow_report(real_data / NAME)


def test_every_row_is_accounted_for(told, slow):
    assert told["rows_read"] == slow.read == 525_461
    assert told["set_aside"] == dict(slow.set_aside)
    assert told["rows_used"] == slow.used == 415_780
    assert told["rows_used"] + sum(told["set_aside"].values()) == 525_461
    assert told["revenue_without_customer"] == pounds(slow.guest_money(date(2010, 12, 9))) == 1_327_828.08


@pytest.mark.parametrize("as_of", [date(2001, 7, 15), date(2010, 6, 1), date(2010, 6, 15)])
def test_what_guests_spent_ends_with_the_last_day_like_the_rest(real_data, slow, as_of):
    report = analyse(real_data / NAME, Wishes(as_of=as_of), now=datetime(2026, 11, 22, tzinfo=UTC)).report
    assert report.to_json()["revenue_without_customer"] == pounds(slow.guest_money(as_of))


def test_refunds_are_taken_back_as_a_patient_person_would(told, slow):
    refunds = sum(line.quantity < 0 for line in slow.lines)
    assert (refunds, told["set_aside"]["refund_unmatched"]) == (9_839, 1_754)
    assert told["orders_fully_refunded"] == slow.fully_refunded
    assert told["orders_without_revenue"] == slow.without_revenue


def test_the_totals_are_those_of_slow_python(told, slow):
    orders = slow.orders
    revenue = pounds(sum(order.money for order in orders))
    lives = [max(o.at for o in own) - min(o.at for o in own) for own in slow.by_customer.values()]
    a_year_ago = midnight(date(2009, 12, 10))
    buyers = [own for own in slow.by_customer.values() if any(order.at >= a_year_ago for order in own)]
    frequency = sum(order.at >= a_year_ago for order in orders) / len(buyers)
    lifetime = sum(life.total_seconds() for life in lives) / len(lives) / YEAR_SECONDS
    assert told["as_of"] == told["last_order"] == "2010-12-09"
    assert told["first_order"] == "2009-12-01"
    assert (told["customers"], told["orders"]) == (len(slow.by_customer), len(orders))
    assert told["revenue"] == revenue
    assert told["average_order_value"] == pytest.approx(revenue / len(orders))
    assert told["repeat_purchase_rate"] == pytest.approx(
        100 * sum(len(own) >= 2 for own in slow.by_customer.values()) / len(slow.by_customer)
    )
    assert told["purchase_frequency"] == pytest.approx(frequency)
    assert told["customer_lifetime_years"] == pytest.approx(lifetime)
    assert told["clv"] == pytest.approx(revenue / len(orders) * frequency * lifetime)


def test_the_months_are_those_of_slow_python(told, slow):
    assert told["window_days"] == WINDOW_DAYS
    assert [(month["complete"], month["warm_up"]) for month in told["periods"]] == (
        [(True, True)] * 3 + [(True, False)] * 9 + [(False, False)]
    )
    for month in told["periods"]:
        start, end = date.fromisoformat(month["start"]), date.fromisoformat(month["end"])
        expected = period(slow, start, end, WINDOW_DAYS)
        if month["warm_up"]:
            expected |= {"lost": None, "won_back": None}
            assert (month["retention_rate"], month["churn_rate"]) == (None, None)
        else:
            assert month["retention_rate"] == pytest.approx(100 * expected["retained"] / expected["customers_start"])
            assert month["churn_rate"] == pytest.approx(100 * expected["lost"] / expected["customers_start"])
        assert month["repeat_purchase_rate"] == pytest.approx(expected.pop("repeat_purchase_rate"))
        assert {name: month[name] for name in expected} == expected


def test_the_cohorts_are_those_of_slow_python(told, slow):
    assert [(row["cohort"], row["retained"]) for row in told["cohorts"]] == [
        (f"{month:%Y-%m}", cohort(slow, month, MONTHS)) for month in MONTHS
    ]
    assert [row["size"] for row in told["cohorts"]] == [row["retained"][0] for row in told["cohorts"]]


def test_the_figures_stay_what_they_were_when_they_were_looked_at(told):
    november = next(month for month in told["periods"] if month["start"] == "2010-11-01")
    assert (november["customers_start"], november["retained"], november["lost"]) == (2_477, 2_246, 231)
    assert (november["new"], november["won_back"], november["customers_end"]) == (326, 289, 2_861)
    assert round(november["retention_rate"], 2) == 90.67
    assert (told["customers"], told["orders"], told["revenue"]) == (4_289, 19_011, 8_535_208.88)


def test_what_leaving_a_code_out_would_change_is_what_it_does_change(told, real_data):
    analysis = analyse(real_data / NAME, Wishes(), now=datetime(2026, 11, 22, tzinfo=UTC))
    without = analyse(real_data / NAME, Wishes(non_products=("M",)), now=datetime(2026, 11, 22, tzinfo=UTC))
    change = analysis.changes_without(["M", "D", "ADJUST"])
    assert (told["customers"], told["orders"]) == (analysis.report.totals.customers, analysis.report.totals.orders)
    assert change["M"] == sums(without) - sums(analysis) == Sums(-2, -58, Decimal("-22771.0900"))
    assert change["D"] == Sums(0, -3, Decimal("-191.9100"))
    assert change["ADJUST"] == Sums(-10, -32, Decimal("-3538.5200"))


def sums(analysis):
    totals = analysis.report.totals
    return Sums(totals.customers, totals.orders, totals.revenue)
