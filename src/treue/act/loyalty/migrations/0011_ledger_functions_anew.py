"""The ledger's functions as they are today: points that go to another membership say as which lot they were issued."""

from importlib import import_module

from django.db import migrations

parts = import_module("treue.act.loyalty.migrations.0002_ledger_functions")


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0010_lots_have_an_origin")]

    operations = [*(migrations.RunSQL(parts.sql(part), migrations.RunSQL.noop) for part in parts.PARTS)]
