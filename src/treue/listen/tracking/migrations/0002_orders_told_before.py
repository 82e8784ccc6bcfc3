"""Orders of which somebody told before tellings were compared: what was said of them then is a repeat from now on.

Of those whose event has left the log for the lake nobody looks up any more who told; nothing of them is news.
"""

from django.db import migrations

SAID = """
with told as (
    select m.shop_id, substr(m.message_id, length('order completed ') + 1) as number,
        e.seq is null or exists (select from customers_customer c where c.id = e.person) as is_named,
        e.seq is null or not exists (
            select from events_source s
            where s.shop_id = e.shop_id and s.name = e.source and s.kind = 'browser') as is_from_server
    from events_message m
    left join events_event e
        on e.shop_id = m.shop_id and e.message_id = m.message_id and e.name = 'Order Completed'
    where m.message_id like 'order completed %')
insert into events_message (shop_id, message_id)
select shop_id, 'order named ' || number from told where is_named
union all select shop_id, 'order served ' || number from told where is_from_server
union all select shop_id, 'order settled ' || number from told where is_named and is_from_server
on conflict do nothing"""


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0004_find_by_phone"),
        ("events", "0005_months_moved_to_the_lake"),
        ("tracking", "0001_initial"),
    ]

    operations = [migrations.RunSQL(SAID, migrations.RunSQL.noop)]
