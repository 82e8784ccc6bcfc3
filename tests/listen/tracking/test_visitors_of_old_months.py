"""A visitor who is recognised when what they did has left the log: their orders are the customer's all the same."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection, transaction
from pyarrow import parquet

from tests.core.lake import buying, old_months
from tests.core.lake.old_months import IN_MARCH
from treue.core.commerce.models import Order, OrderLine, Refund
from treue.core.customers import identities, persons
from treue.core.customers.models import Customer, Visitor
from treue.core.customers.persons import Key
from treue.core.events import feed, parking, standing
from treue.core.events.log import Happening, record
from treue.core.events.models import Event, Parked
from treue.core.events.reacting import drain
from treue.core.events.reading import begin
from treue.core.lake import events, manifest
from treue.core.shop.models import ExchangeRate, Shop
from treue.listen.tracking import names, orders, sources

TEA = {"product_id": "TEA", "name": "Tea", "category": "Drinks", "price": 10, "quantity": 2}
CUP = {"sku": "CUP", "price": "5.50"}


@pytest.fixture
def shop(transactional_db: None, installation: Path) -> Iterator[Shop]:
    shop = Shop.objects.create(name="Tea House", zone="Europe/Berlin")
    sources.add(shop=shop, name="server", kind="server", by=None)
    with old_months.partition():
        begin()
        yield shop


def tell(
    shop: Shop,
    name: str,
    order: str,
    *,
    hours: int = 0,
    message: str = "",
    of: tuple[str, str] = ("anonymous", "x"),
    source: str = "server",
    **facts: object,
) -> None:
    """One event of the visitor, or of somebody else, in the old month."""
    key = Key(shop.pk, *of)
    with transaction.atomic(), connection.cursor() as cursor:
        who = persons.resolve(cursor, [key])[key]
        told = {"order_id": order, "anonymous_id": "x", **facts}
        moment = IN_MARCH + timedelta(hours=hours)
        message = message or f"{name} {order} {hours}"
        record(shop, [Happening(message, name, who.number, source, moment, told, lane=who.customer)])


def identify(shop: Shop, number: str, visitor: str = "x") -> None:
    key = Key(shop.pk, "number", number)
    facts = {"user_id": number, "anonymous_id": visitor}
    with transaction.atomic(), connection.cursor() as cursor:
        who = persons.resolve(cursor, [key])[key]
        moment = IN_MARCH + timedelta(days=900)
        record(shop, [Happening(f"{number} is {visitor}", "Identify", who.number, "server", moment, facts)])
    work_off()


def work_off() -> None:
    """React, and try what is parked."""
    while drain() + parking.try_due(threading.Event()):
        pass


def years_later() -> None:
    drain()
    old_months.age()
    assert events.move_old(old_months.TODAY) == [old_months.MARCH]
    assert not Event.objects.exists()


def seen() -> list[tuple[object, ...]]:
    found = Order.objects.order_by("number")
    return list(found.values_list("number", "customer__number", "amount", "units", "refunded_amount", "ordered_at"))


def lines() -> list[tuple[object, ...]]:
    found = OrderLine.objects.order_by("order__number", "ordinal")
    return list(found.values_list("order__number", "product__code", "quantity", "amount"))


def all_that_happened(shop: Shop) -> None:
    tell(shop, names.ORDER_COMPLETED, "A-1", total=30.4, shipping=4.9, products=[TEA, CUP], channel="App")
    tell(shop, names.ORDER_COMPLETED, "A-2", hours=1, total=8)
    tell(shop, names.ORDER_REFUNDED, "A-1", hours=2, message="r1", total=3)
    tell(shop, names.ORDER_REFUNDED, "A-1", hours=3, message="r2", total=2)
    tell(shop, names.ORDER_CANCELLED, "A-2", hours=4)
    tell(shop, "Page Viewed", "", hours=5, path="/tea")


def test_the_orders_become_the_customers_with_what_came_back_of_them(shop: Shop):
    all_that_happened(shop)
    years_later()
    assert seen() == []
    identify(shop, "C-1")
    assert seen() == [
        ("A-1", "C-1", Decimal("25.5000"), Decimal("3.000"), Decimal("5.0000"), IN_MARCH),
        ("A-2", "C-1", Decimal("8.0000"), Decimal("1.000"), Decimal("8.0000"), IN_MARCH + timedelta(hours=1)),
    ]
    assert lines()[:2] == [
        ("A-1", "TEA", Decimal("2.000"), Decimal("20.0000")),
        ("A-1", "CUP", Decimal("1.000"), Decimal("5.5000")),
    ]
    assert not Parked.objects.exists()


def test_they_are_the_same_as_if_the_month_had_not_left(shop: Shop):
    all_that_happened(shop)
    drain()
    identify(shop, "C-1")
    expected = seen(), lines()
    assert len(expected[0]) == 2
    Visitor.objects.update(customer=None)
    Refund.objects.all().delete()
    Order.objects.all().delete()
    Event.objects.filter(name="Identify").delete()
    years_later()
    with transaction.atomic():
        identities.recognise([Visitor.objects.get().number])
    work_off()
    assert (seen(), lines()) == expected


def recognise_again() -> None:
    """The visitor was nobody's for a moment."""
    Visitor.objects.update(customer=None)
    with transaction.atomic():
        identities.recognise([Visitor.objects.get().number])
    work_off()


NAMED = ("number", "C-1")


def test_a_refund_is_booked_once_whenever_the_visitor_is_recognised(shop: Shop):
    """What a visitor gave back of a customer's own order stays with the order."""
    tell(shop, names.ORDER_COMPLETED, "A-1", of=NAMED, total=20)
    tell(shop, names.ORDER_REFUNDED, "A-1", hours=2, message="anna@example.org", total=3)
    tell(shop, names.ORDER_REFUNDED, "A-1", hours=2, message="r2", total=4)
    identify(shop, "C-1")
    Event.objects.filter(name="Identify").delete()
    booked = list(Refund.objects.order_by("pk").values_list("document", "amount"))
    assert [amount for _, amount in booked] == [3, 4]
    years_later()
    for _ in range(2):
        recognise_again()
        assert list(Refund.objects.order_by("pk").values_list("document", "amount")) == booked
    assert Order.objects.get().refunded_amount == 7
    assert not Parked.objects.exists()
    (path,) = (manifest.folder(shop.pk) / "events").iterdir()
    assert "anna" not in str(parquet.read_table(path).to_pylist()), "nobody knows what senders put into their ids"


def test_an_order_told_again_changes_nothing_when_its_month_has_left(shop: Shop):
    """Neither the visitor's, who is recognised then, nor one that is told today."""
    sources.add(shop=shop, name="browser", kind="browser", by=None, believes_orders=True)
    tell(shop, names.ORDER_COMPLETED, "A-1", message="order completed A-1", source="browser", total=9)
    tell(shop, names.ORDER_UPDATED, "A-1", hours=1, message="order served A-1", total=9)
    tell(shop, names.ORDER_UPDATED, "A-1", hours=2, message="u1", of=NAMED, total=5)
    years_later()
    identify(shop, "C-1")
    assert [row[:3] for row in seen()] == [("A-1", "C-1", Decimal(5))]
    tell(shop, names.ORDER_UPDATED, "A-1", hours=3, message="order settled A-1", of=NAMED, total=9)
    work_off()
    assert [row[:3] for row in seen()] == [("A-1", "C-1", Decimal(5))]


def test_of_months_that_left_before_ids_were_kept_orders_are_still_told(shop: Shop):
    all_that_happened(shop)
    years_later()
    (path,) = (manifest.folder(shop.pk) / "events").iterdir()
    parquet.write_table(parquet.read_table(path).drop_columns(["kept_id"]), path)
    identify(shop, "C-1")
    assert [(number, amount, back) for number, _, amount, _, back, _ in seen()] == [("A-1", 25.5, 5), ("A-2", 8, 8)]
    for _ in range(2):
        recognise_again()
    assert [(number, amount, back) for number, _, amount, _, back, _ in seen()] == [("A-1", 25.5, 5), ("A-2", 8, 8)]


def test_what_they_did_stands_in_the_customers_timeline(shop: Shop):
    all_that_happened(shop)
    years_later()
    identify(shop, "C-1")
    told = feed.timeline(shop, persons.numbers_of(Customer.objects.get(number="C-1")), 10)
    expected = ["Identify", "Page Viewed", "Order Cancelled", "Order Refunded", "Order Refunded"]
    assert [event.name for event in told] == [*expected, "Order Completed", "Order Completed"]


def test_who_turns_out_to_be_somebody_else_takes_the_orders_along(shop: Shop):
    all_that_happened(shop)
    identify(shop, "C-1")
    Event.objects.filter(name="Identify").delete()
    years_later()
    visitor = Visitor.objects.get().number
    before = Customer.objects.get(number="C-1").pk
    after = buying.customer(shop, "C-2").pk
    Visitor.objects.update(customer=after)
    with transaction.atomic():
        orders.follow([identities.Recognised(visitor, before, after)])
    work_off()
    assert [(number, customer) for number, customer, *_ in seen()] == [("A-1", "C-2"), ("A-2", "C-2")]


def test_one_that_fails_waits_with_its_name_and_is_written_when_it_can_be(shop: Shop):
    tell(shop, names.ORDER_COMPLETED, "A-1", total=10, currency="USD")
    years_later()
    identify(shop, "C-1")
    assert seen() == []
    (failure,) = standing.failures(list(standing.failed()))
    assert (failure.event.name, failure.order, failure.currency) == ("Order Completed", "A-1", "USD")
    assert failure.customer.number == "C-1"
    ExchangeRate.objects.create(shop=shop, currency="USD", rate=2)
    parking.try_again(failure.parked)
    assert [(number, customer, amount) for number, customer, amount, *_ in seen()] == [("A-1", "C-1", Decimal(20))]
    assert not Parked.objects.exists()


def test_for_visitors_who_came_later_no_file_is_read(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    """Which are nearly all who are recognised."""
    all_that_happened(shop)
    years_later()
    monkeypatch.setattr(events.parquet, "read_table", lambda *about, **more: pytest.fail("read"))
    with transaction.atomic(), connection.cursor() as cursor:
        persons.resolve(cursor, [Key(shop.pk, "anonymous", "y")])
    identify(shop, "C-9", "y")
    assert Visitor.objects.get(anonymous_id="y").customer.number == "C-9"
