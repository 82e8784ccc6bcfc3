"""What is read of the recommendations: for customers, newcomers, visitors; and for whoever objects."""

from datetime import timedelta

import pytest
from recommended import learned, near, objects, popular, recommended
from shelf import ON_THE_SHELF, buy, shelve

from tests.core.lake.buying import customer, product
from treue.core.customers.models import Customer
from treue.core.events.reacting import drain
from treue.core.events.reading import begin
from treue.core.shop.models import Shop
from treue.understand.recommendations import panel, reading
from treue.understand.recommendations.models import Recommendation
from treue.understand.recommendations.reading import Recommended

pytestmark = pytest.mark.django_db(transaction=True)


def said(found: list[Recommended]) -> list[tuple[str, str, str]]:
    return [(each.product.code, each.reason, each.because.code if each.because else "") for each in found]


def by_kind(anna: Customer) -> dict[str, list[str]]:
    _run, found = reading.of(anna)
    return {kind: [each.product.code for each in rows] for kind, rows in found.items()}


def test_what_was_bought_since_is_not_new_any_more_and_not_due(shop: Shop):
    shelf, anna, run = shelve(shop), customer(shop, "anna"), learned(shop)
    recommended(run, anna, shelf["TEA-1"], rank=1)
    recommended(run, anna, shelf["TEA-2"], rank=2)
    recommended(run, anna, shelf["TEA-3"], kind="again", reason="due")
    recommended(run, anna, shelf["TEA-4"], kind="again", rank=2, reason="due")
    recommended(run, anna, shelf["TEA-1"], kind="dearer", reason="dearer_in_category", because_of=shelf["TEA-3"])
    for code in ("TEA-3", "TEA-4"):
        buy(anna, shelf[code], run.until)  # known to the run
    assert by_kind(anna) == {"again": ["TEA-3", "TEA-4"], "new": ["TEA-1", "TEA-2"], "dearer": ["TEA-1"]}
    for code in ("TEA-1", "TEA-3"):
        buy(anna, shelf[code], run.until + timedelta(days=1))
    assert by_kind(anna) == {"again": ["TEA-4"], "new": ["TEA-2"], "dearer": []}


def test_what_an_undone_import_had_told_is_bought_no_more_and_no_reason(shop: Shop):
    shelf, anna, run = shelve(shop), customer(shop, "anna"), learned(shop)
    buy(anna, shelf["TEA-1"])
    undone = buy(anna, shelf["TEA-2"])
    for rank, code in enumerate(("TEA-1", "TEA-2"), 1):
        together, bought = {"reason": "bought_together", "because_of": shelf[code]}, shelf[code]
        recommended(run, anna, bought, kind="again", rank=rank, reason="bought_before")
        recommended(run, anna, shelf[f"TEA-{rank + 2}"], rank=rank, **together)
        dearer = together | {"reason": "dearer_in_category"}
        recommended(run, anna, shelf[f"TEA-{rank + 2}"], kind="dearer", rank=rank, **dearer)
    undone.delete()
    _run, found = reading.of(anna)
    assert {kind: said(rows) for kind, rows in found.items()} == {
        "again": [("TEA-1", "bought_before", "")],
        "new": [("TEA-3", "bought_together", "TEA-1"), ("TEA-4", "bought_together", "")],
        "dearer": [("TEA-3", "dearer_in_category", "TEA-1")],
    }


def test_free_places_hold_what_is_popular_and_not_known_to_them(shop: Shop):
    shelf, anna, run = shelve(shop), customer(shop, "anna", country="DE"), learned(shop)
    buy(anna, shelf["TEA-1"])
    recommended(run, anna, shelf["TEA-2"])
    popular(run, shelf["TEA-1"], shelf["TEA-2"], shelf["TEA-3"], country="DE")
    popular(run, *shelf.values())
    _run, found = reading.of(anna)
    assert said(found["new"]) == [
        ("TEA-2", "similar_customers", ""),
        ("TEA-3", "popular_in_segment", ""),
        *((code, "popular", "") for code in ON_THE_SHELF[3:]),
    ]


def test_of_whom_no_purchase_is_left_nothing_is_said(shop: Shop):
    shelf, anna, run = shelve(shop), customer(shop, "anna"), learned(shop)
    popular(run, shelf["COF-1"])
    order = buy(anna, shelf["TEA-1"])
    recommended(run, anna, shelf["TEA-1"], kind="again", reason="bought_before")
    recommended(run, anna, shelf["TEA-2"])
    order.delete()
    assert by_kind(anna) == {"again": [], "new": ["COF-1"], "dearer": []}


def test_a_newcomer_is_answered_by_what_they_bought(shop: Shop):
    shelf, anna, run = shelve(shop), customer(shop, "anna"), learned(shop)
    near(run, shelf["TEA-1"], shelf["TEA-3"], shelf["TEA-2"])
    popular(run, shelf["TEA-1"], shelf["COF-1"])
    buy(anna, shelf["TEA-1"])
    _run, found = reading.of(anna)
    assert said(found["new"]) == [
        ("TEA-3", "bought_together", "TEA-1"),
        ("TEA-2", "bought_together", "TEA-1"),
        ("COF-1", "popular", ""),
    ]


def test_whoever_never_bought_is_answered_by_what_is_popular_in_the_country(shop: Shop):
    shelf, run = shelve(shop), learned(shop)
    popular(run, shelf["TEA-1"], shelf["COF-1"])
    popular(run, shelf["COF-2"], country="FR")  # fewer than there are places for
    for country, expected in (
        ("FR", [("COF-2", "popular_in_segment", ""), ("TEA-1", "popular", ""), ("COF-1", "popular", "")]),
        ("AT", [("TEA-1", "popular", ""), ("COF-1", "popular", "")]),
        ("", [("TEA-1", "popular", ""), ("COF-1", "popular", "")]),
    ):
        _run, found = reading.of(customer(shop, f"of {country}", country=country))
        assert said(found["new"]) == expected


def test_of_several_products_the_nearness_is_added_up(shop: Shop):
    shelf, run = shelve(shop), learned(shop)
    near(run, shelf["TEA-1"], shelf["TEA-2"], shelf["TEA-3"], shelf["TEA-4"])
    near(run, shelf["TEA-5"], shelf["TEA-4"], shelf["TEA-1"])
    found = reading.going_with(run, {shelf["TEA-1"].pk, shelf["TEA-5"].pk}, most=2)
    assert said(found) == [("TEA-4", "bought_together", "TEA-5"), ("TEA-2", "bought_together", "TEA-1")]


def test_a_product_that_is_gone_is_left_out(shop: Shop):
    """An undone import takes its products along."""
    shelf, anna, run = shelve(shop), customer(shop, "anna"), learned(shop)
    gone = product(shop, "GONE")
    near(run, shelf["TEA-1"], gone, shelf["TEA-2"])
    popular(run, gone, shelf["TEA-3"])
    buy(anna, shelf["COF-1"])
    recommended(run, anna, gone)
    recommended(run, anna, shelf["TEA-2"], rank=2, because_of=gone, reason="bought_together")
    gone.delete()
    assert said(reading.of(anna)[1]["new"]) == [("TEA-2", "bought_together", ""), ("TEA-3", "popular", "")]
    assert said(reading.going_with(run, {shelf["TEA-1"].pk})) == [
        ("TEA-2", "bought_together", "TEA-1"),
        ("TEA-3", "popular", ""),
    ]


def test_whoever_objects_gets_none_from_that_moment_on(shop: Shop):
    anna, run = customer(shop, "anna"), learned(shop)
    recommended(run, anna, product(shop, "TEA-1"))
    objects(anna)
    assert reading.of(anna) == (run, {"again": (), "new": (), "dearer": ()})
    shown = panel.of(anna)
    assert (shown.lists, "does not want to be evaluated" in shown.nothing) == ([], True)


def test_what_was_chosen_for_them_goes_with_the_objection(shop: Shop):
    anna, ben, run = customer(shop, "anna"), customer(shop, "ben"), learned(shop)
    for each in (anna, ben):
        recommended(run, each, product(shop, f"TEA-{each.pk}"))
    begin()
    objects(anna)
    drain()
    assert list(Recommendation.objects.values_list("customer", flat=True)) == [ben.pk]
