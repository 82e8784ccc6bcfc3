"""The log can be written by functions of the database."""

from django.db import migrations

from treue.core.events.appending import FUNCTIONS


class Migration(migrations.Migration):
    dependencies = [("events", "0008_former_names_of_sources"), ("customers", "0005_erased_visitors")]

    operations = [
        migrations.RunSQL(
            FUNCTIONS,
            """drop function events_append(bigint, text[], text[], bigint[], text, timestamptz[], json[]);
            drop function events_append_one(bigint, text, text, bigint, text, timestamptz, json)""",
        )
    ]
