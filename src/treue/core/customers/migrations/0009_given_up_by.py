from django.db import migrations, models

# Until now only members could.
BY_MEMBERS = "update customers_identity set given_up_by = 'member' where given_up_at is not null"


class Migration(migrations.Migration):
    dependencies = [("customers", "0008_no_browsers_word")]

    operations = [
        migrations.AddField(
            model_name="identity",
            name="given_up_by",
            field=models.CharField(
                blank=True,
                choices=[("member", "Member"), ("shop", "Shop")],
                db_default="",
                default="",
                max_length=6,
            ),
        ),
        migrations.RunSQL(BY_MEMBERS, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="identity",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("given_up_at", None), ("given_up_by", "")),
                    models.Q(("given_up_at__isnull", False), ("given_up_by__in", ["member", "shop"])),
                    _connector="OR",
                ),
                name="customers_identity_given_up_by_somebody",
            ),
        ),
    ]
