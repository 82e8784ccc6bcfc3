"""What leaving a product code out would change equals the difference of two whole histories."""

from collections import Counter
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import ibis
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.science.histories import line_lists, line_table
from tests.science.test_report_twin import AS_OF
from tests.science.twin_lines import Line, twin_restated
from treue.science import without
from treue.science.without import Sums, changes_without

PHASES = [phase for phase in Phase if phase is not Phase.explain]


def change(lines: list[Line], code: str, as_of=None) -> Sums:
    return changes(lines, code, as_of)[1]


def changes(lines: list[Line], code: str, as_of=None) -> tuple[Sums, Sums]:
    """The sums as they are, and how they change without a code."""
    engine = ibis.duckdb.connect()
    try:
        now, changed = changes_without(engine.create_table("lines", line_table(lines)), [code], as_of, engine)
        return now, changed[code]
    finally:
        engine.disconnect()


def slow(lines: list[Line], as_of) -> Sums:
    orders, _ = twin_restated(lines, as_of)
    customers = Counter(order.customer for order in orders)
    return Sums(len(customers), len(orders), sum((order.revenue for order in orders), Decimal(0)))


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck), phases=PHASES)
@given(lines=line_lists(), as_of=AS_OF, code=st.sampled_from("XY"))
def test_a_change_is_the_difference_of_two_histories(lines, as_of, code):
    kept = [line for line in lines if (line.product or "").upper() != code]
    assert changes(lines, code, as_of) == (slow(lines, as_of), slow(kept, as_of) - slow(lines, as_of))


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck), phases=PHASES)
@given(lines=line_lists(), as_of=AS_OF, code=st.sampled_from("XY"), each=st.sampled_from([0, 1, 2, 3]))
def test_it_does_not_matter_how_many_customers_are_looked_at_at_once(lines, as_of, code, each):
    lines = [replace(line, customer=f"{line.customer}{line.line_no % (each + 1)}") for line in lines]
    kept = [line for line in lines if (line.product or "").upper() != code]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(without, "LINES_AT_ONCE", 1)
        assert changes(lines, code, as_of) == (slow(lines, as_of), slow(kept, as_of) - slow(lines, as_of))


def line(number: int, order_no: str, day: int, product: str | None, amount: int, **facts: object) -> Line:
    return Line(number, "a", order_no, datetime(2026, 3, day), product, 1, Decimal(amount), **facts)


def test_refunds_of_nothing_that_was_bought_do_not_count_against_a_code():
    lines = [
        line(1, "1", 1, "T1", 10),
        line(2, "1", 1, "M", 4),
        line(3, "C2", 2, "M", 500, kind="refund"),
        line(4, "C3", 2, "M", 700, kind="refund"),
        line(5, "4", 3, "M", 8),
    ]
    assert change(lines, "M") == Sums(0, -1, Decimal(-8))


def test_an_order_of_nothing_else_takes_its_customer_along():
    assert change([line(1, "1", 1, "post", 3)], "POST") == Sums(-1, -1, Decimal(-3))


def test_a_last_day_that_goes_with_the_code_takes_later_refunds_out_of_count():
    lines = [line(1, "1", 1, "T1", 10), line(2, "C1", 3, "T1", 4, kind="refund"), line(3, "2", 5, "POST", 3)]
    assert change(lines, "POST") == Sums(0, 0, Decimal(7))
