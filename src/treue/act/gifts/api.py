"""Plans for gifts and what was given, read through the API."""

from datetime import date

from django.http import HttpRequest
from ninja import Field, Query, Router

from treue.act.gifts import figures, plans
from treue.act.gifts.models import Gift, Plan
from treue.act.loyalty.api import member_of
from treue.act.vouchers import codes
from treue.core.api import keyset
from treue.core.api.keyset import Paged
from treue.core.api.operations import reads
from treue.core.api.values import GivenMoment, Id, Money, PathId, Told, money, shown_as

router = Router(tags=["Gifts"])

PLAN = {
    "id": 3,
    "name": "For the birthday",
    "occasion": "birthday",
    "points": 100,
    "campaign": None,
    "reward": None,
    "lasts_days": 30,
    "days_before": 0,
    "lowest_tier": None,
    "group": None,
    "cost": {"amount": "1.00", "currency": "EUR"},
    "most_gifts": None,
    "budget": {"amount": "500.00", "currency": "EUR"},
    "given": 41,
    "spent": {"amount": "41.00", "currency": "EUR"},
    "valid_from": "2026-01-01",
    "valid_until": None,
    "active": True,
}
GIFT = {
    "id": 4711,
    "member": 17,
    "plan": 3,
    "occasion": "birthday",
    "day": "2026-11-29",
    "points": 100,
    "transaction": 90212,
    "code": None,
    "reward": None,
    "claim": None,
    "given_at": "2026-11-28T23:23:00Z",
    "expires_at": "2026-12-29T23:00:00Z",
}


class PlanOut(Told):
    id: Id
    name: str
    occasion: str = Field(description=f"One of {', '.join(Plan.Occasion.values)}.")
    points: int | None = Field(description="Null where a voucher or a reward is given.")
    campaign: Id | None = Field(description="The campaign whose codes are given; null where none are.")
    reward: Id | None = Field(description="The reward that is given for nothing; null where none is.")
    lasts_days: int | None = Field(
        description="How long after the day points can be spent; null: as the programme says."
    )
    days_before: int
    lowest_tier: str | None = Field(description="The code of the tier that a member must have at least.")
    group: str | None = Field(description="Of customers, that it is for.")
    cost: Money = Field(description="What one costs the shop at most.")
    most_gifts: int | None
    budget: Money | None
    given: int = Field(description="How many were given in all.")
    spent: Money
    valid_from: date
    valid_until: date | None = Field(description="The last day on which it gives something.")
    active: bool

    model_config = shown_as(PLAN)


class PlanPage(Told):
    data: list[PlanOut]
    next: str | None = Field(description="`after` of the next page; null on the last.")

    model_config = shown_as({"data": [PLAN], "next": None})


class GiftOut(Told):
    id: Id | None = Field(description="Null of a dry run.")
    member: Id
    plan: Id
    occasion: str = Field(description=f"One of {', '.join(Plan.Occasion.values)}.")
    day: date = Field(description="Of the occasion; of a surprise the day on which it was drawn or asked for.")
    points: int | None
    transaction: Id | None = Field(description="Of the ledger, that gave the points; null of the rest and a dry run.")
    code: str | None = Field(description="Of a voucher, what is typed at the till; null of a dry run.")
    reward: Id | None = Field(description="That was given for nothing.")
    claim: Id | None = Field(description="Of a reward, by which it is handed over or cancelled; null of a dry run.")
    given_at: GivenMoment
    expires_at: GivenMoment | None

    model_config = shown_as(GIFT)


class GiftPage(Told):
    data: list[GiftOut]
    next: str | None = Field(description="`after` of the next page; null on the last.")

    model_config = shown_as({"data": [GIFT], "next": None})


@reads(router, "/loyalty/gift-plans", answer=PlanPage, summary="List plans for gifts")
def list_gift_plans(request: HttpRequest, query: Query[Paged]) -> PlanPage:
    """The newest first; also those that are stopped or over."""
    rows = plans.of(request.auth.shop)
    if query.after is not None:
        rows = rows.filter(pk__lt=keyset.key_in(query.after, of="gift plans", size=1)[0])
    found = list(rows[: query.limit + 1])
    page, more = found[: query.limit], found[query.limit :]
    end = keyset.cursor("gift plans", page[-1].pk) if more else None
    return PlanPage(data=[plan_out(each) for each in page], next=end)


@reads(router, "/loyalty/members/{member_id}/gifts", answer=GiftPage, summary="List a member's gifts")
def list_gifts(request: HttpRequest, member_id: PathId, query: Query[Paged]) -> GiftPage:
    """What they were given, the newest first, with the codes of vouchers."""
    rows = figures.of_member(member_of(request.auth.shop, member_id))
    if query.after is not None:
        rows = rows.filter(pk__lt=keyset.key_in(query.after, of="gifts", size=1)[0])
    found = list(rows[: query.limit + 1])
    page, more = found[: query.limit], found[query.limit :]
    end = keyset.cursor("gifts", page[-1].pk) if more else None
    return GiftPage(data=[gift_out(each) for each in page], next=end)


def plan_out(plan: Plan) -> PlanOut:
    return PlanOut(
        id=plan.pk,
        name=plan.name,
        occasion=plan.occasion,
        points=plan.points,
        campaign=plan.campaign_id,
        reward=plan.reward_id,
        lasts_days=plan.lasts_days,
        days_before=plan.days_before,
        lowest_tier=plan.lowest_tier or None,
        group=plan.group or None,
        cost=money(plan.cost, plan.currency),
        most_gifts=plan.most_gifts,
        budget=money(plan.budget, plan.currency) if plan.budget is not None else None,
        given=plan.given,
        spent=money(plan.spent, plan.currency),
        valid_from=plan.valid_from,
        valid_until=plan.valid_until,
        active=plan.is_active,
    )


def gift_out(gift: Gift, *, is_dry: bool = False) -> GiftOut:
    """is_dry: of what was undone; its numbers and its code never were."""
    return GiftOut(
        id=None if is_dry else gift.pk,
        member=gift.member_id,
        plan=gift.plan_id,
        occasion=gift.plan.occasion,
        day=gift.day,
        points=gift.points,
        transaction=None if is_dry else gift.journal,
        code=None if is_dry or gift.code is None else codes.grouped(gift.code.text),
        reward=gift.claim.reward_id if gift.claim is not None else None,
        claim=None if is_dry else gift.claim_id,
        given_at=gift.given_at,
        expires_at=gift.expires_at,
    )
