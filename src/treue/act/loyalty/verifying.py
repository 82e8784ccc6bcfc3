"""Check the whole ledger: every rule that it holds to, reckoned anew from its journals, entries and lots."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection, transaction

from treue.act.loyalty import sealing

MOST = 20

BALANCED = """
select j.id from loyalty_journal j left join loyalty_entry e on e.journal_id = j.id
group by j.id having count(e.journal_id) = 0 or sum(e.amount) <> 0 order by j.id limit %s"""
ORPHANS = """
select distinct e.journal_id from loyalty_entry e
where not exists (select from loyalty_journal j where j.id = e.journal_id) order by 1 limit %s"""
CHAINED = """
select distinct journal_id from (
    select e.*, j.kind, j.happened_at, j.original_id, lag(e.hash) over w as before, lag(e.balance) over w as had
    from loyalty_entry e join loyalty_journal j on j.id = e.journal_id where e.member_id > 0
    window w as (partition by e.member_id, e.wallet order by e.journal_id)) e
where balance <> coalesce(had, 0) + amount or hash <> loyalty_link(
    coalesce(before, loyalty_first_link(member_id, wallet)), journal_id, kind, happened_at, original_id, wallet,
    amount, balance)
order by journal_id limit %s"""
ENDS = """
select coalesce(e.journal_id, 0) from loyalty_account a left join (
    select distinct on (member_id, wallet) member_id, wallet, journal_id, balance, hash,
        count(*) over (partition by member_id, wallet) as entries
    from loyalty_entry where member_id > 0 order by member_id, wallet, journal_id desc) e using (member_id, wallet)
where (a.balance, a.entries) is distinct from (coalesce(e.balance, 0), coalesce(e.entries, 0))
    or a.head <> coalesce(e.hash, loyalty_first_link(a.member_id, a.wallet))
order by 1 limit %s"""
ACCOUNTS = """
select e.journal_id from loyalty_entry e where e.member_id > 0 and not exists (
    select from loyalty_account a where a.member_id = e.member_id and a.wallet = e.wallet) order by 1 limit %s"""
GRANTED = """
select coalesce(g.journal_id, l.journal_id) from (
    select e.journal_id, e.member_id, sum(e.amount) as points
    from loyalty_entry e join loyalty_journal j on j.id = e.journal_id
    where j.kind in (1, 10, 11) and e.member_id > 0 and e.wallet in (1, 2) and e.amount > 0 group by 1, 2) g
full join (select journal_id, member_id, sum(granted) as points from loyalty_lot group by 1, 2) l
    on l.journal_id = g.journal_id and l.member_id = g.member_id
where coalesce(g.points, 0) <> coalesce(l.points, 0) order by 1 limit %s"""
LOTS = """
select l.journal_id from loyalty_lot l left join (
    select a.lot_id, sum(a.amount) as moved, -sum(a.amount) filter (where j.kind = 9) as expired
    from loyalty_allocation a join loyalty_journal j on j.id = a.journal_id group by a.lot_id) a on a.lot_id = l.id
where l.remaining <> l.granted + coalesce(a.moved, 0) or l.expired <> coalesce(a.expired, 0)
order by 1 limit %s"""
SUMS = """
select coalesce((
    select max(journal_id) from loyalty_entry e where e.member_id = a.member_id and e.wallet = a.wallet), 0)
from loyalty_account a left join (
    select member_id, 3 - state as wallet, sum(remaining) as points from loyalty_lot group by 1, 2) l
    on l.member_id = a.member_id and l.wallet = a.wallet
where a.wallet in (1, 2) and (a.balance + a.overdraft <> coalesce(l.points, 0) or a.in_lots <> coalesce(l.points, 0))
order by 1 limit %s"""
QUALIFIED = """
select coalesce((select max(journal_id) from loyalty_entry e where e.member_id = a.member_id and e.wallet = 4), 0)
from loyalty_account a left join (
    select member_id, sum(qualifying - qualifying_taken_back) as points from loyalty_lot where state = 2 group by 1) l
    using (member_id)
where a.wallet = 4 and a.balance <> coalesce(l.points, 0) order by 1 limit %s"""
TAKEN = """
select l.journal_id from loyalty_lot l left join (
    select j.original_id, -sum(e.amount) filter (where e.wallet in (1, 2)) as points
    from loyalty_journal j join loyalty_entry e on e.journal_id = j.id and e.member_id > 0
    where j.kind = 7 group by 1) t on t.original_id = l.journal_id
join loyalty_journal j on j.id = l.journal_id and j.kind = 1
where l.taken_back <> coalesce(t.points, 0) order by 1 limit %s"""
HELD = """
select coalesce((select max(journal_id) from loyalty_entry e where e.member_id = a.member_id and e.wallet = 3), 0)
from loyalty_account a left join (
    select member_id, sum(amount) as points from loyalty_spending where state = 1 group by 1) s using (member_id)
where a.wallet = 3 and a.balance <> coalesce(s.points, 0) order by 1 limit %s"""
SPENT = """
select s.journal_id from loyalty_spending s left join (
    select j.original_id, sum(e.amount) as back
    from loyalty_journal j join loyalty_entry e on e.journal_id = j.id and e.member_id > 0
    where j.kind in (5, 6, 8) and e.wallet = 1 group by 1) b on b.original_id = s.journal_id
where s.given_back <> coalesce(b.back, 0) order by 1 limit %s"""
ONCE = """
select original_id from loyalty_journal where kind in (5, 6) group by original_id having count(*) > 1
order by 1 limit %s"""

RULES = {
    "journals sum to zero": BALANCED,
    "entries belong to a journal": ORPHANS,
    "entries belong to an account": ACCOUNTS,
    "entries follow one another": CHAINED,
    "accounts end where their entries do": ENDS,
    "lots begin with what was given": GRANTED,
    "lots have what was left of them": LOTS,
    "lots sum to the balance": SUMS,
    "lots sum to the qualifying points": QUALIFIED,
    "as much is taken back as lots say": TAKEN,
    "as much is held as holds say": HELD,
    "as much is given back as redemptions say": SPENT,
    "a hold ends once": ONCE,
}


@dataclass(frozen=True, slots=True)
class Broken:
    """rule: of RULES, or that the seals hold. journals: where it does not hold, at most MOST; 0 where no journal
    is to blame, but something that stands without one.
    """

    rule: str
    journals: tuple[int, ...]


def verify() -> Iterator[tuple[str, Broken | None]]:
    """Each rule, and what breaks it; all programmes, as they stand at one moment."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            if not connection.savepoint_ids:
                cursor.execute("set transaction isolation level repeatable read, read only")
            # Every row is looked at once. Where tables grew since they were analysed, it would be once for every other.
            cursor.execute("set local enable_nestloop = off")
            for rule, query in RULES.items():
                cursor.execute(query, [MOST])
                found = tuple(journal for (journal,) in cursor.fetchall())
                yield rule, Broken(rule, found) if found else None
        found = tuple(sealing.broken())
        yield sealing.RULE, Broken(sealing.RULE, found[:MOST]) if found else None
