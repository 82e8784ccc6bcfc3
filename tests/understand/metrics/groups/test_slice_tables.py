"""Slices beside each other: one period, everybody in it once, and nobody lost between the rows and the whole."""

from dataclasses import replace
from decimal import Decimal

import pytest
from courses import ASlice, basis, rates
from django.utils import translation

from treue.understand.metrics.groups import slice_tables


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def a_slice(value: str | None, stayed: int, of: int) -> ASlice:
    periods = rates(stayed, of=of)
    made = ASlice(value, [replace(periods[-1], customers_to_date=of, customers_end=stayed, retained=stayed)])
    return replace(made, figures=replace(made.figures, customers=of))


ROWS = [a_slice("AT", 15, 20), a_slice(None, 90, 100), a_slice("DE", 900, 1000)]


def whole():
    last = ROWS[0].periods[-1]
    ever = {"customers_to_date": 1120, "customers_start": 1120, "customers_end": 1005, "retained": 1005}
    return replace(last, **ever, orders=sum(row.periods[-1].orders for row in ROWS), revenue=Decimal(500))


def texts(table) -> list[list[str]]:
    return [[placed.cell.text.replace("\u00a0", " ") for placed in row] for row in table.rows]


def test_the_largest_come_first_and_what_is_unknown_has_a_name():
    rows = texts(slice_tables.table("country", ROWS, whole(), basis()))
    assert [row[:3] for row in rows] == [
        ["DE", "900", "90.0%"],
        ["unknown", "90", "90.0%"],
        ["AT", "15", "too few"],
    ]


def test_those_who_are_not_shown_stand_together_and_the_rows_add_up():
    table = slice_tables.table("country", ROWS, whole(), basis(), most=1)
    assert [row[0] for row in texts(table)] == ["DE", "All others"]
    assert texts(table)[1][1:3] == ["105", "87.5%"]
    foot = [placed.cell.text for placed in table.foot]
    assert foot[:2] == ["All together", "1,005"]
    assert sum(int(row[1]) for row in texts(table)) == 1005


def test_the_period_is_said_and_a_warm_up_has_no_rate():
    warm = replace(whole(), retention_rate=None)
    table = slice_tables.table("country", ROWS, warm, basis())
    assert table.caption.startswith("In ")
    assert {row[2] for row in texts(table)} == {"–"}


def test_without_a_complete_period_it_is_empty_and_does_not_fail():
    assert texts(slice_tables.table("country", [], None, basis())) == []
