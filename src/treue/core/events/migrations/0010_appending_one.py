"""One event can be written by functions of the database with less ado."""

from django.db import migrations

from treue.core.events.appending import FUNCTIONS


class Migration(migrations.Migration):
    dependencies = [("events", "0009_appending")]

    operations = [
        migrations.RunSQL(
            FUNCTIONS, "drop function events_append_one(bigint, text, text, bigint, text, timestamptz, jsonb)"
        )
    ]
