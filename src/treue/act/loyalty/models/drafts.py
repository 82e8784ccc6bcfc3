"""A programme as it is being set up or changed, before it is published."""

from django.db import models
from django.utils import timezone

from treue.core.privacy import NOT_PERSONAL
from treue.core.shop.models import Shop
from treue.core.staff.models import User


class Draft(models.Model):
    """What colleagues filled in and have not published; one of each shop.

    values: by part of the programme (`setup.plan`); what is not there stays as it is in force. revision: grows with
    each change, and with publishing too, so that a form of before is told from one of now. job: of the last trial on
    the orders of the past.
    """

    personal = NOT_PERSONAL

    shop = models.OneToOneField(Shop, on_delete=models.CASCADE, related_name="programme_draft")
    values = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    job = models.BigIntegerField(null=True)

    @property
    def is_open(self) -> bool:
        """Whether something waits to be published."""
        return bool(self.values)
