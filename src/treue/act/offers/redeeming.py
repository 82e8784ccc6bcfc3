"""Write down that an order had prices of offers: limits, budget and redemption together or not at all, and once.

Locks are taken in one order: the key, the customer, the member, the offers by their numbers. An offer's row, for which
many wait, comes last, and only one with an end is held at all; its counters move by one statement that says itself how
far it may go, and a CHECK of the table says the same. What each member may have is counted under the member's lock.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet

from treue.act.loyalty.errors import NoSuchMember
from treue.act.loyalty.models import Member, Programme
from treue.act.offers import happenings, having
from treue.act.offers.errors import (
    BoughtTooLongAgo,
    BudgetSpent,
    KeyReused,
    NoPriceKnown,
    NothingApplies,
    OrderRedeemed,
    PriceChanged,
    RolledBackAlready,
    SoldOut,
)
from treue.act.offers.having import Asked, Best
from treue.act.offers.models import Offer, RedeemedLine, Redemption
from treue.core import once
from treue.core.customers.models import Customer

OLDEST, NEWEST = timedelta(days=2), timedelta(minutes=5)


def redeem(
    *,
    member: Member,
    asked: Sequence[Asked],
    order_number: str,
    key: str,
    now: datetime,
    bought_at: datetime | None = None,
) -> Redemption:
    """Give each product of an order the best price that the member has. What no offer holds for is left out.

    key: the same for the same redemption, however often it is asked for; asked for again, the first answer is given.
    bought_at: when the member bought, up to two days ago; that decides which offers ran. Raises a Refusal
    (NothingApplies, NoPriceKnown; where a price was agreed on, PriceChanged or why its offer cannot be had; SoldOut,
    BudgetSpent where somebody else came first), OrderRedeemed, BoughtTooLongAgo, NoSuchMember, KeyReused;
    nothing is changed then.
    """
    programme, at = member.programme, bought_at or now
    key_hash = once.key_hash("offers", programme.pk, "redeem", key)
    request = _request_hash(member, asked, order_number, bought_at)
    with transaction.atomic():
        once.hold(key_hash)
        former = _redemptions().filter(programme=programme, key_hash=key_hash).first()
        if former is not None:
            if former.request_hash != request:
                raise KeyReused
            return former
        if not now - OLDEST <= at <= now + NEWEST:
            raise BoughtTooLongAgo
        member = _held(member)
        if member.merged_into_id is not None:
            raise NoSuchMember(member.pk)
        _require_new(programme, order_number)
        found = having.best(member, asked, at=at)
        for each in found:
            _require_agreed(each)
        applied = [each for each in found if each.offer is not None]
        if not applied:
            raise _why_nothing(found)
        _take(applied)
        made = _written(member, applied, order_number, (at, now), (key_hash, request))
        happenings.tell_of(happenings.REDEEMED, made, now)
    return made


def roll_back(*, redemption: Redemption, key: str, now: datetime) -> Redemption:
    """Undo it: what it took of limits and budgets is there again, and the order can be redeemed anew.

    key: as in `redeem`. Raises RolledBackAlready, KeyReused; nothing is changed then.
    """
    programme = redemption.programme
    key_hash = once.key_hash("offers", programme.pk, "roll back", key)
    with transaction.atomic():
        once.hold(key_hash)
        former = _redemptions().filter(programme=programme, roll_back_key_hash=key_hash).first()
        if former is not None:
            if former.pk != redemption.pk:
                raise KeyReused
            return former
        _held(redemption.member)
        locked = _redemptions().select_for_update(of=("self",), no_key=True).get(pk=redemption.pk)
        if locked.state == Redemption.State.ROLLED_BACK:
            raise RolledBackAlready
        _give_back(locked)
        locked.state, locked.rolled_back_at = Redemption.State.ROLLED_BACK, now
        locked.roll_back_key_hash = key_hash
        locked.save(update_fields=["state", "rolled_back_at", "roll_back_key_hash"])
        happenings.tell_of(happenings.ROLLED_BACK, locked, now)
    return locked


def _require_agreed(best: Best) -> None:
    """That the member pays what they were shown; else why not. Raises a Refusal."""
    agreed = best.asked.agreed
    has = best.quote.reduced if best.quote else best.regular
    if agreed is None or agreed == has:
        return
    for _offer, quote, why in best.others:
        if quote.reduced == agreed:
            raise why
    if has is None:
        raise NoPriceKnown(best.asked.product)
    raise PriceChanged(best.asked.product, has, agreed)


def _why_nothing(found: Sequence[Best]) -> Exception:
    """The reason that is the same as what was asked for, where there is one alone."""
    reasons = [why for each in found for _offer, _quote, why in each.others]
    return reasons[0] if len(reasons) == 1 else NothingApplies()


def _require_new(programme: Programme, order_number: str) -> None:
    known = Redemption.objects.filter(
        programme=programme, order_number=order_number, state=Redemption.State.REDEEMED
    ).values_list("pk", flat=True)
    if known:
        raise OrderRedeemed(known[0])


def _take(applied: Sequence[Best]) -> None:
    units, discount = _sums([(each.offer, each.asked.units, each.discount) for each in applied])
    offers = {each.offer.pk: each.offer for each in applied}
    for number in sorted(offers):
        if not offers[number].is_limited:
            continue
        enough = (Q(units_left=None) | Q(units_left__gte=units[number])) & (
            Q(budget_left=None) | Q(budget_left__gte=discount[number])
        )
        took = Offer.objects.filter(enough, pk=number).update(
            units_left=F("units_left") - units[number], budget_left=F("budget_left") - discount[number]
        )
        if not took:
            left = Offer.objects.get(pk=number)
            is_sold_out = left.units_left is not None and left.units_left < units[number]
            raise SoldOut(left.units_left) if is_sold_out else BudgetSpent


def _give_back(redemption: Redemption) -> None:
    lines = redemption.lines.select_related("offer")
    units, discount = _sums([(each.offer, each.units, (each.regular - each.reduced) * each.units) for each in lines])
    for number in sorted(units):
        Offer.objects.filter(pk=number).update(
            units_left=F("units_left") + units[number], budget_left=F("budget_left") + discount[number]
        )


def _sums(parts: Sequence[tuple[Offer, int, Decimal]]) -> tuple[Counter[int], Counter[int]]:
    units, discount = Counter[int](), Counter[int]()
    for offer, count, amount in parts:
        units[offer.pk] += count
        discount[offer.pk] += amount
    return units, discount


def _written(
    member: Member,
    applied: Sequence[Best],
    order_number: str,
    moments: tuple[datetime, datetime],
    hashes: tuple[str, str],
) -> Redemption:
    try:
        with transaction.atomic():
            made = Redemption.objects.create(
                programme=member.programme,
                member=member,
                order_number=order_number,
                discount=sum((each.discount for each in applied), Decimal(0)),
                paid=sum((each.quote.reduced * each.asked.units for each in applied), Decimal(0)),
                currency=member.programme.shop.currency,
                bought_at=moments[0],
                redeemed_at=moments[1],
                key_hash=hashes[0],
                request_hash=hashes[1],
            )
    except IntegrityError:  # the same order under another key or for another member, at the same time
        _require_new(member.programme, order_number)
        raise
    RedeemedLine.objects.bulk_create(_line(made, ordinal, each) for ordinal, each in enumerate(applied, 1))
    return made


def _line(redemption: Redemption, ordinal: int, each: Best) -> RedeemedLine:
    prior = each.quote.prior
    return RedeemedLine(
        redemption=redemption,
        ordinal=ordinal,
        offer=each.offer,
        product=each.asked.product,
        units=each.asked.units,
        regular=each.quote.regular,
        reduced=each.quote.reduced,
        lowest=prior.price if prior else None,
    )


def _held(member: Member) -> Member:
    """Nothing else happens to the member until the transaction ends. The customer first, as who erases and who merges
    takes them. Raises NoSuchMember."""
    list(Customer.everyone.select_for_update(no_key=True).filter(pk=member.customer_id).values_list("pk"))
    rows = Member.everyone.select_for_update(of=("self",), no_key=True).select_related("programme__shop", "customer")
    held = rows.filter(pk=member.pk).first()
    if held is None:
        raise NoSuchMember(member.pk)
    return held


def _redemptions() -> QuerySet[Redemption]:
    return Redemption.objects.select_related("programme__shop", "member")


def _request_hash(member: Member, asked: Sequence[Asked], order_number: str, bought_at: datetime | None) -> str:
    lines = [(each.product, each.units, str(each.agreed)) for each in asked]
    return once.request_hash("offers", repr((member.pk, lines, order_number, bought_at and bought_at.isoformat())))
