-- How a journal moves balances. Everything else in the ledger ends here.

do $$ begin
    create type loyalty_leg as (journal_id bigint, wallet smallint, member_id bigint, amount bigint, may_owe boolean);
exception when duplicate_object then null;
end $$;

-- The hash of an entry: of the one before it and of all that must not change, numbers in network order.
create or replace function loyalty_link(
    head bytea, journal_id bigint, kind smallint, happened_at timestamptz, original_id bigint, wallet smallint,
    amount bigint, balance bigint) returns bytea language sql immutable as $$
select sha256(head || int8send(journal_id) || int2send(kind) || timestamptz_send(happened_at)
    || int8send(coalesce(original_id, 0)) || int2send(wallet) || int8send(amount) || int8send(balance)) $$;

create or replace function loyalty_first_link(member_id bigint, wallet smallint) returns bytea language sql immutable as $$
select sha256(int8send(member_id) || int2send(wallet)) $$;

-- What happens to one member happens in one order: the lock is that of their points. In the order of their numbers, so
-- that two batches do not meet crosswise.
create or replace function loyalty_hold_members(programme bigint, members bigint[]) returns void language plpgsql as $$
declare
    held bigint[];
begin
    select array_agg(member_id) into held from (
        select member_id from loyalty_account
        where member_id = any (members) and wallet = 1 and programme_id = programme
        order by member_id for no key update) locked;
    if cardinality(held) = cardinality(members) then
        return;
    end if;
    if coalesce(cardinality(held), 0) < (select count(distinct id) from unnest(members) id) then
        raise exception 'no such member' using errcode = 'TL003',
            detail = (select min(id) from unnest(members) id where id is null or id <> all (coalesce(held, '{}')))::text;
    end if;
end $$;

-- At most one leg of an account in one call. Lots are as they shall be before it is called.
create or replace function loyalty_post(legs loyalty_leg[]) returns void language plpgsql as $$
begin
    with leg as materialized (select * from unnest(legs)), moved as (
        update loyalty_account a set
            balance = a.balance + leg.amount,
            overdraft = case when leg.may_owe or leg.amount > 0
                then greatest(0, -(a.balance + leg.amount)) else a.overdraft end,
            entries = a.entries + 1,
            head = loyalty_link(a.head, j.id, j.kind, j.happened_at, j.original_id, a.wallet, leg.amount,
                a.balance + leg.amount)
        from leg join loyalty_journal j on j.id = leg.journal_id
        where leg.member_id > 0 and a.member_id = leg.member_id and a.wallet = leg.wallet
        returning j.id as journal_id, a.wallet, a.member_id, leg.amount, a.balance, a.head)
    insert into loyalty_entry (journal_id, wallet, member_id, amount, balance, hash)
    select * from moved
    union all
    select journal_id, wallet, 0, amount, null, null from leg where member_id = 0;
end $$;

-- What a key came to before: its journal, or null where it is new. Whoever asks holds the member.
create or replace function loyalty_former(programme bigint, asked_key uuid, asked uuid) returns bigint language plpgsql as $$
declare
    former record;
begin
    select id, request into former from loyalty_journal where programme_id = programme and key = asked_key;
    if former.request <> asked then
        raise exception 'the key came with another request' using errcode = 'TL004', detail = former.id::text;
    end if;
    return former.id;
end $$;

-- Tell the log of journals of one programme: an event each, under the customer who the member is. Its id has a blank:
-- nobody from outside takes it before.
create or replace function loyalty_tell(journals bigint[]) returns void language plpgsql as $$
declare
    shop bigint;
begin
    select p.shop_id into shop
        from loyalty_journal j join loyalty_programme p on p.id = j.programme_id where j.id = journals[1];
    if shop is null then
        return;
    end if;
    perform loyalty_nobody_is_erased(shop);
    perform events_append(shop, array_agg('loyalty ' || t.id), array_agg(loyalty_event(t.kind)), array_agg(t.customer_id),
            'treue', array_agg(t.happened_at), array_agg(t.facts))
        from (
            select j.id, j.kind, m.customer_id, j.happened_at, json_strip_nulls(json_build_object('journal', j.id,
                'reason', j.reason, 'original', j.original_id, 'points', e.points, 'pending', e.pending, 'held', e.held,
                'qualifying', e.qualifying)) as facts
            from unnest(journals) asked join loyalty_journal j on j.id = asked
            join loyalty_member m on m.id = j.member_id
            cross join lateral (
                select max(amount) filter (where wallet = 1) as points, max(amount) filter (where wallet = 2) as pending,
                    max(amount) filter (where wallet = 3) as held, max(amount) filter (where wallet = 4) as qualifying
                from loyalty_entry where journal_id = j.id and member_id = j.member_id) e
            order by j.id) t;
end $$;

create or replace function loyalty_event(kind smallint) returns text language sql immutable as $$
select (array['Points Earned', 'Points Activated', 'Points Redeemed', 'Points Held', 'Held Points Redeemed',
    'Points Released', 'Points Taken Back', 'Points Given Back', 'Points Expired', 'Points Adjusted',
    'Points Transferred'])[kind] $$;

-- To the end of the transaction; the lock is that of `core.customers.erased`: nobody is erased between being looked up
-- and being written down.
create or replace function loyalty_nobody_is_erased(shop bigint) returns void language plpgsql as $$
begin
    perform pg_advisory_xact_lock_shared(4889, shop::int);
end $$;

-- The key of what the ledger does by itself, once for each thing.
create or replace function loyalty_own_key(what text, id bigint) returns uuid language sql immutable as $$
select md5(what || ':' || id)::uuid $$;

drop function if exists loyalty_from_lots(bigint, bigint, bigint, bigint);  -- it knew no home

-- Take points out of a member's lots: those of `first_lot` before all, also where they came as a lot of their own from
-- another membership; then those that `home` was given; then the first to expire. Returns how many it found.
create or replace function loyalty_from_lots(
    journal bigint, member bigint, amount bigint, first_lot bigint default null, home bigint default null) returns bigint
language sql as $$
with open as (
    select id, remaining, sum(remaining) over (
        order by (coalesce(origin_id, id) = first_lot) is true desc, (case when home is not null then
            (select o.member_id from loyalty_lot o where o.id = l.origin_id) end = home) is true desc,
            expires_at nulls last, id
        rows between unbounded preceding and current row) - remaining as before
    from loyalty_lot l where member_id = member and state = 2 and remaining > 0),
part as (select id, least(remaining, amount - before)::bigint as points from open where before < amount),
changed as (update loyalty_lot l set remaining = l.remaining - part.points from part where l.id = part.id),
written as (insert into loyalty_allocation (journal_id, lot_id, amount) select journal, id, -points from part)
select coalesce(sum(points), 0)::bigint from part $$;
