"""Orders and refunds that events tell of, in the shop's orders: each once, whoever tells it, in whatever order."""

import threading
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import permutations
from pathlib import Path

import pytest
from django.db import connection, transaction

from tests.core.lake import buying
from treue.core.commerce import touched
from treue.core.commerce.models import Batch, Order, OrderLine, Product, Refund, RefundMatch
from treue.core.customers import erased, erasure, merging, persons
from treue.core.customers.models import Customer, Identity, Visitor
from treue.core.customers.persons import Key
from treue.core.events import parking
from treue.core.events.log import Happening, record
from treue.core.events.models import Event, Parked, Source
from treue.core.events.reacting import drain
from treue.core.events.reading import begin
from treue.core.jobs.models import Job
from treue.core.shop import locking
from treue.core.shop.models import ExchangeRate, NonProduct, Shop
from treue.listen.tracking import sources

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
TEA = {"product_id": "TEA", "name": "Tea", "category": "Drinks", "price": 10, "quantity": 2}
CUP = {"sku": "CUP", "name": "Cup", "price": "5.50"}


@pytest.fixture
def shop(transactional_db: None, installation: Path) -> Shop:
    shop = Shop.objects.create(name="Tea House", zone="Europe/Berlin")
    for kind in ("server", "browser"):
        sources.add(shop=shop, name=kind, kind=kind, by=None)
    Source.objects.update(live_since=NOON - timedelta(days=1))
    yield shop
    with connection.cursor() as cursor:
        cursor.execute("truncate events_cursor")


def tell(
    shop: Shop,
    name: str,
    order: str = "A-1",
    *,
    of: str = "C-1",
    visitor: str = "",
    source: str = "server",
    at: datetime = NOON,
    message: str = "",
    **facts: object,
) -> None:
    """One event in the log, as the endpoint would write it."""
    key = Key(shop.pk, "anonymous", visitor) if visitor else Key(shop.pk, "number", of)
    with transaction.atomic(), connection.cursor() as cursor:
        who = persons.resolve(cursor, [key])[key]
        once = {"Order Completed": f"order completed {order}", "Order Cancelled": f"order cancelled {order}"}
        message = message or once.get(name, f"{name} {order} {at} {facts}")
        told = {"order_id": order, **facts} if order else facts
        record(shop, [Happening(message, name, who.number, source, at, told, lane=who.customer)])


def identify(shop: Shop, number: str, visitor: str, at: datetime = NOON) -> None:
    facts = {"user_id": number, "anonymous_id": visitor}
    tell(shop, "Identify", "", of=number, message=f"i {number} {visitor}", at=at, **facts)


def react() -> None:
    begin()
    while drain() + parking.try_due(threading.Event()):
        pass


def orders() -> dict[str, tuple]:
    rows = Order.objects.values_list("number", "customer__number", "amount", "units", "refunded_amount")
    return {number: tuple(rest) for number, *rest in rows}


def test_an_order_is_there_with_its_lines_its_products_and_its_customer(shop):
    tell(shop, "Order Completed", products=[TEA, CUP], country="Germany", total=25.5)
    react()
    order = Order.objects.get()
    assert (order.customer.number, order.amount, order.units) == ("C-1", Decimal("25.5"), 3)
    assert (order.ordered_at, order.channel.name, order.country, order.category) == (
        NOON,
        "server",
        "Germany",
        "Drinks",
    )
    assert list(order.lines.order_by("ordinal").values_list("product__code", "quantity", "amount", "unit_price")) == [
        ("TEA", 2, 20, 10),
        ("CUP", 1, Decimal("5.5"), Decimal("5.5")),
    ]
    assert touched.seen(shop.pk).keys() == {order.customer_id}
    assert Job.objects.filter(kind="metrics.refresh").count() == 1


@pytest.mark.parametrize(
    ("facts", "amount"),
    [
        ({"total": 12}, 12),
        ({"revenue": 10, "total": 16, "shipping": 4}, 10),
        ({"total": 16, "shipping": 4}, 12),
        ({"products": [TEA]}, 20),
        ({"products": [TEA, CUP], "total": 20.4, "discount": 5.1}, Decimal("20.4")),
        ({"products": [{"product_id": "GIFT"}], "total": 9}, 9),
        ({"products": [TEA], "total": 0}, 0),
        ({"products": [TEA], "currency": "CHF"}, 18),
        ({"products": [TEA], "currency": "eur"}, 20),
        ({"products": [TEA, {"product_id": "POST", "price": 4}], "total": 24}, 20),
    ],
)
def test_what_the_goods_brought(shop, facts, amount):
    ExchangeRate.objects.create(shop=shop, currency="CHF", rate="0.9")
    NonProduct.objects.create(shop=shop, code="POST")
    tell(shop, "Order Completed", **facts)
    react()
    order = Order.objects.get()
    assert order.amount == amount == sum(OrderLine.objects.values_list("amount", flat=True))


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        ({"total": -5}, "UnusableOrder"),
        ({"products": [{"product_id": "TEA", "quantity": 0}]}, "UnusableOrder"),
        ({"products": [{"product_id": "TEA", "price": "much"}]}, "UnusableOrder"),
        ({"total": "1e30"}, "UnusableOrder"),
        ({}, "UnusableOrder"),
        ({"total": 5, "currency": "XXX"}, "NoRate"),
    ],
)
def test_what_cannot_be_an_order_waits_with_its_error(shop, facts, error):
    tell(shop, "Order Completed", **facts)
    tell(shop, "Order Completed", "B-1", of="C-2", total=5)
    react()
    assert orders().keys() == {"B-1"}
    assert Parked.objects.get().error == error


def test_an_order_waits_for_its_currencys_rate_and_comes_then(shop):
    tell(shop, "Order Completed", total=5, currency="CHF")
    react()
    ExchangeRate.objects.create(shop=shop, currency="CHF", rate="0.9")
    parking.try_again(Parked.objects.get())
    assert orders()["A-1"][1] == Decimal("4.5")


def test_one_order_told_by_several_is_one(shop):
    tell(shop, "Order Completed", total=20)
    tell(shop, "Order Completed", total=21, source="browser", message="another")
    react()
    assert orders() == {"A-1": ("C-1", 20, 1, 0)}


def test_a_server_is_believed_before_a_browser(shop):
    tell(shop, "Order Completed", total=999, source="browser", message="early")
    react()
    tell(shop, "Order Completed", total=20)
    tell(shop, "Order Updated", total=998, source="browser")
    react()
    assert orders()["A-1"][1] == 20
    assert Order.objects.get().batch.source == "server"


def test_a_files_word_counts_before_an_events(shop):
    anna = buying.customer(shop, "C-1")
    imported = buying.order(anna, amount=30, number="A-1")
    Batch.objects.filter(pk=imported.batch_id).update(source="import")
    tell(shop, "Order Completed", total=20)
    tell(shop, "Order Updated", total=25)
    react()
    assert orders()["A-1"][1] == 30
    assert touched.seen(shop.pk) == {}  # nothing is another, so nothing is computed anew


def test_an_update_replaces_the_lines_and_what_was_refunded_is_matched_anew(shop):
    tell(shop, "Order Completed", products=[TEA, CUP])
    tell(shop, "Order Refunded", products=[CUP])
    react()
    assert orders()["A-1"] == ("C-1", Decimal("25.5"), 3, Decimal("5.5"))
    tell(shop, "Order Updated", products=[TEA])
    react()
    assert orders()["A-1"] == ("C-1", 20, 2, 0)
    tell(shop, "Order Updated", products=[CUP, TEA], at=NOON + timedelta(minutes=1))
    react()
    assert orders()["A-1"] == ("C-1", Decimal("25.5"), 3, Decimal("5.5"))


def test_a_refund_takes_back_what_it_names_or_everything(shop):
    tell(shop, "Order Completed", products=[TEA, CUP])
    tell(shop, "Order Refunded", products=[{"product_id": "TEA", "price": 10, "quantity": 1}])
    react()
    assert orders()["A-1"][3] == 10
    tell(shop, "Order Refunded", at=NOON + timedelta(hours=1))
    react()
    assert orders()["A-1"][3] == Decimal("25.5")
    assert Order.objects.get().refunded_units == 3


@pytest.mark.parametrize("first", ["Order Completed", "Order Refunded"])
def test_money_alone_takes_its_share_back(shop, first):
    told = {"Order Completed": {"products": [TEA, CUP]}, "Order Refunded": {"total": 5.1}}
    for name in sorted(told, key=first.__ne__):
        tell(shop, name, **told[name])
        react()
    order = Order.objects.get()
    assert (order.refunded_amount, order.refunded_units) == (Decimal("5.1"), Decimal("0.6"))


def test_what_a_file_says_came_back_takes_the_place_of_what_messages_say(shop):
    tell(shop, "Order Completed", products=[TEA, CUP])
    react()
    anna = Order.objects.get()
    told = Refund(
        shop=shop, number="R-1", document="R-1", refers_to="A-1", ordinal=1, customer_id=anna.customer_id, quantity=1
    )
    told.amount, told.refunded_at, told.product = Decimal("5.5"), NOON, Product.objects.get(code="CUP")
    told.batch = Batch.objects.create(shop=shop, source="import")
    told.save()
    tell(shop, "Order Refunded", products=[CUP])
    react()
    assert Refund.objects.count() == 1


def test_a_cancelled_order_came_back_whole_and_once(shop):
    tell(shop, "Order Completed", products=[TEA, CUP])
    tell(shop, "Order Cancelled", products=[TEA])
    tell(shop, "Order Cancelled", message="again")
    react()
    assert orders()["A-1"][3] == Decimal("25.5")
    assert set(Refund.objects.values_list("reason", flat=True)) == {"cancelled"}


@pytest.mark.parametrize("order", list(permutations(["Order Completed", "Order Refunded", "Order Updated"])))
def test_events_in_any_order_give_the_same(shop, order):
    told = {
        "Order Completed": {"products": [TEA, CUP]},
        "Order Refunded": {},
        "Order Updated": {"products": [TEA, CUP], "total": 25.5},
    }
    for name in order:
        tell(shop, name, **told[name])
        react()
    assert orders() == {"A-1": ("C-1", Decimal("25.5"), 3, Decimal("25.5"))}


@pytest.mark.parametrize(("name", "source"), [("Order Updated", "server"), ("Order Refunded", "browser")])
def test_nobody_changes_the_order_of_somebody_else(shop, name, source):
    tell(shop, "Order Completed", total=20)
    react()
    tell(shop, name, of="C-2", source=source, total=10)
    react()
    assert orders() == {"A-1": ("C-1", 20, 1, 0)}
    assert Parked.objects.get().error == "OrderOfAnotherCustomer"


def test_a_server_says_what_came_back_whoever_is_named(shop):
    tell(shop, "Order Completed", total=20)
    tell(shop, "Order Refunded", of="C-2")
    react()
    assert orders() == {"A-1": ("C-1", 20, 1, 20)}


def test_a_visitors_order_comes_to_the_customer_they_turn_out_to_be(shop):
    tell(shop, "Order Completed", visitor="a1", products=[TEA])
    tell(shop, "Order Refunded", visitor="a1", products=[{**TEA, "quantity": 1}])
    react()
    assert not Order.objects.exists()
    identify(shop, "C-1", "a1")
    react()
    assert orders() == {"A-1": ("C-1", 20, 2, 10)}
    order, visitor = Order.objects.get(), Visitor.objects.get()
    assert order.person == visitor.number
    tell(shop, "Order Completed", "A-2", visitor="a1", total=5)
    react()
    assert orders()["A-2"][0] == "C-1"


def test_a_device_that_turns_out_to_be_shared_takes_its_orders_back(shop):
    tell(shop, "Order Completed", visitor="a1", products=[TEA])
    identify(shop, "C-1", "a1")
    react()
    assert orders()
    identify(shop, "C-2", "a1")
    react()
    assert not orders()
    assert not RefundMatch.objects.exists()


def test_an_order_that_a_server_confirms_by_name_stays_when_the_device_is_shared(shop):
    tell(shop, "Order Completed", visitor="a1", products=[TEA])
    identify(shop, "C-1", "a1")
    react()
    tell(shop, "Order Updated", of="C-1", products=[TEA])
    identify(shop, "C-2", "a1")
    react()
    assert orders() == {"A-1": ("C-1", 20, 2, 0)}


def test_a_visitors_impossible_order_does_not_keep_them_from_being_recognised(shop):
    tell(shop, "Order Completed", visitor="a1", total=5, currency="XXX")
    identify(shop, "C-1", "a1")
    react()
    assert Visitor.objects.get().customer.number == "C-1"
    assert (Parked.objects.get().reaction, Parked.objects.get().error) == ("tracking.orders", "NoRate")


def test_the_orders_of_a_shared_device_follow_a_merge_and_its_undoing(shop):
    tell(shop, "Order Completed", visitor="a1", products=[TEA])
    identify(shop, "C-1", "a1")
    identify(shop, "C-2", "a1")
    react()
    assert not orders()
    first, second = Customer.objects.order_by("number")
    done = merging.merge(kept=first, absorbed=second, by=None)
    react()
    assert orders()["A-1"][0] == "C-1"
    merging.undo(merge=done, by=None)
    react()
    assert not orders()


def test_who_shares_a_device_with_somebody_erased_does_not_inherit_its_history(shop):
    tell(shop, "Order Completed", visitor="a1", products=[TEA])
    identify(shop, "C-1", "a1")
    identify(shop, "C-2", "a1")
    react()
    erasure.erase(customer=Customer.objects.get(number="C-1"), by=None)
    identify(shop, "C-2", "a1", at=NOON + timedelta(hours=1))
    react()
    assert not orders()
    assert not Event.objects.filter(name="Order Completed").exists()


def test_what_is_written_while_a_person_is_erased_goes_with_them(shop):
    """The writer has looked the person up before the erasure, and writes by their number alone."""
    tell(shop, "Product Viewed", "", message="m1")
    anna = Customer.objects.get()
    looked_up = threading.Event()

    def write() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            erased.keep_still(cursor, [shop.pk])
            number = persons.resolve(cursor, [Key(shop.pk, "number", "C-1")])[Key(shop.pk, "number", "C-1")].number
            looked_up.set()
            time.sleep(0.5)
            record(shop, [Happening("m2", "Product Viewed", number, "server", NOON)])
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    looked_up.wait(30)
    erasure.erase(customer=anna, by=None)
    writer.join()
    assert not Event.objects.exists()
    assert not Customer.objects.exists()


def test_orders_of_messages_wait_while_an_import_runs(shop):
    tell(shop, "Order Completed", total=5)
    begun, end = threading.Event(), threading.Event()

    def importing() -> None:
        with transaction.atomic():
            locking.hold_until_commit(shop.pk, patience_seconds=1)
            begun.set()
            end.wait(30)
        connection.close()

    thread = threading.Thread(target=importing)
    thread.start()
    begun.wait(30)
    react()
    assert not orders()
    assert not Parked.objects.exists()
    end.set()
    thread.join()
    react()
    assert orders().keys() == {"A-1"}


def test_products_keep_their_names_and_get_what_they_lack(shop):
    Product.objects.create(shop=shop, code="TEA", name="Green tea")
    tell(shop, "Order Completed", products=[TEA])
    react()
    assert Product.objects.values_list("name", "category").get() == ("Green tea", "Drinks")


def test_what_happened_before_the_source_was_live_is_an_order_too(shop):
    key = Key(shop.pk, "number", "C-1")
    with transaction.atomic(), connection.cursor() as cursor:
        who = persons.resolve(cursor, [key])[key]
        facts = {"order_id": "A-0", "total": 5}
        record(shop, [Happening("m", "Order Completed", who.number, "server", NOON, facts, is_history=True)])
    react()
    assert orders().keys() == {"A-0"}
    assert Customer.objects.count() == 1


def rename(shop: Shop, name: str, new: str) -> None:
    source = Source.objects.get(shop=shop, name=name)
    may = {"events_per_second": source.events_per_second, "consent_category": source.consent_category}
    sources.change(source=source, name=new, by=None, **may)


def test_what_a_source_told_before_it_was_renamed_ranks_as_it_did(shop):
    sources.add(shop=shop, name="till", kind="server", by=None)
    tell(shop, "Order Completed", total=10, source="till")
    tell(shop, "Order Updated", total=99, source="browser")
    rename(shop, "till", "Kasse")
    rename(shop, "browser", "app")
    react()
    order = Order.objects.get()
    assert (order.amount, order.batch.source, order.channel.name) == (10, "server", "till")


def test_what_a_browser_said_before_it_was_renamed_is_no_more_believed_than_before(shop):
    facts = {"user_id": "C-1", "anonymous_id": "v-1", "traits": {"email": "anna@example.org"}}
    tell(shop, "Identify", "", message="i 1", source="browser", **facts)
    rename(shop, "browser", "app")
    react()
    assert Identity.objects.exists()
    assert not Identity.objects.filter(is_trusted=True).exists()
