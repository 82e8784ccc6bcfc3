from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name='Tally',
            fields=[
                ('who', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('scope', models.CharField(max_length=60)),
                ('since', models.DateTimeField()),
                ('count', models.PositiveIntegerField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('count__gt', 0)), name='throttling_something_tried')],
            },
        ),
    ]
