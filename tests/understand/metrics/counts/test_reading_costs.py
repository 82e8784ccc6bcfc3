"""Margins, and what it costs to win customers."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from tests.core.lake.buying import customer, order, product
from treue.core.shop.models import AcquisitionCost, Shop
from treue.understand.metrics.counts import reading
from treue.understand.metrics.counts.refresh import refresh
from treue.understand.metrics.scope.filters import UNKNOWN, Filters

NOW = datetime(2026, 7, 15, 9, tzinfo=UTC)


def test_margin_is_by_product_where_costs_are_known_and_the_shops_for_the_rest(shop: Shop):
    shop.margin = Decimal("0.3")
    shop.save()
    tea = product(shop, "tea", unit_cost=4)
    order(customer(shop, "A"), amount=20, units=2, product=tea, channel="Web")
    order(customer(shop, "B"), amount=60, channel="App")
    snapshot = refresh(shop, now=NOW)
    assert reading.margin(snapshot, Filters(channel="Web")) == reading.Margin(share=0.6, from_products=1.0)
    assert reading.margin(snapshot, Filters(channel="App")) == reading.Margin(share=0.3, from_products=0.0)
    assert reading.margin(snapshot) == reading.Margin(share=(12 + 18) / 80, from_products=0.25)
    assert reading.margin(snapshot, Filters(country="XX")) == reading.Margin(share=0.3, from_products=0.0)


@pytest.fixture
def with_costs(shop: Shop) -> Shop:
    for month, channel, amount in ((3, "Web", 30), (3, "", 12), (4, "Web", 0), (5, "App", 50)):
        AcquisitionCost.objects.create(shop=shop, channel=channel, month=date(2026, month, 1), amount=amount)
    for number, (at, channel) in enumerate([("2026-03-01", "Web"), ("2026-03-09", "App"), ("2026-05-02", "App")]):
        order(customer(shop, f"K{number}"), f"{at} 10:00", 100, channel=channel)
        order(customer(shop, f"K{number}"), f"{at} 12:00", 100, channel=channel)
    return shop


def told(snapshot, unit, filters: Filters = Filters()) -> list[tuple[object, ...]]:  # noqa: B008 — frozen
    return [
        (spent.start.month, spent.cost, spent.new_customers, spent.cost_per_customer)
        for spent in reading.acquisition(snapshot, reading.timeline(snapshot, unit, filters), filters)
    ]


def test_a_new_customer_costs_what_was_spent_in_the_month_of_the_first_order(with_costs: Shop):
    snapshot = refresh(with_costs, now=NOW)
    assert told(snapshot, "month") == [(3, Decimal(42), 2, 21.0), (4, Decimal(0), 0, None), (5, Decimal(50), 1, 50.0)]
    assert told(snapshot, "year") == [(1, None, 3, None)]
    assert told(snapshot, "quarter") == [(1, None, 2, None), (4, Decimal(50), 1, 50.0)]


def test_a_channels_new_customers_cost_what_was_entered_for_the_channel(with_costs: Shop):
    snapshot = refresh(with_costs, now=NOW)
    assert told(snapshot, "month", Filters(channel="Web")) == [
        (3, Decimal(30), 1, 30.0), (4, Decimal(0), 0, None), (5, None, 0, None),
    ]  # fmt: skip


def test_under_a_country_or_a_category_nothing_is_said_of_costs(with_costs: Shop):
    snapshot = refresh(with_costs, now=NOW)
    for filters in (Filters(country=UNKNOWN), Filters(channel="Web", category=UNKNOWN)):
        assert {cost for _, cost, *_ in told(snapshot, "month", filters)} == {None}


def test_the_value_of_a_customer_is_held_against_the_cost(with_costs: Shop):
    snapshot = refresh(with_costs, now=NOW)
    timeline = reading.timeline(snapshot, "month")
    march, _, may = reading.acquisition(snapshot, timeline)
    period = timeline[2]
    assert march.ltv_to_cac is not None
    assert may.ltv_to_cac == pytest.approx(period.clv * 0.3 / 50)
