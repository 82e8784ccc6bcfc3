"""One small dirty shop, worked out by hand, in every form that a file can have.

K1 orders on 5 January and 10 February, K2 on 20 January, 2 and 15 March, K3 on 11 February and 20 March. A customer
is someone who ordered within the last 30 days. At the end of March these are K2 and K3; at its start K1 and K3: K3
stayed, K1 was lost, K2 was won back.
"""

from datetime import date, datetime
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from report_runs import HEAD, ROWS, csv_file

ASKED = ("--json", "--window", "30", "--as-of", "2026-03-31")
LIFETIME_DAYS = (36 + 8 / 24, 53 + 14.5 / 24, 36 + 16 / 24)
ORDER_VALUE = 82.40 / 7
FREQUENCY = 7 / 3
LIFETIME_YEARS = sum(LIFETIME_DAYS) / 3 / 365.25

EXPECTED = {
    "as_of": "2026-03-31",
    "window_days": 30,
    "rows_read": 14,
    "rows_used": 10,
    "set_aside": {"implausible_time": 1, "unreadable_number": 1, "no_customer": 1, "refund_unmatched": 1},
    "revenue_without_customer": 30.0,
    "customers": 3,
    "orders": 7,
    "revenue": 82.4,
    "first_order": "2026-01-05",
    "last_order": "2026-03-20",
    "average_order_value": pytest.approx(ORDER_VALUE),
    "purchase_frequency": pytest.approx(FREQUENCY),
    "repeat_purchase_rate": 100.0,
    "customer_lifetime_years": pytest.approx(LIFETIME_YEARS),
    "clv": pytest.approx(ORDER_VALUE * FREQUENCY * LIFETIME_YEARS),
    "periods": [
        {
            "start": "2026-01-01",
            "end": "2026-02-01",
            "complete": True,
            "warm_up": True,
            "customers_start": 0,
            "customers_end": 2,
            "retained": 0,
            "lost": None,
            "new": 2,
            "won_back": None,
            "retention_rate": None,
            "churn_rate": None,
            "repeat_purchase_rate": 0.0,
            "orders": 2,
            "revenue": 35.5,
        },
        {
            "start": "2026-02-01",
            "end": "2026-03-01",
            "complete": True,
            "warm_up": True,
            "customers_start": 2,
            "customers_end": 2,
            "retained": 1,
            "lost": None,
            "new": 1,
            "won_back": None,
            "retention_rate": None,
            "churn_rate": None,
            "repeat_purchase_rate": 0.0,
            "orders": 2,
            "revenue": 26.5,
        },
        {
            "start": "2026-03-01",
            "end": "2026-04-01",
            "complete": True,
            "warm_up": False,
            "customers_start": 2,
            "customers_end": 2,
            "retained": 1,
            "lost": 1,
            "new": 0,
            "won_back": 1,
            "retention_rate": 50.0,
            "churn_rate": 50.0,
            "repeat_purchase_rate": 50.0,
            "orders": 3,
            "revenue": 20.4,
        },
    ],
}
COHORTS = [
    {"cohort": "2026-01", "size": 2, "retained": [2, 1, 1]},
    {"cohort": "2026-02", "size": 1, "retained": [1, 1]},
]


def typed(row: tuple[str, ...]) -> list[object]:
    """A row as a spreadsheet holds it: moments and numbers, where they are some."""
    order, customer, when, product, quantity, price, country = row
    layout = "%d.%m.%Y %H:%M" if ":" in when else "%d.%m.%Y"
    number = quantity if quantity == "eins" else int(quantity)
    price_number = float(price.replace(",", "."))
    moment = datetime.strptime(when, layout)  # noqa: DTZ007 - shop-local, as spreadsheets hold it
    return [order, customer or None, moment, product, number, price_number, country]


def excel_file(path: Path) -> Path:
    book = openpyxl.Workbook()
    book.active.append(HEAD)
    for row in ROWS:
        book.active.append(typed(row))
    book.save(path)
    return path


def parquet_file(path: Path) -> Path:
    columns = list(zip(*(typed(row) for row in ROWS), strict=True))
    columns[4] = [str(quantity) for quantity in columns[4]]
    pq.write_table(pa.table(dict(zip(HEAD, columns, strict=True))), path)
    return path


def latin_file(path: Path) -> Path:
    head = (*HEAD[:3], "Artikelnr", "Stückzahl", "Stückpreis", "Land")
    return csv_file(path, head=head, encoding="latin-1")


def tab_file(path: Path) -> Path:
    return csv_file(path, encoding="utf-8", delimiter="\t")


@pytest.mark.parametrize(
    ("write", "name"),
    [
        (csv_file, "orders.csv"),
        (latin_file, "latin.csv"),
        (tab_file, "orders.txt"),
        (excel_file, "orders.xlsx"),
        (parquet_file, "orders.parquet"),
    ],
    ids=["csv with mark, semicolons and commas", "latin-1", "tabs", "excel", "parquet"],
)
def test_every_form_of_the_file_gives_the_figures_worked_out_by_hand(report, tmp_path, write, name):
    found = report(write(tmp_path / name), *ASKED)
    assert found.code == 0
    assert {key: found.json[key] for key in EXPECTED} == EXPECTED
    assert [{key: cohort[key] for key in COHORTS[0]} for cohort in found.json["cohorts"]] == COHORTS


def test_standard_output_holds_json_and_nothing_else(report, tmp_path):
    found = report(csv_file(tmp_path / "orders.csv"), *ASKED)
    assert found.out.startswith("{")
    assert found.out.rstrip().endswith("}")
    assert list((tmp_path / "here").iterdir()) == []


def test_every_row_is_used_or_set_aside(report, tmp_path):
    found = report(csv_file(tmp_path / "orders.csv"), *ASKED).json
    assert found["rows_read"] == found["rows_used"] + sum(found["set_aside"].values())


def test_without_asking_the_last_day_is_that_of_the_last_order(report, tmp_path):
    found = report(csv_file(tmp_path / "orders.csv"), "--json").json
    assert (found["as_of"], found["window_days"]) == ("2026-03-20", 30)
    assert [period["complete"] for period in found["periods"]] == [True, True, False]


def test_an_earlier_last_day_sets_later_rows_aside(report, tmp_path):
    found = report(csv_file(tmp_path / "orders.csv"), "--json", "--as-of", "2026-02-28", "--window", "30").json
    assert found["set_aside"]["after_as_of"] == 4
    assert (found["orders"], found["revenue"]) == (4, 62.0)


def test_a_last_day_before_the_first_order_leaves_nothing_to_say(report, tmp_path):
    found = report(csv_file(tmp_path / "orders.csv"), "--json", "--as-of", "2025-01-01")
    assert found.code == 1
    assert (found.json["customers"], found.json["clv"], found.json["periods"]) == (0, None, [])
    assert "Every order of the file lies after 1 Jan 2025" in found.err


def test_quarters_and_years_are_cut_at_their_own_ends(report, tmp_path):
    path = csv_file(tmp_path / "orders.csv")
    quarters = report(path, *ASKED, "--period", "quarter").json["periods"]
    years = report(path, *ASKED, "--period", "year").json["periods"]
    assert [(period["start"], period["end"], period["complete"]) for period in quarters] == [
        ("2026-01-01", "2026-04-01", True)
    ]
    assert [(period["start"], period["end"], period["complete"]) for period in years] == [
        ("2026-01-01", "2027-01-01", False)
    ]


def test_codes_that_are_no_products_are_left_out_when_asked(report, tmp_path):
    found = report(csv_file(tmp_path / "orders.csv"), *ASKED, "--non-product", "POST").json
    assert found["set_aside"]["non_product"] == 1
    assert (found["orders"], found["revenue"]) == (6, 77.5)


def test_equal_lines_are_kept_unless_asked(report, tmp_path):
    path = csv_file(tmp_path / "orders.csv", [*ROWS, ROWS[-1]])
    assert report(path, *ASKED).json["revenue"] == 87.9
    dropped = report(path, *ASKED, "--drop-duplicates").json
    assert (dropped["revenue"], dropped["set_aside"]["duplicate"]) == (82.4, 1)


def test_columns_can_be_named_where_the_guess_is_wrong(report, tmp_path):
    head = ("eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben")
    path = csv_file(tmp_path / "orders.csv", head=head)
    named = ["--order", "eins", "--customer", "zwei", "--time", "drei", "--product", "vier"]
    named += ["--quantity", "fünf", "--price", "sechs", "--country", "sieben"]
    found = report(path, *ASKED, *named)
    assert {key: found.json[key] for key in EXPECTED} == EXPECTED


def test_without_an_order_column_lines_of_one_moment_are_one_order(report, tmp_path):
    rows = [
        ("K1", "2026-01-05 10:00", "20.00"),
        ("K1", "2026-01-05 10:00", "5.50"),
        ("K1", "2026-01-05 10:01", "1.00"),
        ("K2", "2026-01-05 10:00", "2.00"),
    ]
    path = csv_file(tmp_path / "till.csv", rows, ("customer", "time", "amount"), delimiter=",")
    found = report(path, "--json").json
    assert (found["orders"], found["revenue"], found["rows_used"]) == (3, 28.5, 4)


def test_another_currency_needs_a_rate(report, tmp_path):
    rows = [("o1", "K1", "2026-01-05", "20.00", "EUR"), ("o2", "K1", "2026-01-06", "10.00", "USD")]
    rows.append(("o3", "K1", "2026-01-07", "5.00", "EUR"))
    path = csv_file(tmp_path / "a.csv", rows, ("order", "customer", "date", "amount", "currency"), delimiter=",")
    without = report(path, "--json").json
    assert (without["revenue"], without["set_aside"]) == (25.0, {"currency_without_rate": 1})
    assert report(path, "--json", "--rate", "USD=0.90").json["revenue"] == 34.0


def test_times_with_an_offset_are_converted_to_the_shops_zone(report, tmp_path):
    path = csv_file(
        tmp_path / "a.csv", [("K1", "2026-01-31T23:30:00Z", "5")], ("customer", "time", "amount"), delimiter=","
    )
    assert report(path, "--json").json["first_order"] == "2026-02-01"
    assert report(path, "--json", "--zone", "UTC").json["first_order"] == "2026-01-31"


def test_a_sheet_can_be_named(report, tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Notes"])
    sheet = book.create_sheet("Orders")
    for row in (("customer", "time", "amount"), ("K1", date(2026, 1, 5), 7)):
        sheet.append(row)
    book.save(tmp_path / "book.xlsx")
    assert report(tmp_path / "book.xlsx", "--json", "--sheet", "Orders").json["revenue"] == 7.0


def test_doubts_are_said_beside_the_json(report, tmp_path):
    rows = [("", f"2026-01-{day:02d}", "5") for day in range(1, 10)] + [("K1", "2026-01-10", "5")]
    path = csv_file(tmp_path / "a.csv", rows, ("customer", "time", "amount"), delimiter=",")
    found = report(path, "--json")
    assert "9 rows (90.0%) have no customer" in found.err
    assert found.json["revenue_without_customer"] == 45.0
    earlier = report(path, "--json", "--as-of", "2026-01-03")
    assert "Their revenue of 45.00 is not part of any figure here." in earlier.err
    assert earlier.json["revenue_without_customer"] == 15.0
