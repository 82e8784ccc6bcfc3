import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("events", "0007_stuck_places")]

    operations = [
        migrations.AddField(
            model_name="source",
            name="former_names",
            field=django.contrib.postgres.fields.ArrayField(models.CharField(max_length=60), blank=True, default=list),
        ),
    ]
