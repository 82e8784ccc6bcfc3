"""Orders restated: what refunds leave, and what is no purchase."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import ibis
import pytest

from tests.science.histories import line_table
from tests.science.twin_lines import Line
from treue.science.orders import from_lines, restate
from treue.science.refunds import match

NOON = datetime(2024, 5, 1, 12)


def bought(line_no: int, order_no: str, quantity: int, price: int, *, day: int = 0, **facts: object) -> Line:
    at = NOON + timedelta(days=day)
    return Line(line_no, "a", order_no, at, f"p{line_no}", quantity, Decimal(price * quantity), **facts)


def returned(line_no: int, of: Line, quantity: int, *, day: int) -> Line:
    amount = of.amount / of.quantity * quantity
    at = NOON + timedelta(days=day)
    return Line(line_no, "a", "R", at, of.product, quantity, amount, "refund", of.order_no)


def standings(lines: list[Line], as_of: date | None = None) -> dict[str, tuple[str, Decimal]]:
    table = line_table(lines)
    purchases, refunds = (table.filter([line.kind == kind for line in lines]) for kind in ("purchase", "refund"))
    allocations = match(purchases, refunds).allocations
    rows = restate(ibis.memtable(table), ibis.memtable(allocations), as_of).to_pyarrow().to_pylist()
    return {row["order_no"]: (row["standing"], row["revenue"]) for row in rows}


def test_a_refund_is_taken_off_the_orders_revenue():
    cups = bought(1, "1", 3, 5)
    assert standings([cups, bought(2, "1", 1, 20), returned(3, cups, 2, day=9)]) == {"1": ("purchase", 25)}


def test_an_order_with_no_units_left_is_no_purchase_even_if_money_stayed():
    cups = bought(1, "1", 2, 5)
    cheaper = Line(2, "a", "R", NOON + timedelta(days=1), "p1", 2, Decimal(4), "refund", "1")
    assert standings([cups, cheaper]) == {"1": ("fully_refunded", 6)}


def test_an_order_that_adds_up_to_nothing_is_no_purchase():
    assert standings([bought(1, "1", 3, 0), bought(2, "2", 1, 0), bought(3, "2", 1, 7)]) == {
        "1": ("without_revenue", 0),
        "2": ("purchase", 7),
    }


def test_an_order_of_which_only_the_free_gift_was_kept_is_without_revenue():
    cups = bought(1, "1", 1, 5)
    assert standings([cups, bought(2, "1", 1, 0), returned(3, cups, 1, day=1)]) == {"1": ("without_revenue", 0)}


def test_a_refund_after_as_of_does_not_count():
    cups = bought(1, "1", 1, 5)
    lines = [cups, returned(2, cups, 1, day=9)]
    assert standings(lines, date(2024, 5, 9)) == {"1": ("purchase", 5)}
    assert standings(lines, date(2024, 5, 10)) == {"1": ("fully_refunded", 0)}


def test_an_order_happens_at_its_earliest_line_and_whole():
    lines = [bought(1, "1", 1, 5, day=3), bought(2, "1", 1, 5, day=0), bought(3, "2", 1, 5, day=2)]
    assert standings(lines, date(2024, 5, 1)) == {"1": ("purchase", 10)}


def test_an_orders_slices_are_its_first_lines_also_where_they_are_unknown():
    lines = [
        bought(1, "1", 1, 5, channel="shop", country="AT", ordinal=2),
        bought(2, "1", 1, 5, channel="web", country=None, ordinal=1),
    ]
    nothing = match(line_table(lines), line_table([])).allocations
    row = from_lines(ibis.memtable(line_table(lines)), ibis.memtable(nothing), None).to_pyarrow().to_pylist()[0]
    assert (row["channel"], row["country"]) == ("web", None)


def test_the_same_number_of_two_customers_is_two_orders():
    lines = [bought(1, "1", 1, 5), Line(2, "b", "1", NOON, "x", 1, Decimal(7))]
    nothing = match(line_table(lines), line_table([])).allocations
    rows = from_lines(ibis.memtable(line_table(lines)), ibis.memtable(nothing), None).to_pyarrow().to_pylist()
    assert sorted((row["customer"], row["revenue"]) for row in rows) == [("a", 5), ("b", 7)]


@pytest.mark.parametrize("kind", ["purchase", "refund"])
def test_cents_add_up_exactly(kind):
    lines = [Line(number, "a", "1", NOON, f"p{number}", 1, Decimal("0.1")) for number in range(10)]
    if kind == "refund":
        at = NOON + timedelta(days=1)
        lines += [Line(20 + n, "a", "R", at, f"p{n}", 1, Decimal("0.1"), "refund", "1") for n in range(9)]
    expected = Decimal("1.0000") if kind == "purchase" else Decimal("0.1000")
    assert standings(lines) == {"1": ("purchase", expected)}
