"""What pages read: every filter, its sums, and what is unknown."""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.core.lake.buying import customer, order
from tests.emptying import empty
from treue.core import home
from treue.core.shop.models import Shop
from treue.understand.metrics.counts import reading
from treue.understand.metrics.counts.reading import Choice
from treue.understand.metrics.counts.refresh import refresh
from treue.understand.metrics.models import Slice, Snapshot
from treue.understand.metrics.scope.filters import UNKNOWN, Filters

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker

NOW = datetime(2026, 7, 15, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def mixed(
    django_db_setup: None, django_db_blocker: "DjangoDbBlocker", tmp_path_factory: pytest.TempPathFactory
) -> Iterator[int]:
    """Six customers, each with a first order in March and a second, elsewhere, in May; one with nothing known.

    The first comes again in June. Computed once for all tests, which only read.
    """
    places = [("Web", "DE", "Tea"), ("Web", "AT", "Tea"), ("App", "DE", "Cups"), ("App", "", "Tea"), ("", "AT", "Cups")]
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        patch.setenv("TREUE_HOME", str(tmp_path_factory.mktemp("home")))
        home.prepare()
        shop = Shop.objects.create(name="Tea House", window_days=90)
        for number, (channel, country, category) in enumerate([*places, ("", "", "")]):
            who = customer(shop, f"K{number}")
            order(who, "2026-03-01 10:00", 10 + number, channel=channel, country=country, category=category)
            order(who, "2026-05-02 10:00", 1, channel="Shop", country="CH", category="Gifts")
        order(customer(shop, "K0"), "2026-06-02 10:00", 1)
        yield refresh(shop, now=NOW).pk
        empty()


@pytest.fixture
def snapshot(db: None, mixed: int) -> Snapshot:
    return Snapshot.objects.select_related("shop").get(pk=mixed)


def test_a_customer_counts_where_the_first_order_was(snapshot: Snapshot):
    found = reading.totals(snapshot, Filters(country="DE"))
    assert (found.customers, found.orders, found.revenue) == (2, 5, Decimal("25"))
    assert reading.totals(snapshot, Filters(country="CH")).customers == 0


def test_choices_say_how_many_customers_each_leaves_the_unknown_last(snapshot: Snapshot):
    found = reading.choices(snapshot)
    assert found.channel == [Choice("App", 2), Choice("Web", 2), Choice(UNKNOWN, 2)]
    assert found.country == [Choice("AT", 2), Choice("DE", 2), Choice(UNKNOWN, 2)]
    assert found.category == [Choice("Tea", 3), Choice("Cups", 2), Choice(UNKNOWN, 1)]


def test_every_filter_is_the_sum_of_the_finer_ones(snapshot: Snapshot):
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


def test_cohort_lines_are_as_long_as_months_have_passed(snapshot: Snapshot):
    (found,) = reading.cohorts(snapshot, Filters(channel="Web"))
    assert (found.cohort, found.size, found.repeaters) == ("2026-03", 2, 2)
    assert found.retained == [2, 0, 2]
    assert found.orders == [2, 0, 2]
    assert found.revenue == [Decimal(21), Decimal(0), Decimal(2)]


def test_a_value_nobody_has_gives_figures_of_nobody(snapshot: Snapshot):
    nobody = Filters(channel="Fax'; drop table metrics_slice; --")
    assert reading.totals(snapshot, nobody).clv is None
    assert [period.orders for period in reading.timeline(snapshot, "month", nobody)] == [0, 0, 0, 0]
    assert reading.cohorts(snapshot, nobody) == []
    assert reading.breakdown(snapshot, "country", nobody) == []


def test_a_breakdown_shows_the_largest_with_their_course_under_the_other_filters(snapshot: Snapshot):
    found = reading.breakdown(snapshot, "category", Filters(channel="Web", category="Cups"))
    assert [(part.key, part.figures.customers) for part in found] == [("Tea", 2)]
    assert found[0].periods == reading.timeline(snapshot, "month", Filters(channel="Web", category="Tea"))
    assert [part.value for part in reading.breakdown(snapshot, "channel")] == ["App", "Web", None]
    assert len(reading.breakdown(snapshot, "channel", most=2)) == 2


def test_months_quarters_and_years_are_counted_each_for_itself(snapshot: Snapshot):
    starts = {unit: [str(period.start) for period in reading.timeline(snapshot, unit)] for unit in ("month", "year")}
    assert starts == {"month": ["2026-03-01", "2026-04-01", "2026-05-01", "2026-06-01"], "year": ["2026-01-01"]}
    assert [period.repeat_buyers for period in reading.timeline(snapshot, "quarter")] == [0, 1]
    assert [period.repeat_buyers for period in reading.timeline(snapshot, "year")] == [6]


@pytest.mark.parametrize(
    ("read", "queries"),
    [
        (lambda snapshot, f: reading.timeline(snapshot, "month", f), 1),
        (lambda snapshot, f: reading.cohorts(snapshot, f), 1),
        (lambda snapshot, f: reading.totals(snapshot, f), 1),
        (lambda snapshot, f: reading.choices(snapshot), 1),
        (lambda snapshot, f: reading.breakdown(snapshot, "category", f), 2),
    ],
    ids=["timeline", "cohorts", "totals", "choices", "breakdown"],
)
def test_reading_takes_few_queries(snapshot: Snapshot, read, queries: int):
    with CaptureQueriesContext(
        connection,
    ) as made:
        read(snapshot, Filters(channel="Web", country="DE"))
    assert len(made) == queries


def test_slices_of_one_snapshot_are_told_apart(snapshot: Snapshot):
    places = Slice.objects.values_list("channel", "country", "category")
    assert len(places) == len(set(places)) > 20
