"""What arrived last is read without looking through all there is: by the API, by the day so far, by who computes figures."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('commerce', '0005_touched'),
        ('customers', '0001_initial'),
        ('shop', '0001_initial'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='order',
            index=models.Index(fields=['shop', 'ordered_at', 'id'], name='commerce_order_by_time'),
        ),
    ]
