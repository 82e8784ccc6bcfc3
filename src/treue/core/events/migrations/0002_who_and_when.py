"""An event's shard follows who its person is when it is written down, and history stands in the log without being news."""

from django.db import migrations, models

from treue.core.events.partitions import FUNCTIONS


class Migration(migrations.Migration):
    dependencies = [("events", "0001_initial")]

    operations = [
        migrations.RunSQL(
            """
            alter table events_event alter column shard drop expression;
            alter table events_event add column is_history boolean not null default false;
            """
            + FUNCTIONS,
            migrations.RunSQL.noop,
            state_operations=[
                migrations.AddField(model_name="event", name="is_history", field=models.BooleanField(default=False))
            ],
        )
    ]
