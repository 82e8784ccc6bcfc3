"""The shop's own number of a deed, so that one told by an event and by the API earns once."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0008_ledger_functions_anew")]

    operations = [
        migrations.AddField(
            model_name="rewardeddeed",
            name="reference",
            field=models.CharField(blank=True, db_default="", max_length=120),
        ),
        migrations.AddConstraint(
            model_name="rewardeddeed",
            constraint=models.UniqueConstraint(
                fields=("member", "kind", "event", "reference"),
                condition=models.Q(("reference", ""), _negated=True),
                name="loyalty_deed_reference_once",
            ),
        ),
    ]
