"""Write down what happened from within the database: for rooms whose truth is written by functions there.

The same as `log.record` for events whose ids are their own and never withdrawn; facts are what JSON can hold.
"""

FUNCTIONS = """
create or replace function events_append(shop bigint, message_ids text[], names text[], persons bigint[],
    source text, moments timestamptz[], facts json[]) returns void language plpgsql as $$
begin
    with given as materialized (
        select * from unnest(message_ids, names, persons, moments, facts)
            with ordinality as g (message_id, name, person, moment, facts, place)),
    fresh as (
        insert into events_message (shop_id, digest) select shop, md5(message_id)::uuid as digest from given
        order by digest on conflict do nothing returning digest)
    insert into events_event (shop_id, message_id, name, person, shard, source, occurred_at, is_history, facts)
    select shop, message_id, g.name, person, coalesce(c.merged_into_id, person) & 63, source, moment, false, g.facts
    from given g join fresh on fresh.digest = md5(message_id)::uuid left join customers_customer c on c.id = person
    where person is not null order by place;
end $$;

-- One alone, with less ado.
create or replace function events_append_one(shop bigint, of_message text, called text, whose bigint, said_by text,
    moment timestamptz, said json) returns void language plpgsql as $$
begin
    insert into events_message (shop_id, digest) values (shop, md5(of_message)::uuid) on conflict do nothing;
    if found then
        insert into events_event (shop_id, message_id, name, person, shard, source, occurred_at, is_history, facts)
        values (shop, of_message, called, whose,
            coalesce((select merged_into_id from customers_customer where id = whose), whose) & 63,
            said_by, moment, false, said);
    end if;
end $$;
"""
