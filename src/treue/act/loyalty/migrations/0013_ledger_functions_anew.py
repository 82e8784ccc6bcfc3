"""The ledger's functions as they are today: earnings are answered in their places, without a number that says so."""

from importlib import import_module

from django.db import migrations

parts = import_module("treue.act.loyalty.migrations.0002_ledger_functions")


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0012_members_by_day_of_joining"), ("events", "0012_appending_anew")]

    operations = [*(migrations.RunSQL(parts.sql(part), migrations.RunSQL.noop) for part in parts.PARTS)]
