"""Consents and preferences. The database keeps the journal whole, whoever writes to it: texts and records are never
changed, and a record goes with its customer alone."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
import treue.core.customers.models.consent
from django.conf import settings
from django.db import migrations, models


# A record may be deleted before its customer in the same transaction, as an erasure does; so it is looked at the end.
JOURNAL = """
create function customers_consent_is_never_changed() returns trigger language plpgsql as $$
begin
    raise exception '% is never changed: write a new row', tg_table_name
        using errcode = 'restrict_violation', constraint = 'customers_consent_is_never_changed';
end $$;

create function customers_consent_stays_with_customer() returns trigger language plpgsql as $$
begin
    if exists (select from customers_customer where id = old.customer_id) then
        raise exception 'consents are deleted with their customer alone: withdraw instead'
            using errcode = 'restrict_violation', constraint = 'customers_consent_stays_with_customer';
    end if;
    return null;
end $$;

create trigger customers_consent_is_never_changed before update on customers_consentrecord
    for each row execute function customers_consent_is_never_changed();
create trigger customers_consent_is_never_changed before update on customers_consenttext
    for each row execute function customers_consent_is_never_changed();
create constraint trigger customers_consent_stays_with_customer after delete on customers_consentrecord
    deferrable initially deferred for each row execute function customers_consent_stays_with_customer();
"""

UNDONE = """
drop trigger customers_consent_is_never_changed on customers_consentrecord;
drop trigger customers_consent_is_never_changed on customers_consenttext;
drop trigger customers_consent_stays_with_customer on customers_consentrecord;
drop function customers_consent_is_never_changed();
drop function customers_consent_stays_with_customer();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0002_persons'),
        ('shop', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ConsentRules',
            fields=[
                ('shop', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='consent_rules', serialize=False, to='shop.shop')),
                ('confirmed', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=10), blank=True, default=treue.core.customers.models.consent.first_channels_to_confirm, size=None)),
            ],
        ),
        migrations.CreateModel(
            name='ConsentText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('purpose', models.CharField(max_length=60)),
                ('version', models.CharField(max_length=20)),
                ('language', models.CharField(max_length=5)),
                ('text', models.TextField()),
                ('valid_from', models.DateTimeField()),
                ('shop', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='consent_texts', to='shop.shop')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('shop', 'purpose', 'version', 'language'), name='customers_consent_text_once'),
                    models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='customers_consent_text_says_something'),
                    models.CheckConstraint(condition=models.Q(models.Q(('purpose', ''), _negated=True), models.Q(('version', ''), _negated=True)), name='customers_consent_text_is_named'),
                ],
            },
        ),
        migrations.CreateModel(
            name='ConsentRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('given', 'given'), ('requested', 'signed up'), ('withdrawn', 'withdrawn')], max_length=10)),
                ('purpose', models.CharField(max_length=60)),
                ('channel', models.CharField(choices=[('email', 'E-mail'), ('sms', 'SMS'), ('phone', 'Phone'), ('post', 'Letter'), ('push', 'Push message'), ('whatsapp', 'WhatsApp'), ('telegram', 'Telegram'), ('signal', 'Signal'), ('messenger', 'Another messenger'), ('none', 'No channel')], max_length=10)),
                ('note', models.CharField(blank=True, max_length=500)),
                ('happened_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('source', models.CharField(choices=[('form', 'Form'), ('shop', 'Shop'), ('phone', 'Phone'), ('paper', 'Paper'), ('staff', 'Colleague'), ('import', 'Import'), ('tracking', 'Tracking')], max_length=10)),
                ('proof', models.JSONField(default=dict)),
                ('confirms', models.OneToOneField(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='confirmation', to='customers.consentrecord')),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='consents', to='customers.customer')),
                ('recorded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('text', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='records', to='customers.consenttext')),
            ],
            options={
                'indexes': [
                    models.Index(condition=models.Q(('kind', 'requested'), _negated=True), fields=['purpose', 'channel', 'customer', '-happened_at', '-kind', '-id'], name='customers_consent_last'),
                    models.Index(fields=['customer', '-happened_at', '-id'], name='customers_consent_journal'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('customer', 'purpose', 'channel', 'happened_at', 'kind'), name='customers_consent_once'),
                    models.CheckConstraint(condition=models.Q(('kind__in', ['given', 'requested', 'withdrawn'])), name='customers_consent_kind_known'),
                    models.CheckConstraint(condition=models.Q(('channel__in', ['email', 'sms', 'phone', 'post', 'push', 'whatsapp', 'telegram', 'signal', 'messenger', 'none'])), name='customers_consent_channel_known'),
                    models.CheckConstraint(condition=models.Q(('source__in', ['form', 'shop', 'phone', 'paper', 'staff', 'import', 'tracking'])), name='customers_consent_source_known'),
                    models.CheckConstraint(condition=models.Q(('kind', 'withdrawn'), ('text__isnull', False), models.Q(('note', ''), _negated=True), _connector='OR'), name='customers_consent_has_proof'),
                    models.CheckConstraint(condition=models.Q(('happened_at__lte', models.F('recorded_at'))), name='customers_consent_not_ahead'),
                    models.CheckConstraint(condition=models.Q(('confirms', None), ('kind', 'given'), _connector='OR'), name='customers_consent_confirms_by_giving'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Preference',
            fields=[
                ('customer', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='preference', serialize=False, to='customers.customer')),
                ('channel', models.CharField(blank=True, choices=[('email', 'E-mail'), ('sms', 'SMS'), ('phone', 'Phone'), ('post', 'Letter'), ('push', 'Push message'), ('whatsapp', 'WhatsApp'), ('telegram', 'Telegram'), ('signal', 'Signal'), ('messenger', 'Another messenger'), ('none', 'No channel')], max_length=10)),
                ('most_messages', models.PositiveSmallIntegerField(null=True)),
                ('per', models.CharField(choices=[('week', 'per week'), ('month', 'per month')], default='week', max_length=5)),
                ('hour_from', models.PositiveSmallIntegerField(null=True)),
                ('hour_to', models.PositiveSmallIntegerField(null=True)),
                ('weekdays', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), blank=True, default=list, size=None)),
                ('language', models.CharField(blank=True, max_length=5)),
                ('salutation', models.CharField(blank=True, choices=[('sie', 'formal (Sie)'), ('du', 'informal (du)')], max_length=3)),
                ('updated_at', models.DateTimeField()),
                ('updated_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('channel__in', ['', 'email', 'sms', 'phone', 'post', 'push', 'whatsapp', 'telegram', 'signal', 'messenger', 'none'])), name='customers_preference_channel_known'),
                    models.CheckConstraint(condition=models.Q(('per__in', ['week', 'month'])), name='customers_preference_per_known'),
                    models.CheckConstraint(condition=models.Q(('salutation__in', ['', 'sie', 'du'])), name='customers_preference_salutation_known'),
                    models.CheckConstraint(condition=models.Q(models.Q(('hour_from', None), ('hour_to', None)), models.Q(('hour_from__isnull', False), ('hour_from__lt', models.F('hour_to')), ('hour_to__isnull', False), ('hour_to__lte', 24)), _connector='OR'), name='customers_preference_hours'),
                    models.CheckConstraint(condition=models.Q(('weekdays__contained_by', [0, 1, 2, 3, 4, 5, 6])), name='customers_preference_weekdays'),
                ],
            },
        ),
        migrations.RunSQL(JOURNAL, UNDONE),
    ]
