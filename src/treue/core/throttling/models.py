"""How often somebody tried something lately."""

from django.db import models
from django.db.models import Q

from treue.core.privacy import OnErasure, PersonalData


class Tally(models.Model):
    """The attempts of one whom a limit holds for, since the first of them.

    who: a keyed hash of both. scope: the limit's name, for whoever looks into the table.
    """

    personal = PersonalData(
        fields=(),
        owner=None,
        on_erasure=OnErasure.KEEP,
        why="Keyed hashes of addresses, machines and programs, for two days at most: guessing has to be slowed.",
    )

    who = models.CharField(max_length=64, primary_key=True)
    scope = models.CharField(max_length=60)
    since = models.DateTimeField()
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(count__gt=0), name="throttling_something_tried")]
