"""Write down what happened from within the database: for rooms whose truth is written by functions there.

The same as `log.record` for events that are told in the transaction that makes what they tell of, once, under ids of
that room's own: nobody asks whether one was told before. Facts are what JSON can hold.
"""

FUNCTIONS = """
create or replace function events_append(shop bigint, message_ids text[], names text[], persons bigint[],
    source text, moments timestamptz[], facts json[]) returns void language plpgsql as $$
begin
    insert into events_event (shop_id, message_id, name, person, shard, source, occurred_at, is_history, facts)
    select shop, message_id, g.name, person, coalesce(c.merged_into_id, person) & 63, source, moment, false, g.facts
    from unnest(message_ids, names, persons, moments, facts)
        with ordinality as g (message_id, name, person, moment, facts, place)
    left join customers_customer c on c.id = person
    where person is not null order by place;
end $$;

-- One alone, with less ado.
create or replace function events_append_one(shop bigint, of_message text, called text, whose bigint, said_by text,
    moment timestamptz, said json) returns void language plpgsql as $$
begin
    insert into events_event (shop_id, message_id, name, person, shard, source, occurred_at, is_history, facts)
    values (shop, of_message, called, whose,
        coalesce((select merged_into_id from customers_customer where id = whose), whose) & 63,
        said_by, moment, false, said);
end $$;
"""
