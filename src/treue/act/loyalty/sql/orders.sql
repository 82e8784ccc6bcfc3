-- Whose orders changed, with the change itself, however it came: one row a change, which whoever reckons takes away.
-- Orders from before somebody joined earn nothing and are nobody's business here.

create or replace function loyalty_orders_changed() returns trigger language plpgsql as $$
begin
    insert into loyalty_due (customer_id)
        select distinct m.customer_id from changed o
        join loyalty_member m on m.customer_id = o.customer_id and o.ordered_at >= m.joined_at;
    return null;
end $$;

create or replace trigger loyalty_orders_inserted after insert on commerce_order referencing new table as changed
    for each statement execute function loyalty_orders_changed();
create or replace trigger loyalty_orders_updated_to after update on commerce_order referencing new table as changed
    for each statement execute function loyalty_orders_changed();
create or replace trigger loyalty_orders_updated_from after update on commerce_order referencing old table as changed
    for each statement execute function loyalty_orders_changed();
create or replace trigger loyalty_orders_deleted after delete on commerce_order referencing old table as changed
    for each statement execute function loyalty_orders_changed();
