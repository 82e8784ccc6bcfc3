"""The programme and its members, for pages."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import NamedTuple

from django.db import connection
from django.db.models import Case, F, IntegerField, Q, QuerySet, Sum, Value, When, Window
from django.db.models.functions import Coalesce

from treue.act.loyalty import families
from treue.act.loyalty.days import begin_of, day_of, later
from treue.act.loyalty.earning import documents
from treue.act.loyalty.earning.rules import RuleSet
from treue.act.loyalty.models import Account, Entry, Journal, Lot, Member, Programme, RuleVersion, Spending, Wallet
from treue.core.customers.models import Customer
from treue.core.shop.models import Shop

SPENDABLE = (Wallet.POINTS, Wallet.PENDING)

SPENDABLE_THEN = """
select (
    coalesce((select balance from loyalty_account where member_id = %(member)s and wallet = %(points)s), 0)
    + coalesce((
        select sum(case state when %(pending)s then remaining else -remaining end) from loyalty_lot
        where member_id = %(member)s and remaining > 0 and case state
            when %(pending)s then available_from <= %(now)s and coalesce(expires_at > %(now)s, true)
            when %(active)s then expires_at <= %(now)s end), 0)
    + coalesce((
        select sum(amount) from loyalty_spending
        where member_id = %(member)s and state = %(held)s and held_until <= %(now)s), 0)
)::bigint"""

# Each by itself: a join would be planned by what was believed of tables that have grown since.
MOVED = """
select j.id, e.member, j.kind, j.happened_at, j.reason, j.original_id,
    e.points, e.pending, e.held, e.qualifying, e.balance
from unnest(%(journals)s::bigint[]) with ordinality asked (id, place)
cross join lateral (select * from loyalty_journal where id = asked.id offset 0) j
cross join lateral (
    select max(member_id) as member, coalesce(max(amount) filter (where wallet = %(points)s), 0) as points,
        coalesce(max(amount) filter (where wallet = %(pending)s), 0) as pending,
        coalesce(max(amount) filter (where wallet = %(held)s), 0) as held,
        coalesce(max(amount) filter (where wallet = %(qualifying)s), 0) as qualifying,
        max(balance) filter (where wallet = %(points)s) as balance
    from loyalty_entry where journal_id = asked.id and member_id > 0) e
order by asked.place"""


class Moved(NamedTuple):
    """What a journal of one member did. points, pending, held, qualifying: by how many each moved. balance: of what can
    be spent, afterwards; None where it moved none of that."""

    id: int
    member: int
    kind: int
    happened_at: datetime
    reason: str
    original: int | None
    points: int
    pending: int
    held: int
    qualifying: int
    balance: int | None


@dataclass(frozen=True)
class Balances:
    """Of one member."""

    points: int = 0
    pending: int = 0
    held: int = 0
    qualifying: int = 0


@dataclass(frozen=True)
class Totals:
    """Of the programme: members in force, and points that are active, pending, and owed by members."""

    members: int
    points: int
    pending: int
    owed: int


def programme_of(shop: Shop) -> Programme | None:
    found = Programme.objects.filter(shop=shop).first()
    if found is not None:
        found.shop = shop
    return found


def member_of(customer: Customer) -> Member | None:
    found = Member.objects.select_related("programme__shop").filter(customer=customer).first()
    if found is not None:
        found.customer = customer
    return found


def rules_of(programme: Programme) -> RuleSet | None:
    """Those that were published last."""
    latest = RuleVersion.objects.filter(programme=programme).order_by("valid_from").last()
    return documents.read(latest.document) if latest else None


def balances(member: Member) -> Balances:
    return balances_of([member])[member.pk]


def balances_of(members: Collection[Member]) -> dict[int, Balances]:
    """What was merged into a membership counts with it (`families`)."""
    found: dict[int, dict[int, int]] = {each.pk: {} for each in members}
    accounts = Account.objects.filter(member__in=families.numbers_of(found))
    for member, into, wallet, balance in accounts.values_list("member", "member__merged_into", "wallet", "balance"):
        has = found[member if member in found else into]
        has[wallet] = has.get(wallet, 0) + balance
    return {member: _balances(wallets) for member, wallets in found.items()}


def _balances(found: dict[int, int]) -> Balances:
    return Balances(
        *(found.get(wallet, 0) for wallet in (Wallet.POINTS, Wallet.PENDING, Wallet.HELD, Wallet.QUALIFYING))
    )


def spendable(member: Member, now: datetime) -> int:
    """What could be spent at a moment: the balance as it will be once what is due by then is booked. Exact but for
    points of holds that are over and whose lots expired meanwhile."""
    facts = {"member": member.pk, "now": now, "points": Wallet.POINTS.value, "held": Spending.State.HELD.value}
    facts |= {"pending": Lot.State.PENDING.value, "active": Lot.State.ACTIVE.value}
    with connection.cursor() as cursor:
        cursor.execute(SPENDABLE_THEN, facts)
        return cursor.fetchone()[0]


def totals(programme: Programme) -> Totals:
    accounts = Account.objects.filter(programme=programme)
    sums = accounts.aggregate(
        points=Coalesce(Sum(_where(Wallet.POINTS)) + Sum(_overdraft()), 0),
        pending=Coalesce(Sum(_where(Wallet.PENDING)), 0),
        owed=Coalesce(Sum(_overdraft()), 0),
    )
    members = Member.objects.filter(programme=programme, left_at=None).count()
    return Totals(members, sums["points"], sums["pending"], sums["owed"])


def joined(programme: Programme, now: datetime) -> list[tuple[date, int]]:
    """The last two months that are over in the shop's zone, the later first, and how many joined in each."""
    zone = programme.shop.tz
    running = day_of(now, zone).replace(day=1)
    months = [later(running, -back) for back in range(3)]
    members = Member.objects.filter(programme=programme, merged_into=None)
    spans = [
        (first, Q(joined_at__gte=begin_of(first, zone), joined_at__lt=begin_of(end, zone)))
        for end, first in pairwise(months)
    ]
    return [(first, members.filter(within).count()) for first, within in spans]


def _where(wallet: Wallet) -> Case:
    return Case(When(wallet=wallet, then=F("balance")), default=Value(0), output_field=IntegerField())


def _overdraft() -> Case:
    return Case(When(wallet=Wallet.POINTS, then=F("overdraft")), default=Value(0), output_field=IntegerField())


def pending_lots(member: Member) -> QuerySet[Lot]:
    """Points that wait, those that come next first."""
    family = families.numbers_of([member.pk])
    found = Lot.objects.filter(member__in=family, state=Lot.State.PENDING, remaining__gt=0)
    return found.select_related("journal").order_by("available_from", "pk")


def open_lots(member: Member, now: datetime) -> QuerySet[Lot]:
    """Points that can be spent, those that go first first; `together`: with what goes at the same moment."""
    found = Lot.objects.filter(member=member, state=Lot.State.ACTIVE, remaining__gt=0)
    lasts = Q(expires_at=None) | Q(expires_at__gt=now)
    together = Window(Sum("remaining"), partition_by=F("expires_at"))
    rows = found.filter(lasts).annotate(together=together).select_related("journal")
    return rows.order_by(F("expires_at").asc(nulls_last=True), "pk")


def next_to_expire(member: Member, now: datetime) -> tuple[datetime, int] | None:
    """When points expire next, and how many then."""
    lots = Lot.objects.filter(member=member, state=Lot.State.ACTIVE, remaining__gt=0, expires_at__gt=now)
    found = lots.values("expires_at").annotate(points=Sum("remaining")).order_by("expires_at").first()
    return (found["expires_at"], found["points"]) if found else None


def journals(member: Member, *, every_wallet: bool = False) -> QuerySet[Journal]:
    """What happened to the points that can be spent or are pending; every_wallet: to the others as well."""
    entries = Entry.objects.filter(member=member, member__gt=0)
    return Journal.objects.filter(
        pk__in=(entries if every_wallet else entries.filter(wallet__in=SPENDABLE)).values("journal")
    )


def moved(journals: Sequence[int]) -> list[Moved]:
    """In their order; there have to be such journals."""
    wallets = {each.name.lower(): each.value for each in Wallet}
    with connection.cursor() as cursor:
        cursor.execute(MOVED, {"journals": list(journals), **wallets})
        return [Moved(*row) for row in cursor.fetchall()]


def changes(member: Member, journals: Collection[Journal]) -> dict[int, dict[int, Entry]]:
    """What each journal did to a member's wallets, by journal and wallet."""
    found: dict[int, dict[int, Entry]] = {each.pk: {} for each in journals}
    for entry in Entry.objects.filter(member=member, member__gt=0, journal__in=found):
        found[entry.journal_id][entry.wallet] = entry
    return found
