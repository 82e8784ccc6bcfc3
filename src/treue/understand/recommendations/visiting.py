"""What a visitor of whom only the anonymous id is known looked at lately."""

from datetime import datetime, timedelta

from treue.core.commerce.models import Product
from treue.core.customers.models import Customer, Visitor
from treue.core.events.models import Event
from treue.core.shop.models import Shop
from treue.listen.tracking.told import code_of

LOOKED_AT = ("Product Viewed", "Product Added", "Product Added to Wishlist")
SESSION = timedelta(days=1)
MOST_EVENTS = 50


def visitor(shop: Shop, anonymous_id: str) -> Visitor | None:
    return Visitor.objects.filter(shop=shop, anonymous_id=anonymous_id).first()


def recognised(known: Visitor) -> Customer | None:
    """The customer who the visitor turned out to be."""
    return Customer.objects.filter(pk=known.customer_id).first() if known.customer_id else None


def looked_at(known: Visitor, now: datetime) -> set[int]:
    """Products (ids) of the last day."""
    since = now - SESSION
    events = Event.objects.filter(
        shop=known.shop_id, person=known.number, name__in=LOOKED_AT, occurred_at__gte=since, recorded_at__gte=since
    )
    facts = events.order_by("-occurred_at", "-seq").values_list("facts", flat=True)[:MOST_EVENTS]
    return products(known.shop_id, {code for each in facts if (code := code_of(each))})


def products(shop_id: int, codes: set[str]) -> set[int]:
    """Those of some codes that the shop knows (ids)."""
    return set(Product.objects.filter(shop=shop_id, code__in=codes).values_list("pk", flat=True))
