"""Several memberships of one customer, who turned out to be one person: they go on as one of them.

Each keeps its number, its chain and the orders that it earned by, so that the merge can be undone; new orders earn in
the one that stands, and what becomes free in the others goes there by transfers of the ledger. What a refund takes from
one that was emptied is filled up from the one that stands.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import uuid4

from django.db import transaction
from django.db.models import F, Q, QuerySet, Sum

from treue.act.loyalty import ledger
from treue.act.loyalty.models import Account, Entry, Kind, Lot, Member, Programme, Wallet
from treue.core.customers.models import Customer

REASON = "merged"
STANDS_LAST = (F("merged_into").asc(nulls_last=True), "pk")


def of(customer: Customer) -> list[Member]:
    """All memberships of a customer, the one that stands last; none of who never joined."""
    rows = Member.everyone.select_related("programme__shop").filter(customer=customer)
    return list(rows.order_by(*STANDS_LAST))


def whole(members: Sequence[Member]) -> dict[int, list[Member]]:
    """By the number of memberships that stand, of one programme: these with what was merged into them."""
    found = several(members)
    return {each.pk: found.get(each.customer_id, [each]) for each in members}


def numbers_of(members: Collection[int]) -> QuerySet[Member]:
    """These with what was merged into them, for a query to look them up by."""
    return Member.everyone.filter(Q(pk__in=members) | Q(merged_into__in=members)).order_by().values("pk")


def several(members: Sequence[Member]) -> dict[int, list[Member]]:
    """By the customer's number, all memberships in the programme of those who have more than one, the one that stands
    last."""
    if not members:
        return {}
    programme, theirs = members[0].programme_id, [each.customer_id for each in members]
    merged = Member.everyone.exclude(merged_into=None).filter(programme=programme, customer__in=theirs)
    rows = Member.everyone.filter(programme=programme, customer__in=merged.values("customer"))
    found: dict[int, list[Member]] = {}
    for each in rows.order_by(*STANDS_LAST):
        found.setdefault(each.customer_id, []).append(each)
    return found


def follow(to: int, numbers: Sequence[int], *, now: datetime) -> set[int]:
    """Memberships go along with the number under which they were begun, there and back. Returns the customers whose
    points and tiers are to be looked at.

    Called within the transaction that makes customers one, or two again.
    """
    held = _held(to, numbers)
    moved = [each for each in held if each.joined_as in numbers and each.customer_id != to]
    there = [each for each in held if each.customer_id == to]
    former, goes = {each.customer_id for each in moved}, {each.pk for each in moved}
    left = [each for each in held if each.customer_id in former]
    for each in left:
        if each.merged_into_id is not None and (each.pk in goes) != (each.merged_into_id in goes):
            _part(each, now)
    for each in moved:
        each.customer_id = to
    for family in ([*there, *moved], [each for each in left if each.pk not in goes]):
        _gather(family)
    for each in [*there, *moved]:
        level(each, now=now)
    return {to, *former} if moved else set()


def level(member: Member, *, now: datetime) -> None:
    """Bring what a merged membership has to the one that stands, or fill up from there what it owes. What stands now is
    asked under its lock: the merge may be undone since the membership was read."""
    programme = member.programme
    with transaction.atomic():
        held = Member.everyone.select_for_update().filter(pk=member.pk).values_list("merged_into", flat=True)
        stands = held.first()
        if stands is None:
            return
        ledger.lock(programme, [stands])
        has = _settled(programme, member.pk, now)
        if has > 0:
            _move(programme, member.pk, stands, has, now)
        elif has < 0:
            _move(programme, stands, member.pk, min(-has, _settled(programme, stands, now)), now)


def fill_up(member: Member, points: int, lot: int, *, now: datetime) -> None:
    """Bring to a merged membership, as far as it is there, what is missing of points of a lot that are to be taken from
    it: the lot's own before others."""
    if member.merged_into_id is None:
        return
    programme, stands = member.programme, member.merged_into_id
    ledger.lock(programme, [stands])
    missing = points - _settled(programme, member.pk, now)
    if missing > 0:
        _move(programme, stands, member.pk, min(missing, _settled(programme, stands, now)), now, lot)


def fetch(journal: int, total: int, *, now: datetime) -> None:
    """Bring to a merged membership what is to be taken back of the points that a journal gave it, until `total` have
    been in all. Nothing while they are pending, and where the programme lets anybody owe as much. Call it in a
    transaction that holds the membership."""
    lot = Lot.objects.get(journal=journal)
    member = Member.everyone.select_related("programme__shop").filter(pk=lot.member_id).first()
    if member is None or member.programme.debt_limit is None or lot.state == Lot.State.PENDING:
        return
    fill_up(member, max(0, min(total, lot.granted - lot.expired) - lot.taken_back - lot.forgone), lot.pk, now=now)


def hold(member: int) -> Member | None:
    """A membership that stays as it is until the transaction ends: neither merged into another nor two again. None of
    who was erased. The customer first, as who erases and who merges takes them."""
    rows = Member.everyone.filter(pk=member)
    list(Customer.everyone.select_for_update(no_key=True).filter(pk__in=rows.values("customer")).values_list("pk"))
    return rows.select_for_update(of=("self",), no_key=True).select_related("programme__shop").first()


def level_due(programme: Programme, *, at: datetime, most: int) -> int:
    """Level whom something became free for, or who can pay, of `most` at most. Returns of how many; 0 at the end."""
    points = Q(accounts__wallet=Wallet.POINTS, merged_into__accounts__wallet=Wallet.POINTS)
    is_due = Q(accounts__balance__gt=0) | Q(accounts__balance__lt=0, merged_into__accounts__balance__gt=0)
    found = Member.everyone.select_related("programme__shop").filter(points, is_due, programme=programme)
    due = list(found.exclude(merged_into=None).order_by("pk")[:most])
    for each in due:
        level(each, now=at)
    return len(due)


def _held(to: int, numbers: Sequence[int]) -> list[Member]:
    """Every membership that is concerned, locked in the order in which who reckons locks them."""
    concerned = Member.everyone.filter(Q(customer=to) | Q(joined_as__in=numbers)).values("customer")
    rows = Member.everyone.select_for_update(of=("self",)).select_related("programme__shop")
    return list(rows.filter(customer__in=concerned).order_by("pk"))


def _gather(family: list[Member]) -> None:
    """Let one membership stand, and the others be merged into it: one that was not left before one that was, the
    customer's own before another."""
    for programme in {each.programme_id for each in family}:
        ours = [each for each in family if each.programme_id == programme]
        standing = [each for each in ours if each.merged_into_id is None] or ours
        stands = min(standing, key=lambda each: (each.left_at is not None, each.joined_as != each.customer_id))
        for each in sorted(ours, key=lambda each: each is stands):  # the one that stands last: there is one at a time
            each.merged_into_id = None if each is stands else stands.pk
            if each is not stands:
                each.tier, each.tier_since, each.tier_until, each.tier_changes_at = "", None, None, None
            each.save(update_fields=["customer", "merged_into", "tier", "tier_since", "tier_until", "tier_changes_at"])


def _part(member: Member, now: datetime) -> None:
    """Give back what the one that stands had of a membership, or the other way round; as much as is there, and not what
    expired since."""
    programme, stands = member.programme, member.merged_into_id
    ledger.lock(programme, [stands])
    theirs = Entry.objects.filter(member=member, member__gt=0).values("journal")
    moved = Entry.objects.filter(member=stands, member__gt=0, wallet=Wallet.POINTS, journal__in=theirs)
    transfers = moved.filter(journal__kind=Kind.TRANSFER, journal__reason=REASON)
    had = transfers.aggregate(had=Sum("amount"))["had"] or 0
    if had > 0:
        ledger.settle(programme, stands, at=now)
        lots = Lot.objects.filter(member=stands, journal__in=transfers.values("journal"))
        had = max(0, had - (lots.aggregate(expired=Sum("expired"))["expired"] or 0))
    giver, taker = (stands, member.pk) if had > 0 else (member.pk, stands)
    if had:
        _move(programme, giver, taker, min(abs(had), _settled(programme, giver, now)), now)


def _settled(programme: Programme, member: int, now: datetime) -> int:
    """What a membership has once all that is due is booked."""
    ledger.settle(programme, member, at=now)
    return Account.objects.get(member=member, wallet=Wallet.POINTS).balance


def _move(programme: Programme, giver: int, taker: int, points: int, now: datetime, lot: int | None = None) -> None:
    """The key is drawn: whether something is to be moved is seen from the balances, under their lock."""
    if points > 0:
        ledger.transfer(programme, giver, taker, points, key=f"merged {uuid4()}", at=now, reason=REASON, first=lot)
