"""Cancellations of which somebody told before tellings were compared: what was said of them then is a repeat from now on.

Of those whose event has left the log for the lake nobody looks up any more who told; nothing of them is news.
"""

from django.db import migrations

SAID = """
with told as (
    select m.shop_id, substr(m.message_id, length('order cancelled ') + 1) as number,
        e.seq is null or exists (select from customers_customer c where c.id = e.person) as is_named,
        e.seq is null or not exists (
            select from events_source s
            where s.shop_id = e.shop_id and e.source = any(s.name || s.former_names)
              and s.kind = 'browser') as is_from_server
    from events_message m
    left join events_event e
        on e.shop_id = m.shop_id and e.message_id = m.message_id and e.name = 'Order Cancelled'
    where m.message_id like 'order cancelled %')
insert into events_message (shop_id, message_id)
select shop_id, 'cancellation named ' || number from told where is_named
union all select shop_id, 'cancellation served ' || number from told where is_from_server
union all select shop_id, 'cancellation settled ' || number from told where is_named and is_from_server
on conflict do nothing"""


class Migration(migrations.Migration):
    dependencies = [("events", "0008_former_names_of_sources"), ("tracking", "0002_orders_told_before")]

    operations = [migrations.RunSQL(SAID, migrations.RunSQL.noop)]
