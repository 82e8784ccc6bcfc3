"""What colleagues change by hand, and who agreed to it."""

from django.db import models
from django.db.models import F, Q

from treue.act.loyalty.models.programme import Member
from treue.core.privacy import PersonalData
from treue.core.staff.models import User


class Correction(models.Model):
    """A change of a member's points by hand. Beyond the programme's limit a second colleague decides on it.

    key: of the form that was sent. journal: that it came to; none while it waits, and where it was refused.
    """

    personal = PersonalData(fields=("points", "reason", "state", "asked_at", "decided_at"), owner="member__customer")

    class State(models.TextChoices):
        DONE = "done"
        WAITING = "waiting"
        APPROVED = "approved"
        REFUSED = "refused"

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="corrections")
    points = models.BigIntegerField()
    reason = models.CharField(max_length=40)
    key = models.CharField(max_length=80)
    state = models.CharField(max_length=8, choices=State)
    asked_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True)
    journal = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "key"], name="loyalty_correction_once"),
            models.CheckConstraint(condition=~Q(points=0), name="loyalty_correction_of_something"),
            models.CheckConstraint(
                condition=Q(state__in=["done", "waiting"], decided_at=None)
                | Q(state__in=["approved", "refused"], decided_at__isnull=False),
                name="loyalty_correction_decided_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["done", "approved"], journal__isnull=False)
                | Q(state__in=["waiting", "refused"], journal=None),
                name="loyalty_correction_has_its_journal",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by")), name="loyalty_correction_by_two"
            ),
        ]
        indexes = [
            models.Index(fields=["asked_at"], condition=Q(state="waiting"), name="loyalty_correction_waiting"),
        ]
