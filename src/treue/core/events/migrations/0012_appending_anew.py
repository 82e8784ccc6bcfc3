"""What a room tells of its own once is no longer looked for among what was told."""

from django.db import migrations

from treue.core.events.appending import FUNCTIONS


class Migration(migrations.Migration):
    dependencies = [("events", "0011_facts_as_they_came")]

    operations = [migrations.RunSQL(FUNCTIONS, migrations.RunSQL.noop)]
