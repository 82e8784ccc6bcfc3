"""An answer is known by its key and hash alone, as short as they can be."""

import django.db.models.deletion
from django.db import migrations, models

ASIDE = """
alter table api_answer rename to api_answer_before;
alter table api_answer_before drop constraint api_answer_once, drop constraint api_answer_pkey;
drop index if exists api_answer_created_at_802fac99"""
BACK = """
insert into api_answer (key_id, idempotency_hash, request_hash, status, facts, created_at)
select key_id, left(idempotency_hash, 32)::uuid, left(request_hash, 32)::uuid, status, facts, created_at
from api_answer_before order by created_at;
drop table api_answer_before"""


class Migration(migrations.Migration):
    dependencies = [("staff", "0002_api_keys"), ("api", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(ASIDE)],
            state_operations=[migrations.DeleteModel("Answer")],
        ),
        migrations.CreateModel(
            name="Answer",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "key_id", "idempotency_hash", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "key",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="staff.apikey",
                    ),
                ),
                ("idempotency_hash", models.UUIDField()),
                ("request_hash", models.UUIDField()),
                ("status", models.PositiveSmallIntegerField(null=True)),
                ("facts", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField()),
            ],
        ),
        migrations.RunSQL(BACK),
    ]
