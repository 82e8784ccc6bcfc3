"""Which purchase a refund belongs to, case by case."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from treue.science.refunds import match

SCHEMA = pa.schema(
    [
        ("line_no", pa.int64()),
        ("customer", pa.string()),
        ("order_no", pa.string()),
        ("product", pa.string()),
        ("at", pa.timestamp("us")),
        ("quantity", pa.float64()),
        ("amount", pa.float64()),
        ("refund_of", pa.string()),
    ]
)


def table(*rows: tuple[Any, ...]) -> pa.Table:
    """(line, customer, order, product, day of May, quantity, price[, refund_of])"""
    keys = ("line_no", "customer", "order_no", "product")
    return pa.Table.from_pylist(
        [
            dict(zip(keys, row[:4], strict=True))
            | {"at": datetime(2024, 5, row[4], 12), "quantity": row[5], "amount": row[5] * row[6]}
            | {"refund_of": row[7] if len(row) > 7 else None}
            for row in rows
        ],
        schema=SCHEMA,
    )


def taken(purchases: pa.Table, refunds: pa.Table) -> list[tuple[int, int, float, Decimal]]:
    rows = match(purchases, refunds).allocations.to_pylist()
    return [(row["refund_line_no"], row["purchase_line_no"], row["units"], row["amount"]) for row in rows]


def unmatched(purchases: pa.Table, refunds: pa.Table) -> list[int]:
    return match(purchases, refunds).unmatched["line_no"].to_pylist()


def test_the_same_price_comes_before_the_later_purchase():
    bought = table((1, "a", "1", "cup", 1, 2, 5), (2, "a", "2", "cup", 2, 2, 4))
    assert taken(bought, table((3, "a", "C9", "cup", 3, 1, 5))) == [(3, 1, 1, 5)]


def test_among_equal_prices_the_latest_purchase_gives_first_then_the_one_before():
    bought = table((1, "a", "1", "cup", 1, 2, 5), (2, "a", "2", "cup", 2, 2, 5))
    assert taken(bought, table((3, "a", "C9", "cup", 3, 3, 5))) == [(3, 2, 2, 10), (3, 1, 1, 5)]


def test_what_the_same_price_cannot_give_comes_from_the_latest_other_line():
    bought = table((1, "a", "1", "cup", 1, 1, 5), (2, "a", "2", "cup", 2, 9, 4), (3, "a", "3", "cup", 3, 9, 3))
    assert taken(bought, table((4, "a", "C9", "cup", 4, 3, 5))) == [(4, 1, 1, 5), (4, 3, 2, 10)]


def test_a_refund_is_capped_at_what_was_bought():
    bought = table((1, "a", "1", "cup", 1, 2, 5))
    assert taken(bought, table((2, "a", "C9", "cup", 2, 7, 5))) == [(2, 1, 2, 10)]


def test_a_dearer_refund_takes_no_more_money_than_the_line_has():
    bought = table((1, "a", "1", "cup", 1, 2, 5))
    assert taken(bought, table((2, "a", "C9", "cup", 2, 1, 8), (3, "a", "C9", "cup", 3, 1, 8))) == [
        (2, 1, 1, 8),
        (3, 1, 1, 2),
    ]


def test_a_purchase_at_the_very_moment_of_the_refund_is_not_earlier():
    bought = table((1, "a", "1", "cup", 2, 1, 5))
    assert unmatched(bought, table((2, "a", "C9", "cup", 2, 1, 5))) == [2]


def test_units_given_back_are_gone_for_the_next_refund():
    bought = table((1, "a", "1", "cup", 1, 1, 5))
    refunds = table((2, "a", "C8", "cup", 2, 1, 5), (3, "a", "C9", "cup", 3, 1, 5))
    assert taken(bought, refunds) == [(2, 1, 1, 5)]
    assert unmatched(bought, refunds) == [3]


@pytest.mark.parametrize(
    "refund", [(9, "b", "C9", "cup", 5, 1, 5), (9, "a", "C9", "pot", 5, 1, 5), (9, "a", "C9", None, 5, 1, 5)]
)
def test_other_customers_and_products_are_not_touched(refund):
    assert unmatched(table((1, "a", "1", "cup", 1, 1, 5)), table(refund)) == [9]


@pytest.mark.parametrize(
    ("order_no", "refund_of"),
    [("R1", "1"), ("1", None), ("C1", None), ("c1", None), ("2", "1"), ("C9", "unheard of")],
    ids=["named", "own number", "number without C", "small c", "named beats own number", "named in vain"],
)
def test_a_reference_comes_before_the_latest_purchase(order_no, refund_of):
    bought = table((1, "a", "1", "cup", 1, 1, 5), (2, "a", "2", "cup", 2, 1, 5))
    line = 2 if refund_of == "unheard of" else 1
    assert taken(bought, table((3, "a", order_no, "cup", 3, 1, 5, refund_of))) == [(3, line, 1, 5)]


def test_a_reference_may_point_to_an_order_of_the_same_moment_or_later():
    assert taken(table((1, "a", "1", "cup", 9, 1, 5)), table((2, "a", "R1", "cup", 3, 1, 5, "1"))) == [(2, 1, 1, 5)]


def test_a_refund_that_names_an_order_but_no_product_takes_any_of_its_lines():
    bought = table((1, "a", "1", "cup", 1, 1, 5), (2, "a", "1", "pot", 1, 1, 20), (3, "a", "2", "pot", 2, 1, 20))
    assert taken(bought, table((4, "a", "R1", None, 3, 2, 20, "1"))) == [(4, 2, 1, 20), (4, 1, 1, 5)]


def test_a_used_up_reference_does_not_fall_on_another_order():
    bought = table((1, "a", "1", "cup", 1, 1, 5), (2, "a", "2", "cup", 2, 1, 5))
    refunds = table((3, "a", "R1", "cup", 3, 1, 5, "1"), (4, "a", "R2", "cup", 4, 1, 5, "1"))
    assert taken(bought, refunds) == [(3, 1, 1, 5)]
    assert unmatched(bought, refunds) == [4]


def test_an_order_named_by_a_refund_of_another_customer_is_still_that_order():
    assert taken(table((1, "a", "1", "cup", 1, 1, 5)), table((2, "guest", "R", "cup", 3, 1, 5, "1"))) == [(2, 1, 1, 5)]


def test_a_number_of_the_same_customer_wins_over_the_same_number_of_another():
    bought = table((1, "a", "1", "cup", 1, 1, 5), (2, "b", "1", "cup", 1, 1, 5))
    assert taken(bought, table((3, "b", "R", "cup", 3, 1, 5, "1"))) == [(3, 2, 1, 5)]


def test_money_without_pieces_is_taken_like_pieces_of_price_one():
    bought = table((1, "a", "1", None, 1, 20.0, 1), (2, "a", "2", None, 2, 7.5, 1))
    assert taken(bought, table((3, "a", "C9", None, 3, 10.0, 1))) == [
        (3, 2, 7.5, Decimal("7.5")),
        (3, 1, 2.5, Decimal("2.5")),
    ]


def test_keys_of_several_columns_come_back_under_their_names():
    bought, refunds = table((1, "a", "1", "cup", 1, 1, 5)), table((2, "a", "R1", "cup", 3, 1, 5))
    names = ["ordinal", *SCHEMA.names[1:]]
    bought, refunds = (
        lines.rename_columns(names).append_column("order_id", pa.array([order_id], pa.int64()))
        for lines, order_id in ((bought, 71), (refunds, 72))
    )
    matching = match(bought, refunds, key=("order_id", "ordinal"))
    assert matching.allocations.to_pylist() == [
        {
            "refund_order_id": 72,
            "refund_ordinal": 2,
            "purchase_order_id": 71,
            "purchase_ordinal": 1,
            "units": 1.0,
            "amount": Decimal(5),
            "refunded_at": datetime(2024, 5, 3, 12),
        }
    ]


def test_no_refunds_and_no_purchases_are_no_trouble():
    assert match(table(), table()).allocations.num_rows == 0
    assert unmatched(table(), table((2, "a", "C9", "cup", 3, 1, 5))) == [2]


def test_a_thousand_returns_of_the_same_thing_find_a_thousand_purchases():
    bought = table(*((number, "a", str(number), "cup", 1, 1, 5) for number in range(1000)))
    refunds = table(*((number, "a", f"R{number}", "cup", 2, 1, 5) for number in range(1000)))
    assert [purchase for _, purchase, _, _ in taken(bought, refunds)] == list(range(999, -1, -1))
