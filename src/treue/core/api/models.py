"""What the API remembers of writes, so that one that is sent again is not done again."""

from django.db import models

from treue.core.privacy import OnErasure, PersonalData
from treue.core.staff.models import ApiKey


class Answer(models.Model):
    """The first answer to a write with an idempotency key. Nobody is named: key and request are keyed hashes.

    facts: opaque numbers alone, from which, with the request that came again, the same answer is made.
    """

    personal = PersonalData(
        fields=(),
        owner=None,
        on_erasure=OnErasure.KEEP,
        why="Keyed hashes and opaque numbers, for two days: a write that is sent again must bring nobody back.",
    )

    key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, db_index=False)
    idempotency_hash = models.CharField(max_length=64)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    facts = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "idempotency_hash"], name="api_answer_once")]
