"""What somebody may want next, through the API."""

from datetime import timedelta

import pytest
from asking import Asking
from django.utils import timezone

from tests.core.lake import buying
from tests.understand.recommendations.recommended import learned, near, objects, popular, recommended
from treue.core.commerce.models import Product
from treue.core.customers.models import Customer, Identity, Visitor
from treue.core.events.log import Happening, record
from treue.core.shop.models import Shop
from treue.understand.recommendations import visiting

NUMBER = 10_000_001
NOW_MINUS = timedelta(minutes=5)


@pytest.fixture
def tea(shop: Shop) -> Product:
    return Product.objects.create(shop=shop, code="TEA-1", name="Green tea")


@pytest.fixture
def pot(shop: Shop) -> Product:
    return Product.objects.create(shop=shop, code="POT-1")


def looks_at(
    shop: Shop,
    code: str,
    *,
    ago: timedelta = NOW_MINUS,
    customer: Customer | None = None,
    number: int = NUMBER,
    name: str = "Product Viewed",
    **facts: object,
) -> None:
    """A visitor with the anonymous id `v-1`, who consented. number: under which it is written down."""
    Visitor.objects.get_or_create(number=NUMBER, defaults={"shop": shop, "anonymous_id": "v-1", "customer": customer})
    at = timezone.now() - ago
    told = {"sku": code, "consented": True, "anonymous_id": "v-1", **facts}
    record(shop, [Happening(f"{name} {code} {ago}", name, number, "web", at, told)])


def codes(answer: object) -> list[tuple[str, str]]:
    return [(each["product"], each["reason"]) for each in answer.body["recommendations"]]


def test_a_customers_are_told_by_kind_with_their_reasons(reader: Asking, shop: Shop, tea: Product, pot: Product):
    anna, run = buying.customer(shop, "C-1017"), learned(shop)
    buying.order(anna, "2026-06-01 10:00", product=tea)
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


@pytest.mark.parametrize("facts", [{"consented": None}, {"consented": "true"}, {"consented": False}])
def test_the_steps_of_a_visitor_who_did_not_consent_are_used_for_nothing(
    reader: Asking, shop: Shop, tea: Product, pot: Product, facts: dict[str, object]
):
    run = learned(shop)
    near(run, tea, pot)
    popular(run, tea)
    looks_at(shop, "TEA-1", **facts)
    assert codes(reader.get("/recommendations", anonymous_id="v-1")) == [("TEA-1", "popular")]


def test_a_customer_who_signed_in_is_answered_by_what_they_look_at_in_this_browser(
    reader: Asking, shop: Shop, tea: Product, pot: Product
):
    """What is told with a customer's number is written down under that."""
    anna, run = buying.customer(shop, "anna"), learned(shop)
    near(run, tea, pot)
    near(run, pot, tea)
    looks_at(shop, "TEA-1", customer=anna, number=anna.pk, consented=None)
    looks_at(shop, "POT-1", customer=anna, number=anna.pk, consented=None, anonymous_id="another")
    assert codes(reader.get("/recommendations", anonymous_id=" v-1 ")) == [("POT-1", "bought_together")]


def test_of_a_shared_browser_nothing_is_said_once_one_of_them_objects(
    reader: Asking, shop: Shop, tea: Product, pot: Product
):
    anna, ben, run = buying.customer(shop, "anna"), buying.customer(shop, "ben"), learned(shop)
    near(run, tea, pot)
    popular(run, tea)
    looks_at(shop, "TEA-1")
    for each in (anna, ben):
        Identity.objects.create(
            shop=shop, kind="anonymous", value="v-1", customer=each, is_trusted=False, said_at=timezone.now()
        )
    assert codes(reader.get("/recommendations", anonymous_id="v-1")) == [("POT-1", "bought_together")]
    objects(ben)
    assert codes(reader.get("/recommendations", anonymous_id="v-1")) == [("TEA-1", "popular")]


def test_only_so_many_of_the_last_events_are_read(
    reader: Asking, shop: Shop, tea: Product, pot: Product, monkeypatch: pytest.MonkeyPatch
):
    run = learned(shop)
    near(run, tea, pot)
    popular(run, tea)
    looks_at(shop, "TEA-1")
    monkeypatch.setattr(visiting, "MOST_EVENTS", 3)
    for minute in range(3):
        assert codes(reader.get("/recommendations", anonymous_id="v-1")) == [("POT-1", "bought_together")]
        looks_at(shop, "", name="Page Viewed", ago=timedelta(minutes=minute))
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
    [
        {"anonymous_id": "v-1", "products": ["TEA-1"]},
        {"anonymous_id": " "},
        {"limit": 0},
        {"limit": 21},
        {"products": ["x"] * 51},
        {"products": ["x" * 81]},
        {"who": 1},
    ],
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
