"""Give what was found: points, a voucher or a reward, the counts of the plan and the event together or not at all, and
once.

Locks are taken in one order: the customer, the member, the gift, the ledger's account, the plan, the reward, the
campaign. The plan's row, for which all of a night wait, comes late.
"""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from treue.act.gifts import finding, happenings, who
from treue.act.gifts.anniversaries import is_free
from treue.act.gifts.errors import (
    GivenLately,
    HasLeft,
    KeyReused,
    OnlySurprises,
    OutOfStock,
    PlanStopped,
    RewardOver,
    UsedUp,
    VoucherOver,
)
from treue.act.gifts.models import Gift, Plan
from treue.act.loyalty import ledger
from treue.act.loyalty.days import day_of, end_of, later
from treue.act.loyalty.ledger import Earning
from treue.act.loyalty.models import Member
from treue.act.loyalty.taking_back import Giver
from treue.act.rewards import errors as rewards
from treue.act.rewards import redeeming
from treue.act.rewards.models import Claim
from treue.act.vouchers import making
from treue.act.vouchers.errors import TooManyCodes
from treue.act.vouchers.models import Code
from treue.core import once
from treue.core.customers.models import Customer
from treue.core.staff import audit
from treue.core.staff.models import User

REASONS = {
    Plan.Occasion.BIRTHDAY: "birthday gift",
    Plan.Occasion.JOINING: "anniversary gift",
    Plan.Occasion.SURPRISE: "surprise gift",
}
# What somebody can mend at the plan, the campaign or the reward, while the gift waits.
ENDS = (UsedUp, VoucherOver, RewardOver, OutOfStock)


def give(gift: int, *, now: datetime) -> Gift | None:
    """Give what waits, in a transaction of its own. None where there is nothing to give, or not any more: the member
    has left, was merged, refused or has had it.

    Raises one of ENDS; it goes on waiting then.
    """
    with transaction.atomic():
        member_id = Gift.objects.filter(pk=gift).values_list("member", flat=True).first()
        member = _held(member_id) if member_id is not None else None
        rows = Gift.objects.select_for_update(of=("self",), no_key=True).select_related("plan__campaign")
        waiting = rows.filter(pk=gift, state=Gift.State.WAITING).first()
        if member is None or waiting is None:
            return None
        waiting.member, waiting.plan.programme = member, member.programme
        if not waiting.plan.is_active:
            return None
        if not _may_have(waiting):
            waiting.delete()
            return None
        return _give(waiting, now, None)


def give_surprise(*, plan: Plan, member: Member, key: str, now: datetime, by: User | None = None) -> Gift:
    """Give one member a gift of a surprise that nobody drew, whomever the plan is for.

    key: the same for the same gift, however often it is asked for. Raises a Refusal of `errors` and KeyReused; nothing
    is changed then.
    """
    key_hash = once.key_hash("gifts", plan.programme_id, key)
    request = once.request_hash("gifts", f"{plan.pk} {member.pk}")
    with transaction.atomic():
        once.hold(key_hash)
        former = Gift.objects.select_related("plan__programme__shop", "plan__campaign", "member", "code", "claim")
        known = former.filter(plan__programme=plan.programme_id, key_hash=key_hash).first()
        if known is not None:
            if known.request_hash != request:
                raise KeyReused
            return known
        held = _held(member.pk)
        offered = Plan.objects.select_related("campaign").get(pk=plan.pk)
        offered.programme = member.programme
        today = day_of(now, member.programme.shop.tz)
        _require(offered, held, today)
        gift = finding.made(offered, held.pk, today, key_hash=key_hash, request_hash=request)
        gift.member = held
        gift.save()
        _give(gift, now, by)
        if by is not None:
            audit.record("gift.given", who=by, subject=f"member {held.pk}", plan=offered.name, gift=gift.pk)
    return gift


def giver_of(journal: int) -> Giver | None:
    """A gift stays given: there is nothing that it would go back with."""
    found = Gift.objects.filter(journal=journal).values_list("pk", flat=True).first()
    if found is None:
        return None
    return Giver("gift", found, "A gift gave these points, and it stays given: correct the member's points by hand.")


def _require(plan: Plan, member: Member | None, today: date) -> None:
    """Raises a Refusal."""
    if not plan.is_drawn:
        raise OnlySurprises
    if not plan.gives_on(today):
        raise PlanStopped
    if member is None or member.left_at is not None or member.merged_into_id or not who.is_willing(plan, member):
        raise HasLeft
    theirs = Gift.objects.filter(plan=plan, member__customer=member.customer_id)
    lately = theirs.filter(day__gt=later(today, -plan.months_apart)).order_by("day").last()
    if lately is not None:
        raise GivenLately(lately.day, plan.months_apart)


def _may_have(gift: Gift) -> bool:
    """Whether it still is theirs, as all stands under the locks."""
    member, plan = gift.member, gift.plan
    if member.left_at is not None or member.merged_into_id is not None or not who.is_willing(plan, member):
        return False
    if plan.is_drawn:
        return True
    return is_free(gift.day, who.given_on(plan, [member.customer_id]).get(member.customer_id, ()))


def _give(gift: Gift, now: datetime, by: User | None) -> Gift:
    """As the plan is now: what waited may have been found by other terms."""
    plan = gift.plan
    gift.points, gift.cost, gift.currency = plan.points, plan.cost, plan.currency
    if plan.points is not None:
        gift.expires_at = _expires_at(plan, gift.day, now)
        gift.journal = _earn(gift, now)
        _count(gift)
    else:
        _count(gift)
        gift.claim = _claim(gift, by, now) if plan.reward_id is not None else None
        gift.code = _code(gift, by, now) if gift.claim is None else gift.claim.code
        gift.expires_at = gift.code.campaign.valid_until if gift.code is not None else None
    gift.state, gift.given_at, gift.problem = Gift.State.GIVEN, now, ""
    gift.save()
    happenings.tell(gift, now)
    return gift


def _earn(gift: Gift, now: datetime) -> int:
    programme = gift.member.programme
    earning = Earning(
        member=gift.member.pk,
        points=gift.points,
        key=f"gift {gift.pk}",
        at=now,
        reason=REASONS[gift.plan.occasion],
        expires_at=gift.expires_at,
        by_activity=gift.plan.lasts_days is None and programme.waits_for_activity,
    )
    return ledger.earn(programme, [earning])[0].journal


def _expires_at(plan: Plan, day: date, now: datetime) -> datetime | None:
    """Points of their own end are there at least for as long, also where the gift was caught up."""
    if plan.lasts_days is None:
        return plan.programme.expires_at(now)
    zone = plan.programme.shop.tz
    last = max(day, day_of(now, zone)) + timedelta(days=plan.lasts_days)
    return end_of(last, zone)


def _count(gift: Gift) -> None:
    """Raises UsedUp."""
    given, spent = F("given") + 1, F("spent") + gift.cost
    room = (Q(most_gifts=None) | Q(most_gifts__gte=given)) & (Q(budget=None) | Q(budget__gte=spent))
    if not Plan.objects.filter(room, pk=gift.plan_id).update(given=given, spent=spent):
        raise UsedUp


def _claim(gift: Gift, by: User | None, now: datetime) -> Claim:
    """Raises RewardOver, OutOfStock."""
    try:
        return redeeming.give(reward=gift.plan.reward_id, member=gift.member, key=f"gift {gift.pk}", now=now, by=by)
    except rewards.OutOfStock as error:
        raise OutOfStock from error
    except rewards.Refusal as error:
        raise RewardOver from error


def _code(gift: Gift, by: User | None, now: datetime) -> Code:
    """One that this member alone can redeem. Raises VoucherOver."""
    campaign = gift.plan.campaign
    if not campaign.takes_off(now):
        raise VoucherOver
    try:
        return making.give(campaign=campaign, customer=gift.member.customer, by=by, now=now)
    except TooManyCodes as error:
        raise VoucherOver from error


def _held(member: int) -> Member | None:
    """Nothing else happens to the member until the transaction ends. The customer first, as who erases and who merges
    takes them."""
    row = Member.everyone.filter(pk=member).values_list("customer", flat=True).first()
    list(Customer.everyone.select_for_update(no_key=True).filter(pk=row).values_list("pk"))
    rows = Member.everyone.select_for_update(of=("self",), no_key=True)
    return rows.select_related("programme__shop", "customer").filter(pk=member).first()
