"""Forget deliveries of long ago."""

from datetime import datetime, timedelta

from treue.core.webhooks.models import Delivery

KEPT = timedelta(days=30)
AT_ONCE = 5_000


def sweep(now: datetime) -> int:
    """Delete what was written more than 30 days ago, however it ended. Returns how many rows.

    In their order, a few thousand at a time: who waits for a transaction of ours waits no second.
    """
    deleted = 0
    while old := _oldest(now - KEPT):
        deleted += Delivery.objects.filter(pk__in=old).delete()[0]
    return deleted


def _oldest(before: datetime) -> list[int]:
    first = Delivery.objects.order_by("pk").values_list("pk", "created_at")[:AT_ONCE]
    return [pk for pk, created_at in first if created_at < before]
