-- Points come, become active, and are taken back when an order is returned.

do $$ begin
    create type loyalty_earning as (
        place int, member_id bigint, points bigint, qualifying bigint, key uuid, request uuid, happened_at timestamptz,
        available_from timestamptz, expires_at timestamptz, order_id bigint, issuer bigint, reason text,
        by_activity boolean, turn int, journal_id bigint);
exception when duplicate_object then null;
end $$;

drop function if exists ledger_earn(bigint, jsonb);  -- once it was asked otherwise

-- given: a list of objects with the names above, the first eight and `reason` at least. Each is answered in its place; one
-- whose key is known, or comes twice in the list, with the journal that it has.
create or replace function ledger_earn(programme bigint, given json)
returns table (journal_id bigint, is_new boolean) language plpgsql as $$
declare
    asked loyalty_earning[];
    fresh loyalty_earning[];
begin
    select array_agg((ordinality, g.member, g.points, coalesce(g.qualifying, 0), g.key, g.request, g.happened_at,
            coalesce(g.available_from, g.happened_at), g.expires_at, g.order, g.issuer, g.reason,
            coalesce(g.by_activity, false), 0, null)::loyalty_earning)
        into asked
        from rows from (json_to_recordset(given) as (member bigint, points bigint, qualifying bigint, key uuid,
            request uuid, happened_at timestamptz, available_from timestamptz, expires_at timestamptz, "order" bigint,
            issuer bigint, reason text, by_activity boolean)) with ordinality g;
    perform loyalty_hold_members(programme, array(select member_id from unnest(asked)));
    perform loyalty_at_work(true);
    fresh := loyalty_new_earnings(programme, asked);
    for nth in 1 .. coalesce((select max(f.turn) from unnest(fresh) f), 0) loop
        perform loyalty_write_earnings(array(select f::loyalty_earning from unnest(fresh) f where f.turn = nth));
    end loop;
    perform loyalty_at_work(false);
    perform loyalty_tell_earned(programme, fresh);
    if cardinality(fresh) = cardinality(asked) then
        return query select f.journal_id, true from unnest(fresh) f order by f.place;
        return;
    end if;
    return query
        select j.id, f.journal_id is not null
        from unnest(asked) a join loyalty_journal j on j.programme_id = programme and j.key = a.key
        left join unnest(fresh) f on f.place = a.place order by a.place;
end $$;

-- Write the journals of those that are new, and return these, with the turn in which each is posted: one of a member at a
-- time. The lock is that of who writes: a seal that is made between the numbers and their journals would leave these out.
create or replace function loyalty_new_earnings(programme bigint, asked loyalty_earning[]) returns loyalty_earning[]
language plpgsql as $$
declare
    numbered loyalty_earning[];
    written bigint[];
begin
    lock table loyalty_journal in row exclusive mode;
    select array_agg((a.place, a.member_id, a.points, a.qualifying, a.key, a.request, a.happened_at, a.available_from,
            a.expires_at, a.order_id, a.issuer, a.reason, a.by_activity, a.nth,
            nextval('loyalty_journal_id_seq'))::loyalty_earning order by a.place)
        into numbered
        from (select *, row_number() over (partition by member_id order by place)::int as nth from unnest(asked)) a;
    with made as (
        insert into loyalty_journal (id, programme_id, member_id, kind, happened_at, key, request, reason, order_id)
            overriding system value
            select journal_id, programme, member_id, 1, happened_at, key, request, reason, order_id
            from unnest(numbered) order by place
        on conflict (programme_id, key) do nothing returning id)
    select array_agg(id) into written from made;
    if cardinality(written) = cardinality(numbered) then
        return numbered;
    end if;
    perform loyalty_same_requests(programme, asked);
    return array(select n::loyalty_earning from unnest(numbered) n where n.journal_id = any (written) order by n.place);
end $$;

create or replace function loyalty_same_requests(programme bigint, asked loyalty_earning[]) returns void
language plpgsql as $$
declare
    wrong text;
begin
    select min(a.key::text) into wrong
        from unnest(asked) a join loyalty_journal j on j.programme_id = programme and j.key = a.key
        where a.request <> j.request;
    if wrong is not null then
        raise exception 'the key came with another request' using errcode = 'TL004', detail = wrong;
    end if;
end $$;

-- Points that are active at once first pay what the member owes.
create or replace function loyalty_write_earnings(part loyalty_earning[]) returns void
language plpgsql as $$
begin
    with written as (
        insert into loyalty_lot (journal_id, member_id, issuer, state, granted, remaining, qualifying, available_from,
            expires_at, by_activity)
        select p.journal_id, p.member_id, p.issuer, case when p.available_from > p.happened_at then 1 else 2 end,
            p.points, case when p.available_from > p.happened_at then p.points else greatest(0, p.points - (
                select overdraft from loyalty_account a where a.member_id = p.member_id and a.wallet = 1)) end,
            p.qualifying, p.available_from, p.expires_at, p.by_activity
        from unnest(part) p
        returning journal_id, id, granted, remaining)
    insert into loyalty_allocation (journal_id, lot_id, amount)
        select journal_id, id, remaining - granted from written where remaining < granted;
    perform loyalty_post(array(
        select (p.journal_id, leg.wallet, leg.member_id, leg.amount, false)::loyalty_leg
        from unnest(part) p
        cross join lateral (values
            (case when p.available_from > p.happened_at then 2 else 1 end, p.member_id, p.points),
            (11, 0, -p.points),
            (4, p.member_id, case when p.available_from > p.happened_at then 0 else p.qualifying end),
            (15, 0, case when p.available_from > p.happened_at then 0 else -p.qualifying end)
        ) leg (wallet, member_id, amount)
        where leg.amount <> 0));
end $$;

-- One earning alone, as a till makes it: what `ledger_earn` does, in as few and simple statements as it takes.
create or replace function ledger_earn_one(
    programme bigint, member bigint, points bigint, qualifying_points bigint, asked_key uuid, asked uuid,
    moment timestamptz, available timestamptz, expires timestamptz, of_order bigint, partner bigint, why text,
    prolonged boolean, out journal bigint, out is_new boolean) language plpgsql as $$
declare
    is_pending boolean := available > moment;
    owed bigint;
    lot bigint;
begin
    select case when is_pending then 0 else least(overdraft, points) end into owed from loyalty_account
        where member_id = member and wallet = 1 and programme_id = programme for no key update;
    if not found then
        raise exception 'no such member' using errcode = 'TL003', detail = member::text;
    end if;
    perform loyalty_at_work(true);
    insert into loyalty_journal (programme_id, member_id, kind, happened_at, key, request, reason, order_id)
        values (programme, member, 1, moment, asked_key, asked, why, of_order)
        on conflict (programme_id, key) do nothing returning id into journal;
    is_new := journal is not null;
    if not is_new then
        journal := loyalty_former(programme, asked_key, asked);
        perform loyalty_at_work(false);
        return;
    end if;
    insert into loyalty_lot (journal_id, member_id, issuer, state, granted, remaining, qualifying, available_from,
            expires_at, by_activity)
        values (journal, member, partner, case when is_pending then 1 else 2 end, points, points - owed,
            qualifying_points, available, expires, prolonged)
        returning id into lot;
    if owed > 0 then
        insert into loyalty_allocation (journal_id, lot_id, amount) values (journal, lot, -owed);
    end if;
    if is_pending then
        perform loyalty_receive(journal, moment, member, 2, 11, points);
    else
        perform loyalty_receive(journal, moment, member, 1, 11, points);
        perform loyalty_receive(journal, moment, member, 4, 15, qualifying_points);
    end if;
    perform loyalty_at_work(false);
    perform loyalty_tell_earned(programme, member, journal, moment,
        loyalty_earned_facts(journal, why, is_pending, points, qualifying_points));
end $$;

-- What an account gets from the programme's side `of`, where it gets anything.
create or replace function loyalty_receive(
    journal bigint, moment timestamptz, member bigint, to_wallet int, of int, points bigint) returns void
language plpgsql as $$
begin
    if points > 0 then
        with moved as (
            update loyalty_account a set balance = a.balance + points, overdraft = greatest(0, -(a.balance + points)),
                entries = a.entries + 1,
                head = loyalty_link(a.head, journal, 1::smallint, moment, null, a.wallet, points, a.balance + points)
            where a.member_id = member and a.wallet = to_wallet returning a.balance, a.head)
        insert into loyalty_entry (journal_id, wallet, member_id, amount, balance, hash)
        select journal, to_wallet, member, points, balance, head from moved
        union all
        select journal, of, 0, -points, null, null from moved;
    end if;
end $$;

-- Tell the log of what was earned: what `loyalty_tell` says of it, without reading it again.
create or replace function loyalty_tell_earned(
    programme bigint, member bigint, journal bigint, moment timestamptz, facts json) returns void language plpgsql as $$
declare
    shop bigint := (select shop_id from loyalty_programme where id = programme);
    customer bigint;
begin
    perform loyalty_nobody_is_erased(shop);
    select customer_id into customer from loyalty_member where id = member;
    if found then
        perform events_append_one(
            shop, 'loyalty ' || journal, loyalty_event(1::smallint), customer, 'treue', moment, facts);
    end if;
end $$;

create or replace function loyalty_tell_earned(programme bigint, earned loyalty_earning[]) returns void
language plpgsql as $$
declare
    shop bigint := (select shop_id from loyalty_programme where id = programme);
begin
    perform loyalty_nobody_is_erased(shop);
    perform events_append(shop, array_agg('loyalty ' || t.journal_id), array_agg(loyalty_event(1::smallint)),
            array_agg(t.customer_id), 'treue', array_agg(t.happened_at), array_agg(t.facts))
        from (
            select e.journal_id, m.customer_id, e.happened_at, loyalty_earned_facts(e.journal_id, e.reason,
                e.available_from > e.happened_at, e.points, e.qualifying) as facts
            from unnest(earned) e join loyalty_member m on m.id = e.member_id order by e.place) t
        having count(*) > 0;
end $$;

create or replace function loyalty_earned_facts(
    journal bigint, reason text, is_pending boolean, points bigint, qualifying bigint) returns json
language sql stable as $$
select json_strip_nulls(json_build_object('journal', journal, 'reason', reason,
    'points', case when not is_pending then nullif(points, 0) end, 'pending', case when is_pending then points end,
    'qualifying', case when not is_pending then nullif(qualifying, 0) end)) $$;

-- Make pending points active whose time has come, at most as many lots, one of a member at a time; of `members`, or of
-- all. Returns how many lots; call it again while it returns any.
create or replace function ledger_activate(programme bigint, moment timestamptz, most int, members bigint[] default null)
returns int language plpgsql as $$
declare
    due bigint[];
    journals bigint[];
    legs loyalty_leg[];
begin
    select array_agg(distinct l.member_id) into due from (
        select l.member_id from loyalty_lot l join loyalty_account a on a.member_id = l.member_id and a.wallet = 1
        where l.state = 1 and l.remaining > 0 and l.available_from <= moment and a.programme_id = programme
            and (members is null or l.member_id = any (members))
        order by l.available_from, l.id limit most) l;
    if due is null then
        return 0;
    end if;
    perform loyalty_hold_members(programme, due);
    with ready as materialized (
        select distinct on (l.member_id) l.id, l.member_id, l.journal_id, l.remaining, l.available_from,
            l.qualifying - l.qualifying_taken_back as qualifying, least(a.overdraft, l.remaining) as owed
        from loyalty_lot l join loyalty_account a on a.member_id = l.member_id and a.wallet = 1
        where l.member_id = any (due) and l.state = 1 and l.remaining > 0 and l.available_from <= moment
        order by l.member_id, l.available_from, l.id),
    journal as (
        insert into loyalty_journal (programme_id, member_id, kind, happened_at, original_id, key, request, reason)
        select programme, member_id, 2, moment, journal_id, loyalty_own_key('activate', id),
            loyalty_own_key('activate', id), 'pending is over' from ready
        returning id, member_id),
    changed as (
        update loyalty_lot l set state = 2, remaining = l.remaining - ready.owed from ready where l.id = ready.id),
    paid as (
        insert into loyalty_allocation (journal_id, lot_id, amount)
        select journal.id, ready.id, -ready.owed from ready join journal using (member_id) where ready.owed > 0)
    select array_agg(distinct journal.id),
        array_agg((journal.id, leg.wallet, leg.member_id, leg.amount, false)::loyalty_leg)
        into journals, legs
        from ready join journal using (member_id)
        cross join lateral (values
            (1, ready.member_id, ready.remaining), (2, ready.member_id, -ready.remaining),
            (4, ready.member_id, ready.qualifying), (15, 0, -ready.qualifying)) leg (wallet, member_id, amount)
        where leg.amount <> 0;
    perform loyalty_post(legs);
    perform loyalty_tell(journals);
    return coalesce(cardinality(journals), 0);
end $$;

-- Take points back that a journal gave: in all as many as `total` and `qualifying_total` say, whatever was taken
-- before. What is pending goes from there; what is active first from its own lot, then from the others, and then below
-- zero as far as the programme lets it. What has expired unspent is not taken a second time. Returns the journal, or
-- null where nothing is to be taken.
create or replace function ledger_take_back(
    programme bigint, earned bigint, total bigint, qualifying_total bigint, asked_key uuid, asked uuid,
    moment timestamptz, why text, of_order bigint) returns bigint language plpgsql as $$
declare
    given record;
    lot loyalty_lot;
    points record;
    ask bigint;
    ask_qualifying bigint;
    taken bigint;
    journal bigint;
    debt_limit bigint;
begin
    if total is null or qualifying_total is null then
        raise exception 'how many points in all?' using errcode = '22004';
    end if;
    select * into given from loyalty_journal where id = earned and programme_id = programme and kind = 1;
    if given is null then
        raise exception 'nothing was earned by it' using errcode = 'TL005', detail = earned::text;
    end if;
    perform loyalty_hold_members(programme, array[given.member_id]);
    journal := loyalty_former(programme, asked_key, asked);
    if journal is not null then
        return journal;
    end if;
    select * into lot from loyalty_lot where journal_id = earned;
    select balance, overdraft into points from loyalty_account where member_id = given.member_id and wallet = 1;
    select p.debt_limit into debt_limit from loyalty_programme p where p.id = programme;
    ask := greatest(0, least(total, lot.granted - lot.expired) - lot.taken_back - lot.forgone);
    ask_qualifying := greatest(0, least(qualifying_total, lot.qualifying) - lot.qualifying_taken_back);
    taken := case when lot.state = 1 then ask
        else least(ask, greatest(0, points.balance + coalesce(debt_limit, ask + points.overdraft))) end;
    if taken = 0 and (ask_qualifying = 0 or lot.state = 1) then
        update loyalty_lot set forgone = forgone + ask, qualifying_taken_back = qualifying_taken_back + ask_qualifying,
            forgone_from = case when forgone = 0 and ask > 0 then nextval('loyalty_journal_id_seq') else forgone_from end
            where id = lot.id and (ask > 0 or ask_qualifying > 0);
        return null;
    end if;
    insert into loyalty_journal (programme_id, member_id, kind, happened_at, original_id, key, request, reason, order_id)
        values (programme, given.member_id, 7, moment, earned, asked_key, asked, why, of_order) returning id into journal;
    update loyalty_lot set taken_back = taken_back + taken, forgone = forgone + ask - taken,
        forgone_from = case when forgone = 0 and ask > taken then journal else forgone_from end,
        qualifying_taken_back = qualifying_taken_back + ask_qualifying where id = lot.id;
    if lot.state = 1 then
        perform loyalty_from_pending(journal, lot.id, taken);
    else
        perform loyalty_from_lots(journal, given.member_id, least(taken, greatest(0, points.balance)), lot.id);
    end if;
    perform loyalty_post(array(
        select (journal, leg.wallet, leg.member_id, leg.amount, true)::loyalty_leg
        from (values (case when lot.state = 1 then 2 else 1 end, given.member_id, -taken), (11, 0, taken),
            (4, given.member_id, case when lot.state = 1 then 0 else -ask_qualifying end),
            (15, 0, case when lot.state = 1 then 0 else ask_qualifying end)) leg (wallet, member_id, amount)
        where leg.amount <> 0));
    perform loyalty_tell(array[journal]);
    return journal;
end $$;

create or replace function loyalty_from_pending(journal bigint, lot bigint, amount bigint) returns void
language sql as $$
update loyalty_lot set remaining = remaining - amount where id = lot;
insert into loyalty_allocation (journal_id, lot_id, amount) values (journal, lot, -amount) $$;
