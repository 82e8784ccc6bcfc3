"""Whoever writes an order or a refund for a customer who was merged writes it for the one they were merged into."""

from django.db import migrations, models


FUNCTION = """
create function commerce_follow_merges() returns trigger language plpgsql as $$
begin
    if exists (select from customers_customer where merged_into_id is not null) then
        execute format(
            'update %1$I t set person = coalesce(t.person, t.customer_id), customer_id = c.merged_into_id
            from written w join customers_customer c on c.id = w.customer_id and c.merged_into_id is not null
            where t.id = w.id', tg_table_name);
    end if;
    return null;
end $$;
create trigger commerce_order_follows after insert on commerce_order referencing new table as written
    for each statement execute function commerce_follow_merges();
create trigger commerce_refund_follows after insert on commerce_refund referencing new table as written
    for each statement execute function commerce_follow_merges();
"""

DROP = """
drop trigger commerce_order_follows on commerce_order;
drop trigger commerce_refund_follows on commerce_refund;
drop function commerce_follow_merges();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('commerce', '0003_room_in_orders'),
        ('customers', '0002_persons'),
        ('shop', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='order',
            name='person',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='refund',
            name='person',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddIndex(
            model_name='refund',
            index=models.Index(condition=models.Q(('refers_to', ''), _negated=True), fields=['shop', 'refers_to'], name='commerce_refund_refers_to'),
        ),
        migrations.RunSQL(FUNCTION, DROP),
    ]
