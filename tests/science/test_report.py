"""The report as a whole: every row accounted for, every key there, and the real file to the digit."""

import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from tests.science.histories import line_table
from tests.science.twin_lines import Line, twin_report
from treue.design import formats
from treue.science.errors import ImpossibleWindow
from treue.science.report import report

KEYS = {
    "as_of", "window_days", "unit", "rows_read", "rows_used", "set_aside", "revenue_without_customer",
    "orders_without_revenue", "orders_fully_refunded", "customers", "orders", "revenue", "first_order",
    "last_order", "average_order_value", "purchase_frequency", "repeat_purchase_rate",
    "customer_lifetime_years", "clv", "periods", "cohorts",
}  # fmt: skip
PERIOD_KEYS = {
    "start", "end", "complete", "warm_up", "customers_start", "customers_end", "retained", "lost", "new",
    "won_back", "retention_rate", "churn_rate", "repeat_purchase_rate", "orders", "revenue",
}  # fmt: skip
LINES = [
    Line(2, "a", "1", datetime(2024, 1, 10, 9), "cup", 2, Decimal(10), channel="web"),
    Line(3, "b", "2", datetime(2024, 1, 20, 9), "pot", 1, Decimal(30), channel="shop"),
    Line(4, "a", "3", datetime(2024, 2, 10, 9), "pot", 1, Decimal(30), channel="shop"),
    Line(5, "a", "C4", datetime(2024, 2, 12, 9), "cup", 1, Decimal(5), "refund"),
    Line(6, "b", "C5", datetime(2024, 2, 5, 9), "cup", 1, Decimal(5), "refund"),
]


def test_every_row_is_used_or_set_aside_under_a_reason():
    found = report(line_table(LINES), rows_read=9, set_aside={"no_customer": 3, "no_time": 1, "duplicate": 0}).to_json()
    # Line 5 lies after 10 February, the day of the last order; line 6 takes back what Ben never bought.
    assert found["set_aside"] == {"no_customer": 3, "no_time": 1, "after_as_of": 1, "refund_unmatched": 1}
    assert (found["rows_read"], found["rows_used"]) == (9, 3)


def test_json_has_the_promised_keys_and_nothing_json_cannot_say():
    found = report(line_table(LINES), as_of=date(2024, 2, 29), guests={date(2024, 2, 29): Decimal("12.345")}).to_json()
    assert json.loads(json.dumps(found)) == found
    assert set(found) == KEYS
    assert all(set(period) == PERIOD_KEYS for period in found["periods"])
    assert {"cohort", "size", "retained"} <= set(found["cohorts"][0])


def test_figures_of_a_report_by_hand():
    found = report(line_table(LINES), as_of=date(2024, 2, 29), window_days=30).to_json()
    assert (found["as_of"], found["window_days"]) == ("2024-02-29", 30)
    assert (found["customers"], found["orders"], found["revenue"]) == (2, 3, 65.0)  # 10 - 5 + 30 + 30
    assert found["average_order_value"] == pytest.approx(65 / 3)
    assert found["purchase_frequency"] == 1.5
    assert found["repeat_purchase_rate"] == 50.0
    assert found["customer_lifetime_years"] == pytest.approx(31 / 365.25 / 2)
    assert (found["first_order"], found["last_order"]) == ("2024-01-10", "2024-02-10")
    assert found["cohorts"] == [
        {"cohort": "2024-01", "size": 2, "repeaters": 1, "retained": [2, 1], "orders": [2, 1], "revenue": [35.0, 30.0]}
    ]


@pytest.mark.parametrize(("revenue", "printed"), [("490478.905", 490478.91), ("492293.115", 492293.12)])
def test_money_in_json_is_rounded_as_on_the_pages(revenue, printed):
    found = report(line_table([Line(2, "a", "1", datetime(2024, 1, 10), "cup", 1, Decimal(revenue))]))
    said = found.to_json()
    assert (said["revenue"], said["periods"][0]["revenue"]) == (printed, printed)
    assert formats.money(found.totals.revenue, "en", "EUR") == f"€{printed:,.2f}"


@pytest.mark.parametrize(
    ("as_of", "revenue"), [(None, 12.5), (date(2024, 2, 9), 10.0), (date(2024, 2, 11), 11.0), (date(2023, 1, 1), 0.0)]
)
def test_what_guests_spent_counts_up_to_the_last_day_included(as_of, revenue):
    spent = {date(2024, 1, 1): 10, date(2024, 2, 10): "2.5", date(2024, 2, 11): "-1.5", date(2024, 2, 12): 99}
    guests = {day: Decimal(money) for day, money in spent.items()}
    assert report(line_table(LINES), as_of=as_of, guests=guests).to_json()["revenue_without_customer"] == revenue


def test_without_an_order_nothing_says_where_the_revenue_of_guests_ends():
    found = report(line_table([]), guests={date(2024, 1, 1): Decimal(10)})
    assert (found.as_of, found.revenue_without_customer) == (None, 10)


def test_the_window_is_chosen_and_said_when_nobody_asked_for_one():
    chosen = report(line_table(LINES), as_of=date(2024, 7, 31))
    assert (chosen.window_days, chosen.window_chosen) == (60, True)
    assert not report(line_table(LINES), window_days=365).window_chosen


def test_a_window_of_no_days_is_refused_and_not_replaced():
    with pytest.raises(ImpossibleWindow):
        report(line_table(LINES), window_days=0)


def test_slices_of_a_report_are_those_the_file_knows():
    found = report(line_table(LINES), as_of=date(2024, 2, 29))
    assert {name: [each.value for each in values] for name, values in found.slices.items()} == {
        "channel": ["shop", "web"]
    }
    assert sum(each.figures.revenue for each in found.slices["channel"]) == found.totals.revenue


@pytest.mark.parametrize("lines", [[], LINES[3:], [Line(2, "a", "1", datetime(2024, 1, 1), "cup", 1, Decimal(0))]])
def test_a_file_without_a_single_purchase_gives_nulls_and_no_periods(lines):
    found = report(line_table(lines)).to_json()
    assert (found["customers"], found["orders"], found["periods"], found["cohorts"]) == (0, 0, [], [])
    assert (found["first_order"], found["clv"], found["average_order_value"]) == (None, None, None)
    assert found["rows_read"] == len(lines)


def test_an_as_of_before_everything_sets_everything_aside():
    found = report(line_table(LINES), as_of=date(2023, 1, 1)).to_json()
    assert (found["as_of"], found["set_aside"], found["rows_used"]) == ("2023-01-01", {"after_as_of": 5}, 0)


REAL = """
select row_number() over () + 1 as line_no, "Customer ID"::bigint::varchar as customer, Invoice as order_no,
    (row_number() over (partition by Invoice order by file_row_number))::int as ordinal,
    InvoiceDate::timestamp as "at", StockCode as product, null::varchar as category, null::varchar as channel,
    Country as country, abs(Quantity)::double as quantity, abs(Quantity * Price) as amount,
    if(Quantity < 0, 'refund', 'purchase') as kind, null::varchar as refund_of
from read_parquet(?, file_row_number = true)
where "Customer ID" is not null and Price >= 0
"""


@pytest.mark.realdata
@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("unit", "window_days", "as_of"), [("month", 90, None), ("quarter", 30, date(2010, 9, 15))])
def test_the_real_shops_report_equals_the_twins(real_data: Path, unit, window_days, as_of):
    with duckdb.connect() as con:
        lines = con.sql(REAL, params=[str(real_data / "online_retail_II_2009_2010.parquet")]).to_arrow_table()
    found = report(lines, as_of=as_of, window_days=window_days, unit=unit).to_json()
    rows = [
        Line(**row | {"quantity": int(row["quantity"]), "amount": Decimal(str(round(row["amount"], 4)))})
        for row in lines.to_pylist()
    ]
    expected = twin_report(rows, as_of, window_days, unit)
    assert {name: found[name] for name in expected} == expected
