"""The log's own tables. What Django cannot describe (partitions, transaction numbers, generated shards) is SQL."""

import django.db.models.deletion
from django.db import migrations, models

from treue.core.events.partitions import FUNCTIONS

TABLES = (
    """
create sequence events_event_seq;

create table events_event (
    seq bigint not null default nextval('events_event_seq'),
    xid xid8 not null default pg_current_xact_id(),
    shop_id bigint not null,
    message_id text not null,
    name text not null,
    person bigint,
    shard smallint not null
        generated always as (coalesce(person & 63, get_byte(decode(md5(message_id), 'hex'), 0) & 63)) stored,
    source text not null,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null default now(),
    facts jsonb not null default '{}',
    constraint events_event_once primary key (recorded_at, seq)
) partition by range (recorded_at);
create index events_event_log on events_event (shard, xid, seq);
create index events_event_person on events_event (person, occurred_at desc, seq desc);
create table events_event_default partition of events_event default;

-- A unique key of a partitioned table holds the partition's key; a message comes once in all months.
create table events_message (
    shop_id bigint not null,
    message_id text collate "C" not null,
    constraint events_message_once primary key (shop_id, message_id)
);

create table events_cursor (
    reaction text not null,
    shard smallint not null,
    xid xid8 not null,
    seq bigint not null,
    since timestamptz,
    moved_at timestamptz,
    constraint events_cursor_once primary key (reaction, shard)
) with (fillfactor = 50);
"""
    + FUNCTIONS
)


class Migration(migrations.Migration):
    initial = True
    dependencies = [("shop", "0001_initial")]

    operations = [
        migrations.RunSQL(
            TABLES,
            """drop table events_event; drop sequence events_event_seq; drop table events_message;
            drop table events_cursor; drop function events_make_month(date);""",
            state_operations=[
                migrations.CreateModel(
                    name="Event",
                    fields=[
                        ("seq", models.BigIntegerField(primary_key=True, serialize=False)),
                        ("message_id", models.TextField()),
                        ("name", models.TextField()),
                        ("person", models.BigIntegerField(null=True)),
                        ("source", models.TextField()),
                        ("occurred_at", models.DateTimeField()),
                        ("recorded_at", models.DateTimeField()),
                        ("facts", models.JSONField(default=dict)),
                        (
                            "shop",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                to="shop.shop",
                            ),
                        ),
                    ],
                    options={"db_table": "events_event"},
                ),
                migrations.CreateModel(
                    name="Message",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "shop_id", "message_id", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("message_id", models.TextField()),
                        (
                            "shop",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                to="shop.shop",
                            ),
                        ),
                    ],
                    options={"db_table": "events_message"},
                ),
            ],
        ),
        migrations.CreateModel(
            name="Source",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60)),
                ("live_since", models.DateTimeField()),
                ("shop", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="shop.shop")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("shop", "name"), name="events_source_once")],
            },
        ),
        migrations.CreateModel(
            name="Parked",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reaction", models.CharField(max_length=80)),
                ("seq", models.BigIntegerField()),
                ("recorded_at", models.DateTimeField()),
                ("place", models.BigIntegerField()),
                ("person", models.BigIntegerField(null=True)),
                ("shard", models.SmallIntegerField()),
                ("error", models.CharField(blank=True, max_length=200)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("next_try_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("reaction", "seq"), name="events_parked_once")],
                "indexes": [
                    models.Index(fields=["reaction", "person", "place", "seq"], name="events_parked_in_order"),
                    models.Index(
                        condition=models.Q(("next_try_at__isnull", False)),
                        fields=["next_try_at"],
                        name="events_parked_due",
                    ),
                ],
            },
        ),
    ]
