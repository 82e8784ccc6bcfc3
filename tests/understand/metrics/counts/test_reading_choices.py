"""Which values a page offers, and which window it suggests."""

from datetime import UTC, datetime

from tests.core.lake.buying import customer, order
from treue.core.shop.models import Shop
from treue.understand.metrics.counts import reading
from treue.understand.metrics.counts.reading import Choice
from treue.understand.metrics.counts.refresh import refresh
from treue.understand.metrics.scope.filters import OTHER, UNKNOWN, VALUES_KEPT, Filters

NOW = datetime(2026, 7, 15, 9, tzinfo=UTC)


def test_a_dimension_of_which_nothing_is_known_offers_nothing(shop: Shop):
    order(customer(shop), channel="Web")
    found = reading.choices(refresh(shop, now=NOW))
    assert (found.channel, found.country) == ([Choice("Web", 1)], [])


def test_rare_values_are_put_together_and_everything_still_adds_up(shop: Shop):
    for number in range(VALUES_KEPT + 5):
        country = f"C{number:02}"
        for copy in range(2 if number < VALUES_KEPT else 1):
            order(customer(shop, f"{country}-{copy}"), country=country)
    order(customer(shop, "nowhere"))
    snapshot = refresh(shop, now=NOW)
    found = reading.choices(snapshot).country
    assert [one.value for one in found[:VALUES_KEPT]] == [f"C{number:02}" for number in range(VALUES_KEPT)]
    assert {(one.value, one.customers) for one in found[VALUES_KEPT:]} == {(OTHER, 5), (UNKNOWN, 1)}
    assert reading.totals(snapshot, Filters(country=OTHER)).orders == 5
    assert sum(one.customers for one in found) == reading.totals(snapshot).customers


def test_a_shorter_window_is_suggested_while_no_month_has_a_rate(shop: Shop):
    shop.window_days = 365
    for month in range(1, 7):
        order(customer(shop), f"2026-{month:02}-01 10:00")
    order(customer(shop), "2026-07-14 10:00")
    assert refresh(shop, now=NOW).suggested_window == 60
    shop.window_days = 60
    assert refresh(shop, now=NOW).suggested_window is None
