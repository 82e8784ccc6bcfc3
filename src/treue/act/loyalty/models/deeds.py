"""What else than buying earned points."""

from django.db import models
from django.db.models import Q

from treue.act.loyalty.earning.rules import DeedKind
from treue.act.loyalty.models.programme import Member, Programme
from treue.core.privacy import PersonalData

LONGEST_REFERENCE = 120


class RewardedDeed(models.Model):
    """That a deed earned points, once. One that earned nothing has no row.

    event: the name of an event of the shop's own; "" for every other kind. key_hash: of what named it, such as the
    message's id, so that the same one comes to nothing more. reference: the shop's own number of the deed, "" where it
    said none: told by an event and by the API it is one deed, once for a member, a kind and an event. lines: what each
    rule gave, which counts for the caps of what comes later, also once it was taken back. journal: of the ledger,
    that gave it. forgone: how many points could not be taken back with it, as budgets know it.
    """

    personal = PersonalData(
        fields=("kind", "event", "reference", "happened_at", "given_at", "points", "qualifying", "taken_back_at"),
        owner="member__customer",
    )

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, db_index=False)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="deeds")
    kind = models.CharField(max_length=20, choices=[(each.value, each.value) for each in DeedKind])
    event = models.CharField(max_length=120, blank=True)
    reference = models.CharField(max_length=LONGEST_REFERENCE, blank=True, db_default="")
    key_hash = models.CharField(max_length=64)
    happened_at = models.DateTimeField()
    given_at = models.DateTimeField()
    points = models.BigIntegerField()
    qualifying = models.BigIntegerField()
    lines = models.JSONField()
    journal = models.BigIntegerField()
    taken_back_at = models.DateTimeField(null=True)
    forgone = models.BigIntegerField(db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "key_hash"], name="loyalty_deed_once"),
            models.UniqueConstraint(
                fields=["member", "kind", "event", "reference"],
                condition=~Q(reference=""),
                name="loyalty_deed_reference_once",
            ),
            models.UniqueConstraint(fields=["journal"], name="loyalty_deed_journal_once"),
            models.CheckConstraint(
                condition=Q(kind__in=[each.value for each in DeedKind]), name="loyalty_deed_kind_known"
            ),
            models.CheckConstraint(
                condition=(Q(kind=DeedKind.EVENT.value) & ~Q(event="")) | (~Q(kind=DeedKind.EVENT.value) & Q(event="")),
                name="loyalty_deed_event_has_its_name",
            ),
            models.CheckConstraint(
                condition=Q(points__gt=0, qualifying__gte=0) | Q(points=0, qualifying__gt=0),
                name="loyalty_deed_earned_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
