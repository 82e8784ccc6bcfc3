"""Where a reaction cannot go on in a shard: since when, and the kind of error. No index: the update stays in its page."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("events", "0006_withdrawn_messages")]

    operations = [
        migrations.RunSQL(
            "alter table events_cursor add column failed_at timestamptz, add column error text not null default ''",
            "alter table events_cursor drop column failed_at, drop column error",
        ),
        migrations.AddIndex(
            model_name="parked",
            index=models.Index(fields=["recorded_at", "seq"], name="events_parked_by_moment"),
        ),
    ]
