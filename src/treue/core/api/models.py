"""What the API remembers of writes, so that one that is sent again is not done again."""

from django.db import models

from treue.core.privacy import OnErasure, PersonalData
from treue.core.staff.models import ApiKey


class Answer(models.Model):
    """The first answer to a write with an idempotency key. Nobody is named: key and request are keyed hashes.

    facts: opaque numbers alone, from which, with the request that came again, the same answer is made. The database
    does not look for the key with each answer: its row is the busiest there is, and it goes with its shop alone. Once a
    night all are read, to forget those that are old.
    """

    personal = PersonalData(
        fields=(),
        owner=None,
        on_erasure=OnErasure.KEEP,
        why="Keyed hashes and opaque numbers, for two days: a write that is sent again must bring nobody back.",
    )

    pk = models.CompositePrimaryKey("key_id", "idempotency_hash")
    key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, db_index=False, db_constraint=False)
    idempotency_hash = models.UUIDField()
    request_hash = models.UUIDField()
    status = models.PositiveSmallIntegerField(null=True)
    facts = models.JSONField(default=dict)
    created_at = models.DateTimeField()
