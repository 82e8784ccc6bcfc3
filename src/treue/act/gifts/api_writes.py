"""A surprise for one member through the API."""

from collections.abc import Callable
from datetime import date
from typing import TypeVar

from django.http import HttpRequest
from django.utils import timezone
from ninja import Status

from treue.act.gifts import errors, giving
from treue.act.gifts.api import GiftOut, gift_out, router
from treue.act.gifts.models import Gift, Plan
from treue.act.loyalty.api import member_of
from treue.act.vouchers.api_answers import reason
from treue.core.api.idempotency import IdempotencyKey
from treue.core.api.operations import writes
from treue.core.api.problems import INVALID, KEY_REUSED, REFUSED, Problem, fault
from treue.core.api.values import DryRun, Id, PathId, Taken, shown_as
from treue.core.api.writing import written
from treue.core.shop.models import Shop

T = TypeVar("T")
DETAILS = {
    errors.PlanStopped: "The plan gives nothing now.",
    errors.OnlySurprises: "Gifts of birthdays and anniversaries come by the day alone.",
    errors.GivenLately: "The member had one on this day, and so many months have to be over before the next.",
    errors.UsedUp: "The limit of the plan is reached.",
    errors.VoucherOver: "The campaign of its vouchers has ended or is used up.",
    errors.RewardOver: "The reward has ended or not begun, or its vouchers are used up.",
    errors.OutOfStock: "The last one of the reward is gone.",
    errors.HasLeft: "The member has left the programme or does not want to take part in it.",
}


class GiveGiftIn(Taken):
    plan: Id
    dry_run: DryRun = False

    model_config = shown_as({"plan": 3})


@writes(
    router.post,
    "/loyalty/members/{member_id}/gifts",
    answers={201: GiftOut, 200: GiftOut},
    summary="Give a member a surprise gift",
)
def give_gift(request: HttpRequest, member_id: PathId, idempotency_key: IdempotencyKey, body: GiveGiftIn) -> Status:
    """Of a plan for surprises, whomever that is for; points, voucher or reward, limits and the event together or not at
    all. 409 with the reason. 200 for a dry run."""
    shop = request.auth.shop
    member, plan = member_of(shop, member_id), _plan(shop, body.plan)

    def give(own: str) -> Gift:
        return giving.give_surprise(plan=plan, member=member, key=own, now=timezone.now())

    about = {"rows": Gift.objects.select_related("plan", "code", "claim"), "out": gift_out, "said": _said}
    return written(request, idempotency_key, give, **about, is_dry=body.dry_run)


def _plan(shop: Shop, plan_id: int) -> Plan:
    found = Plan.objects.filter(programme__shop=shop, pk=plan_id).first()
    if found is None:
        detail = "The shop has no such plan"
        raise Problem(INVALID, f"{detail}.", errors=[fault("body/plan", detail)])
    return found


def _said(deed: Callable[[], T]) -> T:
    """Do it; whatever this room refuses is a Problem."""
    try:
        return deed()
    except errors.KeyReused as error:
        raise Problem(KEY_REUSED) from error
    except errors.Refusal as error:
        facts = {name: value.isoformat() if isinstance(value, date) else value for name, value in error.facts.items()}
        told = {"reason": reason(error), "detail": DETAILS[type(error)], "facts": facts}
        raise Problem(REFUSED, DETAILS[type(error)], errors=[fault("body/plan", **told)]) from error
