"""Send again what was sent, or should have been. The receiver knows it by the same webhook-id."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from treue.core.staff import audit
from treue.core.staff.models import User
from treue.core.webhooks.models import Delivery, Endpoint


def again(*, delivery: Delivery, by: User, now: datetime) -> None:
    """One, whether it failed or not, with all its tries before it."""
    with transaction.atomic():
        _due(Delivery.objects.filter(pk=delivery.pk), now)
        facts = {"deliveries": 1}
        audit.record("webhook.sent_again", who=by, subject=f"webhook {delivery.endpoint_id}", **facts)


def all_failed(*, endpoint: Endpoint, since: datetime, by: User, now: datetime) -> int:
    """Whatever happened since a moment and was not delivered. Returns how many are sent again."""
    with transaction.atomic():
        count = _due(endpoint.deliveries.failed().filter(created_at__gte=since), now)
        if count:
            facts = {"deliveries": count, "since": since.isoformat()}
            audit.record("webhook.sent_again", who=by, subject=f"webhook {endpoint.pk}", **facts)
    return count


def _due(deliveries: QuerySet[Delivery], now: datetime) -> int:
    return deliveries.update(state=Delivery.State.WAITING, next_try_at=now, attempts=0, problem="")
