"""What the database does not let happen, from the file of SQL beside."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("partners", "0001_partners")]

    operations = [
        migrations.RunSQL(
            files("treue.act.partners").joinpath("sql/guards.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop
        )
    ]
