"""Rewards redeemed, handed over and cancelled through the API."""

from collections.abc import Callable
from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Status

from treue.act.loyalty.api import member_of
from treue.act.rewards import redeeming
from treue.act.rewards.api import ClaimOut, claim_of, claim_out, router
from treue.act.rewards.api_refusing import said
from treue.act.rewards.models import Claim, Reward
from treue.core.api.idempotency import IdempotencyKey
from treue.core.api.operations import writes
from treue.core.api.problems import INVALID, Problem, fault
from treue.core.api.values import Code, DryRun, Id, PathId, Taken, shown_as
from treue.core.api.writing import written
from treue.core.shop.models import Shop

TAKEN = {201: ClaimOut, 200: ClaimOut}


class RedeemRewardIn(Taken):
    reward: Id
    points: Annotated[
        int | None, Field(ge=1, le=2**31 - 1, description="What the member was shown; another price is refused.")
    ] = None
    order: Annotated[Code | None, Field(max_length=80, description="The shop's number of the order.")] = None
    dry_run: DryRun = False

    model_config = shown_as({"reward": 3, "points": 500, "order": "A-2026-0815"})


class CancelRewardIn(Taken):
    dry_run: DryRun = False

    model_config = shown_as({"dry_run": False})


class HandOverIn(Taken):
    dry_run: DryRun = False

    model_config = shown_as({"dry_run": False})


@writes(router.post, "/loyalty/members/{member_id}/rewards", answers=TAKEN, summary="Redeem a reward")
def redeem_reward(
    request: HttpRequest, member_id: PathId, idempotency_key: IdempotencyKey, body: RedeemRewardIn
) -> Status:
    """Points, voucher, stock and limit together or not at all. 409 with the reason. 200 for a dry run."""
    shop = request.auth.shop
    member, reward = member_of(shop, member_id), _reward(shop, body.reward)

    def redeem(key: str) -> Claim:
        about = {"points": body.points, "order_number": body.order or ""}
        return redeeming.redeem(reward=reward, member=member, key=key, now=timezone.now(), **about)

    return _written(request, idempotency_key, redeem, status=201, is_dry=body.dry_run)


@writes(router.post, "/loyalty/claims/{claim_id}/cancel", answers={200: ClaimOut}, summary="Cancel a redeemed reward")
def cancel_reward(
    request: HttpRequest, claim_id: PathId, idempotency_key: IdempotencyKey, body: CancelRewardIn
) -> Status:
    """All its points go back, of a gift none; its code can be redeemed no more, its place in the stock is free. 409
    where its voucher was redeemed, or where it was handed over."""
    claim = claim_of(request.auth.shop, claim_id)

    def cancel(key: str) -> Claim:
        return redeeming.cancel(claim=claim, key=key, now=timezone.now(), by=None)

    return _written(request, idempotency_key, cancel, status=200, is_dry=body.dry_run)


@writes(
    router.post, "/loyalty/claims/{claim_id}/hand-over", answers={200: ClaimOut}, summary="Hand a redeemed reward over"
)
def hand_reward_over(
    request: HttpRequest, claim_id: PathId, idempotency_key: IdempotencyKey, body: HandOverIn
) -> Status:
    """Of what is fetched: a product, a gift, a seat, a service. A second time changes nothing."""
    claim = claim_of(request.auth.shop, claim_id)

    def hand_over(_key: str) -> Claim:
        return redeeming.hand_over(claim=claim, now=timezone.now(), by=None)

    return _written(request, idempotency_key, hand_over, status=200, is_dry=body.dry_run)


def _written(
    request: HttpRequest, idempotency_key: str, deed: Callable[[str], Claim], *, status: int, is_dry: bool
) -> Status:
    about = {"rows": Claim.objects.select_related("code"), "out": claim_out, "said": said}
    return written(request, idempotency_key, deed, **about, status=status, is_dry=is_dry)


def _reward(shop: Shop, reward_id: int) -> Reward:
    found = Reward.objects.filter(programme__shop=shop, pk=reward_id).first()
    if found is None:
        detail = "The shop has no such reward"
        raise Problem(INVALID, f"{detail}.", errors=[fault("body/reward", detail)])
    return found
