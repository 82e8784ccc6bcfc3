"""Addresses of other programs that want to hear what happens, and what each of them was told."""

import uuid
from urllib.parse import urlsplit

from django.contrib.postgres.fields import ArrayField
from django.db import models

from treue.core.privacy import NOT_PERSONAL, PersonalData
from treue.core.shop.models import Shop

LONGEST_URL = 1_000
LONGEST_NAME = 200
MESSAGE = "msg_"  # as the Standard Webhooks scheme writes an id


class EndpointQuerySet(models.QuerySet["Endpoint"]):
    def failing(self) -> "EndpointQuerySet":
        """Nothing gets through since the last try, or they were switched off because of that."""
        by_itself = [Endpoint.OffBecause.GONE, Endpoint.OffBecause.FAILING]
        return self.filter(models.Q(is_on=True, failing_since__isnull=False) | models.Q(off_because__in=by_itself))


class Endpoint(models.Model):
    """Where events are sent to.

    events: the names of those it wants, as in the log; empty for all. seed: what its secret is derived from, together
    with the installation's own (`signing`); the former one signs beside it until `former_until`. failing_since: when
    the first try failed after the last one that succeeded.
    """

    personal = NOT_PERSONAL

    class OffBecause(models.TextChoices):
        ASKED = "asked"
        GONE = "gone"
        FAILING = "failing"

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+")
    url = models.CharField(max_length=LONGEST_URL)
    description = models.CharField(max_length=120, blank=True)
    events = ArrayField(models.CharField(max_length=LONGEST_NAME), default=list, blank=True)
    seed = models.CharField(max_length=43)
    former_seed = models.CharField(max_length=43, blank=True)
    former_until = models.DateTimeField(null=True)
    is_on = models.BooleanField(default=True)
    off_because = models.CharField(max_length=8, choices=OffBecause, blank=True)
    failing_since = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = EndpointQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(is_on=True, off_because="") | (models.Q(is_on=False) & ~models.Q(off_because="")),
                name="webhooks_endpoint_off_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.description or self.host

    @property
    def host(self) -> str:
        """What may be said of the address everywhere: the rest of it may hold a token."""
        return urlsplit(self.url).hostname or ""


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def failed(self) -> "DeliveryQuerySet":
        """The last try failed, whether or not another one is to come."""
        return self.exclude(problem="")


class Delivery(models.Model):
    """That an endpoint is to be told of an event, and how that went.

    message: the same in every try, so that the receiver knows what it has already. seq, recorded_at: the event's
    place in the log; without them it is a test, which tells of nothing. attempts: tries that were begun. next_try_at:
    not before then; while one is under way it is moved so far ahead that only a try whose worker died is ever taken
    up again. status: of the last answer, where there was one. problem: why the last try failed, a word that
    `wording` knows; never what the receiver said, which may quote persons.
    """

    personal = PersonalData(fields=("event", "created_at", "tried_at", "state"), owner="person")

    class State(models.TextChoices):
        WAITING = "waiting"
        DELIVERED = "delivered"
        GIVEN_UP = "given_up"

    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, db_index=False, related_name="deliveries")
    message = models.UUIDField(default=uuid.uuid4)
    event = models.TextField()
    seq = models.BigIntegerField(null=True)
    recorded_at = models.DateTimeField(null=True)
    person = models.BigIntegerField(null=True)
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    duration_ms = models.PositiveIntegerField(null=True)
    status = models.PositiveSmallIntegerField(null=True)
    problem = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField()

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "seq"], name="webhooks_delivery_once"),
            models.CheckConstraint(
                condition=models.Q(state="waiting", next_try_at__isnull=False)
                | (models.Q(state__in=["delivered", "given_up"], next_try_at=None)),
                name="webhooks_delivery_waits_for_a_moment",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="delivered") | models.Q(problem=""), name="webhooks_delivery_without_problem"
            ),
        ]
        indexes = [
            models.Index(
                fields=["endpoint", "next_try_at"],
                condition=models.Q(next_try_at__isnull=False),
                name="webhooks_delivery_due",
            ),
            models.Index(fields=["endpoint", "id"], name="webhooks_delivery_by_id"),
            models.Index(fields=["endpoint", "id"], condition=~models.Q(problem=""), name="webhooks_delivery_failed"),
            models.Index(fields=["endpoint", "tried_at"], name="webhooks_delivery_tried"),
            models.Index(fields=["person"], condition=models.Q(person__isnull=False), name="webhooks_delivery_person"),
        ]

    def __str__(self) -> str:
        return self.webhook_id

    @property
    def webhook_id(self) -> str:
        return f"{MESSAGE}{self.message.hex}"

    @property
    def is_test(self) -> bool:
        return self.seq is None

    @property
    def waits(self) -> bool:
        """It is to be sent, for the first time or again."""
        return self.state == self.State.WAITING

    @property
    def is_new(self) -> bool:
        """Nothing is known yet of how it fares."""
        return self.state == self.State.WAITING and not self.problem
