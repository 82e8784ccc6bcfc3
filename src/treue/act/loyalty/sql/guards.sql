-- What the database does not let happen to the ledger, whoever asks.

-- Balances, lots and spendings change with their entries: by the ledger's functions alone, which are called `ledger_…`
-- and found among those that are running. Those called `loyalty_…` do a part, and called alone they are refused. (A
-- function with a setting of its own would say the same, but a role without rights may not create it.) To look takes as
-- long as two statements: where a point has to be given in a moment, `loyalty_at_work` says it for as long as it lasts.
-- A shop that is removed takes its books along (`core.shop.removal`).
create or replace function loyalty_written_by_the_ledger() returns trigger language plpgsql as $$
declare
    running text;
begin
    if current_setting('treue.ledger', true) = 'at work' then
        return null;
    end if;
    get diagnostics running = pg_context;
    if running !~ '\n(PL/pgSQL function |SQL function ")(\w+\.)?ledger_'
        and not (tg_op in ('DELETE', 'TRUNCATE') and coalesce(current_setting('treue.removing', true), '') = 'on') then
        raise exception '% is written by the functions of the ledger alone', tg_table_name using errcode = 'TL001';
    end if;
    return null;
end $$;

-- Whoever says that it begins says that it ends; where it fails, PostgreSQL forgets it.
create or replace function loyalty_at_work(begins boolean) returns void language plpgsql as $$
begin
    perform set_config('treue.ledger', case when begins then 'at work' else '' end, true);
end $$;

create or replace function loyalty_never_changed() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' or coalesce(current_setting('treue.removing', true), '') <> 'on' then
        raise exception '% is never changed: a correction is a journal of its own', tg_table_name
            using errcode = 'TL001';
    end if;
    return null;
end $$;

create or replace trigger loyalty_account_guard before insert or update or delete or truncate on loyalty_account
    for each statement execute function loyalty_written_by_the_ledger();
create or replace trigger loyalty_lot_guard before insert or update or delete or truncate on loyalty_lot
    for each statement execute function loyalty_written_by_the_ledger();
create or replace trigger loyalty_spending_guard before insert or update or delete or truncate on loyalty_spending
    for each statement execute function loyalty_written_by_the_ledger();
create or replace trigger loyalty_journal_guard before insert on loyalty_journal
    for each statement execute function loyalty_written_by_the_ledger();
create or replace trigger loyalty_entry_guard before insert on loyalty_entry
    for each statement execute function loyalty_written_by_the_ledger();
create or replace trigger loyalty_allocation_guard before insert on loyalty_allocation
    for each statement execute function loyalty_written_by_the_ledger();

create or replace trigger loyalty_journal_stays before update or delete or truncate on loyalty_journal
    for each statement execute function loyalty_never_changed();
create or replace trigger loyalty_entry_stays before update or delete or truncate on loyalty_entry
    for each statement execute function loyalty_never_changed();
create or replace trigger loyalty_allocation_stays before update or delete or truncate on loyalty_allocation
    for each statement execute function loyalty_never_changed();

-- How much a member's lots hold stands beside each balance, and whatever writes lots is counted there: who compares the
-- two need not add up all lots that a member has. Account by account along the index: another plan would be made from
-- what was believed of a table that has grown since.
create or replace function loyalty_lots_are_counted() returns trigger language plpgsql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
begin
    if tg_op = 'INSERT' then
        update loyalty_account a set in_lots = a.in_lots + came.points
        from (select member_id, 3 - state as wallet, sum(remaining)::bigint as points from written group by 1, 2) came
        where a.member_id = came.member_id and a.wallet = came.wallet;
    else
        update loyalty_account a set in_lots = a.in_lots + changed.points
        from (
            select member_id, wallet, sum(points)::bigint as points from (
                select member_id, 3 - state as wallet, remaining as points from written
                union all select member_id, 3 - state, -remaining from former) lot
            group by 1, 2 having sum(points) <> 0) changed
        where a.member_id = changed.member_id and a.wallet = changed.wallet;
    end if;
    return null;
end $$;

create or replace trigger loyalty_new_lot_is_counted after insert on loyalty_lot referencing new table as written
    for each statement execute function loyalty_lots_are_counted();
create or replace trigger loyalty_lot_is_counted after update on loyalty_lot
    referencing new table as written old table as former
    for each statement execute function loyalty_lots_are_counted();

-- Once per statement, for all its rows: asked row by row, a batch took half as long again. All entries of a journal
-- that come together sum to zero, so they do whatever came before; and they say the same as their accounts and lots.
-- Subqueries and no joins: whatever the planner believes of the tables, each entry costs what an index does. For an
-- `exists` it may read all journals into memory. One question and not two: for a single entry that is most of the time.
create or replace function loyalty_entries_add_up() returns trigger language plpgsql set enable_seqscan = off as $$
declare
    wrong text := case
        when exists (select from written w group by w.journal_id having sum(w.amount) <> 0)
            or (select count(*) from loyalty_journal j where j.id = any (array(select w.journal_id from written w)))
                < (select count(distinct w.journal_id) from written w)
            then 'the entries of a journal do not sum to zero, or there is none'
        when exists (
            select from written w where w.member_id > 0 and (
                select a.balance = w.balance and a.head = w.hash
                    and (a.wallet > 2 or a.balance + a.overdraft = a.in_lots)
                from loyalty_account a where a.member_id = w.member_id and a.wallet = w.wallet) is not true)
            then 'an entry does not end where its account does, or its lots do not'
        end;
begin
    if wrong is not null then
        raise exception '%', wrong using errcode = 'TL002';
    end if;
    return null;
end $$;

create or replace trigger loyalty_entry_adds_up after insert on loyalty_entry referencing new table as written
    for each statement execute function loyalty_entries_add_up();

-- At the end of the transaction, since a journal is written before its entries. It fires for each journal, and the
-- first of many looks at all from there on; the others find in a setting of the transaction where it looked.
create or replace function loyalty_journal_is_whole() returns trigger language plpgsql as $$
declare
    looked_at bigint[] := string_to_array(nullif(current_setting('treue.whole_journals', true), ''), ' ');
    latest bigint := greatest(new.id, currval('loyalty_journal_id_seq'));
begin
    if new.id between looked_at[1] and looked_at[2] then
        return null;
    end if;
    if latest > new.id then
        perform loyalty_are_whole(new.id, latest);
        perform set_config('treue.whole_journals', format('%s %s', new.id, latest), true);
    elsif (select sum(e.amount) from loyalty_entry e where e.journal_id = new.id) is distinct from 0 then
        raise exception 'a journal has no entries, or they do not sum to zero' using errcode = 'TL002';
    end if;
    return null;
end $$;

-- Two walks along an index and no join: that would be planned by what was believed of tables that have grown since.
create or replace function loyalty_are_whole(first bigint, latest bigint) returns void language plpgsql
set enable_seqscan = off as $$
begin
    if (select count(*) from loyalty_journal where id between first and latest) <> (
        select count(*) from (
            select from loyalty_entry where journal_id between first and latest
            group by journal_id having sum(amount) = 0) balanced) then
        raise exception 'a journal has no entries, or they do not sum to zero' using errcode = 'TL002';
    end if;
end $$;

drop trigger if exists loyalty_journal_whole on loyalty_journal;
create constraint trigger loyalty_journal_whole after insert on loyalty_journal deferrable initially deferred
    for each row execute function loyalty_journal_is_whole();
