"""Tiers that colleagues give by hand."""

from django.db import models
from django.db.models import F, Q

from treue.act.loyalty.models.programme import Member
from treue.core.privacy import PersonalData
from treue.core.staff.models import User


class TierGrant(models.Model):
    """A tier by hand, from a moment up to, not including, another. A trigger refuses every change but its end, which is
    said once: a member's tier follows from these rows, so what was once in force stays known.

    reason: a short code, never words about a person. key: of the form or the request that was sent.
    """

    personal = PersonalData(
        fields=("level", "valid_from", "valid_until", "reason", "ended_at"), owner="member__customer"
    )

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="grants")
    level = models.CharField(max_length=40)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField()
    reason = models.CharField(max_length=40)
    key = models.CharField(max_length=300)
    given_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "key"], name="loyalty_grant_once"),
            models.CheckConstraint(condition=Q(valid_until__gt=F("valid_from")), name="loyalty_grant_lasts"),
            models.CheckConstraint(condition=~Q(level=""), name="loyalty_grant_of_something"),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("valid_from"), ended_at__lt=F("valid_until")),
                name="loyalty_grant_ended_in_its_time",
            ),
            models.CheckConstraint(
                condition=Q(ended_by=None) | Q(ended_at__isnull=False), name="loyalty_grant_ended_by_somebody"
            ),
        ]
