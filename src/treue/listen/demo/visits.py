"""Visits to the web shop, as the library in its pages tells of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
from django.utils.translation import gettext as _

from treue.core.events.models import Source
from treue.listen.demo.choosing import chance, name, one
from treue.listen.demo.telling import Message
from treue.science.simulate import CURRENCY

BROWSER = Source.Kind.BROWSER
AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_6) AppleWebKit/605.1.15 Version/17.6 Safari/605.1.15",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36",
)
TABLET = "Mozilla/5.0 (iPad; CPU OS 17_6 like Mac OS X) AppleWebKit/605.1.15 Version/17.6 Safari/604.1"
CAMPAIGNS = (
    {"source": "newsletter", "medium": "email", "name": "advent"},
    {"source": "google", "medium": "cpc", "name": "tee"},
    {"source": "instagram", "medium": "social", "name": "teestunde"},
)
MOST_LOOKED_AT = 4
CONSENTING = 0.6
Product = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Guest:
    """Who sits before the screen. user_id: the customer's number once they have signed in. consents: to be measured."""

    anonymous_id: str
    agent: str
    address: str
    consents: bool
    user_id: str | None = None

    def signed_in(self, number: str) -> "Guest":
        return replace(self, user_id=number)


@dataclass(frozen=True, slots=True)
class Basket:
    """What a visit ends with. order: its number, None where nothing was ordered."""

    products: Sequence[Product]
    order: str | None = None

    @property
    def value(self) -> float:
        return round(sum(float(each["price"]) * float(each["quantity"]) for each in self.products), 2)

    def facts(self) -> dict[str, object]:
        return {"products": list(self.products), "value": self.value, "currency": CURRENCY}


def somebody(rng: np.random.Generator, agent: str | None = None) -> Guest:
    return Guest(name(rng), agent or one(rng, AGENTS), address(rng), consents=chance(rng, CONSENTING))


def address(rng: np.random.Generator) -> str:
    """Of the networks that nobody has (RFC 5737)."""
    return f"{one(rng, ('203.0.113', '198.51.100', '192.0.2'))}.{rng.integers(1, 255)}"


def look_around(rng: np.random.Generator, guest: Guest, begins: datetime, shelf: Sequence[Product]) -> list[Message]:
    """A visit without an order; now and then something is left in the cart."""
    seen = [one(rng, shelf) for _each in range(rng.integers(1, MOST_LOOKED_AT + 1))]
    left = Basket([{**seen[-1], "quantity": 1}]) if chance(rng, 0.3) else None
    return _stay(rng, guest, begins, seen, left, campaign=one(rng, CAMPAIGNS) if chance(rng, 0.25) else None)


def buy(rng: np.random.Generator, guest: Guest, ordered_at: datetime, basket: Basket) -> list[Message]:
    """The visit that led to an order, which is the last that is told of it."""
    stay = _stay(rng, guest, ordered_at, basket.products, basket)
    earlier = ordered_at - stay[-1].at
    return [replace(each, at=each.at + earlier) for each in stay]


def sign_in(rng: np.random.Generator, guest: Guest, at: datetime, traits: Mapping[str, object]) -> Message:
    """From here on the library knows who its visitor is."""
    return _message(rng, guest, at, {"type": "identify", "traits": dict(traits)})


def nobody(rng: np.random.Generator, at: datetime) -> Message:
    """What an old page sends that forgets to say of whom it speaks."""
    return Message(at, BROWSER, {"type": "page", "messageId": name(rng), "properties": {"path": "/advent"}})


def _stay(
    rng: np.random.Generator,
    guest: Guest,
    begins: datetime,
    seen: Sequence[Product],
    basket: Basket | None,
    campaign: Mapping[str, str] | None = None,
) -> list[Message]:
    steps = [_page(_("Home page"), "/"), _found(rng, seen[0])]
    for product in seen:
        steps.append(_step("Product Viewed", product, f"/p/{product['sku']}"))
        if basket and product["sku"] in {each["sku"] for each in basket.products}:
            steps.append(_step("Product Added", {**product, "quantity": product.get("quantity", 1)}))
    if basket:
        steps += _checkout(rng, basket)
    at, stay = begins, []
    for step in steps:
        stay.append(_message(rng, guest, at, step, campaign))
        at += timedelta(seconds=int(rng.integers(8, 110)))
    return stay


def _found(rng: np.random.Generator, product: Product) -> dict[str, object]:
    if chance(rng, 0.3):
        return _step("Products Searched", {"query": str(product["name"]).split()[0]}, "/search")
    return _step("Product List Viewed", {"category": product["category"]}, "/c")


def _checkout(rng: np.random.Generator, basket: Basket) -> list[dict[str, object]]:
    """Whoever ordered went all the way; of the others some turn back at the cart."""
    steps = [_step("Cart Viewed", {"products": list(basket.products), "currency": CURRENCY}, "/cart")]
    if basket.order or chance(rng, 0.5):
        steps.append(_step("Checkout Started", basket.facts(), "/checkout"))
    if basket.order:
        facts = {**basket.facts(), "order_id": basket.order}
        steps.append(_step("Order Completed", facts, "/thanks"))
    return steps


def _page(title: str, path: str) -> dict[str, object]:
    return {"type": "page", "name": title, "properties": {"path": path}}


def _step(event: str, facts: Mapping[str, object], path: str = "") -> dict[str, object]:
    return {"type": "track", "event": event, "properties": {**facts, **({"path": path} if path else {})}}


def _message(
    rng: np.random.Generator,
    guest: Guest,
    at: datetime,
    step: Mapping[str, object],
    campaign: Mapping[str, str] | None = None,
) -> Message:
    context = {
        "library": {"name": "analytics.js"},
        "ip": guest.address,
        "userAgent": guest.agent,
        "consent": {"categoryPreferences": {"analytics": guest.consents}},
        **({"campaign": dict(campaign)} if campaign else {}),
    }
    who = {"anonymousId": guest.anonymous_id, **({"userId": guest.user_id} if guest.user_id else {})}
    return Message(at, BROWSER, {**step, **who, "messageId": name(rng), "context": context})
