from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0006_birthdays'),
    ]

    operations = [
        migrations.AddField(
            model_name='identity',
            name='given_up_at',
            field=models.DateTimeField(null=True),
        ),
    ]
