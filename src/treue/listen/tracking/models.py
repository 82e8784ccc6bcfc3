"""How much each source sent, and what of it was refused."""

from django.db import models

from treue.core.events.models import Source
from treue.core.privacy import NOT_PERSONAL


class Tally(models.Model):
    """How many events of a source came to what in an hour: `TAKEN`, or the reason for which they were refused.

    slot: one of several rows for the same, so that writers side by side do not wait for each other.
    """

    personal = NOT_PERSONAL

    TAKEN = "taken"

    source = models.ForeignKey(Source, on_delete=models.CASCADE, db_index=False)
    hour = models.DateTimeField()
    outcome = models.CharField(max_length=40)
    slot = models.SmallIntegerField()
    events = models.BigIntegerField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "hour", "outcome", "slot"], name="tracking_tally_once"),
            models.CheckConstraint(condition=models.Q(events__gt=0), name="tracking_tally_counts"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.hour:%Y-%m-%d %H} {self.outcome}: {self.events}"
