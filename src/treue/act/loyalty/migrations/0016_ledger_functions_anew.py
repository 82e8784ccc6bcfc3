"""The ledger's functions as they are today: what a return could not get is found again, wherever a merge moved it. And
what budgets still count of deeds that were taken back."""

from importlib import import_module

from django.db import migrations, models

parts = import_module("treue.act.loyalty.migrations.0002_ledger_functions")

FORGONE = """
update loyalty_rewardeddeed d set forgone = l.forgone from loyalty_lot l
where l.journal_id = d.journal and d.taken_back_at is not null and l.forgone > 0"""


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0015_members_in_the_order_of_joining")]

    operations = [
        *(migrations.RunSQL(parts.sql(part), migrations.RunSQL.noop) for part in parts.PARTS),
        migrations.AddField("rewardeddeed", "forgone", models.BigIntegerField(db_default=0)),
        migrations.RunSQL(FORGONE, migrations.RunSQL.noop),
    ]
