"""The head of what is worked out anew for a whole shop, of which one is in force (`core.versions`)."""

from django.db import models

from treue.core.shop.models import Shop


class Version(models.Model):
    """in_force_at: None where the work was cut off before."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE)
    in_force_at = models.DateTimeField(null=True)
    is_current = models.BooleanField(default=False)

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(
                fields=["shop"], condition=models.Q(is_current=True), name="%(app_label)s_%(class)s_one_current"
            ),
            models.CheckConstraint(
                condition=models.Q(is_current=False) | models.Q(in_force_at__isnull=False),
                name="%(app_label)s_%(class)s_current_is_whole",
            ),
        ]
