"""A tenth of every page of orders stays free: a refund changes its order in place, without a new entry in four indexes."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("commerce", "0002_references")]

    operations = [
        migrations.RunSQL(
            "alter table commerce_order set (fillfactor = 90)", "alter table commerce_order reset (fillfactor)"
        )
    ]
