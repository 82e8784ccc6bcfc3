"""What a member's lots hold stands beside the balance; lots know since when a return is short of them, and deeds what
budgets still count of them. And the ledger's functions as they are today."""

from importlib import import_module

from django.db import migrations, models

parts = import_module("treue.act.loyalty.migrations.0002_ledger_functions")

COUNT = """
select loyalty_at_work(true);
update loyalty_account a set in_lots = lot.points
    from (
        select member_id, 3 - state as wallet, sum(remaining)::bigint as points
        from loyalty_lot where remaining > 0 group by 1, 2) lot
    where a.member_id = lot.member_id and a.wallet = lot.wallet;
select loyalty_at_work(false)"""
FORGONE = """
update loyalty_rewardeddeed d set forgone = l.forgone from loyalty_lot l
where l.journal_id = d.journal and d.taken_back_at is not null and l.forgone > 0"""
NUMBER = models.BigIntegerField(db_default=0)


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0015_members_in_the_order_of_joining")]

    operations = [
        migrations.AddField("account", "in_lots", NUMBER),
        migrations.AddField("lot", "forgone_from", NUMBER),
        migrations.AddField("rewardeddeed", "forgone", NUMBER),
        migrations.AddIndex(
            "lot", models.Index(fields=["member"], condition=models.Q(forgone__gt=0), name="loyalty_lot_forgone")
        ),
        *(migrations.RunSQL(parts.sql(part), migrations.RunSQL.noop) for part in parts.PARTS),
        migrations.RunSQL(COUNT, migrations.RunSQL.noop),
        migrations.RunSQL(FORGONE, migrations.RunSQL.noop),
    ]
