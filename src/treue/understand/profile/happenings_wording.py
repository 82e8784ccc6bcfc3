"""What happened, in words: a table of sentences by the name of the event.

Of an event's sentences the first one is said of which everything is known.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from treue.core.commerce.completing import ORDER_CANCELLED, is_cancellation
from treue.core.customers.consent_wording import channel_name, purpose_name, source_name
from treue.core.customers.models import Channel
from treue.core.events import departing
from treue.core.events.models import FILES, Event
from treue.core.shop.models import Shop
from treue.design import formats
from treue.understand.metrics.scope.basis import active_language
from treue.understand.profile.timeline import Only

PLACEHOLDER = re.compile(r"%\((\w+)\)s")
PRODUCTS_NAMED = 3
LONGEST_VALUE = 120
Facts = Mapping[str, object]
Words = Promise | str


class Kind(StrEnum):
    PURCHASES = "purchases"
    BEHAVIOUR = "behaviour"
    CONTACT = "contact"


@dataclass(frozen=True)
class Wording:
    """look: how the timeline marks it, "buy", "alarm" or ""."""

    kind: Kind
    sentences: Sequence[Words]
    look: str = ""


def _purchase(*sentences: Words, look: str = "buy") -> Wording:
    return Wording(Kind.PURCHASES, sentences, look)


def _behaviour(*sentences: Words) -> Wording:
    return Wording(Kind.BEHAVIOUR, sentences)


def _contact(*sentences: Words, look: str = "") -> Wording:
    return Wording(Kind.CONTACT, sentences, look)


WORDINGS = {
    "Order Completed": _purchase(
        _("Order %(order)s of %(total)s"), _("Order of %(total)s"), _("Order %(order)s"), _("An order")
    ),
    "Order Updated": _purchase(
        _("Order %(order)s changed, now %(total)s"), _("Order %(order)s changed"), _("An order changed")
    ),
    "Order Refunded": _purchase(
        _("Refund of %(total)s for order %(order)s"),
        _("Refund of %(total)s"),
        _("Refund for order %(order)s"),
        _("A refund"),
        look="alarm",
    ),
    "Order Cancelled": _purchase(
        _("Order %(order)s of %(total)s cancelled"),
        _("Order %(order)s cancelled"),
        _("An order cancelled"),
        look="alarm",
    ),
    "Voucher Redeemed": _purchase(
        _("Redeemed a voucher of “%(campaign)s”: %(total)s off"), _("Redeemed a voucher: %(total)s off")
    ),
    "Voucher Rolled Back": _purchase(
        _("A voucher of “%(campaign)s” was rolled back: %(total)s"), _("A voucher was rolled back: %(total)s"), look=""
    ),
    "Products Searched": _behaviour(_("Searched for “%(query)s”"), _("Searched for products")),
    "Product List Viewed": _behaviour(_("Looked through %(category)s"), _("Looked through a list of products")),
    "Product List Filtered": _behaviour(_("Filtered %(category)s"), _("Filtered a list of products")),
    "Promotion Viewed": _behaviour(_("Saw the promotion “%(product)s”"), _("Saw a promotion")),
    "Promotion Clicked": _behaviour(_("Opened the promotion “%(product)s”"), _("Opened a promotion")),
    "Product Clicked": _behaviour(_("Opened %(product)s"), _("Opened a product")),
    "Product Viewed": _behaviour(_("Looked at %(product)s"), _("Looked at a product")),
    "Product Added": _behaviour(
        _("Put %(quantity)s × %(product)s into the cart"),
        _("Put %(product)s into the cart"),
        _("Put a product into the cart"),
    ),
    "Product Removed": _behaviour(_("Took %(product)s out of the cart"), _("Took a product out of the cart")),
    "Cart Viewed": _behaviour(_("Looked at the cart of %(total)s"), _("Looked at the cart")),
    "Checkout Started": _behaviour(_("Went to the checkout with %(total)s"), _("Went to the checkout")),
    "Checkout Completed": _behaviour(_("Sent off the checkout with %(total)s"), _("Sent off the checkout")),
    "Checkout Step Viewed": _behaviour(_("Saw step %(step)s of the checkout"), _("Saw a step of the checkout")),
    "Checkout Step Completed": _behaviour(
        _("Completed step %(step)s of the checkout"), _("Completed a step of the checkout")
    ),
    "Payment Info Entered": _behaviour(_("Entered how to pay")),
    "Coupon Entered": _behaviour(_("Entered the voucher %(coupon)s"), _("Entered a voucher")),
    "Coupon Applied": _behaviour(_("Used the voucher %(coupon)s"), _("Used a voucher")),
    "Coupon Denied": _behaviour(_("Was refused the voucher %(coupon)s"), _("Was refused a voucher")),
    "Coupon Removed": _behaviour(_("Took the voucher %(coupon)s back"), _("Took a voucher back")),
    "Product Added to Wishlist": _behaviour(_("Put %(product)s on the wish list"), _("Put a product on the wish list")),
    "Product Removed from Wishlist": _behaviour(
        _("Took %(product)s off the wish list"), _("Took a product off the wish list")
    ),
    "Wishlist Product Added to Cart": _behaviour(
        _("Put %(product)s from the wish list into the cart"), _("Put a product from the wish list into the cart")
    ),
    "Product Shared": _behaviour(_("Shared %(product)s"), _("Shared a product")),
    "Cart Shared": _behaviour(_("Shared the cart")),
    "Product Reviewed": _behaviour(_("Reviewed %(product)s"), _("Reviewed a product")),
    "Page Viewed": _behaviour(_("Opened the page “%(page)s”"), _("Opened a page")),
    "Screen Viewed": _behaviour(_("Opened the screen “%(page)s” in the app"), _("Opened a screen in the app")),
    "Identify": _behaviour(_("Told the shop who they are")),
    "Alias": _behaviour(_("Was recognised on another device")),
    "Group": _behaviour(_("Was assigned to a company")),
    "Consent Requested": _contact(
        _("Signed up for %(purpose)s by %(channel)s, not confirmed yet"), _("Signed up for %(purpose)s")
    ),
    "Consent Given": _contact(_("Agreed to %(purpose)s by %(channel)s"), _("Agreed to %(purpose)s")),
    "Consent Withdrawn": _contact(
        _("Withdrew the consent to %(purpose)s by %(channel)s"), _("Withdrew the consent to %(purpose)s"), look="alarm"
    ),
    "Profile Changed": _contact(_("Changed their name or address in the portal")),
    "Preferences Changed": _contact(_("Changed how they want to be written to")),
}


# What somebody does many times in a row while looking around: how that is said, and what of each event is named.
RUNS = {
    "Page Viewed": (ngettext_lazy("Opened %(number)s page", "Opened %(number)s pages", "count"), "page"),
    "Screen Viewed": (
        ngettext_lazy("Opened %(number)s screen in the app", "Opened %(number)s screens in the app", "count"),
        "page",
    ),
    "Product Viewed": (
        ngettext_lazy("Looked at products %(number)s time", "Looked at products %(number)s times", "count"),
        "product",
    ),
    "Product Clicked": (
        ngettext_lazy("Opened products %(number)s time", "Opened products %(number)s times", "count"),
        "product",
    ),
    "Product List Viewed": (
        ngettext_lazy(
            "Looked through lists of products %(number)s time",
            "Looked through lists of products %(number)s times",
            "count",
        ),
        "category",
    ),
    "Promotion Viewed": (
        ngettext_lazy("Saw promotions %(number)s time", "Saw promotions %(number)s times", "count"),
        "product",
    ),
    "Promotion Clicked": (
        ngettext_lazy("Opened promotions %(number)s time", "Opened promotions %(number)s times", "count"),
        "product",
    ),
}


def only(kind: str) -> Only | None:
    """The events of a kind; what nobody has worded is behaviour. None for all."""
    if kind == Kind.BEHAVIOUR:
        return Only([name for name, each in WORDINGS.items() if each.kind != kind], others=True)
    if kind in (Kind.PURCHASES, Kind.CONTACT):
        return Only([name for name, each in WORDINGS.items() if each.kind == kind])
    return None


def sentence(event: Event, currency: str) -> str:
    """What happened; the event's own name where it is not worded. currency: the shop's, where none is told."""
    wording = WORDINGS.get(_meant(event))
    if wording is None:
        return event.name
    known = _known(event.facts, currency)
    for each in map(str, wording.sentences):
        if all(name in known for name in PLACEHOLDER.findall(each)):
            return each % known
    return event.name


def look(event: Event) -> str:
    return WORDINGS[_meant(event)].look if event.name in WORDINGS else ""


def _meant(event: Event) -> str:
    """Its name; a cancellation that another told of before stands in the log as an update of the order."""
    return ORDER_CANCELLED if is_cancellation(event.name, event.message_id or event.kept_id) else event.name


def source(event: Event) -> str:
    known = {FILES: gettext("imported file"), "console": gettext("console")}
    return known.get(event.source) or source_name(event.source)


def products(event: Event) -> str:
    """What an order or a cart held: "Assam, Earl Grey, Cup and 2 more"."""
    told = event.facts.get("products")
    if not isinstance(told, list):
        return ""
    return _listed(name for each in told if isinstance(each, Mapping) and (name := _product(each)))


def run(events: Sequence[Event]) -> str:
    """What events of one name say together."""
    words, _fact = RUNS[events[0].name]
    return str(words % {"count": len(events), "number": formats.number(len(events), active_language())})


def run_names(events: Sequence[Event]) -> str:
    """What they were about: "Assam, Earl Grey, Cup and 2 more"."""
    read = READ[RUNS[events[0].name][1]]
    return _listed(name for each in events if (name := read(each.facts)))


def _listed(found: Iterable[str]) -> str:
    names = list(dict.fromkeys(found))
    text, more = ", ".join(names[:PRODUCTS_NAMED]), len(names) - PRODUCTS_NAMED
    if more <= 0:
        return text
    number = formats.number(more, active_language())
    said = ngettext("%(products)s and %(number)s more", "%(products)s and %(number)s more", more)
    return said % {"products": text, "number": number}


# What sentences ask for, out of what sources tell


def _known(facts: Facts, currency: str) -> dict[str, str]:
    found = {name: read(facts) for name, read in READ.items()}
    found["total"] = _total(facts, currency)
    return {name: text for name, text in found.items() if text}


def _first(*names: str) -> Callable[[Facts], str]:
    """The first of these facts that is a text or a number."""

    def read(facts: Facts) -> str:
        found = (facts[name] for name in names if isinstance(facts.get(name), str | int | float))
        return next((text for each in found if (text := _cut(str(each)))), "")

    return read


def _cut(text: str) -> str:
    text = text.strip()
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"


def _total(facts: Facts, currency: str) -> str:
    for name in ("total", "revenue", "value"):
        if (amount := _amount(facts.get(name))) is not None:
            told = facts.get("currency")
            known = told.upper() if isinstance(told, str) and len(told) == 3 and told.isalpha() else currency
            return formats.money(amount, active_language(), known)
    return ""


def _amount(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and abs(amount) < 10**12 else None


def _quantity(facts: Facts) -> str:
    """More than one; a single one is not counted."""
    amount = _amount(facts.get("quantity"))
    whole = amount is not None and amount == amount.to_integral_value()
    return formats.number(amount, active_language()) if whole and amount > 1 else ""


def _channel(facts: Facts) -> str:
    told = facts.get("channel")
    return channel_name(told) if isinstance(told, str) and told != Channel.NONE else ""


def _purpose(facts: Facts) -> str:
    told = facts.get("purpose")
    return purpose_name(told) if isinstance(told, str) else ""


_product = _first("name", "product_name", "title", "sku", "product_id")
order_number = _first("order", "order_id", "orderId")


def _campaign(facts: Facts) -> str:
    told = facts.get("campaign")
    return _first("name")(told) if isinstance(told, Mapping) else ""


READ: dict[str, Callable[[Facts], str]] = {
    "order": order_number,
    "product": _product,
    "quantity": _quantity,
    "category": _first("category", "list_id", "list"),
    "query": _first("query"),
    "step": _first("step"),
    "coupon": _first("coupon_name", "coupon", "coupon_id"),
    "page": _first("title", "name", "path", "url"),
    "purpose": _purpose,
    "channel": _channel,
    "campaign": _campaign,
}


def moved(shop: Shop) -> str:
    """What stands at the end of a timeline that goes on where older months have left the log for; "" while none has."""
    first = departing.first_month(shop.pk)
    if first is None:
        return ""
    month = formats.period(first, active_language())
    return gettext("Of what happened before %(month)s, fewer details are kept.") % {"month": month}
