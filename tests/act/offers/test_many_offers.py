"""Lists of offers and of prices ask as much of twelve as of two, and long ones have pages."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from tests.act.offers.sales import DAY, HOUR, member, offer, price, redeem
from tests.asked import questions
from tests.core.api.asking import Asking
from treue.act.loyalty.models import Programme
from treue.act.offers import having, price_views, prices
from treue.core.commerce.models import Product
from treue.core.shop.models import Shop
from treue.core.staff import keys

LIST, PRICES = "/loyalty/offers/", "/loyalty/prices/"


@pytest.fixture
def manager(shop: Shop, staff: Callable[..., object]) -> Client:
    client = Client()
    client.force_login(staff("manager", language="en"))
    return client


def offers(programme: Programme, numbers: range) -> None:
    """Each of a product of its own, and some of them redeemed."""
    now, anna = timezone.now(), member(programme, f"member {numbers.start}")
    span = {"starts_at": now - HOUR, "ends_at": now + HOUR}
    for each in numbers:
        price(programme.shop, f"TEA-{each:02}")
        offer(programme, published_at=now - 2 * DAY, products=[f"TEA-{each:02}"], **span)
        redeem(anna, f"TEA-{each:02}", order=f"A-{each}", key=f"k{each}", now=now)


def test_twelve_offers_ask_as_much_as_two(shop: Shop, programme: Programme, manager: Client) -> None:
    reader = Asking(keys.add(shop=shop, name="till", scopes=["read"], by=None)[1])
    looks = [
        lambda: manager.get(LIST),
        lambda: manager.get(PRICES, {"q": "tea"}),
        lambda: reader.get("/loyalty/offers"),
        lambda: reader.get(f"/loyalty/members/{programme.member_set.first().pk}/offers"),
    ]
    offers(programme, range(2))
    manager.get(LIST)
    of_two = [questions(each) for each in looks]
    offers(programme, range(2, 12))
    assert [questions(each) for each in looks] == of_two


def test_products_of_several_offers_are_those_of_each(shop: Shop, programme: Programme) -> None:
    for each in range(5):
        price(shop, f"TEA-{each}")
    some = offer(programme, products=["TEA-4", "TEA-0", "TEA-3"])
    one = offer(programme, products=["TEA-2"])
    assert having.products_of_all([some, one], 2) == {some.pk: (["TEA-0", "TEA-3"], 3), one.pk: (["TEA-2"], 1)}
    assert having.products_of(some, 3) == (["TEA-0", "TEA-3", "TEA-4"], 3)


def test_prices_are_found_by_code_and_by_name(shop: Shop) -> None:
    for code in ("ALPHA", "beta 100%", "GAMMA", "DELTA"):
        price(shop, code)
        price(shop, code, amount=9, since=timezone.now())
    Product.objects.create(shop=shop, code="DELTA", name="Grüner Tee")
    Product.objects.create(shop=shop, code="OMEGA", name="Grüner Tee ohne Preis")
    other = Shop.objects.create(name="Other")
    price(other, "ALPHA 2")

    def codes(text: str, **more: object) -> list[str]:
        return [code for code, _name in prices.found(shop, text, most=9, **more)]

    assert prices.found(shop, "grüner", most=9) == [("DELTA", "Grüner Tee")]
    assert codes("GRÜNER") == ["DELTA"]
    assert codes("0%") == ["beta 100%"]
    assert codes("_") == codes("omega") == []
    assert sorted(codes("")) == ["ALPHA", "DELTA", "GAMMA", "beta 100%"]
    everything = codes("")
    assert codes("", beyond=everything[1]) == everything[2:]
    assert codes("", beyond=everything[2], backwards=True) == everything[1::-1]
    assert prices.found(shop, "a", most=1) == prices.found(shop, "", most=1)


def test_products_with_prices_are_shown_page_by_page(
    shop: Shop, manager: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(price_views, "MOST_FOUND", 2)
    for each in range(5):
        price(shop, f"TEA-{each}")
    price(shop, "CUP")

    def shown(query: str) -> tuple[list[int], object]:
        page = manager.get(f"{PRICES}{query}")
        return [each for each in range(5) if f"product=TEA-{each}" in page.content.decode()], page.context["pager"]

    first, pager = shown("?q=tea")
    assert (first, pager.previous_url) == ([0, 1], "")
    second, pager = shown(pager.next_url)
    assert second == [2, 3]
    third, pager = shown(pager.next_url)
    assert (third, pager.next_url) == ([4], "")
    second, pager = shown(pager.previous_url)
    assert second == [2, 3]
    assert shown(pager.previous_url)[0] == [0, 1]
    assert shown("?q=tea&before=ZZZ")[0] == []
