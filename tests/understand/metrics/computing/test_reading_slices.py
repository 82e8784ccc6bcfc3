"""What pages read: every filter, its sums, and what is put together or unknown."""

import itertools
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.core.lake.buying import customer, order, product
from treue.core.shop.models import AcquisitionCost, Shop
from treue.understand.metrics import reading
from treue.understand.metrics.filters import OTHER, UNKNOWN, VALUES_KEPT, Filters
from treue.understand.metrics.models import Slice
from treue.understand.metrics.reading import Choice
from treue.understand.metrics.refresh import refresh

NOW = datetime(2026, 7, 15, 9, tzinfo=UTC)


@pytest.fixture
def mixed(shop: Shop) -> Shop:
    """Six customers, each with a first order in March and a second, elsewhere, in May; one with nothing known."""
    places = [("Web", "DE", "Tea"), ("Web", "AT", "Tea"), ("App", "DE", "Cups"), ("App", "", "Tea"), ("", "AT", "Cups")]
    for number, (channel, country, category) in enumerate([*places, ("", "", "")]):
        who = customer(shop, f"K{number}")
        order(who, "2026-03-01 10:00", 10 + number, channel=channel, country=country, category=category)
        order(who, "2026-05-02 10:00", 1, channel="Shop", country="CH", category="Gifts")
    return shop


def test_a_customer_counts_where_the_first_order_was(mixed: Shop):
    snapshot = refresh(mixed, now=NOW)
    found = reading.totals(snapshot, Filters(country="DE"))
    assert (found.customers, found.orders, found.revenue) == (2, 4, Decimal("24"))
    assert reading.totals(snapshot, Filters(country="CH")).customers == 0


def test_choices_say_how_many_customers_each_leaves_the_unknown_last(mixed: Shop):
    found = reading.choices(refresh(mixed, now=NOW))
    assert found.channel == [Choice("App", 2), Choice("Web", 2), Choice(UNKNOWN, 2)]
    assert found.country == [Choice("AT", 2), Choice("DE", 2), Choice(UNKNOWN, 2)]
    assert found.category == [Choice("Tea", 3), Choice("Cups", 2), Choice(UNKNOWN, 1)]


def test_a_dimension_of_which_nothing_is_known_offers_nothing(shop: Shop):
    order(customer(shop), channel="Web")
    found = reading.choices(refresh(shop, now=NOW))
    assert (found.channel, found.country) == ([Choice("Web", 1)], [])


def test_every_filter_is_the_sum_of_the_finer_ones(mixed: Shop):
    snapshot = refresh(mixed, now=NOW)
    values = {
        name: ["", *(one.value for one in getattr(reading.choices(snapshot), name))] for name in reading.DIMENSIONS
    }
    for channel, country in itertools.product(values["channel"], values["country"]):
        whole = Filters(channel=channel, country=country)
        parts = [whole.but(category=value) for value in values["category"] if value]
        for name in ("customers", "orders", "revenue"):
            assert getattr(reading.totals(snapshot, whole), name) == sum(
                getattr(reading.totals(snapshot, part), name) for part in parts
            )
        courses = [reading.timeline(snapshot, "month", part) for part in parts]
        for period, *of_parts in zip(reading.timeline(snapshot, "month", whole), *courses, strict=True):
            for name in ("customers_start", "customers_end", "retained", "new", "buyers", "orders", "revenue"):
                assert getattr(period, name) == sum(getattr(part, name) for part in of_parts)


def test_cohort_lines_are_as_long_as_months_have_passed(mixed: Shop):
    order(customer(mixed, "K0"), "2026-06-02 10:00")
    snapshot = refresh(mixed, now=NOW)
    (found,) = reading.cohorts(snapshot, Filters(channel="Web"))
    assert (found.cohort, found.size, found.repeaters) == ("2026-03", 2, 2)
    assert found.retained == [2, 0, 2]
    assert found.orders == [2, 0, 2]
    assert found.revenue == [Decimal(21), Decimal(0), Decimal(2)]


def test_a_value_nobody_has_gives_figures_of_nobody(mixed: Shop):
    snapshot = refresh(mixed, now=NOW)
    nobody = Filters(channel="Fax'; drop table metrics_slice; --")
    assert reading.totals(snapshot, nobody).clv is None
    assert [period.orders for period in reading.timeline(snapshot, "month", nobody)] == [0, 0, 0]
    assert reading.cohorts(snapshot, nobody) == []
    assert reading.breakdown(snapshot, "country", nobody) == []


def test_a_breakdown_shows_the_largest_with_their_course_under_the_other_filters(mixed: Shop):
    snapshot = refresh(mixed, now=NOW)
    found = reading.breakdown(snapshot, "category", Filters(channel="Web", category="Cups"))
    assert [(part.key, part.figures.customers) for part in found] == [("Tea", 2)]
    assert found[0].periods == reading.timeline(snapshot, "month", Filters(channel="Web", category="Tea"))
    assert [part.value for part in reading.breakdown(snapshot, "channel")] == ["App", "Web", None]
    assert len(reading.breakdown(snapshot, "channel", most=2)) == 2


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


def test_months_quarters_and_years_are_counted_each_for_itself(mixed: Shop):
    snapshot = refresh(mixed, now=NOW)
    starts = {unit: [str(period.start) for period in reading.timeline(snapshot, unit)] for unit in ("month", "year")}
    assert starts == {"month": ["2026-03-01", "2026-04-01", "2026-05-01"], "year": ["2026-01-01"]}
    assert [period.repeat_buyers for period in reading.timeline(snapshot, "quarter")] == [0, 0]
    assert [period.repeat_buyers for period in reading.timeline(snapshot, "year")] == [6]


@pytest.mark.parametrize(
    ("read", "queries"),
    [
        (lambda snapshot, f: reading.timeline(snapshot, "month", f), 1),
        (lambda snapshot, f: reading.cohorts(snapshot, f), 1),
        (lambda snapshot, f: reading.totals(snapshot, f), 1),
        (lambda snapshot, f: reading.choices(snapshot), 3),
        (lambda snapshot, f: reading.breakdown(snapshot, "category", f), 2),
    ],
    ids=["timeline", "cohorts", "totals", "choices", "breakdown"],
)
def test_reading_takes_few_queries(mixed: Shop, read, queries: int):
    snapshot = refresh(mixed, now=NOW)
    with CaptureQueriesContext(
        connection,
    ) as made:
        read(snapshot, Filters(channel="Web", country="DE"))
    assert len(made) == queries


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
        for spent in reading.acquisition(snapshot, unit, filters)
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
        assert {spent.cost for spent in reading.acquisition(snapshot, "month", filters)} == {None}


def test_the_value_of_a_customer_is_held_against_the_cost(with_costs: Shop):
    snapshot = refresh(with_costs, now=NOW)
    march, _, may = reading.acquisition(snapshot, "month")
    period = reading.timeline(snapshot, "month")[2]
    assert march.ltv_to_cac is not None
    assert may.ltv_to_cac == pytest.approx(period.clv * 0.3 / 50)


def test_a_shorter_window_is_suggested_while_no_month_has_a_rate(shop: Shop):
    shop.window_days = 365
    for month in range(1, 7):
        order(customer(shop), f"2026-{month:02}-01 10:00")
    order(customer(shop), "2026-07-14 10:00")
    assert refresh(shop, now=NOW).suggested_window == 60
    shop.window_days = 60
    assert refresh(shop, now=NOW).suggested_window is None


def test_slices_of_one_snapshot_are_told_apart(mixed: Shop):
    refresh(mixed, now=NOW)
    places = Slice.objects.values_list("channel", "country", "category")
    assert len(places) == len(set(places)) > 20
