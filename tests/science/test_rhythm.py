"""What is usual for a customer, and the states that follow from it, in literal histories."""

from datetime import date, timedelta
from decimal import Decimal

import ibis
import pytest

from tests.science.buyers import FIRST, Bought, on, table_of
from treue.science import rhythm
from treue.science.errors import ImpossibleHorizon, MissingColumn, MomentsWithZone, WrongColumnType

MONTHLY = (0, 30, 60, 90)


def found(orders: list[Bought], day: int) -> dict[str, dict]:
    rows = rhythm.rhythms(table_of(orders), as_of=FIRST + timedelta(days=day)).to_pyarrow().to_pylist()
    assert len({row["customer_id"] for row in rows}) == len(rows)
    return {row["customer_id"]: row for row in rows}


def test_a_customers_rhythm_is_the_median_of_the_pauses():
    row = found(on("a", 0, 34, 54, 94), 165)["a"]
    assert row["purchase_days"] == 4
    assert (row["quartile_low_days"], row["rhythm_days"], row["quartile_high_days"]) == (27, 34, 37)
    assert row["longest_days"] == 40
    assert row["last_date"] == FIRST + timedelta(days=94)
    assert row["expected_date"] == FIRST + timedelta(days=128)
    assert row["days_since"] == 71
    assert row["ratio"] == 71 / 34
    assert row["patience_days"] == 51
    assert row["state"] == "overdue"


def test_half_a_day_of_rhythm_is_expected_a_day_later():
    row = found(on("a", 0, 10, 20, 31, 42), 42)["a"]
    assert row["rhythm_days"] == 10.5
    assert row["expected_date"] == FIRST + timedelta(days=53)


@pytest.mark.parametrize(
    ("days_since", "state"),
    [
        (0, "on time"),
        (30, "on time"),
        (31, "due"),
        (45, "due"),
        (46, "overdue"),
        (90, "overdue"),
        (91, "long overdue"),
        (999, "long overdue"),
    ],
)
def test_states_of_somebody_who_comes_every_month(days_since: int, state: str):
    assert found(on("a", *MONTHLY), 90 + days_since)["a"]["state"] == state


@pytest.mark.parametrize(
    ("days", "patience"),
    [
        ((0, 10, 20, 30), 17),  # a week more than usual
        ((0, 20, 40, 60), 30),  # half as long again
        ((0, 20, 40, 95), 55),  # as long as once before
        ((0, 20, 40, 340), 60),  # but not longer than three times
        ((0, 1, 2, 3), 8),
    ],
)
def test_how_long_a_pause_is_nothing_unusual(days: tuple[int, ...], patience: float):
    assert found(on("a", *days), 400)["a"]["patience_days"] == patience


def test_fewer_than_four_purchase_days_make_no_rhythm():
    row = found([*on("a", 0, 30, 60), *on("a", 60, 60)], 200)["a"]
    assert (row["purchase_days"], row["days_since"], row["state"]) == (3, 140, "unknown")
    usual = ("rhythm_days", "quartile_low_days", "quartile_high_days", "longest_days", "patience_days", "ratio")
    assert [row[name] for name in (*usual, "expected_date")] == [None] * 7


def test_what_comes_later_or_is_no_purchase_makes_no_rhythm():
    noise = [Bought("a", None, Decimal(1)), *on("a", 15, amount=-1), *on("a", 95), Bought(None, None, None)]
    assert found([*on("a", *MONTHLY), *noise], 94) == found(on("a", *MONTHLY), 94)


def test_without_purchases_there_are_no_rows():
    assert found([], 5) == {}
    assert found(on("a", 9), 5) == {}


def test_tables_that_mean_nothing_are_refused():
    orders, as_of = table_of(on("a", *MONTHLY)), FIRST
    with pytest.raises(MissingColumn):
        rhythm.rhythms(orders.drop("ordered_at"), as_of=as_of)
    with pytest.raises(WrongColumnType):
        rhythm.rhythms(orders.mutate(ordered_at=ibis.literal("Monday")), as_of=as_of)
    with pytest.raises(MomentsWithZone):
        rhythm.rhythms(orders.mutate(ordered_at=orders.ordered_at.cast("timestamp('UTC')")), as_of=as_of)


def came_back(orders: list[Bought], day: int, days: int) -> dict[str, tuple[int, int]]:
    rows = rhythm.came_back(table_of(orders), as_of=FIRST + timedelta(days=day), days=days).to_pyarrow().to_pylist()
    return {row["state"]: (row["customers"], row["bought"]) for row in rows}


def test_who_came_back_is_counted_by_the_state_on_the_day():
    orders = [
        *on("a", *MONTHLY, 105),
        *on("b", *MONTHLY, 110, 111),
        *on("c", *MONTHLY, 131),
        *on("d", 0, 1, 2, 3),
        *on("e", 99, 101),
        *on("f", 101),
    ]
    assert came_back(orders, 100, 10) == {"on time": (3, 2), "long overdue": (1, 0), "unknown": (1, 1)}


@pytest.mark.parametrize("days", [0, -1, 30.5, float("nan"), float("inf"), 10**9, "30", None, True])
def test_only_within_a_number_of_days_somebody_comes_back(days):
    with pytest.raises(ImpossibleHorizon) as refused:
        rhythm.came_back(table_of([]), as_of=date(2024, 1, 1), days=days)
    assert refused.value.name == "days"
