"""Facts are kept as they came: what takes them apart is who reads them, and most are never asked for one of them."""

from django.db import migrations

import treue.core.events.models

AS_THEY_CAME = """
alter table events_event alter facts drop default, alter facts type json using facts::json,
    alter facts set default '{}'"""


class Migration(migrations.Migration):
    dependencies = [("events", "0010_digests_of_messages")]

    operations = [
        migrations.RunSQL(
            AS_THEY_CAME,
            state_operations=[
                migrations.AlterField("Event", "facts", treue.core.events.models.AsItCame(default=dict)),
            ],
        ),
    ]
