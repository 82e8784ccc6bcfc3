"""Put the difference between what orders earn and what the ledger gave for them into the ledger, of many members at
once.

What is given goes in together; what is taken back, an order at a time. Of one member everything goes in as it was
asked for, one after the other: with a balance below zero it matters which comes first.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from typing import NamedTuple

from django.db.models import Count, F, QuerySet

from treue.act.loyalty import families, ledger
from treue.act.loyalty.earning.earned import Earned
from treue.act.loyalty.ledger import Earning
from treue.act.loyalty.models import Award, Entry, Journal, Kind, Lot, Member, Wallet

AT_ONCE = 500
REASON, REFUNDED = "order", "order changed"


class Given(NamedTuple):
    """What the ledger gave for an order and did not take back. What a refund could not get counts as taken: it is not
    asked for again."""

    points: int = 0
    qualifying: int = 0


class Taking(NamedTuple):
    """total, qualifying_total: how many of a lot's points are to be back in all. active: how many of them are taken
    now, where they could be spent already."""

    member: int
    order: int
    lot: Lot
    total: int
    qualifying_total: int
    active: int


class Settlement:
    """What is to be put into the ledger for some locked members of one programme."""

    def __init__(self, members: Sequence[Member], now: datetime) -> None:
        self._programme, self._now = members[0].programme, now
        self._members = {each.pk: each for each in members}
        self._zone = self._programme.shop.tz
        self._lots = _lots(members)
        self._said = _said(members)
        self._asked: dict[int, deque[Earning | Taking]] = defaultdict(deque)

    def settle(self, member: Member, award: Award, earned: Earned) -> None:
        """Ask for the difference."""
        lots = self._lots.get((member.pk, award.order_id), [])
        had = Given(sum(_left(each).points for each in lots), sum(_left(each).qualifying for each in lots))
        points, qualifying = earned.points - had.points, earned.qualifying - had.qualifying
        if points < 0 or qualifying < 0:
            self._asked[member.pk].extend(self._takings(member.pk, award.order_id, Given(-points, -qualifying)))
        if points > 0 or qualifying > 0:
            self._asked[member.pk].append(self._earning(member.pk, award, Given(max(0, points), max(0, qualifying))))

    @property
    def is_asked(self) -> bool:
        return bool(self._asked)

    def forgone(self, award: Award) -> int:
        """How many points of an order a return could not get, of what is written so far."""
        return sum(each.forgone for each in self._lots.get((award.member_id, award.order_id), ()))

    def write(self) -> None:
        """In rounds: what each member gets until something is taken from them, then that. Where activity prolongs
        points, families are locked whole before anything of one of them is written (`ledger.lock`)."""
        if self._asked and self._programme.waits_for_activity:
            ledger.lock(self._programme, [self._members[each].merged_into_id or each for each in self._asked])
        while self._asked:
            earnings = self._earnings()
            for begin in range(0, len(earnings), AT_ONCE):
                ledger.earn(self._programme, earnings[begin : begin + AT_ONCE])
            for taking in self._next_takings():
                self._take_back(taking)
            for member in [each for each, asked in self._asked.items() if not asked]:
                del self._asked[member]

    def _earnings(self) -> list[Earning]:
        """The first of each member, then the second: the ledger writes one of a member at a time."""
        found = []
        for asked in self._asked.values():
            place = 0
            while asked and isinstance(asked[0], Earning):
                found.append((place, asked.popleft()))
                place += 1
        return [each for _place, each in sorted(found, key=lambda pair: pair[0])]

    def _next_takings(self) -> Iterator[Taking]:
        for asked in self._asked.values():
            while asked and isinstance(asked[0], Taking):
                yield asked.popleft()

    def _earning(self, member: int, award: Award, given: Given) -> Earning:
        """Pending until the end of the day on which the order can be returned last."""
        days = self._programme.return_days
        last_day = award.ordered_at.astimezone(self._zone).date() + timedelta(days=days)
        until = datetime.combine(last_day + timedelta(days=1), time.min, self._zone)
        is_pending = given.points > 0 and days > 0
        active_at = until if is_pending else award.ordered_at
        return Earning(
            member=member,
            points=given.points,
            qualifying=given.qualifying,
            key=self._next_key(member, award.order_id, Kind.EARN),
            at=award.ordered_at,
            reason=REASON,
            available_from=until if is_pending else None,
            expires_at=self._programme.expires_at(active_at),
            by_activity=self._programme.waits_for_activity,
            order_id=award.order_id,
        )

    def _takings(self, member: int, order: int, less: Given) -> Iterator[Taking]:
        """The latest first, where an order earned more than once because it grew."""
        points, qualifying = max(0, less.points), max(0, less.qualifying)
        for lot in self._lots[member, order]:
            left = _left(lot)
            part = Given(min(points, left.points), min(qualifying, left.qualifying))
            if part == Given():
                continue
            total, qualifying_total = lot.taken_back + lot.forgone + part.points, lot.qualifying_taken_back
            active = 0 if lot.state == Lot.State.PENDING else part.points
            yield Taking(member, order, lot, total, qualifying_total + part.qualifying, active)
            points, qualifying = points - part.points, qualifying - part.qualifying

    def _take_back(self, taking: Taking) -> None:
        """Where there is nothing left to take no journal is made, and the key stays free. What was brought to another
        membership is fetched first where the programme lets nobody owe as much; there alone something is forgone."""
        can_owe_all = self._programme.debt_limit is None
        if not can_owe_all:
            families.fill_up(self._members[taking.member], taking.active, taking.lot.pk, now=self._now)
        said = (taking.member, taking.order, Kind.TAKE_BACK)
        journal = ledger.take_back(
            self._programme,
            taking.lot.journal_id,
            total=taking.total,
            qualifying_total=taking.qualifying_total,
            key=self._next_key(*said),
            at=self._now,
            reason=REFUNDED,
            order_id=taking.order,
        )
        self._said[said] += journal is not None
        if not can_owe_all:
            taking.lot.refresh_from_db(fields=["forgone"])

    def _next_key(self, member: int, order: int, kind: Kind) -> str:
        """The next of its kind: the member is locked, so nobody else takes the same."""
        return f"{kind.name} {member} {order} {self._said[member, order, kind] + 1}"


def _left(lot: Lot) -> Given:
    return Given(lot.granted - lot.taken_back - lot.forgone, lot.qualifying - lot.qualifying_taken_back)


def _lots(members: Sequence[Member]) -> dict[tuple[int, int], list[Lot]]:
    """What orders earned, by member and order; the latest first."""
    lots = Lot.objects.filter(member__in=members, journal__in=_journals(members), journal__kind=Kind.EARN)
    found: dict[tuple[int, int], list[Lot]] = defaultdict(list)
    of_orders = lots.filter(journal__order_id__isnull=False).annotate(order_id=F("journal__order_id"))
    for lot in of_orders.order_by("-pk"):
        found[lot.member_id, lot.order_id].append(lot)
    return found


def _said(members: Sequence[Member]) -> Counter[tuple[int, int, int]]:
    """How many journals there are, by member, order and kind."""
    journals = Journal.objects.filter(pk__in=_journals(members), order_id__isnull=False)
    counts = journals.values_list("member", "order_id", "kind").annotate(count=Count("pk"))
    return Counter({tuple(key): count for *key, count in counts})


def _journals(members: Sequence[Member]) -> QuerySet[Entry]:
    """The numbers of members' journals, by the index of their entries: journals and lots have none of members."""
    return Entry.objects.filter(member__in=members, member__gt=0).exclude(wallet=Wallet.HELD).values("journal")
