"""Offers redeemed and rolled back through the API."""

from collections.abc import Callable
from decimal import Decimal
from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Status

from treue.act.loyalty.api import member_named
from treue.act.offers import redeeming
from treue.act.offers.api import redemption_of, router
from treue.act.offers.api_answers import MOST_LINES, AskedIn, OfferRedemptionOut, redemption_out
from treue.act.offers.api_refusing import said
from treue.act.offers.having import Asked
from treue.act.offers.models import Redemption
from treue.core.api.idempotency import IdempotencyKey
from treue.core.api.operations import writes
from treue.core.api.values import Code, DryRun, Id, Moment, PathId, Taken, shown_as
from treue.core.api.writing import written

TAKEN = {201: OfferRedemptionOut, 200: OfferRedemptionOut}
# As the shop's own prices: up to a thousand million, with four decimals at most.
PriceText = Annotated[str, Field(pattern=r"^\d{1,9}(\.\d{1,4})?$", examples=["8.00"])]


class BoughtIn(AskedIn):
    price: Annotated[
        PriceText | None, Field(description="What the member was shown for one; another price is refused.")
    ] = None

    model_config = shown_as({"product": "TEA-1", "units": 2, "price": "8.00"})


class RedeemOffersIn(Taken):
    member: Id
    order: Annotated[Code, Field(max_length=80, description="The shop's number of the order.")]
    lines: Annotated[list[BoughtIn], Field(min_length=1, max_length=MOST_LINES)]
    bought_at: Annotated[
        Moment | None, Field(description="When the member bought, up to two days ago; now, where it is left out.")
    ] = None
    dry_run: DryRun = False

    model_config = shown_as(
        {"member": 4711, "order": "A-2026-0815", "lines": [{"product": "TEA-1", "units": 2, "price": "8.00"}]}
    )


class RollBackOffersIn(Taken):
    dry_run: DryRun = False

    model_config = shown_as({"dry_run": False})


@writes(router.post, "/loyalty/offers/redemptions", answers=TAKEN, summary="Redeem offers for an order")
def redeem_offers(request: HttpRequest, idempotency_key: IdempotencyKey, body: RedeemOffersIn) -> Status:
    """Each line gets the lowest price of the offers that the member has; lines that no offer holds for are left out.
    Limits, budget and redemption together or not at all. 409 with the reason. 200 for a dry run."""
    member = member_named(request.auth.shop, body.member)
    asked = [Asked(each.product, each.units, Decimal(each.price) if each.price else None) for each in body.lines]

    def redeem(key: str) -> Redemption:
        about = {"order_number": body.order, "bought_at": body.bought_at, "now": timezone.now()}
        return redeeming.redeem(member=member, asked=asked, key=key, **about)

    return _written(request, idempotency_key, redeem, status=201, is_dry=body.dry_run)


@writes(
    router.post,
    "/loyalty/offers/redemptions/{redemption_id}/roll-back",
    answers={200: OfferRedemptionOut},
    summary="Roll offers of an order back",
)
def roll_back_offers(
    request: HttpRequest, redemption_id: PathId, idempotency_key: IdempotencyKey, body: RollBackOffersIn
) -> Status:
    """Once: what it took of limits and budgets is there again, and the order can be redeemed anew."""
    redemption = redemption_of(request.auth.shop, redemption_id)

    def roll_back(key: str) -> Redemption:
        return redeeming.roll_back(redemption=redemption, key=key, now=timezone.now())

    return _written(request, idempotency_key, roll_back, status=200, is_dry=body.dry_run)


def _written(
    request: HttpRequest, idempotency_key: str, deed: Callable[[str], Redemption], *, status: int, is_dry: bool
) -> Status:
    about = {"rows": Redemption.objects.all(), "out": redemption_out, "said": said}
    return written(request, idempotency_key, deed, **about, status=status, is_dry=is_dry)
