"""That a message was told is known by a digest of its id."""

import django.db.models.deletion
from django.db import migrations, models

# The key begins with what differs: half the comparisons of each insert.
DIGESTS = """
lock table events_message in access exclusive mode;
create table events_digest as select shop_id, md5(message_id)::uuid as digest from events_message;
drop table events_message;
alter table events_digest rename to events_message;
alter table events_message alter shop_id set not null, alter digest set not null,
    add constraint events_message_once primary key (digest, shop_id)"""


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0009_appending"),
        ("shop", "0001_initial"),
        ("tracking", "0003_cancellations_told_before"),
    ]

    operations = [
        migrations.RunSQL(
            DIGESTS,
            state_operations=[
                migrations.DeleteModel(name="Message"),
                migrations.CreateModel(
                    name="Message",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "shop_id", "digest", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("digest", models.UUIDField()),
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
    ]
