"""What advocates brought: reach, friends, what these bought, and what it cost. Money is in the shop's currency."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import connection

from treue.act.loyalty.models import Member, Programme
from treue.act.referrals import codes
from treue.act.referrals.advocates import link
from treue.act.referrals.models import Advocate, Referral
from treue.act.vouchers import spent

State = Referral.State
NONE = Decimal(0)
ORDERS_IN = {
    "reach": "reach",
    "friends": "friends",
    "buyers": "buyers",
    "orders": "orders",
    "revenue": "revenue",
    "points": "points",
}

AMBASSADORS = """
with bought as (
    select r.advocate_id, count(*) as friends, count(*) filter (where o.orders > 0) as buyers,
        sum(o.orders) as orders, sum(o.revenue) as revenue,
        sum(case when r.state = 'rewarded' and r.advocate_journal is not null then r.advocate_points else 0 end
            + case when r.state = 'rewarded' and r.friend_journal is not null then r.friend_points else 0 end) as points
    from referrals_referral r left join lateral (
        select count(*) as orders, coalesce(sum(o.amount - o.refunded_amount), 0) as revenue from commerce_order o
        where o.customer_id = r.friend_id and o.ordered_at >= r.bound_at) o on true
    where r.programme_id = %(programme)s and not r.is_spare group by r.advocate_id),
opened as (select advocate_id, sum(count) as reach from referrals_visit group by advocate_id)
select a.id, coalesce(v.reach, 0) as reach, coalesce(b.friends, 0) as friends, coalesce(b.buyers, 0) as buyers,
    coalesce(b.orders, 0) as orders, coalesce(b.revenue, 0) as revenue, coalesce(b.points, 0) as points
from referrals_advocate a left join bought b on b.advocate_id = a.id left join opened v on v.advocate_id = a.id
where a.programme_id = %(programme)s order by {order}, a.id limit %(most)s offset %(skipped)s"""

# Half-open spans: of the shop's days for visits, of moments for the rest.
SPAN = """
select (select coalesce(sum(v.count), 0) from referrals_visit v join referrals_advocate a on a.id = v.advocate_id
        where a.programme_id = %(programme)s and v.day >= %(first)s and v.day < %(end_day)s),
    (select count(*) from referrals_referral r where r.programme_id = %(programme)s and not r.is_spare
        and r.bound_at >= %(since)s and r.bound_at < %(until)s),
    coalesce(sum(o.amount - o.refunded_amount), 0)
from referrals_referral r join commerce_order o on o.customer_id = r.friend_id and o.ordered_at >= r.bound_at
    and o.ordered_at >= %(since)s and o.ordered_at < %(until)s
where r.programme_id = %(programme)s and not r.is_spare"""


@dataclass(frozen=True)
class Ambassador:
    """reach: how often the link was opened. buyers: friends who ordered; orders, revenue: of all that friends bought
    since they came, without what came back. points: given to both and not taken back. discount: what the friends'
    welcome vouchers took off."""

    advocate: Advocate
    reach: int
    friends: int
    buyers: int
    orders: int
    revenue: Decimal
    points: int
    discount: Decimal


@dataclass(frozen=True)
class Span:
    """What a span of days brought."""

    visits: int
    friends: int
    revenue: Decimal


@dataclass(frozen=True)
class Standing:
    """What a member's friends came to. code: as people read it. waiting: friends who ordered and are not rewarded yet.
    points: what the member got and kept."""

    link: str
    code: str
    friends: int
    waiting: int
    rewarded: int
    points: int


def of_member(member: Member, *, base: str) -> Standing | None:
    """For the member's own page; None for who has no link yet. base: address of this installation."""
    advocate = Advocate.objects.filter(member=member).first()
    if advocate is None:
        return None
    rows = Referral.objects.filter(advocate=advocate, is_spare=False)
    found = list(rows.values_list("state", "advocate_journal", "advocate_points"))
    kept = [points for state, journal, points in found if state == State.REWARDED and journal is not None]
    waiting = sum(state in (State.ORDERED, State.REVIEW) for state, _journal, _points in found)
    rewarded = sum(state == State.REWARDED for state, _journal, _points in found)
    return Standing(link(advocate, base), codes.grouped(advocate.code), len(found), waiting, rewarded, sum(kept))


def ambassadors(programme: Programme, *, sort: str, most: int, skipped: int = 0) -> list[Ambassador]:
    """sort: of ORDERS_IN, "-" in front for the highest first."""
    way = "desc" if sort.startswith("-") else "asc"
    statement = AMBASSADORS.format(order=f"{ORDERS_IN[sort.removeprefix('-')]} {way}")
    with connection.cursor() as cursor:
        cursor.execute(statement, {"programme": programme.pk, "most": most, "skipped": skipped})
        rows = cursor.fetchall()
    them = Advocate.objects.select_related("member__customer").in_bulk([row[0] for row in rows])
    discounts = _discounts(them)
    return [Ambassador(them[pk], *map(int, row[:4]), row[4], int(row[5]), discounts.get(pk, NONE)) for pk, *row in rows]


def _discounts(them: Mapping[int, Advocate]) -> dict[int, Decimal]:
    given = Referral.objects.filter(advocate__in=them, voucher__isnull=False).values_list("advocate", "voucher")
    taken_off = spent.by_code([code for _advocate, code in given])
    found: dict[int, Decimal] = {}
    for advocate, code in given:
        found[advocate] = found.get(advocate, NONE) + taken_off.get(code, NONE)
    return found


def span(programme: Programme, *, first: date, days: int) -> Span:
    """Of so many days of the shop from one on."""
    zone, end = programme.shop.tz, first + timedelta(days=days)
    facts = {"programme": programme.pk, "first": first, "end_day": end}
    facts |= {"since": _begin(first, zone), "until": _begin(end, zone)}
    with connection.cursor() as cursor:
        cursor.execute(SPAN, facts)
        visits, friends, revenue = cursor.fetchone()
    return Span(int(visits), friends, revenue)


def _begin(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)
