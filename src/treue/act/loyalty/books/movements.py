"""What journals did to the points outstanding, by day and by month of issue: the two queries of the books.

They count by the day on which something happened, in the shop's zone, and by the number of the journal what is known:
who asks for journals up to a number gets the same for ever, since journals are only added. An order of the 31st that
is told on the 2nd belongs into the old month, and there it is.

Per lot, the sum of what is counted is never more than the lot had: what a refund took below zero takes nothing from a
lot, and counts as taken back from the lot that pays it later. So nothing is redeemed twice, and what members owe is
what the lots say more than the accounts. Nothing happens to a lot before it is there, whatever day
a correction is given. Points that go from one membership to another stay what they were: of their month of issue.
"""

# Parameters: programme, zone, since (exclusive), until (inclusive).
JOURNALS = """
select id, kind, member_id, original_id, order_id, happened_at, (happened_at at time zone %(zone)s)::date as day
from loyalty_journal where programme_id = %(programme)s and id > %(since)s and id <= %(until)s"""

DAYS = f"""
select j.day,
    coalesce(-sum(e.amount) filter (where e.wallet = 11 and j.kind <> 7), 0)::bigint as earned,
    coalesce(sum(e.amount) filter (where e.wallet = 11 and j.kind = 7), 0)::bigint as taken_back,
    coalesce(sum(e.amount) filter (where e.wallet = 12 and j.kind <> 8), 0)::bigint as redeemed,
    coalesce(-sum(e.amount) filter (where e.wallet = 12 and j.kind = 8), 0)::bigint as given_back,
    coalesce(sum(e.amount) filter (where e.wallet = 13), 0)::bigint as expired,
    coalesce(-sum(e.amount) filter (where e.wallet = 14), 0)::bigint as adjusted,
    coalesce(sum(e.amount) filter (where e.wallet = 1), 0)::bigint as active,
    coalesce(sum(e.amount) filter (where e.wallet = 2), 0)::bigint as pending,
    coalesce(sum(e.amount) filter (where e.wallet = 3), 0)::bigint as held
from ({JOURNALS}) j join loyalty_entry e on e.journal_id = j.id and e.wallet not in (4, 15)
where e.journal_id > %(since)s and e.journal_id <= %(until)s
group by j.day"""  # noqa: S608 - our own words

# Points come: with the money of the order, in the proportion in which it earned them.
GRANTED = """
select l.id as lot, j.day, l.granted, case when a.points > 0 then l.granted else 0 end as sold,
    case when a.points > 0 then l.granted * (o.amount - o.refunded_amount) / a.points else 0 end as sales,
    0::bigint as redeemed, 0::bigint as expired, 0::bigint as taken_back
from journal j join loyalty_lot l on l.journal_id = j.id
left join loyalty_award a on j.kind = 1 and a.member_id = j.member_id and a.order_id = j.order_id
left join commerce_order o on o.id = a.order_id
where l.granted > 0 and l.origin_id is null"""

# Points go. What a lot gives for a debt when it comes or becomes active is taken back, and no sooner than the debt
# began: a lot of an order that is told late can be older than the debt that it pays.
GONE = """
select a.lot_id, case when l.journal_id <> j.id then j.day else greatest(j.day, (
        select max((t.happened_at at time zone %(zone)s)::date)
        from loyalty_entry e join loyalty_journal t on t.id = e.journal_id
        where e.member_id = l.member_id and e.member_id > 0 and e.wallet = 1 and e.journal_id < j.id
            and t.kind = 7)) end,
    0, 0, 0,
    case when j.kind = 3 then -a.amount else 0 end,
    case when j.kind = 9 then -a.amount else 0 end,
    case when j.kind in (3, 9) then 0 else -a.amount end
from journal j join loyalty_allocation a on a.journal_id = j.id join loyalty_lot l on l.id = a.lot_id
where j.kind not in (4, 5, 6, 8) and not (j.kind = 11 and l.journal_id <> j.id and exists (
    select from loyalty_lot n where n.journal_id = j.id and n.origin_id is not null))"""

# Held points are redeemed when they are captured. Of what comes back, what pays a debt first is no longer redeemed, but
# taken back; the ledger fills lots from the last to expire, so the debt is paid by the first of them.
RETURNED = """
select lot_id, day, 0, 0, 0, redeemed, 0, paid
from (
    select p.lot_id, p.day, p.paid, case when p.kind = 5 then p.amount - p.back - p.paid
        when p.kind = 8 then -p.back - p.paid else 0 end as redeemed
    from (
        select r.kind, r.day, t.lot_id, t.amount, coalesce(b.amount, 0) as back,
            greatest(0, least(t.before + t.amount, r.paid_before + r.paid) - greatest(t.before, r.paid_before))::bigint
            as paid
        from (
            select j.id, j.kind, j.day, j.original_id, f.paid, f.paid_before
            from journal j cross join lateral (
                select coalesce(sum(o.owed) filter (where o.id = j.id), 0) as paid,
                    coalesce(sum(o.owed) filter (where o.id < j.id), 0) as paid_before
                from (
                    select f.id, coalesce((
                            select e.amount from loyalty_entry e
                            where e.journal_id = f.id and e.wallet = 1 and e.member_id = f.member_id), 0)
                        - coalesce((
                            select sum(a.amount) from loyalty_allocation a where a.journal_id = f.id), 0) as owed
                    from loyalty_journal f
                    where f.original_id = j.original_id and f.kind in (5, 6, 8) and f.id <= j.id) o) f
            where j.kind in (5, 6, 8)) r
        cross join lateral (
            select a.lot_id, -a.amount as amount, coalesce(sum(-a.amount) over (
                order by l.expires_at nulls last, l.id rows between unbounded preceding and 1 preceding), 0) as before
            from loyalty_allocation a join loyalty_lot l on l.id = a.lot_id where a.journal_id = r.original_id) t
        left join loyalty_allocation b on b.journal_id = r.id and b.lot_id = t.lot_id) p) s
where redeemed <> 0 or paid <> 0"""

COHORTS = f"""
with journal as materialized ({JOURNALS}),
moved as ({GRANTED} union all {GONE} union all {RETURNED})
select greatest(m.day, (lj.happened_at at time zone %(zone)s)::date) as day,
    date_trunc('month', lj.happened_at at time zone %(zone)s)::date as issue_month,
    coalesce(l.issuer, 0) as issuer, sum(m.granted)::bigint as granted, sum(m.sold)::bigint as sold,
    sum(m.sales)::numeric(20, 4) as sales, sum(m.redeemed)::bigint as redeemed, sum(m.expired)::bigint as expired,
    sum(m.taken_back)::bigint as taken_back
from moved m join loyalty_lot t on t.id = m.lot join loyalty_lot l on l.id = coalesce(t.origin_id, t.id)
join loyalty_journal lj on lj.id = l.journal_id
group by 1, 2, 3"""  # noqa: S608 - our own words

DAY_COLUMNS = ("earned", "taken_back", "redeemed", "given_back", "expired", "adjusted", "active", "pending", "held")
COHORT_COLUMNS = ("granted", "sold", "sales", "redeemed", "expired", "taken_back")
