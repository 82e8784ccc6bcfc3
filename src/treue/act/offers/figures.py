"""What came of offers, and what the same hours of the week before brought."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Count, F, Q, QuerySet, Sum

from treue.act.loyalty.models import Member, Programme
from treue.act.offers.models import Offer, Priced, RedeemedLine, Redemption
from treue.act.offers.sentences import tiers_of
from treue.core.commerce.models import OrderLine
from treue.understand.segments import reading as segments
from treue.understand.segments.models import Standing

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Figures:
    """Of what was redeemed and not rolled back. revenue: what members paid; discount: what they saved."""

    redemptions: int = 0
    units: int = 0
    revenue: Decimal = Decimal(0)
    discount: Decimal = Decimal(0)


@dataclass(frozen=True)
class Compared:
    """What its products brought in all orders while it ran, and in the same hours a week before."""

    units: Decimal
    revenue: Decimal
    units_before: Decimal
    revenue_before: Decimal


def of(offers: Sequence[Offer]) -> dict[int, Figures]:
    lines = RedeemedLine.objects.filter(offer__in=offers, redemption__state=Redemption.State.REDEEMED)
    sums = lines.values("offer").annotate(
        redemptions=Count("redemption", distinct=True),
        pieces=Sum("units"),
        revenue=Sum(F("units") * F("reduced")),
        discount=Sum(F("units") * (F("regular") - F("reduced"))),
    )
    found = {
        each["offer"]: Figures(each["redemptions"], each["pieces"], each["revenue"], each["discount"]) for each in sums
    }
    return {each.pk: found.get(each.pk, Figures()) for each in offers}


def compared(offer: Offer, *, now: datetime) -> Compared | None:
    """None before it began."""
    begin, end = offer.begins_at, min(offer.ended_at, now)
    if begin >= end:
        return None
    units, revenue = _sold(offer, begin, end)
    units_before, revenue_before = _sold(offer, begin - WEEK, end - WEEK)
    return Compared(units, revenue, units_before, revenue_before)


def _sold(offer: Offer, since: datetime, until: datetime) -> tuple[Decimal, Decimal]:
    codes = Priced.objects.filter(offer=offer).values("product")
    lines = OrderLine.objects.filter(
        product__shop=offer.programme.shop_id,
        product__code__in=codes,
        order__ordered_at__gte=since,
        order__ordered_at__lt=until,
        quantity__gt=0,
    )
    sums = lines.aggregate(units=Sum("quantity"), revenue=Sum("amount"))
    return sums["units"] or Decimal(0), sums["revenue"] or Decimal(0)


def may(offer: Offer) -> int:
    """How many members may have it, by the tier and the segment that was found for them last."""
    members = Member.objects.filter(programme=offer.programme, left_at=None)
    if offer.lowest_tier:
        members = members.filter(tier__in=_from(offer.programme, offer.lowest_tier))
    if offer.segment:
        members = members.filter(customer__in=_in_segment(offer))
    return members.count()


def may_early(offer: Offer) -> int:
    """How many of them may buy earlier."""
    if not offer.head_start_tier:
        return 0
    tiers = set(_from(offer.programme, offer.head_start_tier))
    if offer.lowest_tier:
        tiers &= set(_from(offer.programme, offer.lowest_tier))
    members = Member.objects.filter(programme=offer.programme, left_at=None, tier__in=tiers)
    return members.filter(customer__in=_in_segment(offer)).count() if offer.segment else members.count()


def _from(programme: Programme, tier: str) -> list[str]:
    codes = list(tiers_of(programme))
    return codes[codes.index(tier) :] if tier in codes else []


def _in_segment(offer: Offer) -> QuerySet:
    current = segments.current(offer.programme.shop)
    return Standing.objects.filter(Q(segmentation=current) & Q(group=offer.segment)).values("customer")
