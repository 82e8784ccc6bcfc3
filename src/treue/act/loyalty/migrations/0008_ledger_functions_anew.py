"""The ledger's rules and functions as they are today: earning takes fewer and simpler statements."""

from importlib import import_module

from django.db import migrations

parts = import_module("treue.act.loyalty.migrations.0002_ledger_functions")


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0007_rewarded_deeds"), ("events", "0011_facts_as_they_came")]

    operations = [
        migrations.RunSQL(
            "drop function if exists loyalty_write_earnings(bigint, loyalty_earning[])", migrations.RunSQL.noop
        ),
        *(migrations.RunSQL(parts.sql(part), migrations.RunSQL.noop) for part in parts.PARTS),
    ]
