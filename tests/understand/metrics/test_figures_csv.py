"""The cockpit's tables as CSV: unrounded, for the same selection, and never executed by a spreadsheet."""

import csv
import io
from collections.abc import Callable

import pytest
from django.test import Client

from treue.core.shop.models import Shop
from treue.understand.metrics.counts import reading

pytestmark = pytest.mark.django_db


def table(answer: object, delimiter: str = ",") -> list[dict[str, str]]:
    content = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content), delimiter=delimiter))


def test_periods_are_the_timeline_unrounded(shop: Shop, as_role: Callable[..., Client]) -> None:
    rows = table(as_role().get("/figures/periods.csv"))
    timeline = reading.timeline(reading.current(shop), "month")
    assert [row["start"] for row in rows] == [period.start.isoformat() for period in timeline]
    assert [float(row["clv"]) for row in rows] == [pytest.approx(period.clv, rel=1e-12) for period in timeline]
    assert rows[0]["retention_rate"] == ""  # the warm-up has no rate
    assert rows[8]["customers_end"] == "70"


def test_the_selection_narrows_the_rows(shop: Shop, as_role: Callable[..., Client]) -> None:
    rows = table(as_role().get("/figures/periods.csv?unit=quarter&channel=Online"))
    assert [row["customers_end"] for row in rows[:3]] == ["40", "30", "30"]


def test_cohorts_have_a_row_for_each_month_since(shop: Shop, as_role: Callable[..., Client]) -> None:
    rows = table(as_role().get("/figures/cohorts.csv?channel=Online"))
    assert [(row["cohort"], row["month"], row["customers"], row["revenue"]) for row in rows[:2]] == [
        ("2025-01", "0", "40", "800.0000"),
        ("2025-01", "1", "40", "800.0000"),
    ]


def test_every_value_has_a_row_for_each_period(shop: Shop, as_role: Callable[..., Client]) -> None:
    rows = table(as_role().get("/figures/by_country.csv"))
    whole = table(as_role().get("/figures/periods.csv"))
    assert {row["country"] for row in rows} == {"AT", "DE"}
    for period in whole:
        parts = [row for row in rows if row["start"] == period["start"]]
        for name in ("customers_end", "retained", "orders"):
            assert sum(int(part[name]) for part in parts) == int(period[name])


def test_a_german_gets_decimal_commas(shop: Shop, as_role: Callable[..., Client]) -> None:
    rows = table(as_role(language="de").get("/figures/periods.csv?period=2025-09-01"), ";")
    assert rows[2]["average_order_value"].startswith("24,2105")


def test_the_file_is_named_for_the_table_and_its_day(shop: Shop, as_role: Callable[..., Client]) -> None:
    answer = as_role().get("/figures/periods.csv")
    assert answer["Content-Disposition"] == 'attachment; filename="treue-periods-2025-10-02.csv"'
    assert answer["Content-Type"].startswith("text/csv")


@pytest.mark.parametrize("name", ["nothing", "by_", "by_customer", "__class__"])
def test_what_is_no_table_is_not_found(shop: Shop, as_role: Callable[..., Client], name: str) -> None:
    assert as_role().get(f"/figures/{name}.csv").status_code == 404
