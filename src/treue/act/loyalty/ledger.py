"""The ledger of points: what is earned, spent and taken back, to the point.

The database does the work and holds to the rules (`sql/`); here its functions get their Python names. Every call is
one journal, in the caller's transaction; with the same key and the same request it answers with the journal that it
came to the first time. Points are whole numbers; `at` is the aware moment when it happened.
"""

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import datetime

import msgspec
from django.db import Error, connection, transaction

from treue.act.loyalty.errors import HoldHasEnded, refusal
from treue.act.loyalty.models import Member, Programme
from treue.core import prepared

EARN = "select journal_id, is_new from ledger_earn(%s, %s::json)"
EARN_ONE = """
select journal, is_new from ledger_earn_one(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"""
SPEND = "select ledger_spend(%s, %s, %s, %s, %s, %s, %s, %s, %s)"
CAPTURE = "select ledger_capture(%s, %s, %s, %s, %s, %s, %s)"
TAKE_BACK = "select ledger_take_back(%s, %s, %s, %s, %s, %s, %s, %s, %s)"
GIVE_BACK = "select ledger_give_back(%s, %s, %s, %s, %s, %s, %s)"
ADJUST = "select ledger_adjust(%s, %s, %s, %s, %s, %s, %s, %s)"
TRANSFER = "select ledger_transfer(%s, %s, %s, %s, %s, %s, %s, %s, %s)"
OPEN = "select ledger_open(%s, %s)"
SETTLE = "select ledger_settle(%s, %s, %s)"
LOCK = "select loyalty_hold_members(%s, %s)"
PROLONG = "select ledger_prolong(%s, %s, %s)"
OVER = """
select member, moment from unnest(%s::bigint[], %s::timestamptz[]) given (member, moment)
where exists (
    select from loyalty_lot l
    where l.member_id = member and l.remaining > 0 and l.by_activity and l.expires_at <= moment)
order by member"""
ACTIVATE = "select ledger_activate(%s, %s, %s)"
EXPIRE = "select ledger_expire(%s, %s, %s)"
FORFEIT = "select ledger_forfeit(%s, %s, %s)"
RELEASE = """
select ledger_capture(%s, %s, 0, loyalty_own_key('release', %s), loyalty_own_key('release', %s), %s, 'hold is over')"""
HOLDS = """
select journal_id from loyalty_spending s join loyalty_journal j on j.id = s.journal_id
where state = 1 and held_until <= %s and programme_id = %s order by held_until limit %s"""

Merged = Mapping[int, Sequence[int]]  # memberships by the one into which they were merged

_encoded = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Earning:
    """Points to be given to a member.

    points: at least 1, or 0 where only qualifying points are given, at once. available_from: until then they are
    pending. expires_at: None for never. order_id: Treue's number of the order. issuer: the partner who gives them.
    by_activity: whether what the member does puts that off. reason: a short code, such as "order".
    """

    member: int
    points: int
    key: str
    at: datetime
    reason: str
    qualifying: int = 0
    available_from: datetime | None = None
    expires_at: datetime | None = None
    order_id: int | None = None
    issuer: int | None = None
    by_activity: bool = False


@dataclass(frozen=True, slots=True)
class Earned:
    """journal: its number. is_new: whether it was written now."""

    journal: int
    is_new: bool


def open_accounts(programme: Programme, members: Sequence[Member]) -> None:
    """Let members have points. Nothing where they can already."""
    _call(OPEN, programme.pk, [each.pk for each in members])


def earn(programme: Programme, earnings: Sequence[Earning], *, undone_alone: bool = True) -> list[Earned]:
    """Give points, each of them or none. Returns what each came to, in their order.

    undone_alone: whether a caller's transaction goes on after a refusal. Raises NoSuchMember, KeyReused.
    """
    if not earnings:
        return []
    given = [_earning(each) for each in earnings]
    with _together(programme, [each.member for each in earnings]) as merged:
        if len(given) == 1:
            found = _rows(EARN_ONE, programme.pk, *given[0].values(), undone_alone=undone_alone)
        else:
            found = _rows(EARN, programme.pk, _encoded(given).decode(), undone_alone=undone_alone)
        made = [Earned(journal, is_new) for journal, is_new in found]
        _prolong(programme, [(e.member, e.at) for e, each in zip(earnings, made, strict=True) if each.is_new], merged)
    return made


def burn(
    programme: Programme, member: int, points: int, *, key: str, at: datetime, reason: str, order_id: int | None = None
) -> int:
    """Redeem points, the first to expire first. Returns the journal.

    Raises InsufficientPoints, NoSuchMember, KeyReused.
    """
    return _spend(programme, member, points, None, key, at, reason, order_id)


def hold(
    programme: Programme, member: int, points: int, *, until: datetime, key: str, at: datetime, reason: str
) -> int:
    """Set points aside for a redemption that is about to be made; at `until` they are released. Returns the journal.

    Raises InsufficientPoints, NoSuchMember, KeyReused.
    """
    return _spend(programme, member, points, until, key, at, reason, None)


def capture(programme: Programme, hold: int, points: int, *, key: str, at: datetime, reason: str) -> int:
    """Redeem held points, or a part of them; the rest is released. Returns the journal.

    Raises HoldHasEnded, NothingToReverse where nothing was held by it, KeyReused.
    """
    _at_least(1, points)
    return _capture(programme, hold, points, key, at, reason)


def release(programme: Programme, hold: int, *, key: str, at: datetime, reason: str) -> int:
    """Give held points back to where they came from. Returns the journal. Raises as `capture`."""
    return _capture(programme, hold, 0, key, at, reason)


def take_back(
    programme: Programme,
    journal: int,
    *,
    total: int,
    qualifying_total: int = 0,
    key: str,
    at: datetime,
    reason: str,
    order_id: int | None = None,
) -> int | None:
    """Take points back that a journal gave, until `total` have been in all; never more than it gave.

    May take the balance below zero, as far as the programme allows; what is beyond is forgone. Returns the journal;
    None where nothing is to be taken. Raises NothingToReverse, KeyReused.
    """
    _at_least(0, total)
    _at_least(0, qualifying_total)
    asked = _hash("take back", journal, total, qualifying_total, reason)
    return _one(TAKE_BACK, programme.pk, journal, total, qualifying_total, _key(key), asked, at, reason, order_id)


def give_back(programme: Programme, journal: int, *, total: int, key: str, at: datetime, reason: str) -> int | None:
    """Give points back that were redeemed, until `total` have been in all. Returns the journal; None where as many are
    back already. Raises NothingToReverse, KeyReused.
    """
    _at_least(0, total)
    asked = _hash("give back", journal, total, reason)
    return _one(GIVE_BACK, programme.pk, journal, total, _key(key), asked, at, reason)


def adjust(
    programme: Programme,
    member: int,
    points: int,
    *,
    key: str,
    at: datetime,
    reason: str,
    expires_at: datetime | None = None,
) -> int:
    """Correct a balance up or down by hand, not below zero. Returns the journal. Raises as `burn`."""
    if points == 0:
        raise ValueError("a correction moves at least one point")
    asked = _hash("adjust", member, points, expires_at, reason)
    return _one(ADJUST, programme.pk, member, points, expires_at, _key(key), asked, at, reason)


def transfer(
    programme: Programme,
    giver: int,
    taker: int,
    points: int,
    *,
    key: str,
    at: datetime,
    reason: str,
    first: int | None = None,
) -> int:
    """Give points of one member to another; they keep their day of expiry. Those that were the taker's go first, and
    before them those of a lot: `first`. Returns the journal. Raises as `burn`."""
    _at_least(1, points)
    if giver == taker:
        raise ValueError("nobody gives points to themselves")
    asked = _hash("transfer", giver, taker, points, reason)
    return _one(TRANSFER, programme.pk, giver, taker, points, _key(key), asked, at, reason, first)


def settle(programme: Programme, member: int, *, at: datetime) -> None:
    """Book what is due of a member: points that become active, holds that end, points that expire. They stay locked to
    the end of the transaction. Raises NoSuchMember.
    """
    _call(SETTLE, programme.pk, member, at)


def lock(programme: Programme, members: Collection[int]) -> Merged:
    """Let nobody else move the points of memberships, nor of what was merged into them, until the transaction ends.

    All at once, in the order of their numbers: who locked the one that stands and then what was merged would meet
    crosswise who brings points from there. Nothing is locked where nothing was merged. Returns what was, by the one
    that stands. Raises NoSuchMember.
    """
    merged: dict[int, list[int]] = {}
    rows = Member.everyone.filter(merged_into__in=set(members)).order_by("pk")
    for each, stands in rows.values_list("pk", "merged_into"):
        merged.setdefault(stands, []).append(each)
    if merged:
        _call(LOCK, programme.pk, sorted({*members, *(each for those in merged.values() for each in those)}))
    return merged


def activate(programme: Programme, *, at: datetime, most: int) -> int:
    """Make pending points active whose time has come, of `most` lots at most. Returns of how many; 0 at the end."""
    return _one(ACTIVATE, programme.pk, at, most)


def expire(programme: Programme, *, at: datetime, most: int) -> int:
    """Expire points whose time is over, of about `most` lots. Returns of how many; 0 at the end."""
    return _one(EXPIRE, programme.pk, at, most)


def forfeit(programme: Programme, *, at: datetime, most: int) -> int:
    """Let the points of erased people lapse, of `most` at most. Returns of how many; 0 at the end."""
    return _one(FORFEIT, programme.pk, at, most)


def release_due(programme: Programme, *, at: datetime, most: int) -> int:
    """Release holds whose time is over, `most` at most. Returns how many were due; 0 at the end."""
    due = _holds_due(programme, at, most)
    for journal in due:
        with suppress(HoldHasEnded):  # somebody was quicker
            _one(RELEASE, programme.pk, journal, journal, journal, at)
    return len(due)


def _holds_due(programme: Programme, at: datetime, most: int) -> list[int]:
    """Planned anew each time, as its tables grow."""
    with connection.cursor() as cursor:
        cursor.execute(HOLDS, [at, programme.pk, most])
        return [journal for (journal,) in cursor.fetchall()]


def _spend(
    programme: Programme,
    member: int,
    points: int,
    until: datetime | None,
    key: str,
    at: datetime,
    reason: str,
    order_id: int | None,
) -> int:
    _at_least(1, points)
    asked = _hash("spend", member, points, until, reason, order_id)
    with _together(programme, [member]) as merged:
        journal = _one(SPEND, programme.pk, member, points, until, _key(key), asked, at, reason, order_id)
        _prolong(programme, [(member, at)], merged)
    return journal


@contextmanager
def _together(programme: Programme, members: Sequence[int]) -> Iterator[Merged]:
    """What is done and what follows of it for the days on which points expire, where something does."""
    if not programme.waits_for_activity:
        yield {}
        return
    with transaction.atomic():
        yield lock(programme, members)


def _prolong(programme: Programme, active: Sequence[tuple[int, datetime]], merged: Merged) -> None:
    """Points that expire by inactivity last longer for who earns or redeems, and what waits in a membership that was
    merged into theirs; what the shop does is no activity."""
    if programme.waits_for_activity and active:
        concerned = [(each, at) for member, at in active for each in (member, *merged.get(member, ()))]
        _let_expire(programme, concerned)
        moments = [programme.expires_at(at) for _member, at in concerned]
        _call(PROLONG, programme.pk, [member for member, _at in concerned], moments)


def _let_expire(programme: Programme, active: Sequence[tuple[int, datetime]]) -> None:
    """What had expired when its member became active is gone, whether or not somebody booked that by then."""
    first: dict[int, datetime] = {}
    for member, at in active:
        first[member] = min(at, first.get(member, at))
    for member, at in _rows(OVER, list(first), list(first.values())):
        settle(programme, member, at=at)


def _capture(programme: Programme, hold: int, points: int, key: str, at: datetime, reason: str) -> int:
    asked = _hash("capture", hold, points, reason)
    return _one(CAPTURE, programme.pk, hold, points, _key(key), asked, at, reason)


def _earning(each: Earning) -> dict[str, object]:
    """As the database takes it, in the order of `ledger_earn_one`.

    Raises ValueError where it gives nothing, or pending qualifying points alone.
    """
    _at_least(0, each.points)
    _at_least(0, each.qualifying)
    is_pending = each.available_from is not None and each.available_from > each.at
    if each.points == 0 and (is_pending or each.qualifying == 0):
        raise ValueError("an earning gives at least one point")
    asked = _hash("earn", each.member, each.points, each.qualifying, each.order_id, each.issuer, each.reason)
    return {
        "member": each.member,
        "points": each.points,
        "qualifying": each.qualifying,
        "key": _key(each.key),
        "request": asked,
        "happened_at": each.at,
        "available_from": each.available_from or each.at,
        "expires_at": each.expires_at,
        "order": each.order_id,
        "issuer": each.issuer,
        "reason": each.reason,
        "by_activity": each.by_activity,
    }


def _at_least(least: int, points: int) -> None:
    if points < least:
        raise ValueError(f"at least {least} points, not {points}")


def _key(key: str) -> str:
    return _hash(key)


def _hash(*parts: object) -> str:
    """The first half of a SHA-256 of what is asked, as the database reads a uuid; to make one here takes longer than
    the rest. A moment is not part of it: a retry comes later."""
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:32]


def _one(statement: str, *values: object) -> int:
    return _rows(statement, *values)[0][0]


def _rows(statement: str, *values: object, undone_alone: bool = True) -> list[tuple]:
    """Call a function of the ledger: a transaction of its own, or a part of the caller's."""
    part = transaction.atomic(savepoint=undone_alone) if connection.in_atomic_block else nullcontext()
    try:
        with part, prepared.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall()
    except Error as error:
        named = refusal(error)
        if named is None:
            raise
        raise named from error


def _call(statement: str, *values: object) -> None:
    _rows(statement, *values)
