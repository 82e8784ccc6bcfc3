"""Refunds from a file into the database, and the purchases they take back."""

from decimal import Decimal

from treue.core.commerce.models import Order, Refund, RefundMatch
from treue.listen.imports import sentences
from treue.listen.imports.standing import standing

HEADER = "order,customer,time,product,quantity,price,category,channel,country\n"
PURCHASES = """A1,anna,2026-03-01 10:00,TEA,3,4.00,,,
A1,anna,2026-03-01 10:00,CUP,1,12.00,,,
A2,anna,2026-04-01 10:00,TEA,2,4.00,,,
B1,ben,2026-03-02 10:00,TEA,1,4.00,,,
"""


def refunded(orders):
    return {number: (amount, units) for number, amount, units in orders("refunded_amount", "refunded_units")}


def test_a_refund_by_reference_is_taken_off_its_order(bring_in, orders):
    bring_in(PURCHASES + "CA1,anna,2026-04-05 10:00,TEA,-1,4.00,,,\n")
    assert refunded(orders) == {
        "A1": (Decimal("4.0000"), Decimal("1.000")),
        "A2": (0, 0),
        "B1": (0, 0),
    }
    refund = Refund.objects.get()
    assert (refund.number, refund.quantity, refund.amount) == ("CA1", Decimal("1.000"), Decimal("4.0000"))
    assert RefundMatch.objects.get().order.number == "A1"


def test_a_refund_without_reference_is_taken_off_the_latest_purchase_and_goes_on(bring_in, orders):
    bring_in(PURCHASES + "C9,anna,2026-04-05 10:00,TEA,-4,4.00,,,\n")
    assert refunded(orders) == {
        "A1": (Decimal("8.0000"), Decimal("2.000")),
        "A2": (Decimal("8.0000"), Decimal("2.000")),
        "B1": (0, 0),
    }


def test_a_refund_that_arrives_later_finds_its_purchase(bring_in, orders):
    bring_in(PURCHASES)
    later = bring_in("C9,ben,2026-03-05 10:00,TEA,-1,4.00,,,\n")
    assert later.summary["refunds"] == {"new": 1, "changed": 0, "same": 0}
    assert later.summary["set_aside"] == {}
    assert refunded(orders)["B1"] == (Decimal("4.0000"), Decimal("1.000"))


def test_a_refund_that_arrives_before_its_purchase_is_matched_when_that_comes(bring_in, orders):
    first = bring_in("C9,ben,2026-03-05 10:00,TEA,-1,4.00,,,\n")
    assert first.summary["set_aside"] == {"refund_unmatched": 1}
    assert first.summary["rows_used"] == 0
    bring_in(PURCHASES)
    assert refunded(orders)["B1"] == (Decimal("4.0000"), Decimal("1.000"))


def test_a_refund_without_a_purchase_is_set_aside_and_neither_new_nor_known(bring_in, dry_run, tmp_path):
    rows = PURCHASES + "CB1,ben,2026-04-05 10:00,TEA,-1,4.00,,,\nC9,anna,2026-04-05 10:00,MUG,-1,4.00,,,\n"
    (tmp_path / "foreseen.csv").write_text(HEADER + rows)
    foreseen, first, again = dry_run(tmp_path / "foreseen.csv"), bring_in(rows).summary, bring_in(rows).summary
    assert foreseen["refunds"] == first["refunds"] == {"new": 1, "changed": 0, "same": 0}
    assert foreseen["refunds_waiting"] == first["refunds_waiting"] == 1
    assert foreseen["set_aside"] == first["set_aside"] == again["set_aside"] == {"refund_unmatched": 1}
    assert again["refunds"] == {"new": 0, "changed": 0, "same": 1}
    assert again["refunds_waiting"] == 0
    assert Refund.objects.count() == 2


def test_a_refund_of_which_one_line_finds_a_purchase_is_a_refund(bring_in):
    rows = PURCHASES + "CB1,ben,2026-04-05 10:00,TEA,-1,4.00,,,\nCB1,ben,2026-04-05 10:00,MUG,-1,4.00,,,\n"
    told = bring_in(rows).summary
    assert (told["refunds"]["new"], told["refunds_waiting"], told["set_aside"]) == (1, 0, {"refund_unmatched": 1})


def test_a_file_of_refunds_that_find_no_purchase_says_that_they_are_kept(bring_in, dry_run, tmp_path):
    (tmp_path / "foreseen.csv").write_text(HEADER + "C9,ben,2026-03-05 10:00,TEA,-1,4.00,,,\n")
    assert "1 refund finds no purchase yet. It would be kept" in sentences.foreseen(dry_run(tmp_path / "foreseen.csv"))
    told = bring_in("C9,ben,2026-03-05 10:00,TEA,-1,4.00,,,\n")
    assert sentences.outcome(told.summary) == (
        "1 refund has found no purchase yet. It counts as soon as its purchase is imported. 1 row was set aside."
    )
    assert standing(told).may_undo


def test_an_earlier_purchase_that_arrives_late_can_move_a_refund(bring_in, orders):
    bring_in("A2,anna,2026-04-01 10:00,TEA,2,4.00,,,\nC9,anna,2026-05-01 10:00,TEA,-1,3.50,,,\n")
    assert refunded(orders)["A2"] == (Decimal("3.5000"), Decimal("1.000"))
    bring_in("A0,anna,2026-01-01 10:00,TEA,2,3.50,,,\n")
    assert refunded(orders) == {"A0": (Decimal("3.5000"), Decimal("1.000")), "A2": (0, 0)}


def test_a_replaced_order_keeps_no_units_of_a_refund_that_no_longer_fits(bring_in, orders):
    bring_in(PURCHASES + "CB1,ben,2026-04-05 10:00,TEA,-1,4.00,,,\n")
    bring_in("B1,ben,2026-03-02 10:00,CUP,1,12.00,,,\n")
    assert refunded(orders)["B1"] == (0, 0)
    assert not RefundMatch.objects.filter(order__number="B1").exists()


def test_the_refunds_under_a_number_are_replaced_whole(bring_in, orders):
    bring_in(PURCHASES + "CA1,anna,2026-04-05 10:00,TEA,-1,4.00,,,\nCA1,anna,2026-04-05 10:00,CUP,-1,12.00,,,\n")
    assert refunded(orders)["A1"] == (Decimal("16.0000"), Decimal("2.000"))
    later = bring_in("CA1,anna,2026-04-05 10:00,TEA,-2,4.00,,,\n")
    assert later.summary["refunds"] == {"new": 0, "changed": 1, "same": 0}
    assert refunded(orders)["A1"] == (Decimal("8.0000"), Decimal("2.000"))


def test_an_order_refunded_twice_under_its_own_number_keeps_both_refunds(bring_in, orders):
    bring_in(PURCHASES + "A1,anna,2026-04-05 10:00,TEA,-1,4.00,,,\n")
    later = bring_in("A1,anna,2026-05-07 10:00,CUP,-1,12.00,,,\n")
    assert later.summary["refunds"] == {"new": 1, "changed": 0, "same": 0}
    assert refunded(orders)["A1"] == (Decimal("16.0000"), Decimal("2.000"))


JANUARY = """1,anna,2026-04-05 10:00,TEA,-1,4.00,,,
2,ben,2026-04-06 10:00,TEA,-1,4.00,,,
"""
FEBRUARY = """1,anna,2026-05-05 10:00,CUP,-1,12.00,,,
2,anna,2026-05-06 10:00,TEA,-1,4.00,,,
"""


def test_numbers_that_begin_anew_in_each_file_of_refunds_replace_nothing(bring_in, orders, everything):
    bring_in(PURCHASES + JANUARY)
    later = bring_in(FEBRUARY)
    assert later.summary["refunds"] == {"new": 2, "changed": 0, "same": 0}
    assert later.summary["set_aside"] == {}
    assert refunded(orders) == {
        "A1": (Decimal("12.0000"), Decimal("1.000")),
        "A2": (Decimal("8.0000"), Decimal("2.000")),
        "B1": (Decimal("4.0000"), Decimal("1.000")),
    }
    before = everything()
    for again in (JANUARY, FEBRUARY):
        assert bring_in(again).summary["refunds"] == {"new": 0, "changed": 0, "same": 2}
    assert everything() == before


def test_refunds_are_the_same_in_whatever_company_they_come_again(bring_in, everything):
    bring_in(PURCHASES + "A1,anna,2026-04-05 10:00,TEA,-1,4.00,,,\n")
    before = everything()
    again = bring_in("A1,anna,2026-04-05 10:00,TEA,-1,4.00,,,\n")
    assert again.summary["refunds"] == {"new": 0, "changed": 0, "same": 1}
    assert everything() == before


def test_refunds_without_any_number_are_told_by_customer_and_moment(bring_in, everything):
    bring_in(PURCHASES)
    file = "customer,time,product,quantity,price\n{}"
    one, other = "anna,2026-04-05 10:00,TEA,-1,4.00\n", "anna,2026-05-05 10:00,TEA,-1,4.00\n"
    assert bring_in(file.format(one)).summary["refunds"]["new"] == 1
    assert bring_in(file.format(other)).summary["refunds"]["new"] == 1
    before = everything()
    assert len(before["refunds"]) == 2
    assert bring_in(file.format(one + other)).summary["refunds"] == {"new": 0, "changed": 0, "same": 2}
    assert everything() == before


def test_undoing_an_import_leaves_the_refunds_of_another_under_the_same_number(bring_in, undo, everything):
    bring_in(PURCHASES + JANUARY)
    before = everything()
    undo(bring_in(FEBRUARY))
    assert everything() == before


def test_a_shop_that_moves_to_another_zone_keeps_each_refund_once(bring_in, shop, orders):
    bring_in(PURCHASES + JANUARY)
    shop.zone = "Europe/Lisbon"
    shop.save()
    again = bring_in(PURCHASES + JANUARY)
    assert again.summary["refunds"] == {"new": 0, "changed": 2, "same": 0}
    assert refunded(orders)["B1"] == (Decimal("4.0000"), Decimal("1.000"))


def test_a_file_of_refunds_alone_leaves_the_purchases_under_the_same_number(bring_in, orders):
    bring_in(PURCHASES)
    bring_in("A1,anna,2026-04-05 10:00,TEA,-1,4.00,,,\n")
    assert Order.objects.get(number="A1").units == Decimal("4.000")
    assert refunded(orders)["A1"] == (Decimal("4.0000"), Decimal("1.000"))


def test_orders_again_without_their_refunds_keep_what_was_refunded(bring_in, orders):
    bring_in(PURCHASES + "A1,anna,2026-04-05 10:00,TEA,-1,4.00,,,\n")
    again = bring_in(PURCHASES)
    assert again.summary["orders"] == {"new": 0, "changed": 0, "same": 3}
    assert refunded(orders)["A1"] == (Decimal("4.0000"), Decimal("1.000"))


def test_a_refund_that_names_the_order_of_somebody_else_concerns_both(bring_in, orders):
    bring_in(PURCHASES)
    bring_in("order,customer,time,product,quantity,price,refund_of\nR1,anna,2026-04-05 10:00,TEA,-1,4.00,B1\n")
    assert refunded(orders)["B1"] == (Decimal("4.0000"), Decimal("1.000"))
    bring_in("R2,ben,2026-04-06 10:00,TEA,-1,4.00,,,\n")
    assert list(RefundMatch.objects.values_list("refund__number", "order__number")) == [("R1", "B1")]
    bring_in("R0,ben,2026-04-01 10:00,TEA,-1,4.00,,,\n")
    assert list(RefundMatch.objects.values_list("refund__number", "order__number")) == [("R0", "B1")]


def test_more_than_was_bought_cannot_come_back(bring_in, orders):
    bring_in(PURCHASES + "C9,ben,2026-04-05 10:00,TEA,-50,4.00,,,\n")
    assert refunded(orders)["B1"] == (Decimal("4.0000"), Decimal("1.000"))
