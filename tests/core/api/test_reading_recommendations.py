"""What somebody may want next, through the API."""

from datetime import timedelta

import pytest
from asking import Asking
from django.utils import timezone

from tests.core.lake import buying
from tests.understand.recommendations.recommended import learned, near, objects, popular, recommended
from treue.core.commerce.models import Product
from treue.core.customers.models import Customer, Visitor
from treue.core.events.log import Happening, record
from treue.core.shop.models import Shop

NUMBER = 10_000_001
NOW_MINUS = timedelta(minutes=5)


@pytest.fixture
def tea(shop: Shop) -> Product:
    return Product.objects.create(shop=shop, code="TEA-1", name="Green tea")


@pytest.fixture
def pot(shop: Shop) -> Product:
    return Product.objects.create(shop=shop, code="POT-1")


def looks_at(shop: Shop, code: str, *, ago: timedelta = NOW_MINUS, customer: Customer | None = None) -> None:
    """A visitor with the anonymous id `v-1`."""
    Visitor.objects.get_or_create(number=NUMBER, shop=shop, anonymous_id="v-1", customer=customer)
    at = timezone.now() - ago
    happened = Happening(f"view {code}", "Product Viewed", NUMBER, "web", at, {"sku": code})
    record(shop, [happened])


def codes(answer: object) -> list[tuple[str, str]]:
    return [(each["product"], each["reason"]) for each in answer.body["recommendations"]]


def test_a_customers_are_told_by_kind_with_their_reasons(reader: Asking, shop: Shop, tea: Product, pot: Product):
    anna, run = buying.customer(shop, "C-1017"), learned(shop)
    recommended(run, anna, tea, kind="again", reason="due")
    recommended(run, anna, pot, reason="bought_together", because_of=tea)
    answer = reader.get(f"/customers/{anna.pk}/recommendations")
    assert answer.status == 200
    assert answer.body == {
        "customer": anna.pk,
        "as_of": "2026-06-30",
        "buy_again": [{"product": "TEA-1", "name": "Green tea", "reason": "due", "because": None}],
        "new_to_you": [
            {
                "product": "POT-1",
                "name": None,
                "reason": "bought_together",
                "because": {"product": "TEA-1", "name": "Green tea"},
            }
        ],
        "dearer": [],
    }


def test_before_the_first_night_there_are_none(reader: Asking, shop: Shop):
    anna = buying.customer(shop)
    body = reader.get(f"/customers/{anna.pk}/recommendations").body
    assert body == {"customer": anna.pk, "as_of": None, "buy_again": [], "new_to_you": [], "dearer": []}
    assert reader.get("/recommendations").body == {"as_of": None, "recommendations": []}


def test_a_visitor_is_answered_by_what_they_looked_at_today(reader: Asking, shop: Shop, tea: Product, pot: Product):
    run = learned(shop)
    near(run, tea, pot)
    popular(run, tea)
    looks_at(shop, "TEA-1")
    answer = reader.get("/recommendations", anonymous_id="v-1")
    assert codes(answer) == [("POT-1", "bought_together")]
    assert answer.body["recommendations"][0]["because"] == {"product": "TEA-1", "name": "Green tea"}


def test_what_they_looked_at_days_ago_is_another_visit(reader: Asking, shop: Shop, tea: Product, pot: Product):
    run = learned(shop)
    near(run, tea, pot)
    popular(run, tea)
    looks_at(shop, "TEA-1", ago=timedelta(days=2))
    assert codes(reader.get("/recommendations", anonymous_id="v-1")) == [("TEA-1", "popular")]


def test_a_visitor_who_turned_out_to_object_is_answered_as_anybody(
    reader: Asking, shop: Shop, tea: Product, pot: Product
):
    anna, run = buying.customer(shop, "anna"), learned(shop)
    near(run, tea, pot)
    popular(run, tea)
    looks_at(shop, "TEA-1", customer=anna)
    assert codes(reader.get("/recommendations", anonymous_id="v-1")) == [("POT-1", "bought_together")]
    objects(anna)
    assert codes(reader.get("/recommendations", anonymous_id="v-1")) == [("TEA-1", "popular")]


def test_products_are_answered_by_what_goes_with_them_and_free_places_by_the_country(
    reader: Asking, shop: Shop, tea: Product, pot: Product
):
    run = learned(shop)
    near(run, tea, pot)
    popular(run, tea)
    popular(run, buying.product(shop, "CUP-1"), country="DE")
    asked = {"products": ["TEA-1", "NO-SUCH"], "country": "DE"}
    assert codes(reader.get("/recommendations", **asked)) == [
        ("POT-1", "bought_together"),
        ("CUP-1", "popular_in_segment"),
    ]
    assert codes(reader.get("/recommendations", **asked, limit=1)) == [("POT-1", "bought_together")]
    assert codes(reader.get("/recommendations", anonymous_id="nobody")) == [("TEA-1", "popular")]


@pytest.mark.parametrize(
    "asked",
    [{"anonymous_id": "v-1", "products": ["TEA-1"]}, {"limit": 0}, {"limit": 21}, {"products": ["x"] * 51}, {"who": 1}],
)
def test_what_cannot_be_asked_is_refused_by_name(reader: Asking, asked: dict[str, object]):
    answer = reader.get("/recommendations", **asked)
    assert (answer.status, answer.type) == (422, "invalid")


def test_another_shops_and_a_key_that_may_not_read_are_refused(
    stranger: Asking, writer: Asking, shop: Shop, tea: Product
):
    anna, run = buying.customer(shop, "C-1017"), learned(shop)
    recommended(run, anna, tea)
    popular(run, tea)
    assert stranger.get(f"/customers/{anna.pk}/recommendations").status == 404
    assert stranger.get("/recommendations").body == {"as_of": None, "recommendations": []}
    assert writer.get(f"/customers/{anna.pk}/recommendations").status == 403
    assert writer.get("/recommendations").status == 403
