"""What the doctor finds where the same is written down twice."""

from collections.abc import Callable

import pytest
from django.db import connection
from shopping import MOMENT, order

from treue.core.commerce.models import Order, Refund, RefundMatch
from treue.core.jobs.models import Job
from treue.core.lake import manifest
from treue.core.shop.models import Shop
from treue.understand.metrics.counts.refresh import refresh

Found = Callable[..., list[str]]


@pytest.fixture
def orders(shop: Shop) -> list[Order]:
    made = [order(shop, "B1"), order(shop, "B2")]
    refresh(shop)
    return made


@pytest.mark.usefixtures("orders")
def test_what_agrees_is_well(found: Found) -> None:
    for name in ("sums.orders", "sums.refunds", "lake"):
        assert found(name) == []


@pytest.mark.usefixtures("orders")
def test_an_order_that_is_not_the_sum_of_its_lines_is_found(found: Found) -> None:
    Order.objects.filter(number="B2").update(amount=11)
    assert found("sums.orders") == ["Orders whose sums are not those of their lines: 1 (B2)."]


def test_an_order_that_does_not_know_of_its_refund_is_found(orders: list[Order], found: Found) -> None:
    one = orders[0]
    back = Refund.objects.create(
        shop=one.shop,
        number="R1",
        document="R1",
        ordinal=1,
        customer=one.customer,
        quantity=1,
        amount=4,
        refunded_at=MOMENT,
        batch=one.batch,
    )
    match = RefundMatch.objects.create(refund=back, order=one, ordinal=1, units=1, amount=4)
    assert found("sums.refunds") == [
        "Orders of which something else came back than their refunds say: 1 (B1).",
    ]
    Order.objects.filter(pk=one.pk).update(refunded_amount=4, refunded_units=1)
    assert found("sums.refunds") == []
    Refund.objects.update(amount=3)
    assert found("sums.refunds") == ["Refunds that took back more than they are of: 1 (R1)."]
    assert match.amount == 4


@pytest.mark.usefixtures("orders")
def test_orders_that_the_lake_does_not_hold_are_found(shop: Shop, found: Found) -> None:
    order(shop, "B3")
    (sentence,) = found("lake")
    assert sentence.endswith("(ranges of customers: 1, orders missing there: 1).")


@pytest.mark.usefixtures("orders")
def test_orders_on_their_way_into_the_lake_are_no_fault(shop: Shop, found: Found) -> None:
    order(shop, "B3")
    Job.objects.create(kind="metrics.refresh", arguments={"shop_id": shop.pk})
    assert found("lake") == []


@pytest.mark.usefixtures("orders")
def test_a_file_of_the_lake_that_is_gone_is_found(shop: Shop, found: Found) -> None:
    file = next(iter(manifest.read(shop.pk).buckets.values())).file
    (manifest.folder(shop.pk) / file).unlink()
    assert found("lake") == [f"A file for analysis of the shop Tea House is missing: {file}."]


@pytest.mark.usefixtures("orders")
def test_a_lake_that_is_gone_is_found(shop: Shop, found: Found) -> None:
    (manifest.folder(shop.pk) / manifest.NAME).unlink()
    assert found("lake") == ["The shop Tea House has figures, but no files for analysis."]


@pytest.mark.usefixtures("orders")
def test_a_lake_that_was_changed_is_found(shop: Shop, found: Found) -> None:
    with connection.cursor() as cursor:
        cursor.execute("update commerce_order set amount = 12; update commerce_orderline set amount = 12")
    (sentence,) = found("lake")
    assert sentence.endswith("(ranges of customers: 1, orders missing there: 0).")
