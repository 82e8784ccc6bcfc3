"""Member offers as the API tells them, with the examples of its description."""

from decimal import Decimal
from typing import Annotated

from ninja import Field

from treue.act.offers.api_refusing import refusal_said
from treue.act.offers.errors import NoPriceKnown, Refusal
from treue.act.offers.having import Best, Having
from treue.act.offers.models import Offer, Redemption
from treue.core.api.values import Code, GivenMoment, Id, Money, Taken, Told, money, shown_as
from treue.core.shop.models import Shop

MOST_LINES, MOST_UNITS = 200, 1_000_000
EURO = {"currency": "EUR"}
OFFER = {
    "id": 7,
    "name": "Advent flash sale",
    "description": "Four hours, members only.",
    "kind": "flash sale",
    "state": "published",
    "benefit": "percent",
    "percent": "20",
    "amount": None,
    "starts_at": "2026-11-29T17:00:00Z",
    "ends_at": "2026-11-29T21:00:00Z",
    "head_start_hours": 0,
    "head_start_tier": None,
    "lowest_tier": None,
    "segment": None,
    "units": 40,
    "units_left": 12,
    "most_per_member": 2,
    "exempt": None,
}
REFUSAL = {
    "reason": "tier-too-low",
    "detail": "It is for members of this tier and higher ones.",
    "facts": {"needed": "gold", "has": "silver"},
}
HAVING = {
    "offer": OFFER,
    "has": True,
    "begins_at": "2026-11-29T17:00:00Z",
    "ends_at": "2026-11-29T21:00:00Z",
    "refusals": [],
}
PRICE = {
    "product": "TEA-1",
    "units": 2,
    "regular_price": {"amount": "10.00", **EURO},
    "reduced_price": {"amount": "8.00", **EURO},
    "lowest_price_30_days": {"amount": "9.00", **EURO},
    "lowest_price_known_since": None,
    "saving_percent": 11,
    "offer": 7,
    "ends_at": "2026-11-29T21:00:00Z",
    "refusals": [],
}
LINE = {
    "product": "TEA-1",
    "units": 2,
    "offer": 7,
    "regular_price": {"amount": "10.00", **EURO},
    "reduced_price": {"amount": "8.00", **EURO},
    "lowest_price_30_days": {"amount": "9.00", **EURO},
}
REDEMPTION = {
    "id": 4711,
    "member": 4711,
    "order": "A-2026-0815",
    "state": "redeemed",
    "discount": {"amount": "4.00", **EURO},
    "paid": {"amount": "16.00", **EURO},
    "lines": [LINE],
    "bought_at": "2026-11-29T18:00:00Z",
    "redeemed_at": "2026-11-29T18:00:01Z",
    "rolled_back_at": None,
}


class MemberOfferOut(Told):
    id: Id
    name: str
    description: str
    kind: str = Field(description=f"One of {', '.join(Offer.Kind.values)}.")
    state: str = Field(description=f"One of {', '.join(Offer.State.values)}; what is over is still published.")
    benefit: str = Field(description=f"One of {', '.join(Offer.Benefit.values)}.")
    percent: str | None
    amount: Money | None = Field(description="What is taken off, or the price itself.")
    starts_at: GivenMoment
    ends_at: GivenMoment = Field(description="The first moment at which it does not hold any more.")
    head_start_hours: int
    head_start_tier: str | None = Field(
        description="Members from this tier on may buy so many hours before `starts_at`."
    )
    lowest_tier: str | None
    segment: str | None
    units: int | None = Field(description="How many pieces there were in all; null without end.")
    units_left: int | None
    most_per_member: int | None
    exempt: str | None = Field(
        description="Why no lowest price of 30 days is told: perishable, individual, no reduction."
    )

    model_config = shown_as(OFFER)


class MemberOfferPage(Told):
    data: list[MemberOfferOut]
    next: str | None = Field(description="`after` of the next page; null on the last.")

    model_config = shown_as({"data": [OFFER], "next": None})


class OfferRefusalOut(Told):
    reason: str
    detail: str
    facts: dict[str, object]

    model_config = shown_as(REFUSAL)


class HavingOut(Told):
    offer: MemberOfferOut
    has: bool
    begins_at: GivenMoment = Field(description="For this member, with the head start where they have one.")
    ends_at: GivenMoment
    refusals: list[OfferRefusalOut] = Field(description="All that stands against it.")

    model_config = shown_as(HAVING)


class HavingList(Told):
    data: list[HavingOut]

    model_config = shown_as({"data": [HAVING]})


class AskedIn(Taken):
    product: Annotated[Code, Field(max_length=80, description="The shop's item code.")]
    units: Annotated[int, Field(ge=1, le=MOST_UNITS, description="How many pieces.")] = 1

    model_config = shown_as({"product": "TEA-1", "units": 2})


class ValidateIn(Taken):
    member: Id
    lines: Annotated[list[AskedIn], Field(min_length=1, max_length=MOST_LINES)]

    model_config = shown_as({"member": 4711, "lines": [{"product": "TEA-1", "units": 2}]})


class ProductPriceOut(Told):
    product: str
    units: int
    regular_price: Money | None = Field(description="What everybody pays; null where the shop has announced no price.")
    reduced_price: Money | None = Field(description="What this member pays for one; null where no offer holds.")
    lowest_price_30_days: Money | None = Field(
        description="To be shown beside the reduced price; null where none has to be."
    )
    lowest_price_known_since: GivenMoment | None = Field(
        description="Where less than the 30 days is known: since when."
    )
    saving_percent: int | None = Field(description="What may be called a reduction, against that price; 0: nothing.")
    offer: Id | None
    ends_at: GivenMoment | None
    refusals: list[OfferRefusalOut] = Field(
        description="Why better offers do not hold; no-price-known where none was announced."
    )

    model_config = shown_as(PRICE)


class ProductPriceList(Told):
    data: list[ProductPriceOut]

    model_config = shown_as({"data": [PRICE]})


class RedeemedLineOut(Told):
    product: str
    units: int
    offer: Id
    regular_price: Money
    reduced_price: Money
    lowest_price_30_days: Money | None

    model_config = shown_as(LINE)


class OfferRedemptionOut(Told):
    id: Id | None = Field(description="Null of a dry run.")
    member: Id
    order: str
    state: str = Field(description=f"One of {', '.join(Redemption.State.values)}.")
    discount: Money
    paid: Money = Field(description="For these lines.")
    lines: list[RedeemedLineOut] = Field(
        description="Those that an offer held for; the others cost what everybody pays."
    )
    bought_at: GivenMoment
    redeemed_at: GivenMoment
    rolled_back_at: GivenMoment | None

    model_config = shown_as(REDEMPTION)


def offer_out(offer: Offer) -> MemberOfferOut:
    return MemberOfferOut(
        id=offer.pk,
        name=offer.name,
        description=offer.description,
        kind=offer.kind,
        state=offer.state,
        benefit=offer.benefit,
        percent=None if offer.percent is None else f"{offer.percent.normalize():f}",
        amount=None if offer.amount is None else money(offer.amount, offer.currency),
        starts_at=offer.starts_at,
        ends_at=offer.ended_at,
        head_start_hours=offer.head_start_hours,
        head_start_tier=offer.head_start_tier or None,
        lowest_tier=offer.lowest_tier or None,
        segment=offer.segment or None,
        units=offer.units,
        units_left=offer.units_left,
        most_per_member=offer.most_per_member,
        exempt=offer.exempt or None,
    )


def having_out(found: Having) -> HavingOut:
    return HavingOut(
        offer=offer_out(found.offer),
        has=found.is_there,
        begins_at=found.begins_at,
        ends_at=found.offer.ended_at,
        refusals=[_refusal_out(each) for each in found.refusals],
    )


def _refusal_out(error: Refusal) -> OfferRefusalOut:
    return OfferRefusalOut(**refusal_said(error))


def price_out(found: Best, shop: Shop) -> ProductPriceOut:
    quote, offer = found.quote, found.offer
    prior = quote.prior if quote else None
    why: list[Refusal] = [refusal for _offer, _quote, refusal in found.others]
    regular = quote.regular if quote else found.regular
    if regular is None:
        why.append(NoPriceKnown(found.asked.product))
    return ProductPriceOut(
        product=found.asked.product,
        units=found.asked.units,
        regular_price=_money(regular, shop),
        reduced_price=_money(quote.reduced if quote else None, shop),
        lowest_price_30_days=_money(prior.price if prior else None, shop),
        lowest_price_known_since=prior.since if prior and not prior.is_whole else None,
        saving_percent=quote.saving_percent if quote and prior else None,
        offer=offer.pk if offer else None,
        ends_at=offer.ended_at if offer else None,
        refusals=[_refusal_out(each) for each in why],
    )


def _money(amount: Decimal | None, shop: Shop) -> Money | None:
    return None if amount is None else money(amount, shop.currency)


def redemption_out(redemption: Redemption, *, is_dry: bool = False) -> OfferRedemptionOut:
    """is_dry: of what was undone; its number never was."""
    currency = redemption.currency
    return OfferRedemptionOut(
        id=None if is_dry else redemption.pk,
        member=redemption.member_id,
        order=redemption.order_number,
        state=redemption.state,
        discount=money(redemption.discount, currency),
        paid=money(redemption.paid, currency),
        lines=[
            RedeemedLineOut(
                product=each.product,
                units=each.units,
                offer=each.offer_id,
                regular_price=money(each.regular, currency),
                reduced_price=money(each.reduced, currency),
                lowest_price_30_days=None if each.lowest is None else money(each.lowest, currency),
            )
            for each in redemption.lines.order_by("ordinal")
        ],
        bought_at=redemption.bought_at,
        redeemed_at=redemption.redeemed_at,
        rolled_back_at=redemption.rolled_back_at,
    )
