"""Rewards and what members can have of them, read through the API."""

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router

from treue.act.loyalty.api import member_of
from treue.act.rewards import catalogue, offers
from treue.act.rewards.api_refusing import refusal_said
from treue.act.rewards.models import Claim, Reward
from treue.act.rewards.offers import Offer
from treue.act.vouchers import codes
from treue.core.api import keyset
from treue.core.api.keyset import Paged
from treue.core.api.operations import reads
from treue.core.api.problems import NOT_FOUND, Problem
from treue.core.api.values import GivenMoment, Id, Money, PathId, Told, money, shown_as
from treue.core.shop.models import Shop

router = Router(tags=["Rewards"])

REWARD = {
    "id": 3,
    "name": "Tea cup",
    "description": "Stoneware, 0.3 l.",
    "kind": "gift",
    "campaign": None,
    "points": 500,
    "cost": {"amount": "4.20", "currency": "EUR"},
    "stock": 100,
    "stock_left": 41,
    "most_per_member": 1,
    "span": "year",
    "lowest_tier": None,
    "valid_from": None,
    "valid_until": "2026-12-31T23:00:00Z",
    "offered": True,
}
REFUSAL = {
    "reason": "not-enough-points",
    "detail": "There are not as many points.",
    "facts": {"balance": 380, "asked": 500},
}
OFFER = {"reward": REWARD, "can_be_had": False, "missing_points": 120, "left": 1, "refusals": [REFUSAL]}
CLAIM = {
    "id": 4711,
    "member": 4711,
    "reward": 3,
    "points": 500,
    "transaction": 90211,
    "state": "redeemed",
    "code": None,
    "order": "A-2026-0815",
    "redeemed_at": "2026-11-29T12:00:00Z",
    "handed_over_at": None,
    "cancelled_at": None,
}


class RewardOut(Told):
    id: Id
    name: str
    description: str
    kind: str = Field(description=f"One of {', '.join(Reward.Kind.values)}.")
    campaign: Id | None = Field(description="Of a voucher, the campaign whose codes are given.")
    points: int
    cost: Money = Field(description="What one costs the shop.")
    stock: int | None = Field(description="How many there were in all; null without end.")
    stock_left: int | None
    most_per_member: int | None
    span: str = Field(description="For how long `most_per_member` counts: in all, year (of the shop's calendar).")
    lowest_tier: str | None = Field(description="The code of the tier that a member must have at least.")
    valid_from: GivenMoment | None
    valid_until: GivenMoment | None = Field(description="The first moment at which it cannot be had any more.")
    offered: bool

    model_config = shown_as(REWARD)


class RewardPage(Told):
    data: list[RewardOut]
    next: str | None = Field(description="`after` of the next page; null on the last.")

    model_config = shown_as({"data": [REWARD], "next": None})


class RefusalOut(Told):
    reason: str
    detail: str
    facts: dict[str, object]

    model_config = shown_as(REFUSAL)


class OfferOut(Told):
    reward: RewardOut
    can_be_had: bool
    missing_points: int
    left: int | None = Field(description="How many more of it they may have; null without end.")
    refusals: list[RefusalOut] = Field(description="All that stands against it.")

    model_config = shown_as(OFFER)


class OfferList(Told):
    data: list[OfferOut]

    model_config = shown_as({"data": [OFFER]})


class ClaimOut(Told):
    id: Id | None = Field(description="Null of a dry run.")
    member: Id
    reward: Id
    points: int = Field(description="What it cost then; 0 of a gift.")
    transaction: Id | None = Field(description="Of the ledger, that redeemed the points; null of a gift and a dry run.")
    state: str = Field(description=f"One of {', '.join(Claim.State.values)}.")
    code: str | None = Field(description="Of a voucher, what is typed at the till; null of a dry run.")
    order: str | None
    redeemed_at: GivenMoment
    handed_over_at: GivenMoment | None
    cancelled_at: GivenMoment | None

    model_config = shown_as(CLAIM)


@reads(router, "/loyalty/rewards", answer=RewardPage, summary="List rewards")
def list_rewards(request: HttpRequest, query: Query[Paged]) -> RewardPage:
    """The newest first; also those that are not offered now."""
    rows = catalogue.of(request.auth.shop)
    if query.after is not None:
        rows = rows.filter(pk__lt=keyset.key_in(query.after, of="rewards", size=1)[0])
    found = list(rows[: query.limit + 1])
    page, more = found[: query.limit], found[query.limit :]
    end = keyset.cursor("rewards", page[-1].pk) if more else None
    return RewardPage(data=[reward_out(each) for each in page], next=end)


@reads(router, "/loyalty/members/{member_id}/rewards", answer=OfferList, summary="List what a member is offered")
def list_offers(request: HttpRequest, member_id: PathId) -> OfferList:
    """Every reward that is offered now: first those that can be had, the cheapest first; then those for which only
    points are missing, the nearest first; then the others."""
    member = member_of(request.auth.shop, member_id)
    return OfferList(data=[offer_out(each) for each in offers.for_member(member, now=timezone.now())])


@reads(router, "/loyalty/claims/{claim_id}", answer=ClaimOut, summary="Read a redeemed reward")
def read_claim(request: HttpRequest, claim_id: PathId) -> ClaimOut:
    """With its code, of a voucher. Also one that was a gift."""
    return claim_out(claim_of(request.auth.shop, claim_id))


def claim_of(shop: Shop, claim_id: int) -> Claim:
    """Raises Problem."""
    rows = Claim.objects.select_related("programme__shop", "reward", "member", "code")
    found = rows.filter(programme__shop=shop, pk=claim_id).first()
    if found is None:
        raise Problem(NOT_FOUND, "The shop has no such redeemed reward.")
    return found


def reward_out(reward: Reward) -> RewardOut:
    return RewardOut(
        id=reward.pk,
        name=reward.name,
        description=reward.description,
        kind=reward.kind,
        campaign=reward.campaign_id,
        points=reward.points,
        cost=money(reward.cost, reward.currency),
        stock=reward.stock,
        stock_left=reward.stock_left,
        most_per_member=reward.most_per_member,
        span=reward.span,
        lowest_tier=reward.lowest_tier or None,
        valid_from=reward.valid_from,
        valid_until=reward.valid_until,
        offered=reward.is_offered,
    )


def offer_out(offer: Offer) -> OfferOut:
    return OfferOut(
        reward=reward_out(offer.reward),
        can_be_had=offer.can_be_had,
        missing_points=offer.missing,
        left=offer.left,
        refusals=[RefusalOut(**refusal_said(each)) for each in offer.refusals],
    )


def claim_out(claim: Claim, *, is_dry: bool = False) -> ClaimOut:
    """is_dry: of what was undone; its numbers and its code never were."""
    return ClaimOut(
        id=None if is_dry else claim.pk,
        member=claim.member_id,
        reward=claim.reward_id,
        points=claim.points,
        transaction=None if is_dry else claim.journal,
        state=claim.state,
        code=None if is_dry or claim.code is None else codes.grouped(claim.code.text),
        order=claim.order_number or None,
        redeemed_at=claim.redeemed_at,
        handed_over_at=claim.handed_over_at,
        cancelled_at=claim.cancelled_at,
    )
