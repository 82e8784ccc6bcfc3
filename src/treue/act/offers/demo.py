"""Prices of the demo shop's products, a flash sale that runs, one that is over, and one that comes."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import numpy as np
from django.db.models import Count, F, Sum
from django.utils.translation import gettext as _

from treue.act.loyalty import reading
from treue.act.loyalty.models import Member, Programme
from treue.act.offers import planning, prices, redeeming
from treue.act.offers.having import Asked
from treue.act.offers.models import Offer
from treue.act.offers.planning import Terms
from treue.act.offers.prices import Announced
from treue.act.offers.prior_price import rounded
from treue.act.offers.sentences import tiers_of
from treue.core.commerce.models import OrderLine
from treue.core.shop.models import NonProduct, Shop
from treue.design.formats import precision

SEED, SOURCE = 20261202, "demo"
YEAR, HOUR, DAY = timedelta(days=365), timedelta(hours=1), timedelta(days=1)
MOST_PRODUCTS, IN_SALE, BUYERS = 40, 6, 12
CHEAPER, DEARER = Decimal("0.95"), Decimal("1.00")


def write(shop: Shop, *, now: datetime) -> None:
    """Once."""
    programme = reading.programme_of(shop)
    if programme is None or Offer.objects.filter(programme=programme).exists():
        return
    told = _prices(shop, now)
    if len(told) >= 2 * IN_SALE:
        _offers(programme, told, now)


def _prices(shop: Shop, now: datetime) -> list[str]:
    """What most is sold of, at what was paid for one on average; a week ago it was a little cheaper for some days.
    Told a year ago, since an offer goes by what was known when it began."""
    left_out = NonProduct.objects.filter(shop=shop).values("code")
    lines = OrderLine.objects.filter(product__shop=shop, quantity__gt=0, amount__gt=0).exclude(
        product__code__in=left_out
    )
    sold = lines.values("product__code").annotate(times=Count("order"), paid=Sum("amount") / Sum("quantity"))
    told, codes = [], []
    for each in sold.order_by(F("times").desc(), "product__code")[:MOST_PRODUCTS]:
        regular = rounded(each["paid"], precision(shop.currency))
        if regular <= 0:
            continue
        codes.append(each["product__code"])
        for since, factor in ((now - YEAR, DEARER), (now - 12 * DAY, CHEAPER), (now - 8 * DAY, DEARER)):
            amount = max(rounded(regular * factor, precision(shop.currency)), Decimal("0.01"))
            told.append(Announced(codes[-1], amount, shop.currency, since))
    prices.announce(shop=shop, prices=told, source=SOURCE, now=now - YEAR)
    return codes


def _offers(programme: Programme, codes: Sequence[str], now: datetime) -> None:
    tiers = list(tiers_of(programme))
    about = {"currency": programme.shop.currency, "benefit": Offer.Benefit.PERCENT}
    over = Terms(
        name=_("Evening sale of last week"),
        kind=Offer.Kind.FLASH_SALE,
        percent=Decimal(15),
        products=codes[IN_SALE : 2 * IN_SALE],
        starts_at=now - 7 * DAY,
        ends_at=now - 7 * DAY + 5 * HOUR,
        units=60,
        **about,
    )
    running = Terms(
        name=_("Today's flash sale"),
        kind=Offer.Kind.FLASH_SALE,
        description=_("For members only, as long as there is some."),
        percent=Decimal(20),
        products=codes[:IN_SALE],
        starts_at=now - HOUR,
        ends_at=now + DAY,
        units=100,
        most_per_member=4,
        **about,
    )
    coming = Terms(
        name=_("The new harvest first"),
        kind=Offer.Kind.EARLY_ACCESS if tiers else Offer.Kind.EXCLUSIVE,
        percent=Decimal(10),
        products=codes[:IN_SALE],
        starts_at=now + 4 * DAY,
        ends_at=now + 9 * DAY,
        head_start_hours=24 if tiers else 0,
        head_start_tier=tiers[-1] if tiers else "",
        is_shown_to_others=True,
        **about,
    )
    for terms, published_at in ((over, over.starts_at - DAY), (running, now - 2 * HOUR), (coming, now)):
        made = planning.add(programme=programme, terms=terms, by=None, now=published_at)
        planning.publish(offer=made, by=None, now=published_at)
    _redeem(programme, over, now - 7 * DAY + HOUR)
    _redeem(programme, running, now)


def _redeem(programme: Programme, terms: Terms, at: datetime) -> None:
    """Some members buy something of it."""
    rng = np.random.default_rng(SEED)
    members = Member.objects.filter(programme=programme, left_at=None, joined_at__lt=at - DAY)
    them = list(members.select_related("programme__shop", "customer").order_by("pk")[:500])
    for place, index in enumerate(rng.permutation(len(them))[:BUYERS]):
        product, units = terms.products[place % len(terms.products)], int(rng.integers(1, 3))
        number = f"DEMO-{at:%m%d}-{place + 1}"
        redeeming.redeem(
            member=them[index], asked=[Asked(product, units)], order_number=number, key=f"demo {number}", now=at
        )
