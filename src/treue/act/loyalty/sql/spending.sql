-- Points go: redeemed, held, given back, adjusted, transferred, expired.

-- What a member has as of a moment: pending points whose time has come become active, and what has expired is gone.
create or replace function ledger_settle(programme bigint, member bigint, moment timestamptz) returns void
language plpgsql as $$
begin
    perform loyalty_hold_with_holds(programme, array[member]);
    while ledger_activate(programme, moment, 1000, array[member]) > 0 loop end loop;
    perform ledger_release_due(programme, member, moment);
    perform ledger_expire(programme, moment, 1000, array[member]);
end $$;

-- Expire what is due, of at most as many lots; of `members`, or of all. A journal for each member. Returns how many
-- lots; call it again while it returns any.
create or replace function ledger_expire(programme bigint, moment timestamptz, most int, members bigint[] default null)
returns int language plpgsql as $$
declare
    due bigint[];
    journals bigint[];
    legs loyalty_leg[];
    lots int;
begin
    select array_agg(distinct l.member_id) into due from (
        select l.member_id from loyalty_lot l join loyalty_account a on a.member_id = l.member_id and a.wallet = 1
        where l.state = 2 and l.remaining > 0 and l.expires_at <= moment and a.programme_id = programme
            and (members is null or l.member_id = any (members))
        order by l.expires_at, l.id limit most) l;
    if due is null then
        return 0;
    end if;
    perform loyalty_hold_members(programme, due);
    with gone as materialized (
        select id, member_id, remaining from loyalty_lot
        where member_id = any (due) and state = 2 and remaining > 0 and expires_at <= moment),
    owner as materialized (
        select member_id, sum(remaining)::bigint as points, max(id) as lot from gone group by member_id),
    journal as (
        insert into loyalty_journal (programme_id, member_id, kind, happened_at, key, request, reason)
        select programme, member_id, 9, moment, gen_random_uuid(), loyalty_own_key('expire', lot), 'expired' from owner
        returning id, member_id),
    changed as (update loyalty_lot l set remaining = 0, expired = l.expired + l.remaining from gone where l.id = gone.id),
    written as (
        insert into loyalty_allocation (journal_id, lot_id, amount)
        select journal.id, gone.id, -gone.remaining from gone join journal using (member_id))
    select array_agg(distinct journal.id), (select count(*) from gone),
        array_agg((journal.id, leg.wallet, leg.member_id, leg.amount, false)::loyalty_leg)
        into journals, lots, legs
        from owner join journal using (member_id)
        cross join lateral (values (1, owner.member_id, -owner.points), (13, 0, owner.points))
            leg (wallet, member_id, amount);
    perform loyalty_post(legs);
    perform loyalty_tell(journals);
    return coalesce(lots, 0);
end $$;

-- Redeem points, or hold them where `until` is given. Refused where fewer are there.
create or replace function ledger_spend(
    programme bigint, member bigint, amount bigint, until timestamptz, asked_key uuid, asked uuid, moment timestamptz,
    why text, of_order bigint) returns bigint language plpgsql as $$
declare
    journal bigint;
    there bigint;
begin
    perform loyalty_hold_with_holds(programme, array[member]);
    journal := loyalty_former(programme, asked_key, asked);
    if journal is not null then
        return journal;
    end if;
    perform ledger_settle(programme, member, moment);
    select balance into there from loyalty_account where member_id = member and wallet = 1;
    if there < amount then
        raise exception 'not enough points' using errcode = 'TL006', detail = format('%s %s', there, amount);
    end if;
    insert into loyalty_journal (programme_id, member_id, kind, happened_at, key, request, reason, order_id)
        values (programme, member, case when until is null then 3 else 4 end, moment, asked_key, asked, why, of_order)
        returning id into journal;
    perform loyalty_from_lots(journal, member, amount);
    insert into loyalty_spending (journal_id, member_id, amount, state, held_until)
        values (journal, member, amount, case when until is null then 2 else 1 end, until);
    perform loyalty_post(array[
        (journal, 1, member, -amount, false),
        (journal, case when until is null then 12 else 3 end, case when until is null then 0 else member end, amount,
            false)]::loyalty_leg[]);
    perform loyalty_tell(array[journal]);
    return journal;
end $$;

-- Release what a member's holds keep whose time is over.
create or replace function ledger_release_due(programme bigint, member bigint, moment timestamptz) returns void
language plpgsql as $$
declare
    held bigint;
begin
    for held in
        select journal_id from loyalty_spending
        where member_id = member and state = 1 and held_until <= moment order by journal_id
    loop
        perform ledger_capture(programme, held, 0, loyalty_own_key('release', held), loyalty_own_key('release', held),
            moment, 'hold is over');
    end loop;
end $$;

-- Redeem a hold, or a part of it; what is left of it goes back to its lots. Once, and in its time: a hold that ended, or
-- that is over, is refused.
create or replace function ledger_capture(
    programme bigint, held bigint, captured bigint, asked_key uuid, asked uuid, moment timestamptz, why text)
returns bigint language plpgsql as $$
declare
    spending loyalty_spending;
    journal bigint;
    back bigint;
begin
    select * into spending from loyalty_spending where journal_id = held;
    if spending is null then
        raise exception 'nothing is held by it' using errcode = 'TL005', detail = held::text;
    end if;
    perform loyalty_hold_concerned(programme, array[spending.member_id], array[held]);
    journal := loyalty_former(programme, asked_key, asked);
    if journal is not null then
        return journal;
    end if;
    update loyalty_spending set state = case when captured = 0 then 3 else 2 end, given_back = amount - captured
        where journal_id = held and state = 1 and (captured = 0 or held_until > moment);
    if not found then
        raise exception 'the hold has ended' using errcode = 'TL007', detail = held::text;
    end if;
    insert into loyalty_journal (programme_id, member_id, kind, happened_at, original_id, key, request, reason)
        values (programme, spending.member_id, case when captured = 0 then 6 else 5 end, moment, held, asked_key, asked, why)
        returning id into journal;
    back := spending.amount - captured;
    perform loyalty_into_lots(programme, journal, held, spending.member_id, back, null);
    perform loyalty_post(array(
        select (journal, leg.wallet, leg.member_id, leg.amount, false)::loyalty_leg
        from (values (1, spending.member_id, back), (3, spending.member_id, -spending.amount), (12, 0, captured))
            leg (wallet, member_id, amount)
        where leg.amount <> 0));
    perform loyalty_tell(array[journal]);
    perform loyalty_collect(programme, journal, held, moment);
    return journal;
end $$;

-- Give points back that were redeemed: in all as many as `total` says. Returns the journal, or null where as many are
-- back already.
create or replace function ledger_give_back(
    programme bigint, spent bigint, total bigint, asked_key uuid, asked uuid, moment timestamptz, why text)
returns bigint language plpgsql as $$
declare
    spending loyalty_spending;
    journal bigint;
    back bigint;
begin
    if total is null then
        raise exception 'how many points in all?' using errcode = '22004';
    end if;
    select * into spending from loyalty_spending where journal_id = spent;
    if spending is null then
        raise exception 'nothing was redeemed by it' using errcode = 'TL005', detail = spent::text;
    end if;
    perform loyalty_hold_concerned(programme, array[spending.member_id], array[spent]);
    journal := loyalty_former(programme, asked_key, asked);
    if journal is not null then
        return journal;
    end if;
    select * into spending from loyalty_spending where journal_id = spent;
    if spending.state <> 2 then
        raise exception 'nothing was redeemed by it' using errcode = 'TL005', detail = spent::text;
    end if;
    back := least(total, spending.amount) - spending.given_back;
    if back <= 0 then
        return null;
    end if;
    update loyalty_spending set given_back = given_back + back where journal_id = spent;
    insert into loyalty_journal (programme_id, member_id, kind, happened_at, original_id, key, request, reason)
        values (programme, spending.member_id, 8, moment, spent, asked_key, asked, why) returning id into journal;
    perform loyalty_into_lots(programme, journal, spent, spending.member_id, back, moment);
    perform loyalty_post(array[
        (journal, 1, spending.member_id, back, false), (journal, 12, 0, -back, false)]::loyalty_leg[]);
    perform loyalty_tell(array[journal]);
    perform loyalty_collect(programme, journal, spent, moment);
    return journal;
end $$;

-- Put points back into the lots that a spending took: those first of which a return could not get all, then the last to
-- expire; what the member owes is paid before. moment: of a roll-back, after which a lot that has expired or is about to
-- can be spent for some days more; null where points were only held, which must not prolong them. What expires by
-- inactivity lasts as long as what the member has of it: nothing put it off while it was used up.
create or replace function loyalty_into_lots(
    programme bigint, journal bigint, spent bigint, member bigint, amount bigint, moment timestamptz) returns void
language sql as $$
with excess as (
    select greatest(0, amount - overdraft) as points from loyalty_account where member_id = member and wallet = 1),
taken as (
    select a.lot_id, -sum(a.amount) as points
    from loyalty_allocation a join loyalty_journal j on j.id = a.journal_id
    where j.id = spent or j.original_id = spent group by a.lot_id having sum(a.amount) < 0),
open as (
    select t.lot_id, t.points, sum(t.points) over (
        order by o.forgone > 0 desc, l.expires_at desc nulls first, l.id desc
        rows between unbounded preceding and current row) - t.points as before
    from taken t join loyalty_lot l on l.id = t.lot_id join loyalty_lot o on o.id = coalesce(l.origin_id, l.id)),
part as (select lot_id, least(open.points, excess.points - before)::bigint as points from open, excess
    where before < excess.points),
changed as (
    update loyalty_lot l set remaining = l.remaining + part.points,
        expires_at = case when l.expires_at is not null then greatest(
            l.expires_at, moment + make_interval(days => p.grace_days), case when l.by_activity then (
                select max(o.expires_at) from loyalty_lot o
                where o.member_id = member and o.remaining > 0 and o.by_activity) end) end
    from part, loyalty_programme p where l.id = part.lot_id and p.id = programme)
insert into loyalty_allocation (journal_id, lot_id, amount) select journal, lot_id, points from part $$;

-- Who is to be settled or gives back, and whose points it were that come back with that, where a return could not get all
-- of these: all at once, in the order of their numbers. spendings: the holds that may end with it, or what is rolled back.
create or replace function loyalty_hold_concerned(programme bigint, members bigint[], spendings bigint[]) returns void
language plpgsql as $$
begin
    perform loyalty_hold_members(programme, array(
        select unnest(members) union
        select o.member_id
        from loyalty_allocation a join loyalty_lot l on l.id = a.lot_id join loyalty_lot o on o.id = l.origin_id
        where a.journal_id = any (spendings) and o.forgone > 0));
end $$;

create or replace function loyalty_hold_with_holds(programme bigint, members bigint[]) returns void language plpgsql as $$
begin
    perform loyalty_hold_concerned(programme, members, array(
        select journal_id from loyalty_spending where member_id = any (members) and state = 1));
end $$;

-- What a return could not get goes back once the points are there again: whether an order was returned before a reward or
-- after it, the member ends with the same. First for the points themselves, then for others that were returned since they
-- were spent: these could have been taken from there. What came from another membership is taken there, as by every
-- return. Budgets are told of it by who reckons the customer next.
create or replace function loyalty_collect(programme bigint, came_back bigint, spent bigint, moment timestamptz)
returns void language plpgsql as $$
declare
    part record;
    gone jsonb := '{}';
    rest bigint;
    lot bigint;
    points bigint;
    moved bigint;
begin
    for part in
        select l.id as lot, l.member_id as holder, o.id as origin, o.member_id, a.amount
        from loyalty_allocation a join loyalty_lot l on l.id = a.lot_id
        cross join lateral (
            select 1 as place, id, member_id from loyalty_lot where id = coalesce(l.origin_id, l.id) and forgone > 0
            union all
            select 2, id, member_id from loyalty_lot
            where member_id = l.member_id and forgone > 0 and forgone_from > spent and id <> coalesce(l.origin_id, l.id)) o
        where a.journal_id = came_back order by o.place, l.id, o.id
    loop
        rest := part.amount - coalesce((gone ->> part.lot::text)::bigint, 0);
        lot := part.lot;
        select least(rest, forgone) into points from loyalty_lot where id = part.origin;
        moved := points;
        if part.member_id <> part.holder then
            select id, remaining, granted into lot, points, moved
                from loyalty_bring_home(programme, came_back, part.lot, rest, moment);
        end if;
        gone := gone || jsonb_build_object(part.lot, part.amount - rest + coalesce(moved, 0));
        if points > 0 then
            perform loyalty_collect_of(programme, came_back, lot, part.origin, points, moment);
        end if;
    end loop;
end $$;

-- Take points from a lot for another one, of which a return could not get them.
create or replace function loyalty_collect_of(
    programme bigint, came_back bigint, lot bigint, returned bigint, points bigint, moment timestamptz) returns void
language plpgsql as $$
declare
    earned record;
    journal bigint;
    own_key uuid := loyalty_own_key('collect ' || lot || ' ' || returned, came_back);
begin
    select j.id, j.order_id, j.member_id into earned
        from loyalty_lot l join loyalty_journal j on j.id = l.journal_id where l.id = returned;
    insert into loyalty_journal (programme_id, member_id, kind, happened_at, original_id, key, request, reason, order_id)
        values (programme, earned.member_id, 7, moment, earned.id, own_key, own_key, 'returned before', earned.order_id)
        returning id into journal;
    update loyalty_lot set remaining = remaining - points where id = lot;
    update loyalty_lot set taken_back = taken_back + points, forgone = forgone - points where id = returned;
    insert into loyalty_allocation (journal_id, lot_id, amount) values (journal, lot, -points);
    perform loyalty_post(array[
        (journal, 1, earned.member_id, -points, false), (journal, 11, 0, points, false)]::loyalty_leg[]);
    perform loyalty_tell(array[journal]);
    insert into loyalty_due (customer_id) select customer_id from loyalty_member where id = earned.member_id;
end $$;

drop function if exists loyalty_collect(bigint, bigint, timestamptz);  -- it did not know what was spent

-- Bring points that came back to the membership that they were issued to: as many as it owes, and as a return could not
-- get there. Returns the lot that has them, or nothing. Memberships that are two again bring no more than what one had
-- of the other: the rest is not theirs.
create or replace function loyalty_bring_home(
    programme bigint, came_back bigint, from_lot bigint, amount bigint, moment timestamptz) returns loyalty_lot
language plpgsql as $$
declare
    there loyalty_lot;
    issued loyalty_lot;
    home loyalty_lot;
    points bigint;
    journal bigint;
    own_key uuid := loyalty_own_key('bring home ' || from_lot, came_back);
begin
    select * into there from loyalty_lot where id = from_lot;
    select * into issued from loyalty_lot where id = there.origin_id;
    perform loyalty_hold_members(programme, array[issued.member_id]);
    select * into issued from loyalty_lot where id = there.origin_id;
    if issued.forgone = 0 then
        return null;
    end if;
    select least(amount, issued.forgone + overdraft) into points from loyalty_account
        where member_id = issued.member_id and wallet = 1;
    if not exists (
        select from loyalty_member one join loyalty_member other on other.customer_id = one.customer_id
        where one.id = issued.member_id and other.id = there.member_id) then
        points := least(points, loyalty_has_of(there.member_id, issued.member_id));
    end if;
    if points <= 0 then
        return null;
    end if;
    insert into loyalty_journal (programme_id, member_id, kind, happened_at, key, request, reason)
        values (programme, there.member_id, 11, moment, own_key, own_key, 'merged') returning id into journal;
    update loyalty_lot set remaining = remaining - points where id = from_lot;
    insert into loyalty_allocation (journal_id, lot_id, amount) values (journal, from_lot, -points);
    perform loyalty_hand_over(journal, there.member_id, issued.member_id, points);
    select * into home from loyalty_lot where journal_id = journal and member_id = issued.member_id;
    return home;
end $$;

-- How many points a membership has that came from another by a merge, less those that went back, and those that expired.
create or replace function loyalty_has_of(holder bigint, owner bigint) returns bigint language sql stable as $$
with moved as (
    select e.journal_id, e.amount from loyalty_entry e join loyalty_journal j on j.id = e.journal_id
    where e.member_id = holder and e.member_id > 0 and e.wallet = 1 and j.kind = 11 and j.reason = 'merged'
        and exists (select from loyalty_entry o where o.journal_id = e.journal_id and o.wallet = 1 and o.member_id = owner))
select (coalesce(sum(amount), 0) - coalesce((
    select sum(l.expired) from loyalty_lot l join moved m on m.journal_id = l.journal_id where l.member_id = holder), 0))::bigint
from moved $$;

-- Correct a balance by hand: up as a lot of its own, or down, not below zero.
create or replace function ledger_adjust(
    programme bigint, member bigint, amount bigint, expires timestamptz, asked_key uuid, asked uuid,
    moment timestamptz, why text) returns bigint language plpgsql as $$
declare
    journal bigint;
    points record;
begin
    perform loyalty_hold_with_holds(programme, array[member]);
    journal := loyalty_former(programme, asked_key, asked);
    if journal is not null then
        return journal;
    end if;
    perform ledger_settle(programme, member, moment);
    select balance, overdraft into points from loyalty_account where member_id = member and wallet = 1;
    if amount < 0 and points.balance < -amount then
        raise exception 'not enough points' using errcode = 'TL006', detail = format('%s %s', points.balance, -amount);
    end if;
    insert into loyalty_journal (programme_id, member_id, kind, happened_at, key, request, reason)
        values (programme, member, 10, moment, asked_key, asked, why) returning id into journal;
    if amount > 0 then
        perform loyalty_new_lot(journal, member, null, amount, moment, expires);
    else
        perform loyalty_from_lots(journal, member, -amount);
    end if;
    perform loyalty_post(array[
        (journal, 1, member, amount, false), (journal, 14, 0, -amount, false)]::loyalty_leg[]);
    perform loyalty_tell(array[journal]);
    return journal;
end $$;

-- A lot of points that are active at once; what the member owes is paid from it.
create or replace function loyalty_new_lot(
    journal bigint, member bigint, issuer bigint, amount bigint, moment timestamptz, expires timestamptz) returns void
language sql as $$
with owed as (select least(overdraft, amount) as points from loyalty_account where member_id = member and wallet = 1),
lot as (
    insert into loyalty_lot (journal_id, member_id, issuer, state, granted, remaining, available_from, expires_at)
    select journal, member, issuer, 2, amount, amount - owed.points, moment, expires from owed returning id)
insert into loyalty_allocation (journal_id, lot_id, amount)
select journal, lot.id, -owed.points from lot, owed where owed.points > 0 $$;

drop function if exists ledger_transfer(bigint, bigint, bigint, bigint, uuid, uuid, timestamptz, text);  -- it had no first

-- From one member to another; the points keep their day of expiry, their issuer and the lot as which they were issued.
-- Those of the lot `first` go before all, then those that were the taker's, then the first to expire.
create or replace function ledger_transfer(
    programme bigint, giver bigint, taker bigint, amount bigint, asked_key uuid, asked uuid, moment timestamptz,
    why text, first bigint) returns bigint language plpgsql as $$
declare
    journal bigint;
    there bigint;
begin
    perform loyalty_hold_with_holds(programme, array[giver, taker]);
    journal := loyalty_former(programme, asked_key, asked);
    if journal is not null then
        return journal;
    end if;
    perform ledger_settle(programme, giver, moment);
    select balance into there from loyalty_account where member_id = giver and wallet = 1;
    if there < amount then
        raise exception 'not enough points' using errcode = 'TL006', detail = format('%s %s', there, amount);
    end if;
    insert into loyalty_journal (programme_id, member_id, kind, happened_at, key, request, reason)
        values (programme, giver, 11, moment, asked_key, asked, why) returning id into journal;
    perform loyalty_from_lots(journal, giver, amount, first, taker);
    perform loyalty_hand_over(journal, giver, taker, amount);
    return journal;
end $$;

-- What a journal took from a giver's lots becomes lots of the taker; what they owe is paid from it.
create or replace function loyalty_hand_over(handed bigint, giver bigint, taker bigint, amount bigint) returns void
language plpgsql as $$
declare
    moment timestamptz := (select happened_at from loyalty_journal where id = handed);
    owed bigint := (select overdraft from loyalty_account where member_id = taker and wallet = 1);
    part record;
begin
    for part in
        select coalesce(l.origin_id, l.id) as origin, l.issuer, l.expires_at, l.by_activity, -a.amount as points
        from loyalty_allocation a join loyalty_lot l on l.id = a.lot_id
        where a.journal_id = handed order by l.expires_at nulls last, l.id
    loop
        with lot as (
            insert into loyalty_lot (journal_id, member_id, issuer, origin_id, state, granted, remaining, available_from,
                expires_at, by_activity)
            values (handed, taker, part.issuer, part.origin, 2, part.points, part.points - least(owed, part.points), moment,
                part.expires_at, part.by_activity) returning id)
        insert into loyalty_allocation (journal_id, lot_id, amount)
            select handed, id, -least(owed, part.points) from lot where least(owed, part.points) > 0;
        owed := owed - least(owed, part.points);
    end loop;
    perform loyalty_post(array[
        (handed, 1, giver, -amount, false), (handed, 1, taker, amount, false)]::loyalty_leg[]);
    perform loyalty_tell(array[handed]);
end $$;

-- Let points that expire by inactivity do so no earlier than a moment, pending ones too.
create or replace function ledger_prolong(programme bigint, members bigint[], moments timestamptz[]) returns void
language plpgsql as $$
begin
    perform loyalty_hold_members(programme, members);
    update loyalty_lot l set expires_at = longer.until
    from (select member, max(moment) from unnest(members, moments) given (member, moment) group by member)
        longer (member, until)
    where l.member_id = longer.member and l.remaining > 0 and l.by_activity and l.expires_at < longer.until;
end $$;

-- Open the accounts of members who have none.
create or replace function ledger_open(programme bigint, members bigint[]) returns void
language sql as $$
insert into loyalty_account (member_id, wallet, programme_id, balance, overdraft, entries, head)
select id, wallet, programme, 0, 0, 0, loyalty_first_link(id, wallet::smallint)
from unnest(members) id, generate_series(1, 4) wallet order by id, wallet on conflict do nothing $$;

-- The points of people who were erased lapse, pending and held ones too; what they owed is written off. Of at most as
-- many. Returns of how many; call it again while it returns any.
create or replace function ledger_forfeit(programme bigint, moment timestamptz, most int) returns int
language plpgsql as $$
declare
    gone bigint;
    held bigint;
    journal bigint;
    done int := 0;
begin
    for gone in
        select distinct a.member_id from loyalty_account a
        where a.programme_id = programme and a.wallet < 4 and a.balance <> 0
            and not exists (select from loyalty_member m where m.id = a.member_id)
        order by a.member_id limit most
    loop
        perform loyalty_hold_with_holds(programme, array[gone]);
        for held in select s.journal_id from loyalty_spending s where s.member_id = gone and s.state = 1 loop
            perform ledger_capture(programme, held, 0, loyalty_own_key('forfeit', held),
                loyalty_own_key('forfeit', held), moment, 'erased');
        end loop;
        done := done + 1;
        if not exists (select from loyalty_account where member_id = gone and wallet < 4 and balance <> 0) then
            continue; -- what was held paid what was owed, or somebody else was here meanwhile
        end if;
        insert into loyalty_journal (programme_id, member_id, kind, happened_at, key, request, reason)
            values (programme, gone, 9, moment, gen_random_uuid(), loyalty_own_key('erased', gone), 'erased')
            returning id into journal;
        with open as materialized (
            select id, remaining from loyalty_lot where member_id = gone and remaining > 0),
        changed as (
            update loyalty_lot l set remaining = 0, expired = l.expired + l.remaining from open where l.id = open.id)
        insert into loyalty_allocation (journal_id, lot_id, amount) select journal, id, -remaining from open;
        perform loyalty_post(array(
            select (journal, leg.wallet, leg.member_id, leg.amount, false)::loyalty_leg
            from (
                select a.wallet, a.member_id, -a.balance from loyalty_account a
                where a.member_id = gone and a.wallet < 3
                union all
                select 13, 0, sum(a.balance)::bigint from loyalty_account a where a.member_id = gone and a.wallet < 3
            ) leg (wallet, member_id, amount) where leg.amount <> 0));
    end loop;
    return done;
end $$;
