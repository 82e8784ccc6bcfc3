"""From orders in the database to figures in force, and when which of them count."""

from datetime import UTC, date, datetime

import pytest

from tests.core.lake.buying import customer, local, order, refund
from treue.core.commerce.models import Order
from treue.core.lake import manifest, tables
from treue.core.shop.models import Shop
from treue.understand.metrics.counts import reading
from treue.understand.metrics.counts.refresh import as_of, reach_of, refresh
from treue.understand.metrics.models import CohortCount, PeriodCount, Slice, Snapshot
from treue.understand.metrics.scope.filters import Filters
from treue.understand.profile.models import BuyingProfile

NOW = datetime(2026, 7, 15, 9, tzinfo=UTC)


def test_a_shop_without_orders_has_figures_that_say_nothing(shop: Shop):
    snapshot = refresh(shop, now=NOW)
    assert (snapshot.as_of, snapshot.first_order, snapshot.data_until) == (date(2026, 7, 14), None, None)
    assert reading.current(shop) == snapshot
    assert reading.timeline(snapshot, "month") == []
    assert reading.cohorts(snapshot) == []
    assert reading.totals(snapshot).customers == 0
    assert reading.acquisition(snapshot, []) == []
    assert reading.choices(snapshot) == reading.Choices()


def test_before_the_first_computation_there_are_no_figures(shop: Shop):
    assert reading.current(shop) is None


@pytest.mark.parametrize(
    ("last_order", "last_day"),
    [
        ("2026-07-15 08:00", date(2026, 7, 14)),
        ("2026-07-14 23:59", date(2026, 7, 14)),
        ("2026-07-11 10:00", date(2026, 7, 11)),
        ("2010-12-09 20:01", date(2010, 12, 9)),
    ],
    ids=["today", "yesterday", "days ago", "a historic file"],
)
def test_figures_end_yesterday_or_with_the_last_order(shop: Shop, last_order: str, last_day: date):
    order(customer(shop), "2010-01-05 10:00")
    order(customer(shop), last_order)
    assert refresh(shop, now=NOW).as_of == last_day


def test_yesterday_is_the_shops_own(shop: Shop):
    order(customer(shop), "2026-07-20 10:00")
    late_in_london = datetime(2026, 7, 15, 22, 30, tzinfo=UTC)
    assert as_of(shop, reach_of(shop), late_in_london) == date(2026, 7, 15)


def test_an_order_worth_nothing_does_not_move_the_last_day_and_a_refunded_one_does(shop: Shop):
    order(customer(shop), "2026-05-01 10:00")
    refund(order(customer(shop), "2026-05-05 10:00", amount=8), "2026-05-20 10:00", 8)
    order(customer(shop), "2026-06-01 10:00", amount=0)
    snapshot = refresh(shop, now=NOW)
    assert snapshot.as_of == date(2026, 5, 5)
    assert snapshot.data_until == local(shop, "2026-05-20 10:00")


def test_a_refund_after_the_last_day_does_not_count_yet(shop: Shop):
    refund(order(customer(shop), "2026-05-05 10:00", amount=20, units=2), "2026-05-20 10:00", 8)
    assert reading.totals(refresh(shop, now=NOW)).revenue == 20
    order(customer(shop), "2026-06-01 10:00", amount=1)
    assert reading.totals(refresh(shop, customers=(), now=NOW)).revenue == 13


def test_orders_of_today_count_tomorrow(shop: Shop):
    order(customer(shop), "2026-07-10 10:00")
    order(customer(shop), "2026-07-15 08:00")
    assert reading.totals(refresh(shop, now=NOW)).orders == 1
    tomorrow = datetime(2026, 7, 16, 9, tzinfo=UTC)
    assert reading.totals(refresh(shop, customers=(), now=tomorrow)).orders == 2


def test_orders_of_today_alone_are_no_figures_yet(shop: Shop):
    order(customer(shop), "2026-07-15 08:00")
    snapshot = refresh(shop, now=NOW)
    assert (snapshot.as_of, snapshot.first_order) == (date(2026, 7, 14), None)


def test_a_snapshot_says_what_it_was_computed_with(shop: Shop):
    order(customer(shop), "2026-03-02 10:00")
    order(customer(shop), "2026-05-04 10:00")
    snapshot = reading.current(refresh(shop, now=NOW).shop)
    assert snapshot is not None
    assert (snapshot.first_order, snapshot.last_order) == (date(2026, 3, 2), date(2026, 5, 4))
    assert (snapshot.window_days, snapshot.currency) == (90, "EUR")
    assert snapshot.seconds > 0


def test_the_figures_before_stay_for_those_who_are_reading_and_older_ones_go(shop: Shop):
    order(customer(shop), country="DE")
    first, second, third = (refresh(shop, now=NOW) for _ in range(3))
    assert reading.current(shop) == third
    assert reading.totals(second).orders == 1
    assert not Snapshot.objects.filter(pk=first.pk).exists()
    assert Slice.objects.values("snapshot").distinct().count() == 2
    assert PeriodCount.objects.filter(slice__snapshot=second).count() * 2 == PeriodCount.objects.count()
    assert CohortCount.objects.filter(slice__snapshot=second).count() * 2 == CohortCount.objects.count()


def test_two_shops_figures_are_apart(shop: Shop):
    other = Shop.objects.create(name="Coffee House")
    order(customer(shop), amount=10)
    order(customer(other), amount=70)
    for each in (shop, other):
        refresh(each, now=NOW)
    found = [reading.current(each) for each in (shop, other)]
    assert [reading.totals(snapshot).revenue for snapshot in found if snapshot] == [10, 70]


def test_when_everything_was_taken_back_nothing_is_left(shop: Shop):
    order(customer(shop))
    refresh(shop, now=NOW)
    Order.objects.all().delete()
    snapshot = refresh(shop, customers=(), now=NOW)
    assert snapshot.first_order is None
    assert reading.totals(snapshot, Filters()).customers == 0
    assert not BuyingProfile.objects.exists()
    with tables.opened(shop.pk) as lake:
        assert lake.customers is None


def test_the_lakes_customer_table_says_for_which_days_it_is(shop: Shop):
    order(customer(shop), "2026-03-02 10:00")
    refresh(shop, now=NOW)
    state = manifest.read(shop.pk)
    assert state is not None
    assert state.customers is not None
    described = state.customers
    assert (described.first_day, described.as_of, described.window_days) == (date(2026, 3, 2), date(2026, 3, 2), 90)
