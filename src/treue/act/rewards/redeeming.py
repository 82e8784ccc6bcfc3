"""Redeem rewards, and give them as gifts: points, voucher, stock and limit together or not at all, and once.

Locks are taken in one order: the key, the customer, the member, the ledger's account, the reward, the member's count,
the campaign; who gives a gift takes its own rows between the member and the reward. The reward's row, for which many
wait, comes late; only a reward with a stock is held at all. Every counter moves by one statement that says itself how
far it may go, and a CHECK of the table says the same.
"""

from collections.abc import Mapping
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F, QuerySet

from treue.act.loyalty import families, ledger
from treue.act.loyalty.errors import NoSuchMember
from treue.act.loyalty.models import Member
from treue.act.rewards import conditions, happenings
from treue.act.rewards.errors import (
    CancelledAlready,
    CodeUsed,
    HandedOverAlready,
    KeyReused,
    LimitReached,
    NotEnoughPoints,
    NothingToHandOver,
    NotOffered,
    OutOfStock,
    PriceChanged,
)
from treue.act.rewards.models import Claim, MemberCount, Reward
from treue.act.vouchers import making
from treue.act.vouchers.errors import TooManyCodes
from treue.act.vouchers.models import Code
from treue.core import once
from treue.core.customers.models import Customer
from treue.core.staff import audit
from treue.core.staff.models import User

REASON, CANCELLED = "reward", "reward cancelled"

# Counted by the statement itself, under the member's lock: memberships that were merged into theirs count, and a limit
# may be younger than the claims. Gifts do not count.
COUNT = """
insert into rewards_membercount as c (reward_id, member_id, year, claims, most)
select %(reward)s, %(member)s, %(year)s, had.claims + 1, %(most)s
from (select count(*) as claims from rewards_claim k join loyalty_member m on m.id = k.member_id
    where k.reward_id = %(reward)s and k.state <> 'cancelled' and k.points > 0 and k.redeemed_at >= %(since)s
    and (m.id = %(member)s or m.merged_into_id = %(member)s)) had
where had.claims < %(most)s
on conflict (reward_id, member_id, year) do update set claims = excluded.claims, most = excluded.most
returning claims"""


def redeem(
    *,
    reward: Reward,
    member: Member,
    key: str,
    now: datetime,
    by: User | None = None,
    points: int | None = None,
    order_number: str = "",
) -> Claim:
    """Give a member a reward for their points: all of it in one transaction, or nothing at all.

    key: the same for the same redemption, however often it is asked for; asked for again, the first answer is given,
    cancelled since or not. points: what the member agreed to, where they were shown a price; another one is refused.
    by: the colleague who does it for them. Returns the claim; of a voucher, `claim.code` is the code (to be shown as
    `vouchers.codes.grouped(claim.code.text)`, to this member alone).

    Raises a Refusal of `errors` (NotOffered, NotYetValid, Expired, PriceChanged, TierTooLow, LimitReached, OutOfStock,
    VoucherOver), the ledger's InsufficientPoints(balance, asked) and NoSuchMember, and KeyReused where the key came
    with another request; nothing is changed then.
    """
    programme = member.programme
    key_hash = once.key_hash("rewards", programme.pk, "redeem", key)
    request = once.request_hash("rewards", f"{reward.pk} {member.pk} {points} {order_number}")
    with transaction.atomic():
        once.hold(key_hash)
        former = _claims().filter(programme=programme, key_hash=key_hash).first()
        if former is not None:
            if former.request_hash != request:
                raise KeyReused
            return former
        member = _held(member)
        if member.merged_into_id is not None:
            raise NoSuchMember(member.pk)
        offered = Reward.objects.select_related("campaign__shop").filter(pk=reward.pk, programme=programme).first()
        if offered is None:
            raise NotOffered
        standing = conditions.standing_of(member, [offered], now)
        _require(offered, standing, points, now)
        journal = ledger.burn(programme, member.pk, offered.points, key=f"reward {key_hash}", at=now, reason=REASON)
        _take_from_stock(offered)
        _count(offered, member, standing)
        claim = Claim.objects.create(
            programme=programme,
            reward=offered,
            member=member,
            points=offered.points,
            journal=journal,
            code=_code(offered, member, by, now),
            is_counted=offered.stock is not None,
            order_number=order_number,
            redeemed_at=now,
            key_hash=key_hash,
            request_hash=request,
        )
        happenings.tell(happenings.REDEEMED, claim, now)
        _record("reward.redeemed", claim, by)
    return claim


def give(*, reward: int, member: Member, key: str, now: datetime, by: User | None) -> Claim:
    """Give a member a reward for nothing, within the caller's transaction, which holds the member and tells the log.

    Whether it is offered for points, its tier and its limit say nothing here. key: as in `redeem`; asked for again, the
    first answer is given. Raises NotYetValid, Expired, OutOfStock, VoucherOver.
    """
    programme = member.programme
    key_hash = once.key_hash("rewards", programme.pk, "give", key)
    former = _claims().filter(programme=programme, key_hash=key_hash).first()
    if former is not None:
        return former
    given = Reward.objects.select_related("campaign__shop").get(pk=reward, programme=programme)
    for refusal in conditions.of_the_shop(given, now):
        raise refusal
    _take_from_stock(given)
    return Claim.objects.create(
        programme=programme,
        reward=given,
        member=member,
        points=0,
        code=_code(given, member, by, now),
        is_counted=given.stock is not None,
        redeemed_at=now,
        key_hash=key_hash,
        request_hash=once.request_hash("rewards", f"{given.pk} {member.pk}"),
    )


def hand_over(*, claim: Claim, now: datetime, by: User | None) -> Claim:
    """Write down that the member has it in their hands. A second time changes nothing.

    Raises NothingToHandOver, CancelledAlready.
    """
    if not claim.reward.is_fetched:
        raise NothingToHandOver
    with transaction.atomic():
        locked = _locked(claim)
        if locked.state == Claim.State.CANCELLED:
            raise CancelledAlready
        if locked.state == Claim.State.REDEEMED:
            locked.state, locked.handed_over_at = Claim.State.HANDED_OVER, now
            locked.save(update_fields=["state", "handed_over_at"])
            happenings.tell(happenings.HANDED_OVER, locked, now)
            _record("reward.handed_over", locked, by)
    return locked


def cancel(*, claim: Claim, key: str, now: datetime, by: User | None) -> Claim:
    """Undo a redemption: all its points go back, its code is cancelled, what came out of the stock is there again. Of a
    gift no points go back, for it cost none.

    key: as in `redeem`. Raises CancelledAlready, HandedOverAlready, CodeUsed, KeyReused; nothing is changed then.
    """
    programme = claim.programme
    key_hash = once.key_hash("rewards", programme.pk, "cancel", key)
    with transaction.atomic():
        once.hold(key_hash)
        former = _claims().filter(programme=programme, cancel_key_hash=key_hash).first()
        if former is not None:
            if former.pk != claim.pk:
                raise KeyReused
            return former
        member = _held(claim.member)
        locked = _locked(claim)
        _require_cancellable(locked)
        _give_points_back(locked, member, now)
        if locked.is_counted:
            Reward.objects.filter(pk=locked.reward_id, stock_left__lt=F("stock")).update(stock_left=F("stock_left") + 1)
        _uncount(locked, member)
        if locked.code is not None and not making.withdraw(code=locked.code, by=by):
            raise CodeUsed
        locked.state, locked.cancelled_at, locked.cancel_key_hash = Claim.State.CANCELLED, now, key_hash
        locked.save(update_fields=["state", "cancelled_at", "cancel_key_hash"])
        happenings.tell(happenings.CANCELLED, locked, now)
        _record("reward.cancelled", locked, by)
    return locked


def _require(offered: Reward, standing: conditions.Standing, agreed: int | None, now: datetime) -> None:
    """Raises a Refusal. Whether the points are there the ledger says: only it knows under its lock."""
    for refusal in conditions.refusals(offered, standing, now):
        if not isinstance(refusal, NotEnoughPoints):
            raise refusal
    if agreed is not None and agreed != offered.points:
        raise PriceChanged(offered.points, agreed)


def _held(member: Member) -> Member:
    """Nothing else happens to the member until the transaction ends. The customer first, as who erases and who merges
    takes them. Merged ones too: what they have is undone with them. Raises NoSuchMember."""
    list(Customer.everyone.select_for_update(no_key=True).filter(pk=member.customer_id).values_list("pk"))
    rows = Member.everyone.select_for_update(of=("self",), no_key=True).select_related("programme__shop", "customer")
    held = rows.filter(pk=member.pk).first()
    if held is None:
        raise NoSuchMember(member.pk)
    return held


def _take_from_stock(offered: Reward) -> None:
    if offered.stock is None:
        return
    if not Reward.objects.filter(pk=offered.pk, stock_left__gt=0).update(stock_left=F("stock_left") - 1):
        raise OutOfStock


def _count(offered: Reward, member: Member, standing: conditions.Standing) -> None:
    most = offered.most_per_member
    if most is None:
        return
    is_of_year = offered.span == Reward.Span.YEAR
    facts: Mapping[str, object] = {
        "reward": offered.pk,
        "member": member.pk,
        "year": standing.year if is_of_year else 0,
        "since": standing.year_begins if is_of_year else "-infinity",
        "most": most,
    }
    with connection.cursor() as cursor:
        cursor.execute(COUNT, facts)
        if not cursor.rowcount:
            raise LimitReached(most, standing.year if is_of_year else None)


def _give_points_back(claim: Claim, member: Member, now: datetime) -> None:
    if claim.journal is None:
        return
    about = {"key": f"reward cancelled {claim.pk}", "at": now, "reason": CANCELLED}
    ledger.give_back(claim.programme, claim.journal, total=claim.points, **about)
    families.level(member, now=now)


def _uncount(claim: Claim, member: Member) -> None:
    if claim.is_gift:
        return
    year = claim.redeemed_at.astimezone(member.programme.shop.tz).year
    theirs = {"reward": claim.reward_id, "member__in": [member.pk, member.merged_into_id]}
    counts = MemberCount.objects.filter(**theirs, year__in=[0, year], claims__gt=0)
    counts.update(claims=F("claims") - 1)


def _code(offered: Reward, member: Member, by: User | None, now: datetime) -> Code | None:
    """One that this member alone can redeem. Raises OutOfStock."""
    if offered.campaign is None:
        return None
    try:
        return making.give(campaign=offered.campaign, customer=member.customer, by=by, now=now)
    except TooManyCodes as error:
        raise OutOfStock from error


def _require_cancellable(claim: Claim) -> None:
    if claim.state == Claim.State.CANCELLED:
        raise CancelledAlready
    if claim.state == Claim.State.HANDED_OVER:
        raise HandedOverAlready


def _claims() -> QuerySet[Claim]:
    return Claim.objects.select_related("programme__shop", "reward", "member", "code")


def _locked(claim: Claim) -> Claim:
    return _claims().select_for_update(of=("self",), no_key=True).get(pk=claim.pk)


def _record(action: str, claim: Claim, by: User | None) -> None:
    """What members and programs do themselves stands in the log alone."""
    if by is not None:
        audit.record(action, who=by, subject=f"member {claim.member_id}", reward=claim.reward.name, claim=claim.pk)
