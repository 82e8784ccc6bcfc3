"""Whom a plan is for, and whose day it is."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_

from django.db import connection
from django.db.models import Exists, F, Min, OuterRef, Q, QuerySet

from treue.act.gifts.anniversaries import CATCH_UP_DAYS, LEAST_DAYS_APART, kept_between, spans_in
from treue.act.gifts.models import Gift, Plan
from treue.act.loyalty import tiering
from treue.act.loyalty.days import begin_of, day_of, end_of
from treue.act.loyalty.models import Member, Programme
from treue.core.customers import consent
from treue.core.customers.models import Customer, Purpose, day_in_year
from treue.understand.segments import members as segments
from treue.understand.segments import reading

Occasion = Plan.Occasion

# Who erases somebody waits until what is written of them stands, and then deletes it with them.
THERE = """
select m.id from loyalty_member m join customers_customer c on c.id = m.customer_id
where m.id = any(%s) order by c.id for key share of c, m"""


def members(plan: Plan, today: date) -> QuerySet[Member]:
    """Those that it is for. What they refused is asked of those who are left (`willing`)."""
    found = Member.objects.filter(programme=plan.programme_id, left_at=None)
    if plan.lowest_tier:
        found = found.filter(tier__in=_tiers(plan, today))
    if plan.group:
        group = segments.of(reading.current(plan.programme.shop), plan.group)
        found = found.filter(customer__in=group.values("customer"))
    return found


def willing(plan: Plan, found: Iterable[tuple[int, int]]) -> list[int]:
    """Members without those who refused to take part; of a plan for a group, without those who do not want to be
    evaluated. found: member and customer. Returns the members."""
    pairs = list(found)
    customers = {customer for _member, customer in pairs}
    shop = plan.programme.shop
    unwilling = consent.refused(shop, Purpose.LOYALTY, among=customers)
    if plan.group:
        unwilling |= set(reading.unwanted(shop, among=customers))
    return [member for member, customer in pairs if customer not in unwilling]


def is_willing(plan: Plan, member: Member) -> bool:
    return bool(willing(plan, [(member.pk, member.customer_id)]))


def kept_there(members: Collection[int]) -> set[int]:
    """Those of the members who are there still, and stay to the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute(THERE, [list(members)])
        return {member for (member,) in cursor.fetchall()}


def with_a_day(plan: Plan, since: date, until: date, today: date) -> QuerySet[Member]:
    """Those whose birthday, or day of joining, is kept from a day to another, both included; `first` is that day, or
    the moment of joining."""
    days, found = kept_between(since, until), members(plan, today)
    if plan.occasion == Occasion.BIRTHDAY:
        born = Customer.objects.filter(shop=plan.programme.shop_id).exclude(birthday=None)
        theirs = born.annotate(kept=day_in_year("birthday")).filter(kept__in=sorted(days))
        return found.filter(customer__in=theirs.values("pk")).annotate(first=F("customer__birthday"))
    return found.filter(_joined_on(days, plan.programme, until)).annotate(first=F("joined_at"))


def _joined_on(days: Collection[int], programme: Programme, until: date) -> Q:
    """That somebody joined on one of some days of the year: by spans of time, year by year, which an index knows. A day
    is the shop's, and no index can know in which zone that is."""
    zone = programme.shop.tz
    first = Member.everyone.filter(programme=programme).aggregate(first=Min("joined_at"))["first"]
    years = range(day_of(first, zone).year, until.year + 1) if first else ()
    spans = [span for year in years for span in spans_in(year, days)]
    joined = [Q(joined_at__gte=begin_of(begin, zone), joined_at__lt=end_of(end, zone)) for begin, end in spans]
    return reduce(or_, joined, Q(pk__in=()))


def to_look_at(plan: Plan, today: date) -> list[tuple[int, int, date]]:
    """Member, customer and first day of everybody for whom something can be due: whose day is within reach, and whose
    gift waited for the last one to be long enough ago."""
    at, back = today + timedelta(days=plan.days_before), timedelta(days=CATCH_UP_DAYS)
    own = with_a_day(plan, at - back, at, today)
    year = timedelta(days=LEAST_DAYS_APART)
    before = given(plan).filter(day__gt=at - back - year, day__lte=at - year)
    held = _any_day(plan, today).filter(customer__in=before.values("member__customer"))
    zone = plan.programme.shop.tz
    rows = {row[0]: row for query in (own, held) for row in query.values_list("pk", "customer", "first")}
    return [(member, customer, first_day(first, zone)) for member, customer, first in sorted(rows.values())]


def first_day(first: date | datetime, zone: object) -> date:
    return day_of(first, zone) if isinstance(first, datetime) else first


def given(plan: Plan) -> QuerySet[Gift]:
    return Gift.objects.filter(plan=plan, state=Gift.State.GIVEN)


def had(gifts: QuerySet[Gift]) -> Exists:
    """Of a member, whether one of some gifts is theirs, by whichever of their memberships."""
    return Exists(gifts.filter(member__customer=OuterRef("customer")))


def given_on(plan: Plan, customers: Collection[int]) -> dict[int, list[date]]:
    """The days for which somebody got a gift of a plan, by customer: by whichever of their memberships."""
    found: dict[int, list[date]] = {}
    rows = given(plan).filter(member__customer__in=customers)
    for customer, day in rows.values_list("member__customer", "day"):
        found.setdefault(customer, []).append(day)
    return found


def _any_day(plan: Plan, today: date) -> QuerySet[Member]:
    found = members(plan, today)
    if plan.occasion == Occasion.BIRTHDAY:
        return found.filter(~Q(customer__birthday=None)).annotate(first=F("customer__birthday"))
    return found.annotate(first=F("joined_at"))


def _tiers(plan: Plan, today: date) -> list[str]:
    """The tier and those above it; none where it does not exist any more."""
    rules = tiering.rules_of(plan.programme)
    version = rules.on(today) if rules else None
    codes = [each.code for each in version.levels] if version else []
    return codes[codes.index(plan.lowest_tier) :] if plan.lowest_tier in codes else []
