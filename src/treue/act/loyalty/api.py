"""Members and their points through the API."""

from collections.abc import Sequence
from typing import Annotated

from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router

from treue.act.loyalty import reading, tiering
from treue.act.loyalty.api_tiers import TIER, TierOut, tier_out
from treue.act.loyalty.models import Entry, Journal, Kind, Member, Wallet
from treue.act.loyalty.tiers import Rules
from treue.core.api import keyset
from treue.core.api.keyset import Paged
from treue.core.api.operations import reads
from treue.core.api.problems import INVALID, NOT_FOUND, Problem, fault
from treue.core.api.values import GivenMoment, Id, PathId, Text, Told, shown_as
from treue.core.shop.models import Shop

router = Router(tags=["Loyalty"])
KINDS = {each.value: each.name.lower() for each in Kind}

BALANCES = {"points": 1240, "pending": 380, "held": 0, "qualifying": 1620}
MEMBER = {
    "id": 17,
    "number": "3994005990849912",
    "customer": 4711,
    "joined_at": "2026-11-28T11:00:00Z",
    "left_at": None,
    "tier": TIER,
    "balances": BALANCES,
}
TRANSACTION = {
    "id": 90210,
    "member": 17,
    "kind": "earn",
    "happened_at": "2026-11-28T11:00:00Z",
    "reason": "review",
    "original": None,
    "points": 50,
    "pending": 0,
    "held": 0,
    "qualifying": 0,
    "balance": 1240,
}


class BalancesOut(Told):
    points: int = Field(description="What can be spent; below zero where an order came back after its points went.")
    pending: int = Field(description="Of orders that can still be returned.")
    held: int = Field(description="Set aside for redemptions that are about to be made.")
    qualifying: int = Field(description="What counts for tiers.")

    model_config = shown_as(BALANCES)


class MemberOut(Told):
    id: Id
    number: str = Field(description="Of the card.")
    customer: Id
    joined_at: GivenMoment
    left_at: GivenMoment | None
    tier: TierOut | None = Field(description="Null where they have none.")
    balances: BalancesOut

    model_config = shown_as(MEMBER)


class MemberPage(Told):
    data: list[MemberOut]
    next: str | None = Field(description="`after` of the next page; null on the last.")

    model_config = shown_as({"data": [MEMBER], "next": None})


class TransactionOut(Told):
    """A journal of the ledger, which never changes. points, pending, held, qualifying: by how many each moved."""

    id: Id
    member: Id
    kind: str = Field(description=f"One of {', '.join(KINDS.values())}.")
    happened_at: GivenMoment
    reason: str
    original: Id | None = Field(description="The transaction that this one takes back, releases or makes active.")
    points: int
    pending: int
    held: int
    qualifying: int
    balance: int | None = Field(description="What could be spent after it; null where it moved none of that.")

    model_config = shown_as(TRANSACTION)


class TransactionPage(Told):
    data: list[TransactionOut]
    next: str | None = Field(description="`after` of the next page; null on the last.")

    model_config = shown_as({"data": [TRANSACTION], "next": None})


class MemberQuery(Paged):
    """At most one of customer and number."""

    customer: Annotated[
        Text | None, Field(max_length=120, description="The shop's number of the customer.", examples=["C-1017"])
    ] = None
    number: Annotated[Text | None, Field(max_length=20, description="Of the card.", examples=["3994005990849912"])] = (
        None
    )


@reads(router, "/loyalty/members", answer=MemberPage, summary="List or find members")
def list_members(request: HttpRequest, query: Query[MemberQuery]) -> MemberPage:
    """In the order in which they joined; those who left among them."""
    if query.customer is not None and query.number is not None:
        both = "Give one of customer and number"
        raise Problem(INVALID, f"{both}.", errors=[fault("query/number", both)])
    after = keyset.key_in(query.after, of="members", size=1)[0] if query.after is not None else 0
    members = Member.objects.select_related("programme__shop")
    rows = members.filter(programme__shop=request.auth.shop, pk__gt=after).order_by("pk")
    if query.customer is not None:
        rows = rows.filter(customer__number=query.customer)
    if query.number is not None:
        rows = rows.filter(Q(number=query.number) | Q(absorbed__number=query.number))
    found = list(rows[: query.limit + 1])
    page, more = found[: query.limit], found[query.limit :]
    balances = reading.balances_of(page)
    rules = tiering.rules_of(page[0].programme) if page else None
    return MemberPage(
        data=[member_out(each, balances[each.pk], rules) for each in page],
        next=keyset.cursor("members", page[-1].pk) if more else None,
    )


@reads(router, "/loyalty/members/{member_id}", answer=MemberOut, summary="Read a member's balances")
def read_member(request: HttpRequest, member_id: PathId) -> MemberOut:
    """As they stand in the ledger now; what became due in the last hour is booked when points are next redeemed."""
    member = member_of(request.auth.shop, member_id)
    return member_out(member, reading.balances(member))


@reads(
    router,
    "/loyalty/members/{member_id}/transactions",
    answer=TransactionPage,
    summary="List what happened to a member's points",
)
def list_transactions(request: HttpRequest, member_id: PathId, query: Query[Paged]) -> TransactionPage:
    """The newest first. Points of another member that were given to this one are among them."""
    member = member_of(request.auth.shop, member_id)
    rows = reading.journals(member, every_wallet=True).order_by("-pk")
    if query.after is not None:
        rows = rows.filter(pk__lt=keyset.key_in(query.after, of="transactions", size=1)[0])
    found = list(rows[: query.limit + 1])
    page, more = found[: query.limit], found[query.limit :]
    changes = reading.changes(member, page)
    return TransactionPage(
        data=[transaction_out(each, changes[each.pk], member.pk) for each in page],
        next=keyset.cursor("transactions", page[-1].pk) if more else None,
    )


def member_of(shop: Shop, member_id: int) -> Member:
    """Raises Problem."""
    members = Member.everyone.select_related("programme__shop")
    found = members.filter(programme__shop=shop, pk=member_id).first()
    if found is None:
        raise Problem(NOT_FOUND, "The shop has no such member.")
    return found if found.merged_into_id is None else members.get(pk=found.merged_into_id)


def member_named(shop: Shop, member_id: int) -> Member:
    """The same of one that a body names. Raises Problem."""
    try:
        return member_of(shop, member_id)
    except Problem as error:
        detail = "The shop has no such member"
        raise Problem(INVALID, f"{detail}.", errors=[fault("body/member", detail)]) from error


def member_out(member: Member, balances: reading.Balances, rules: Rules | None = None) -> MemberOut:
    """rules: of the tiers, where they are at hand."""
    rules = rules or (tiering.rules_of(member.programme) if member.tier else None)
    return MemberOut(
        id=member.pk,
        number=member.number,
        customer=member.customer_id,
        joined_at=member.joined_at,
        left_at=member.left_at,
        tier=tier_out(tiering.level_of(member, rules, timezone.now())),
        balances=BalancesOut(
            points=balances.points,
            pending=balances.pending,
            held=balances.held,
            qualifying=balances.qualifying,
        ),
    )


def transaction_out(journal: Journal, entries: dict[int, Entry], member_id: int) -> TransactionOut:
    """entries: of the member, by wallet."""
    amounts = {wallet: entry.amount for wallet, entry in entries.items()}
    points = entries.get(Wallet.POINTS)
    about = (journal.pk, member_id, journal.kind, journal.happened_at, journal.reason, journal.original_id)
    moved = [amounts.get(each, 0) for each in (Wallet.POINTS, Wallet.PENDING, Wallet.HELD, Wallet.QUALIFYING)]
    return _transaction(reading.Moved(*about, *moved, points.balance if points else None))


def transactions_out(journals: Sequence[int]) -> list[TransactionOut]:
    """Of one member each, in their order; of members who were erased since, too."""
    return [_transaction(each) for each in reading.moved(journals)]


def _transaction(moved: reading.Moved) -> TransactionOut:
    """What the database says needs no looking at."""
    about = moved._asdict()
    return TransactionOut.model_construct(**about | {"kind": KINDS[moved.kind]})
