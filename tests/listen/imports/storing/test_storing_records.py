"""Customers, products and acquisition costs from files into the database."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection, transaction

from treue.core.commerce.models import Order, Product
from treue.core.customers import identities, persons
from treue.core.customers.erased import number_hash
from treue.core.customers.identities import Statement
from treue.core.customers.models import Customer, Erasure
from treue.core.customers.persons import Key
from treue.core.shop.models import AcquisitionCost, Shop
from treue.listen.imports.models import SetAside
from treue.listen.imports.storing.people import people_back


def test_customers_are_made_and_filled(bring_in):
    task = bring_in(
        "number;first name;last name;email;phone;city;country;created\n"
        "1;Anna;Muster;Anna@Example.org;+49 341 1;Leipzig;DE;2025-01-01 10:00\n"
        "2;;;ben@example.org;;;;\n",
        "customers",
        "customers.csv",
    )
    assert task.summary["customers"] == {"new": 2, "changed": 0, "same": 0}
    fields = ("number", "name", "email", "phone", "city", "country", "signed_up_at")
    assert list(Customer.objects.order_by("number").values_list(*fields)) == [
        ("1", "Anna Muster", "anna@example.org", "+49 341 1", "Leipzig", "DE", datetime(2025, 1, 1, 9, 0, tzinfo=UTC)),
        ("2", "", "ben@example.org", "", "", "", None),
    ]


def test_the_same_customers_again_change_nothing(bring_in):
    content = "number,name,city\n1,Anna,Leipzig\n2,Ben,Halle\n"
    bring_in(content, "customers", "customers.csv")
    again = bring_in(content, "customers", "customers.csv")
    assert again.summary["customers"] == {"new": 0, "changed": 0, "same": 2}


def test_customers_that_orders_brought_get_their_names(bring_in):
    bring_in("A1,1,2026-03-01 10:00,TEA,1,4.00,,,\n")
    task = bring_in("number,name\n1,Anna\n", "customers", "customers.csv")
    assert task.summary["customers"] == {"new": 0, "changed": 1, "same": 0}
    assert Customer.objects.get().name == "Anna"


@pytest.mark.parametrize(
    ("what", "head", "row"),
    [
        ("customers", "Kd-Nr;Name", "9" * 121),
        ("customers", "Mail;Name", "9" * 121 + "@b.de"),
        ("products", "Artikelnr;Bezeichnung", "9" * 81),
    ],
)
def test_too_long_a_number_is_told_by_the_files_own_heading(bring_in, tmp_path, what, head, row):
    path = tmp_path / "liste.csv"
    path.write_text(f"{head}\n{row};Anna\n")
    task = bring_in(path, what)
    assert [(each.reason, each.column) for each in SetAside.objects.filter(of=task)] == [
        ("too_long", head.partition(";")[0])
    ]


def test_an_erased_person_does_not_come_back_with_a_list_of_customers(bring_in, shop):
    Erasure.objects.create(shop=shop, number_hash=number_hash(shop.pk, "1"), customer_id=77)
    task = bring_in("number,name\n1,Anna\n2,Ben\n", "customers", "customers.csv")
    assert list(Customer.objects.values_list("number", flat=True)) == ["2"]
    assert task.summary["set_aside"] == {"erased_person": 1}


def test_products_get_category_and_unit_cost(bring_in):
    bring_in("code,name,category,cost\nTEA,Green tea,Tea,1.25\n", "products", "products.csv")
    task = bring_in("code,name,price,margin\nCUP,Cup,10,40%\nTEA,Green tea,,\n", "products", "products.csv")
    assert task.summary["products"] == {"new": 1, "changed": 0, "same": 1}
    assert list(Product.objects.order_by("code").values_list("code", "category", "unit_cost")) == [
        ("CUP", "", Decimal("6.0000")),
        ("TEA", "Tea", Decimal("1.2500")),
    ]


def test_orders_follow_the_category_of_their_first_product(bring_in, undo):
    bring_in(
        "A1,anna,2026-03-01 10:00,TEA,1,4.00,,,\nA1,anna,2026-03-01 10:00,CUP,1,9.00,,,\n"
        "A2,anna,2026-03-02 10:00,CUP,1,9.00,,,\nA3,anna,2026-03-03 10:00,TEA,1,4.00,Herbs,,\n"
    )
    categories = lambda: dict(Order.objects.values_list("number", "category"))  # noqa: E731
    assert categories() == {"A1": "", "A2": "", "A3": "Herbs"}
    Product.objects.filter(code="TEA").update(category="")
    task = bring_in("code,category\nTEA,Tea\nCUP,Cups\n", "products", "products.csv")
    assert categories() == {"A1": "Tea", "A2": "Cups", "A3": "Herbs"}
    undo(task)
    assert categories() == {"A1": "", "A2": "", "A3": "Herbs"}


def test_acquisition_costs_of_a_channel_and_month_add_up(bring_in):
    task = bring_in(
        "Kanal;Monat;Betrag\nShop;01.2026;1.000,50\nShop;2026-01;99,50\n;2026-02-01;10\nShop;32.2026;1\nApp;2026-03;-4\n",
        "costs",
        "costs.csv",
    )
    assert list(AcquisitionCost.objects.order_by("month").values_list("channel", "month", "amount")) == [
        ("Shop", date(2026, 1, 1), Decimal("1100.00")),
        ("", date(2026, 2, 1), Decimal("10.00")),
    ]
    assert task.summary["set_aside"] == {"unreadable_month": 1, "negative_amount": 1}
    assert task.summary["rows_used"] == 3


def test_costs_again_change_nothing(bring_in):
    content = "channel,month,amount\nShop,2026-01,100\n"
    bring_in(content, "costs", "costs.csv")
    assert bring_in(content, "costs", "costs.csv").summary["costs"] == {"new": 0, "changed": 0, "same": 1}


def found(shop: Shop, phone: str) -> list[str]:
    return [each.number for each in identities.find(shop, phone)]


def test_customers_are_found_by_the_telephone_number_a_file_brought(bring_in, shop):
    written = ["0341 1234567", "+49 (0)341 / 123-45-67", "0049-341-1234567", "030 1234567", "none", "", "0341 1234568"]
    rows = "".join(f"{number},{phone}\n" for number, phone in enumerate(written))
    bring_in("number,phone\n" + rows, "customers", "customers.csv")
    for asked in ("+49 341 1234567", "0341/1234567"):
        assert found(shop, asked) == ["0", "1", "2"]
    assert found(shop, "030 1234567") == ["3"]
    assert found(shop, "1234567") == []


@pytest.mark.parametrize(("written", "asked"), [("0341 12", "+49 341 12"), ("+49 341 12", "034112")])
def test_a_short_telephone_number_is_found_too(bring_in, shop, written, asked):
    bring_in(f"number,phone\n1,{written}\n", "customers", "customers.csv")
    assert found(shop, asked) == ["1"]


def test_a_later_files_number_replaces_the_former_one_but_not_what_a_till_told(bring_in, shop):
    bring_in("number,phone\n1,0341 1111111\n2,0341 2222222\n", "customers", "customers.csv")
    told = [("phone", "0341 2222222")]
    ben = Customer.objects.get(number="2")
    identities.learn([Statement(shop, ben.pk, datetime(2026, 1, 1, tzinfo=UTC), "m", True, told)])
    bring_in("number,phone\n1,0341 3333333\n2,0341 4444444\n", "customers", "later.csv")
    assert [found(shop, f"0341 {digit * 7}") for digit in "1234"] == [[], ["2"], ["1"], ["2"]]


def test_undoing_an_import_gives_the_numbers_back_that_it_replaced(bring_in, undo, shop):
    bring_in("number,phone\n1,0341 1111111\n2,\n", "customers", "customers.csv")
    undo(bring_in("number,phone\n1,0341 3333333\n2,0341 2222222\n3,0341 4444444\n", "customers", "later.csv"))
    assert [found(shop, f"0341 {digit * 7}") for digit in "1234"] == [["1"], [], [], []]


def test_birthdays_are_kept_replaced_and_left_alone_where_a_file_says_none(bring_in):
    bring_in("number;name;birthday\n1;Anna;15.03.1990\n2;Ben;\n", "customers", "customers.csv")
    assert list(Customer.objects.order_by("number").values_list("birthday", flat=True)) == [date(1990, 3, 15), None]
    again = bring_in("number;name;birthday\n1;Anna;\n2;Ben;29.02.1992\n", "customers", "more.csv")
    assert again.summary["customers"] == {"new": 0, "changed": 1, "same": 1}
    assert list(Customer.objects.order_by("number").values_list("birthday", flat=True)) == [
        date(1990, 3, 15),
        date(1992, 2, 29),
    ]
    people_back(again)
    assert list(Customer.objects.order_by("number").values_list("birthday", flat=True)) == [date(1990, 3, 15), None]


def test_undoing_an_import_takes_back_what_it_repeated_of_a_browsers_word(bring_in, undo, shop):
    bring_in("number,name\n1,Anna\n", "customers", "customers.csv")
    anna = Customer.objects.get()
    said = {"email": "anna@example.org"}
    identities.learn([Statement(shop, anna.pk, datetime.now(UTC), "m", False, traits=said)])
    task = bring_in("number,email\n1,anna@example.org\n", "customers", "addresses.csv")
    assert Customer.objects.get().email == "anna@example.org"
    undo(task)
    assert Customer.objects.get().email == ""
    assert identities.holders(shop, "email", "anna@example.org") == set()


def test_an_address_that_is_the_number_in_a_file_of_orders_is_theirs_until_it_is_undone(bring_in, undo, shop):
    """Also where a browser has named them by it before, which alone proves nothing."""
    with transaction.atomic(), connection.cursor() as cursor:
        persons.resolve(cursor, [Key(shop.pk, "number", "anna@example.org")])
    anna = Customer.objects.get()
    task = bring_in(
        "A1,anna@example.org,2026-03-01 10:00,TEA,1,4.00,,,\nA2,ben@example.org,2026-03-01 10:00,TEA,1,4.00,,,\n"
    )
    assert identities.holders(shop, "email", "anna@example.org") == {anna.pk}
    assert Customer.objects.get(number="ben@example.org").email == "ben@example.org"
    undo(task)
    assert identities.holders(shop, "email", "anna@example.org") == set()
