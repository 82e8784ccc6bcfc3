"""What a nightly file tells of today is an event; what it tells of last year is history."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from treue.core.events.models import Event, Source
from treue.core.shop.models import Shop
from treue.listen.imports.storing.happening import OLDEST_NEWS

HEADER = "order,customer,time,product,quantity,price\n"


def at(moment: datetime, number: str, customer: str = "K1") -> str:
    return f"{number},{customer},{moment:%Y-%m-%d %H:%M},TEA,2,4.50\n"


@pytest.fixture
def now(shop: Shop) -> datetime:
    return timezone.localtime(timezone=shop.tz).replace(tzinfo=None)


def numbers() -> list[str]:
    return [event.facts["order"] for event in Event.objects.order_by("seq")]


def test_the_first_file_is_history_and_the_next_ones_tell_news(bring_in, now):
    bring_in(HEADER + at(now - timedelta(days=400), "A1") + at(now - timedelta(hours=9), "A2"))
    assert numbers() == []
    bring_in(HEADER + at(now - timedelta(days=300), "A3") + at(now - timedelta(hours=8), "A4", "K2"))
    assert numbers() == ["A4"]


def test_an_event_says_what_was_bought_for_how_much_and_by_whom(bring_in, shop, now):
    bring_in(HEADER + at(now - timedelta(hours=9), "A1"))
    moment = (now - timedelta(hours=8)).replace(second=0, microsecond=0)
    bring_in(HEADER + at(moment, "A2"))
    event = Event.objects.get()
    assert event.name == "Order Completed"
    assert event.occurred_at == moment.replace(tzinfo=shop.tz)
    assert event.facts == {"order": "A2", "total": "9.0000", "currency": "EUR"}
    assert event.person == shop.customer_set.get(number="K1").pk


def test_the_same_file_again_tells_nothing_new(bring_in, now):
    bring_in(HEADER + at(now - timedelta(hours=9), "A1"))
    for _ in range(2):
        bring_in(HEADER + at(now - timedelta(hours=8), "A2"))
    assert numbers() == ["A2"]


def test_after_a_file_of_long_ago_its_sequel_is_no_news_either(bring_in, shop, now):
    bring_in(HEADER + at(now - timedelta(days=900), "A1"))
    bring_in(HEADER + at(now - timedelta(days=500), "A2"))
    assert numbers() == []
    assert timezone.now() - Source.objects.get(shop=shop).live_since < OLDEST_NEWS + timedelta(minutes=1)


def test_a_dry_run_tells_nothing(bring_in, dry_run, tmp_path, now):
    bring_in(HEADER + at(now - timedelta(hours=9), "A1"))
    file = tmp_path / "next.csv"
    file.write_text(HEADER + at(now - timedelta(hours=8), "A2"))
    assert dry_run(file)["orders"]["new"] == 1
    assert numbers() == []


def told() -> list[tuple[str, str, str]]:
    return [(event.name, event.facts["order"], event.facts["total"]) for event in Event.objects.order_by("seq")]


def test_a_refund_of_an_order_that_was_news_is_news_whenever_it_was_written_down(bring_in, now):
    header = HEADER.replace("\n", ",refund of\n")
    bring_in(HEADER + at(now - timedelta(days=400), "A1") + at(now - timedelta(hours=30), "A2"))
    bring_in(HEADER + at(now - timedelta(hours=9), "A3"))
    old, new = at(now - timedelta(days=300), "R1"), at(now - timedelta(days=100), "R2")
    refunds = [line.replace(",2,", ",-1,").strip() for line in (old, new)]
    for _ in range(2):
        bring_in(header + f"{refunds[0]},A1\n{refunds[1]},A3\n")
    assert told() == [("Order Completed", "A3", "9.0000"), ("Order Refunded", "A3", "4.5000")]


def test_a_file_that_changes_an_order_that_was_news_tells_so_once(bring_in, now):
    bring_in(HEADER + at(now - timedelta(hours=30), "A1"))
    bring_in(HEADER + at(now - timedelta(hours=9), "A2"))
    changed = at(now - timedelta(hours=9), "A2").replace(",2,", ",3,")
    history = at(now - timedelta(hours=30), "A1").replace(",2,", ",3,")
    for _ in range(2):
        bring_in(HEADER + changed + history)
    assert told() == [("Order Completed", "A2", "9.0000"), ("Order Updated", "A2", "13.5000")]


def test_a_refund_that_messages_told_and_a_file_tells_again_counts_once(bring_in, shop, now):
    from treue.core.commerce.models import Batch, Order, Refund

    bring_in(HEADER + at(now - timedelta(hours=9), "A1") + at(now - timedelta(hours=8), "A2"))
    order = Order.objects.get(number="A2")
    Refund.objects.create(
        shop=shop,
        number="A2",
        document="A2 m",
        ordinal=1,
        customer=order.customer,
        refers_to="A2",
        product=order.lines.get().product,
        quantity=1,
        amount="4.50",
        refunded_at=timezone.now(),
        batch=Batch.objects.create(shop=shop, source="server"),
    )
    refund = at(now - timedelta(hours=7), "R1").replace(",2,", ",-1,").strip()
    bring_in(HEADER.replace("\n", ",refund of\n") + refund + ",A2\n")
    assert Refund.objects.get().document.startswith("R1")
    assert dict(Order.objects.values_list("number", "refunded_units")) == {"A1": 0, "A2": 1}
