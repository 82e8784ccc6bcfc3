"""The list of members goes along an index, also where many joined at one moment."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0014_points_that_come_back_last")]

    operations = [
        migrations.RemoveIndex(model_name="member", name="loyalty_member_joined"),
        migrations.AddIndex(
            model_name="member",
            index=models.Index(fields=["programme", "joined_at", "id"], name="loyalty_member_joined"),
        ),
    ]
