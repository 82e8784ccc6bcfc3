"""The log: what happened, in order, once; how far each reaction has come; what waits because it failed."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from treue.core.privacy import NOT_PERSONAL, PersonalData
from treue.core.shop.models import Shop

SHARDS = 64
FILES = "files"
LONGEST_ERROR = 200


class Source(models.Model):
    """Where events come from. What happened before `live_since` is history and no event: nobody gets a thank-you for
    an order of last year, but a shop that delivers a file every night gets its reactions.

    A browser or a server sends its events with a write key, of which only the hash is kept; `key_ending` tells keys
    apart for people. former_names: under which events of it stand in the log. consent_category: where the shop's
    consent banner allows this one, a visitor may be known better. believes_orders: whether a browser is believed that
    an order was made, although anybody can make it say so.
    """

    personal = NOT_PERSONAL

    class Kind(models.TextChoices):
        FILES = "files", _("Files")
        BROWSER = "browser", _("Browser")
        SERVER = "server", _("Server")

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE)
    name = models.CharField(_("Name"), max_length=60)
    former_names = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    kind = models.CharField(_("Kind"), max_length=10, choices=Kind, default=Kind.FILES)
    live_since = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now)
    is_enabled = models.BooleanField(default=True)
    key_hash = models.CharField(max_length=64, null=True, unique=True)
    key_ending = models.CharField(max_length=4, blank=True)
    events_per_second = models.PositiveIntegerField(_("Events a second"), default=1000)
    consent_category = models.CharField(_("Category of consent"), max_length=60, default="analytics")
    believes_orders = models.BooleanField(_("Believe its orders"), default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shop", "name"], name="events_source_once"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["files", "browser", "server"]), name="events_source_kind_known"
            ),
            models.CheckConstraint(
                condition=models.Q(kind="files") | models.Q(key_hash__isnull=False), name="events_source_has_key"
            ),
            models.CheckConstraint(condition=models.Q(events_per_second__gt=0), name="events_source_limit_above_zero"),
        ]

    def __str__(self) -> str:
        return self.name


class AsItCame(models.JSONField):
    """JSON that is kept as a text: PostgreSQL writes an event down in about 0.6 of the time, and looks into it longer.

    A fact is compared as a text, with `KT`; JSON of this kind equals nothing.
    """

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "json"

    def from_db_value(self, value: object, expression: object, connection: BaseDatabaseWrapper) -> object:
        """As psycopg read it; Django lets it read all but jsonb."""
        return value


class Event(models.Model):
    """Something that happened. Written by `log.record` alone, and never changed.

    The table is partitioned by the month of `recorded_at` and made by hand (migration 0001). Beside these columns it
    has `xid`, the transaction that wrote the row, and `shard`: both belong to `reading`.
    person: the number of the customer or visitor under which it came in; who that is today may change.
    facts: what the source said of it, by an allow-list of its kind. is_history: it happened before its source was live.
    kept_id: what stands for the message's id in a month that has left the log, where it tells of an order.
    """

    kept_id: str | None = None

    personal = PersonalData(fields=("occurred_at", "name", "source", "facts"), owner="person")

    seq = models.BigIntegerField(primary_key=True)
    shop = models.ForeignKey(Shop, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False)
    message_id = models.TextField()
    name = models.TextField()
    person = models.BigIntegerField(null=True)
    source = models.TextField()
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    facts = AsItCame(default=dict)
    is_history = models.BooleanField(default=False)

    class Meta:
        db_table = "events_event"

    def __str__(self) -> str:
        return f"{self.name} {self.seq}"


class MovedMonth(models.Model):
    """That a month of a shop's events left the log for a file in the lake.

    Written in the transaction that drops the partition: while there is no row, the partition has everything. file: its
    name in the shop's folder of events.
    """

    personal = NOT_PERSONAL

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE)
    month = models.DateField()
    file = models.CharField(max_length=40)
    moved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shop", "file"], name="events_moved_file_once")]

    def __str__(self) -> str:
        return self.file


class Message(models.Model):
    """That a message was written down: the log's partitions cannot know it of each other. Made by hand, too.

    digest: what stands for its id (`log.digest`).
    """

    personal = NOT_PERSONAL

    pk = models.CompositePrimaryKey("shop_id", "digest")
    shop = models.ForeignKey(Shop, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False)
    digest = models.UUIDField()

    class Meta:
        db_table = "events_message"


class Parked(models.Model):
    """An event that a reaction could not deal with, or that waits behind one of the same person.

    The first one of a person carries the error, the attempts and the next try; the others wait for it. person: the
    customer it concerns, or the number of a visitor whom nobody knows. place: the number of the transaction that wrote
    the event, by which the log is ordered before `seq`.
    """

    personal = PersonalData(fields=("reaction", "attempts", "next_try_at"), owner="person")

    reaction = models.CharField(max_length=80)
    seq = models.BigIntegerField()
    recorded_at = models.DateTimeField()
    place = models.BigIntegerField()
    person = models.BigIntegerField(null=True)
    shard = models.SmallIntegerField()
    error = models.CharField(max_length=LONGEST_ERROR, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reaction", "seq"], name="events_parked_once")]
        indexes = [
            models.Index(fields=["reaction", "person", "place", "seq"], name="events_parked_in_order"),
            models.Index(
                fields=["next_try_at"], condition=models.Q(next_try_at__isnull=False), name="events_parked_due"
            ),
            models.Index(fields=["recorded_at", "seq"], name="events_parked_by_moment"),
        ]

    @property
    def is_due(self) -> bool:
        return self.next_try_at is not None and self.next_try_at <= timezone.now()


class Withdrawn(models.Model):
    """How often a message was withdrawn that may be told again (`withdrawing`). message_id: as the first one had it."""

    personal = NOT_PERSONAL

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, db_index=False)
    message_id = models.TextField(db_collation="C")
    times = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shop", "message_id"], name="events_withdrawn_once")]

    def __str__(self) -> str:
        return self.message_id
