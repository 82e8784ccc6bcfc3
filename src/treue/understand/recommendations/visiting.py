"""What somebody of whom only the anonymous id is told looked at lately."""

from datetime import datetime, timedelta

from django.db.models import Q, TextField
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from treue.core.commerce.models import Product
from treue.core.customers import identities
from treue.core.customers.models import Visitor
from treue.core.events.models import Event
from treue.core.shop.models import Shop
from treue.listen.tracking.told import code_of
from treue.understand.value import reading as value

LOOKED_AT = ("Product Viewed", "Product Added", "Product Added to Wishlist")
SESSION = timedelta(days=1)
MOST_EVENTS, MOST_LOOKS = 500, 50


def looked_at(shop: Shop, anonymous_id: str, now: datetime) -> set[int]:
    """Products (ids) of the last day, as far as they may be used: what a visitor consented to have kept, or what was
    told with the number of the customer who they are. Nothing where anybody who claims the browser objects."""
    known = Visitor.objects.filter(shop=shop, anonymous_id=anonymous_id).first()
    if known is None or _is_unwanted(known):
        return set()
    codes = {code for each in _facts(known, now) if (code := code_of(each))}
    return products(shop.pk, codes)


def products(shop_id: int, codes: set[str]) -> set[int]:
    """Those of some codes that the shop knows (ids)."""
    return set(Product.objects.filter(shop=shop_id, code__in=codes).values_list("pk", flat=True))


def _is_unwanted(known: Visitor) -> bool:
    claiming = identities.claimants(known.shop, identities.ANONYMOUS, known.anonymous_id) | {known.customer_id} - {None}
    people = identities.as_they_are(claiming)
    return bool(people) and bool(value.unwanted(known.shop, among={each.pk for each in people}))


def _facts(known: Visitor, now: datetime) -> list[dict[str, object]]:
    """Of the looks among the last events. An event with a customer's number is written down under that one's, whatever
    browser it came from."""
    since = now - SESSION
    mine = Q(person=known.number, has_consented="true")
    if known.customer_id:
        mine |= Q(person=known.customer_id, anonymous_id=known.anonymous_id)
    said = {"has_consented": Cast("facts__consented", TextField()), "anonymous_id": KT("facts__anonymous_id")}
    events = Event.objects.alias(**said).filter(
        mine,
        shop=known.shop_id,
        person__in=[known.number, known.customer_id or known.number],
        occurred_at__gte=since,
        recorded_at__gte=since,
    )
    latest = events.order_by("-occurred_at", "-seq").values_list("name", "facts")[:MOST_EVENTS]
    return [facts for name, facts in latest if name in LOOKED_AT][:MOST_LOOKS]
