import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0005_erased_visitors'),
        ('value', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='score',
            name='buys_90_days',
            field=models.FloatField(default=0),
        ),
        migrations.AddIndex(
            model_name='score',
            index=models.Index(models.F('fit'), django.db.models.expressions.CombinedExpression(django.db.models.functions.comparison.Cast('lifetime_value', models.FloatField()), '*', django.db.models.expressions.CombinedExpression(models.Value(1.0), '-', models.F('probability_alive'))), models.F('customer'), name='value_score_at_stake'),
        ),
        migrations.AddIndex(
            model_name='score',
            index=models.Index(fields=['fit', 'next_purchase_on', 'lifetime_value', 'customer'], name='value_score_due'),
        ),
        migrations.AddConstraint(
            model_name='score',
            constraint=models.CheckConstraint(condition=models.Q(('buys_90_days__range', (0, 1))), name='value_score_buys_or_not'),
        ),
        migrations.CreateModel(
            name='Worth',
            fields=[
                ('fit', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='worth', serialize=False, to='value.fit')),
                ('customers', models.BigIntegerField()),
                ('value', models.DecimalField(decimal_places=4, max_digits=20)),
                ('at_stake', models.DecimalField(decimal_places=4, max_digits=20)),
                ('at_risk', models.BigIntegerField()),
                ('untold', models.BigIntegerField()),
                ('untold_value', models.DecimalField(decimal_places=4, max_digits=20)),
                ('buyers_90_days', models.FloatField()),
                ('buyers_error', models.FloatField()),
                ('amounts', models.JSONField()),
                ('tenths', models.JSONField()),
            ],
        ),
    ]
