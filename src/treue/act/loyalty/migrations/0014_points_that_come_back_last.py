"""The ledger's functions as they are today: points that come back and expire by inactivity last like the member's others."""

from importlib import import_module

from django.db import migrations

parts = import_module("treue.act.loyalty.migrations.0002_ledger_functions")


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0013_ledger_functions_anew")]

    operations = [*(migrations.RunSQL(parts.sql(part), migrations.RunSQL.noop) for part in parts.PARTS)]
