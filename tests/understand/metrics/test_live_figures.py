"""What happened today so far, read from the orders as they stand."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils.translation import override

from tests.core.lake import buying
from treue.core.commerce.models import Batch, Order
from treue.core.shop.models import Shop
from treue.understand.metrics import live

NOW = datetime(2026, 11, 28, 10, 0, tzinfo=UTC)  # 11 in Berlin


@pytest.fixture
def shop(transactional_db, installation) -> Shop:
    return Shop.objects.create(name="Tea House", zone="Europe/Berlin")


def arrived(shop: Shop, at: str, amount: object = 10, of: str = "A", **fields: object) -> Order:
    made = buying.order(buying.customer(shop, of), at, amount, **fields)
    Batch.objects.filter(pk=made.batch_id).update(source="server")
    return made


def test_a_day_is_counted_from_midnight_in_the_shops_zone_until_now(shop):
    arrived(shop, "2026-11-27 23:59")
    arrived(shop, "2026-11-28 00:00", 20)
    arrived(shop, "2026-11-28 11:00", 30, of="B")
    arrived(shop, "2026-11-28 11:01")
    assert live.so_far(shop, NOW) == live.SoFar(2, Decimal(50), 1)


def test_what_came_back_whole_is_no_order_and_what_came_back_in_part_is_worth_less(shop):
    whole, part = arrived(shop, "2026-11-28 08:00", 20), arrived(shop, "2026-11-28 09:00", 30, units=2)
    Order.objects.filter(pk=whole.pk).update(refunded_amount=20, refunded_units=1)
    Order.objects.filter(pk=part.pk).update(refunded_amount=10, refunded_units=1)
    assert live.so_far(shop, NOW) == live.SoFar(1, Decimal(20), 1)


def test_today_is_compared_with_the_same_hours_a_week_ago(shop):
    arrived(shop, "2026-11-21 10:59")
    arrived(shop, "2026-11-21 11:01")
    arrived(shop, "2026-11-28 09:00", 25)
    orders, revenue, newcomers = live.figures(shop, NOW)
    assert (orders.label, orders.value, orders.change.text) == ("Orders today", "1", "Unchanged")
    assert (revenue.value, revenue.unit, revenue.change.direction) == ("€25.00", "", "up")
    assert (newcomers.value, newcomers.change.direction) == ("0", "down")
    assert "10.00" in revenue.change.against
    assert [each.change.verdict for each in (orders, revenue, newcomers)] == ["", "", ""]


def test_money_is_written_as_on_the_other_cards(shop):
    arrived(shop, "2026-11-28 09:00", 25)
    money = live.figures(shop, NOW)[1]
    assert (money.value, money.unit) == ("€25.00", "")
    with override("de"):
        money = live.figures(shop, NOW)[1]
    assert (money.value, money.unit) == ("25,00", "€")


def test_a_shop_whose_orders_come_in_files_has_no_such_cards(shop):
    made = buying.order(buying.customer(shop), "2026-11-28 09:00")
    Batch.objects.filter(pk=made.batch_id).update(source="import")
    assert live.figures(shop, NOW) == []


@pytest.mark.parametrize(("language", "label"), [("en", "Orders today"), ("de", "Bestellungen heute")])
def test_the_cards_come_alone_to_a_page_that_is_open(shop, client, staff, language, label):
    now = datetime.now(UTC) - timedelta(minutes=1)
    made = arrived(shop, "2026-11-28 09:00")
    Order.objects.filter(pk=made.pk).update(ordered_at=now)
    client.force_login(staff("analyst", language=language))
    page = client.get("/today/", headers={"hx-request": "true"})
    assert label in page.text
    assert "<html" not in page.text
    assert client.get("/today/").headers["Location"] == "/"


def test_the_cards_are_for_those_who_see_figures(shop, client, staff):
    client.force_login(staff("service"))
    assert client.get("/today/", headers={"hx-request": "true"}).status_code == 403
