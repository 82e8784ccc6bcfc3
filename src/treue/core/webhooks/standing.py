"""How endpoints fare: what their pages show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from treue.core.webhooks.models import Delivery, Endpoint

DAY = timedelta(hours=24)


@dataclass(frozen=True)
class Standing:
    """delivered, failed: of what was tried within the last 24 hours, by how the last try ended. waiting: what is still
    to be sent, for the first time or again."""

    endpoint: Endpoint
    delivered: int
    failed: int
    waiting: int

    @property
    def success(self) -> float | None:
        """From 0 to 1; None where nothing was tried."""
        tried = self.delivered + self.failed
        return self.delivered / tried if tried else None


def standings(endpoints: Sequence[Endpoint], now: datetime) -> list[Standing]:
    tried = _counted(
        Q(tried_at__gt=now - DAY),
        endpoints,
        delivered=Count("pk", filter=Q(state=Delivery.State.DELIVERED)),
        failed=Count("pk", filter=~Q(problem="")),
    )
    waiting = _counted(Q(next_try_at__isnull=False), endpoints, waiting=Count("pk"))
    none = {"delivered": 0, "failed": 0}
    return [
        Standing(each, **tried.get(each.pk, none), waiting=waiting.get(each.pk, {"waiting": 0})["waiting"])
        for each in endpoints
    ]


def _counted(which: Q, endpoints: Sequence[Endpoint], **counts: Count) -> dict[int, dict[str, int]]:
    rows = Delivery.objects.filter(which, endpoint__in=[each.pk for each in endpoints])
    found = rows.order_by().values("endpoint").annotate(**counts)
    return {row.pop("endpoint"): row for row in found}
