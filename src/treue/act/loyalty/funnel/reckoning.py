"""The funnel, reckoned by PostgreSQL in one statement and kept once a day; the page reads what was kept.

A million members with ten million entries take some tens of seconds, which is a night's work and no page's. It writes
nothing in that time: a transaction that writes holds all reactions back until it ends.
"""

from collections.abc import Callable
from datetime import datetime

from django.db import connection, transaction

from treue.act.loyalty.models import FunnelCohort, Kind, Programme, Spending, Wallet

Cheapest = Callable[[Programme], int | None]
CHEAPEST: list[Cheapest] = []

# Of each membership that stands the first moment of each step; what was merged into it counts with it. Who came to a
# step without the one before it (points that a colleague gave, redeemed at once) came to that one then, too.
COHORTS = """
with member as materialized (
    select id, coalesce(merged_into_id, id) as stands, joined_at from loyalty_member
    where programme_id = %(programme)s
),
joined as (
    select stands, min(joined_at) as joined_at from member group by stands
),
moved as (
    select m.stands,
        min(j.happened_at) filter (where e.amount > 0 and j.kind = %(earn)s) as earned_at,
        min(j.happened_at) filter (where e.wallet = %(points)s and e.balance >= %(least)s) as could_at
    from loyalty_entry e join member m on m.id = e.member_id join loyalty_journal j on j.id = e.journal_id
    where e.member_id > 0 and e.wallet in (%(points)s, %(pending)s)
    group by m.stands
),
spent as (
    select stands, min(happened_at) filter (where place = 1) as first_at, min(happened_at) filter (where place = 2)
        as second_at
    from (
        select m.stands, j.happened_at, row_number() over (partition by m.stands order by j.happened_at, j.id) as place
        from loyalty_spending s join member m on m.id = s.member_id join loyalty_journal j on j.id = s.journal_id
        where s.state = %(spent)s and s.given_back < s.amount
    ) each
    where place <= 2
    group by stands
),
came as (
    select stands, joined_at,
        least(earned_at, could_at, first_at) as earned_at, least(could_at, first_at) as could_at, first_at, second_at
    from joined left join moved using (stands) left join spent using (stands)
),
days as (
    select date_trunc('month', joined_at at time zone %(zone)s)::date as month,
        case when earned_at is not null then
            greatest(extract(epoch from earned_at - joined_at) / 86400, 0)::float8 end as earned,
        case when could_at is not null then
            greatest(extract(epoch from could_at - joined_at) / 86400, 0)::float8 end as could_redeem,
        case when first_at is not null then
            greatest(extract(epoch from first_at - joined_at) / 86400, 0)::float8 end as redeemed,
        case when second_at is not null then
            greatest(extract(epoch from second_at - joined_at) / 86400, 0)::float8 end as redeemed_again
    from came
)
select month,
    case when month is null then (select count(*) from customers_customer
        where shop_id = %(shop)s and merged_into_id is null) end as customers,
    count(*) as enrolled, count(earned) as earned, count(could_redeem) as could_redeem, count(redeemed) as redeemed,
    count(redeemed_again) as redeemed_again,
    percentile_cont(0.5) within group (order by earned) as days_to_earn,
    percentile_cont(0.5) within group (order by could_redeem) as days_to_could_redeem,
    percentile_cont(0.5) within group (order by redeemed) as days_to_redeem,
    percentile_cont(0.5) within group (order by redeemed_again) as days_to_redeem_again
from days group by grouping sets ((month), ())"""


def cheapest(programme: Programme) -> int:
    """From how many points on a member can redeem: the cheapest of what rooms that know rewards say; 1 for want of
    any."""
    found = [each(programme) for each in CHEAPEST]
    return min((each for each in found if each), default=1)


def keep(programme: Programme, *, now: datetime) -> None:
    """Reckon it anew, in the place of what was kept."""
    facts = {
        "programme": programme.pk,
        "shop": programme.shop_id,
        "zone": programme.shop.tz.key,
        "least": cheapest(programme),
        "earn": Kind.EARN.value,
        "points": Wallet.POINTS.value,
        "pending": Wallet.PENDING.value,
        "spent": Spending.State.SPENT.value,
    }
    with connection.cursor() as cursor:
        cursor.execute(COHORTS, facts)
        names = [column.name for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    about = {"programme": programme, "least": facts["least"], "kept_at": now}
    with transaction.atomic():
        Programme.objects.select_for_update(no_key=True).get(pk=programme.pk)  # one after the other
        FunnelCohort.objects.filter(programme=programme, kept_at__lte=now).delete()
        # Who began later and was quicker knows more: theirs stays.
        FunnelCohort.objects.bulk_create([FunnelCohort(**about, **row) for row in rows], ignore_conflicts=True)


def keep_daily(programme: Programme, *, now: datetime) -> bool:
    """Once a day of the shop. Returns whether it was due."""
    zone = programme.shop.tz
    kept = FunnelCohort.objects.filter(programme=programme, month=None).values_list("kept_at", flat=True).first()
    if kept is not None and kept.astimezone(zone).date() == now.astimezone(zone).date():
        return False
    keep(programme, now=now)
    return True
