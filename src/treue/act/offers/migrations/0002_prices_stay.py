"""Announced prices are never changed, from the file of SQL beside."""

from importlib.resources import files

from django.db import migrations

SQL = files("treue.act.offers").joinpath("sql/prices.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("offers", "0001_offers")]

    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
