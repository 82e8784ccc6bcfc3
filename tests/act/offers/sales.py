"""The smallest prices, offers and redemptions a test can need."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from tests.act.rewards.treats import member, tiers
from treue.act.loyalty.models import Member, Programme
from treue.act.offers import planning, prices, redeeming
from treue.act.offers.having import Asked
from treue.act.offers.models import Offer, Redemption
from treue.act.offers.planning import Terms
from treue.act.offers.prices import Announced, Written
from treue.core.shop.models import Shop

__all__ = ["member", "tiers"]
NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def price(
    shop: Shop,
    product: str = "TEA-1",
    amount: object = 10,
    since: datetime = LONG_AGO,
    *,
    told_at: datetime = LONG_AGO,
    **more: object,
) -> Written:
    """Announced long ago."""
    told = Announced(product, None if amount is None else Decimal(str(amount)), "EUR", since, **more)
    return prices.announce(shop=shop, prices=[told], source="api", now=told_at)


def terms(**given: object) -> Terms:
    """A flash sale of four hours that has begun, for all members: 20% off TEA-1."""
    values = {
        "name": f"Offer {Offer.objects.count() + 1}",
        "kind": "flash sale",
        "benefit": "percent",
        "percent": Decimal(20),
        "currency": "EUR",
        "products": ["TEA-1"],
        "starts_at": NOW - HOUR,
        "ends_at": NOW + 3 * HOUR,
        **given,
    }
    if values["benefit"] != "percent":
        values["percent"] = None
    return Terms(**values)


def draft(programme: Programme, **given: object) -> Offer:
    return planning.add(programme=programme, terms=terms(**given), by=None, now=NOW - DAY)


def offer(programme: Programme, *, published_at: datetime = NOW - DAY, **given: object) -> Offer:
    """Published a day ago."""
    made = planning.add(programme=programme, terms=terms(**given), by=None, now=published_at)
    return planning.publish(offer=made, by=None, now=published_at)


def redeem(
    by: Member,
    *products: str,
    order: str = "A-1",
    key: str = "k1",
    units: int = 1,
    agreed: object = None,
    now: datetime = NOW,
    **more: object,
) -> Redemption:
    asked = [Asked(each, units, None if agreed is None else Decimal(str(agreed))) for each in products or ("TEA-1",)]
    return redeeming.redeem(member=by, asked=asked, order_number=order, key=key, now=now, **more)


def roll_back(redemption: Redemption, *, key: str = "r1") -> Redemption:
    return redeeming.roll_back(redemption=redemption, key=key, now=NOW)
