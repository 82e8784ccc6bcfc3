"""The ledger's rules and functions, from the files of SQL beside."""

from importlib.resources import files

from django.db import migrations

PARTS = ("guards", "posting", "earning", "spending", "orders")


# The files are those of today: some of their functions name columns that later migrations make.
UNCHECKED = "set local check_function_bodies = off;\n"


def sql(part: str) -> str:
    return UNCHECKED + files("treue.act.loyalty").joinpath(f"sql/{part}.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0001_ledger"), ("events", "0009_appending"), ("commerce", "0007_persons_by_number")]

    operations = [migrations.RunSQL(sql(part), migrations.RunSQL.noop) for part in PARTS]
