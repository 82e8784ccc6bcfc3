"""Recommendations worked out from what was bought, put into PostgreSQL."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db.models import Max
from recommended import learned, objects, recommended
from shelf import AS_OF, buy, sell, shelve

from tests.core.lake.buying import customer, order, product, refund
from treue.core.customers import erasure
from treue.core.customers.models import Customer
from treue.core.shop.models import NonProduct, Shop
from treue.science.recommending import Evaluation, Recommender, evaluate
from treue.understand.metrics.counts.refresh import refresh as refresh_figures
from treue.understand.recommendations import learning, purchases, storing
from treue.understand.recommendations.models import Kind, Neighbour, Offer, Popular, Recommendation, Run
from treue.understand.recommendations.refresh import refresh

pytestmark = pytest.mark.django_db(transaction=True)
MORNING_AFTER = datetime(2026, 7, 1, 9, tzinfo=UTC)


def worked_out(shop: Shop) -> Run:
    refresh_figures(shop, now=MORNING_AFTER)
    return refresh(shop)


def codes(of: Customer, kind: str) -> list[str]:
    rows = Recommendation.objects.filter(customer=of, kind=kind, run__is_current=True).order_by("rank")
    return [each.product.code for each in rows]


def recommended_at_all() -> set[str]:
    return set(Recommendation.objects.values_list("product__code", flat=True))


def test_new_is_what_those_buy_who_buy_the_same(shop: Shop):
    shelf = shelve(shop)
    sell(shop, shelf)
    anna = customer(shop, "anna")
    buy(anna, shelf["TEA-1"])
    run = worked_out(shop)
    assert (run.until, run.status, run.customers, run.products) == (AS_OF, "learned", 61, 10)
    found = Recommendation.objects.filter(customer=anna, kind=Kind.NEW).order_by("rank")
    assert [each.product.code[:3] for each in found[:4]] == ["TEA"] * 4
    assert {(each.reason, each.because_of.code) for each in found[:4]} == {("bought_together", "TEA-1")}
    assert "TEA-1" not in codes(anna, Kind.NEW)
    assert codes(anna, Kind.AGAIN) == ["TEA-1"]


def test_dearer_is_what_costs_more_in_the_category(shop: Shop):
    shelf = shelve(shop)
    sell(shop, shelf)
    anna = customer(shop, "anna")
    buy(anna, shelf["TEA-4"])
    worked_out(shop)
    assert codes(anna, Kind.DEARER) == ["TEA-5"]


def test_every_row_is_what_the_library_says(shop: Shop):
    sell(shop, shelve(shop))
    run = worked_out(shop)
    with purchases.opened(shop, AS_OF) as facts:
        model = Recommender.fit(
            facts.purchases, as_of=run.until, seed=1, products=facts.products, segments=facts.countries
        )
    for kind, rows in (
        (Kind.AGAIN, model.buy_again()),
        (Kind.NEW, model.new_to_you()),
        (Kind.DEARER, model.up_sell(k=5)),
    ):
        names = ("customer_id", "rank", "product_id", "reason", "because_of_id", "score")
        stored = Recommendation.objects.filter(run=run, kind=kind).order_by("customer", "rank").values_list(*names)
        columns = ["customer_id", "rank", "product_id", "reason", "because_of", "score"]
        expected = [each for each in rows.select(columns).to_pylist() if each["reason"] not in storing.POPULAR]
        assert [each[:5] for each in stored] == [tuple(each.values())[:5] for each in expected]
        assert [each[5] for each in stored] == pytest.approx([each["score"] for each in expected], rel=1e-5)
        assert len(stored) > 60
    near = {(each.product_id, each.rank): each.neighbour_id for each in Neighbour.objects.filter(run=run)}
    for seen in {number for number, _rank in near}:
        first = model.for_session([seen], k=1).to_pylist()[0]
        assert near[seen, 1] == first["product_id"]
    assert {each.country for each in Popular.objects.filter(run=run)} == {"", "DE", "FR"}


def test_as_many_are_judged_as_are_given_out(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    sell(shop, shelve(shop), 20)
    worked = []

    def evaluated(*asked: object, **more: object) -> Evaluation:
        worked.append(more)
        return evaluate(*asked, **more)

    def fitted(*asked: object, **more: object) -> Recommender:
        worked.append("fitted")
        return fit(*asked, **more)

    fit = Recommender.fit
    monkeypatch.setattr(learning, "evaluate", evaluated)
    monkeypatch.setattr(Recommender, "fit", fitted)
    run = worked_out(shop)
    judged, fitted_last = worked
    assert (judged["k"], judged["up_sell_k"]) == (10, 5)
    assert fitted_last == "fitted", "two models at once would take twice the memory"
    given = Recommendation.objects.filter(run=run).values("kind").annotate(most=Max("rank")).values_list("kind", "most")
    assert all(most <= learning.MOST[Kind(kind)] for kind, most in given)


def test_what_is_recommended_is_counted_by_product(shop: Shop):
    sell(shop, shelve(shop), 20)
    run = worked_out(shop)
    for each in Offer.objects.filter(run=run):
        for kind in Kind.values:
            counted = Recommendation.objects.filter(run=run, kind=kind, product=each.product_id).count()
            assert getattr(each, kind) == counted, (each.product.code, kind)
    offered = Offer.objects.filter(run=run).values_list("product", flat=True)
    assert set(offered) == set(Recommendation.objects.values_list("product", flat=True))


def test_what_is_no_product_or_no_longer_sold_is_not_recommended(shop: Shop):
    shelf = shelve(shop)
    known = sell(shop, shelf, 20)
    shipping, old = product(shop, "ship-1"), product(shop, "OLD-1")
    NonProduct.objects.create(shop=shop, code="SHIP-1")
    for each in known[:10]:
        buy(each, shipping, AS_OF - timedelta(days=3), amount=4)
        buy(each, old, AS_OF - timedelta(days=purchases.SOLD_WITHIN_DAYS), amount=4)
    worked_out(shop)
    assert {each[:3] for each in recommended_at_all()} == {"TEA", "COF"}
    assert not Recommendation.objects.filter(because_of=shipping).exists(), "nor does it lead to anything"
    assert not Neighbour.objects.filter(product=shipping).exists()
    assert not Popular.objects.filter(product__in=[shipping, old]).exists()
    assert not Neighbour.objects.filter(neighbour__in=[shipping, old]).exists()


def test_what_was_sold_within_a_year_still_is(shop: Shop):
    shelf = shelve(shop)
    known = sell(shop, shelf, 20)
    old = product(shop, "OLD-1")
    for each in known[:3]:
        buy(each, old, AS_OF - timedelta(days=purchases.SOLD_WITHIN_DAYS - 1), amount=4)
    worked_out(shop)
    assert "OLD-1" in recommended_at_all()


@pytest.mark.parametrize(("day", "counts"), [("2026-06-30", False), ("2026-07-01", True)])
def test_what_came_back_whole_by_then_was_not_bought(shop: Shop, day: str, counts: bool):
    shelf = shelve(shop)
    sell(shop, shelf, 20)
    anna = customer(shop, "anna")
    refund(buy(anna, shelf["TEA-1"], date(2026, 6, 1)), f"{day} 12:00", 5)
    worked_out(shop)
    assert (codes(anna, Kind.AGAIN) == ["TEA-1"]) == counts


def test_what_is_known_of_products_and_countries(shop: Shop):
    tea, gift = product(shop, "TEA-1"), product(shop, "GIFT")
    tea.category = "tea"
    tea.save()
    anna, ben = customer(shop, "anna"), customer(shop, "ben")
    order(anna, "2026-03-01 10:00", 10, units=4, product=tea, country="DE")
    order(anna, "2026-03-02 10:00", 10, units=1, product=tea, country="FR")
    order(anna, "2025-06-30 10:00", 90, units=1, product=tea, country="AT")  # a year before
    order(ben, "2026-03-02 10:00", 0, product=gift)  # given away
    order(ben, "2026-07-01 10:00", 9, product=tea)  # later
    with purchases.opened(shop, AS_OF) as facts:
        assert facts.products.order_by("product_id").to_pyarrow().to_pylist() == [
            {"product_id": tea.pk, "category": "tea", "price": 4.0, "available": True},
            {"product_id": gift.pk, "category": None, "price": None, "available": False},
        ]
        assert facts.countries.to_pyarrow().to_pylist() == [{"customer_id": anna.pk, "segment": "FR"}]
        assert facts.purchases.customer_id.to_pyarrow().to_pylist() == [anna.pk] * 3


def test_another_shops_purchases_are_left_alone(shop: Shop):
    sell(shop, shelve(shop), 10)
    other = Shop.objects.create(name="Coffee House")
    theirs = shelve(other)
    sell(other, theirs, 10, seed=2)
    worked_out(shop)
    assert not Recommendation.objects.filter(customer__shop=other).exists()
    assert not Recommendation.objects.filter(product__shop=other).exists()


def test_a_run_takes_the_place_of_the_one_before(shop: Shop):
    shelf = shelve(shop)
    anna = sell(shop, shelf, 20)[0]
    former = worked_out(shop)
    before = Recommendation.objects.count()
    torn = learned(shop, is_current=False, in_force_at=None)  # of somebody who was killed
    recommended(torn, anna, shelf["TEA-1"])
    run = refresh(shop)
    assert run.pk != former.pk
    assert list(Run.objects.values_list("pk", "is_current").order_by("pk")) == [(former.pk, False), (run.pk, True)]
    assert (Recommendation.objects.count(), Recommendation.objects.exclude(run=run).count()) == (before, 0)
    for part in storing.PARTS:
        assert not part.objects.exclude(run=run).exists()


def test_of_a_shop_without_figures_or_products_nothing_is_said(shop: Shop):
    assert refresh(shop) is None
    order(customer(shop), "2026-03-01 10:00")
    run = worked_out(shop)
    assert (run.status, run.is_current, run.figures) == ("no purchases", True, {})
    assert not Recommendation.objects.exists()


def test_who_was_erased_or_merged_meanwhile_does_not_come_back(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    known = sell(shop, shelve(shop), 20)
    found = storing._found

    def meanwhile(*asked: object) -> object:
        rows = found(*asked)
        erasure.erase(customer=known[0], by=None)
        Customer.objects.filter(pk=known[1].pk).update(merged_into=known[2])
        return rows

    monkeypatch.setattr(storing, "_found", meanwhile)
    worked_out(shop)
    whose = set(Recommendation.objects.values_list("customer", flat=True))
    assert whose == {each.pk for each in known[2:]}


def test_whoever_objects_gets_none_also_where_they_object_meanwhile(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    known = sell(shop, shelve(shop), 20)
    objects(known[0])
    found = storing._found

    def meanwhile(model: Recommender, customers: object) -> object:
        assert known[0].pk not in customers.to_pylist()
        objects(known[1])
        return found(model, customers)

    monkeypatch.setattr(storing, "_found", meanwhile)
    run = worked_out(shop)
    assert run.customers == 20, "what they bought is learned from"
    whose = set(Recommendation.objects.values_list("customer", flat=True))
    assert whose == {each.pk for each in known[2:]}


def test_erasure_takes_them_along(shop: Shop):
    anna = customer(shop, "anna")
    recommended(learned(shop), anna, product(shop, "TEA-1"))
    receipt = erasure.erase(customer=anna, by=None)
    assert receipt.deleted["recommendations.Recommendation"] == 1
    assert not Recommendation.objects.exists()
