"""What budgets still count of deeds that were taken back."""

from django.db import migrations, models

FORGONE = """
update loyalty_rewardeddeed d set forgone = l.forgone from loyalty_lot l
where l.journal_id = d.journal and d.taken_back_at is not null and l.forgone > 0"""


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0016_accounts_count_their_lots")]

    operations = [
        migrations.AddField("rewardeddeed", "forgone", models.BigIntegerField(db_default=0)),
        migrations.RunSQL(FORGONE, migrations.RunSQL.noop),
    ]
