"""Orders from a file into the database."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from treue.core.commerce.models import Channel, Order, OrderLine, Product
from treue.core.customers.erased import number_hash
from treue.core.customers.models import Customer, Erasure
from treue.listen.imports.models import Import, Replaced, SetAside

TWO_ORDERS = """A1,anna,2026-03-01 10:00,TEA,2,4.50,Tea,Shop,DE
A1,anna,2026-03-01 10:00,CUP,1,12.00,Cups,Shop,DE
A2,ben,2026-03-02 11:30,TEA,1,4.50,Tea,App,AT
"""


def test_orders_lines_customers_products_and_channels_are_made(bring_in, orders):
    task = bring_in(TWO_ORDERS)
    assert orders("customer__number", "amount", "units", "channel__name", "country", "category") == [
        ("A1", "anna", Decimal("21.0000"), Decimal("3.000"), "Shop", "DE", "Tea"),
        ("A2", "ben", Decimal("4.5000"), Decimal("1.000"), "App", "AT", "Tea"),
    ]
    assert list(OrderLine.objects.order_by("order__number", "ordinal").values_list("ordinal", "product__code")) == [
        (1, "TEA"),
        (2, "CUP"),
        (1, "TEA"),
    ]
    assert sorted(Channel.objects.values_list("name", flat=True)) == ["App", "Shop"]
    assert dict(Customer.objects.values_list("number", "country")) == {"anna": "DE", "ben": "AT"}
    assert dict(Product.objects.values_list("code", "category")) == {"TEA": "Tea", "CUP": "Cups"}
    assert task.state == Import.State.DONE
    assert task.summary["orders"] == {"new": 2, "changed": 0, "same": 0}
    assert (task.summary["rows_read"], task.summary["rows_used"]) == (3, 3)


def test_lines_happen_when_their_order_does_also_in_the_hours_that_a_clock_shows_twice_or_never(bring_in):
    hours = [f"2025-10-26 0{hour}:30" for hour in (1, 2, 3)] + [f"2026-03-29 0{hour}:30" for hour in (1, 2, 3)]
    file = "".join(f"A{number},anna,{at},TEA,1,4.50,,,\n" for number, at in enumerate(hours))
    bring_in(file)
    moments = list(OrderLine.objects.order_by("order__number").values_list("bought_at", "order__ordered_at"))
    assert len(moments) == 6
    assert all(line == order for line, order in moments)
    assert bring_in(file).summary["orders"] == {"new": 0, "changed": 0, "same": 6}


def test_times_are_the_shops_own_and_stored_as_moments(bring_in, orders):
    bring_in("A1,anna,2026-01-15 10:00,TEA,1,1,,,\nA2,anna,2026-07-15 10:00,TEA,1,1,,,\n")
    assert orders("ordered_at") == [
        ("A1", datetime(2026, 1, 15, 9, 0, tzinfo=UTC)),
        ("A2", datetime(2026, 7, 15, 8, 0, tzinfo=UTC)),
    ]


def test_the_same_file_a_second_time_changes_nothing_and_says_so(bring_in, everything):
    bring_in(TWO_ORDERS + "CA1,anna,2026-03-05 09:00,CUP,-1,12.00,Cups,Shop,DE\n")
    before = everything()
    again = bring_in(TWO_ORDERS + "CA1,anna,2026-03-05 09:00,CUP,-1,12.00,Cups,Shop,DE\n")
    assert again.summary["orders"] == {"new": 0, "changed": 0, "same": 2}
    assert again.summary["refunds"] == {"new": 0, "changed": 0, "same": 1}
    assert everything() == before
    assert not Replaced.objects.exists()
    assert not Order.objects.filter(batch=again.batch).exists()


def test_a_later_file_replaces_an_orders_lines_whole(bring_in, orders):
    bring_in(TWO_ORDERS)
    later = bring_in("A1,anna,2026-03-01 10:00,TEA,5,4.50,Tea,Shop,DE\n")
    assert orders("amount", "units") == [
        ("A1", Decimal("22.5000"), Decimal("5.000")),
        ("A2", Decimal("4.5000"), Decimal("1.000")),
    ]
    assert OrderLine.objects.filter(order__number="A1").count() == 1
    assert later.summary["orders"] == {"new": 0, "changed": 1, "same": 0}
    assert Order.objects.get(number="A1").batch == later.batch


@pytest.mark.parametrize(
    "line",
    [
        "A2,ben,2026-03-02 11:30,CUP,1,4.50,Tea,App,AT",
        "A2,ben,2026-03-02 11:31,TEA,1,4.50,Tea,App,AT",
        "A2,ben,2026-03-02 11:30,TEA,1,4.51,Tea,App,AT",
        "A2,ben,2026-03-02 11:30,TEA,1,4.50,Tea,Shop,AT",
        "A2,ben,2026-03-02 11:30,TEA,1,4.50,Tea,App,DE",
        "A2,ben,2026-03-02 11:30,TEA,1,4.50,Herbs,App,AT",
        "A2,ben,2026-03-02 11:30,TEA,1,4.50,Tea,,AT",
    ],
)
def test_any_difference_in_a_line_counts_as_a_change(bring_in, line):
    bring_in(TWO_ORDERS)
    assert bring_in(line + "\n").summary["orders"] == {"new": 0, "changed": 1, "same": 0}


def test_an_order_number_that_belongs_to_another_customer_is_set_aside(bring_in, orders):
    bring_in(TWO_ORDERS)
    second = bring_in("A1,carla,2026-03-09 10:00,TEA,1,4.50,Tea,Shop,DE\nA3,carla,2026-03-09 10:00,TEA,1,4.50,,,\n")
    assert [number for number, *_rest in orders("customer__number")] == ["A1", "A2", "A3"]
    assert second.summary["set_aside"] == {"order_of_another_customer": 1}
    assert second.summary["rows_used"] == 1
    (row,) = SetAside.objects.filter(of=second)
    assert (row.line_no, row.reason, row.value) == (2, "order_of_another_customer", "A1")


def test_within_a_file_an_order_belongs_to_the_customer_of_its_first_line(bring_in, orders):
    task = bring_in("A1,anna,2026-03-01 10:00,TEA,1,4.50,,,\nA1,ben,2026-03-01 09:00,CUP,1,9.00,,,\n")
    assert orders("customer__number", "amount") == [("A1", "anna", Decimal("4.5000"))]
    assert task.summary["set_aside"] == {"order_of_another_customer": 1}


def test_what_the_tables_cannot_hold_is_set_aside_and_not_cut(bring_in, orders):
    long = "9" * 121
    task = bring_in(
        f"A1,{long},2026-03-01 10:00,TEA,1,4.50,,,\n"
        f"A2,anna,2026-03-01 10:00,{long},1,4.50,,,\n"
        "A3,anna,2026-03-01 10:00,TEA,1,99999999999,,,\n"
        "A4,anna,2026-03-01 10:00,TEA,1,4.50,,,\n"
    )
    assert orders() == [("A4",)]
    assert task.summary["set_aside"] == {"too_large": 1, "too_long": 2}


def test_what_the_tables_cannot_hold_is_told_by_the_files_own_headings(bring_in, tmp_path):
    long, path = "9" * 121, tmp_path / "bestellungen.csv"
    path.write_text(
        "Bestellnr;Mail;Datum;Artikelnr;Stück;Einzelpreis\n"
        f"A1;{long}@b.de;01.03.2026;TEA;1;4,50\n"
        f"{long};anna@b.de;01.03.2026;TEA;1;4,50\n"
        f"A2;anna@b.de;01.03.2026;{long};1;4,50\n"
        "A3;anna@b.de;01.03.2026;TEA;1;99999999999\n"
        "A4;anna@b.de;01.03.2026;TEA;999999999;1\n"
        "A5;anna@b.de;01.03.2026;TEA;1;4,50\n"
        "A5;ben@b.de;01.03.2026;TEA;1;4,50\n"
        "A6;anna@b.de;gestern;TEA;1;4,50\n"
    )
    task = bring_in(path)
    assert list(SetAside.objects.filter(of=task).order_by("line_no").values_list("line_no", "column")) == [
        (2, "Mail"),
        (3, "Bestellnr"),
        (4, "Artikelnr"),
        (5, "Einzelpreis"),
        (6, "Stück"),
        (8, "Bestellnr"),
        (9, "Datum"),
    ]


def test_long_names_of_channels_and_products_are_cut(bring_in):
    task = bring_in("A1,anna,2026-03-01 10:00,TEA,1,4.50,Tea," + "c" * 80 + ",DE\n")
    assert task.summary["orders"]["new"] == 1
    assert Channel.objects.get().name == "c" * 60


def test_products_that_are_known_get_a_category_only_where_they_had_none(bring_in):
    bring_in("A1,anna,2026-03-01 10:00,TEA,1,4.50,,,\nA2,anna,2026-03-01 12:00,CUP,1,4.50,Cups,,\n")
    bring_in("A3,anna,2026-03-02 10:00,TEA,1,4.50,Tea,,\nA4,anna,2026-03-02 12:00,CUP,1,4.50,Mugs,,\n")
    assert dict(Product.objects.values_list("code", "category")) == {"TEA": "Tea", "CUP": "Cups"}
    assert dict(Order.objects.values_list("number", "category")) == {"A1": "", "A2": "Cups", "A3": "Tea", "A4": "Mugs"}


def test_without_a_column_of_categories_orders_have_their_products(bring_in, shop, orders):
    Product.objects.create(shop=shop, code="TEA", category="Tea")
    bring_in("order,customer,time,product,quantity,price\nA1,anna,2026-03-01 10:00,TEA,1,4.50\n")
    assert orders("category") == [("A1", "Tea")]


def test_a_file_without_order_numbers_can_be_brought_in_twice(bring_in, orders):
    content = "order,customer,time,amount\n,anna,2026-03-01 10:00,4.50\n,anna,2026-03-01 10:00,5\n,ben,2026-03-01,7\n"
    bring_in(content)
    before = orders("customer__number", "amount")
    assert [(customer, amount) for _number, customer, amount in before] == [
        ("anna", Decimal("9.5000")),
        ("ben", Decimal("7.0000")),
    ]
    assert bring_in(content).summary["orders"] == {"new": 0, "changed": 0, "same": 2}
    assert orders("customer__number", "amount") == before


def test_orders_of_an_erased_person_from_before_the_erasure_stay_out(bring_in, shop, orders):
    receipt = Erasure.objects.create(shop=shop, number_hash=number_hash(shop.pk, "anna"), customer_id=77)
    Erasure.objects.filter(pk=receipt.pk).update(erased_at=datetime(2026, 3, 1, 12, 0, tzinfo=UTC))
    task = bring_in(
        "A1,anna,2026-03-01 10:00,TEA,1,4.50,,,\n"
        "A2,ben,2026-03-01 10:00,TEA,1,4.50,,,\n"
        "A3,anna,2026-03-01 13:30,TEA,1,4.50,,,\n"
    )
    assert orders("customer__number") == [("A2", "ben"), ("A3", "anna")]
    assert task.summary["set_aside"] == {"erased_person": 1}
    assert SetAside.objects.get(of=task).value == ""


def test_an_order_spread_over_the_file_is_one_order(bring_in, orders):
    between = "".join(f"B{n},ben,2026-03-02 11:{n % 60:02},TEA,1,1,,,\n" for n in range(300))
    bring_in("A1,anna,2026-03-01 10:05,TEA,1,1,,,\n" + between + "A1,anna,2026-03-01 10:00,CUP,1,2,,,\n")
    assert Order.objects.count() == 301
    order = Order.objects.get(number="A1")
    assert (order.amount, order.ordered_at) == (Decimal("3.0000"), datetime(2026, 3, 1, 9, 0, tzinfo=UTC))


def test_orders_of_two_shops_may_have_the_same_number(bring_in, shop, upload, orders):
    bring_in(TWO_ORDERS)
    shop.pk = None
    shop.name = "Second"
    shop.save()
    bring_in(TWO_ORDERS)
    assert Order.objects.count() == 4
    assert Customer.objects.count() == 4


def test_every_row_is_used_or_set_aside(bring_in):
    task = bring_in(
        TWO_ORDERS
        + ",,2026-03-02 11:30,TEA,1,4.50,,,\n"  # a guest
        + "A9,ben,9999-12-31,TEA,1,4.50,,,\n"
        + "A8,ben,2026-03-02,TEA,one,4.50,,,\n"
        + "CX,ben,2026-03-01,CUP,-1,9,,,\n"
    )
    assert task.summary["set_aside"] == {
        "implausible_time": 1,
        "unreadable_number": 1,
        "no_customer": 1,
        "refund_unmatched": 1,
    }
    assert task.summary["rows_read"] == task.summary["rows_used"] + 4
    assert list(SetAside.objects.filter(of=task).values_list("line_no", flat=True)) == [5, 6, 7, 8]
