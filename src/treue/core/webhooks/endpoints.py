"""What a person does about an endpoint. All of it stands in the audit log, by host: an address may hold a token."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from treue.core.shop.models import Shop
from treue.core.staff import audit
from treue.core.staff.audit_wording import name_actions
from treue.core.staff.models import User
from treue.core.webhooks import payloads, signing
from treue.core.webhooks.models import Delivery, Endpoint

BOTH_SIGN = timedelta(hours=24)

name_actions(
    {
        "webhook.added": _("Added a webhook"),
        "webhook.changed": _("Changed a webhook"),
        "webhook.removed": _("Removed a webhook"),
        "webhook.switched_on": _("Switched on a webhook"),
        "webhook.switched_off": _("Switched off a webhook"),
        "webhook.secret_seen": _("Looked at the secret of a webhook"),
        "webhook.secret_changed": _("Changed the secret of a webhook"),
        "webhook.tested": _("Sent a test event"),
        "webhook.sent_again": _("Sent events to a webhook again"),
    }
)


def add(*, shop: Shop, url: str, description: str, events: Sequence[str], by: User | None) -> Endpoint:
    """The address was checked before (`addresses`), and is checked again whenever something is sent."""
    with transaction.atomic():
        fields = {"url": url, "description": description, "events": list(events), "seed": signing.new_seed()}
        endpoint = Endpoint.objects.create(shop=shop, **fields)
        _record("added", endpoint, by)
    return endpoint


def change(*, endpoint: Endpoint, url: str, description: str, events: Sequence[str], by: User) -> None:
    """What waits goes to the new address."""
    with transaction.atomic():
        Endpoint.objects.filter(pk=endpoint.pk).update(url=url, description=description, events=list(events))
        endpoint.url = url
        _record("changed", endpoint, by)


def switch_on(*, endpoint: Endpoint, by: User) -> None:
    """What waited goes out at once. What happened while it was off is not told."""
    with transaction.atomic():
        off = Endpoint.objects.filter(pk=endpoint.pk, is_on=False)
        if off.update(is_on=True, off_because="", failing_since=None):
            _record("switched_on", endpoint, by)


def switch_off(*, endpoint: Endpoint, by: User) -> None:
    with transaction.atomic():
        if Endpoint.objects.filter(pk=endpoint.pk, is_on=True).update(
            is_on=False, off_because=Endpoint.OffBecause.ASKED
        ):
            _record("switched_off", endpoint, by)


def remove(*, endpoint: Endpoint, by: User) -> None:
    """With what it was told of."""
    with transaction.atomic():
        _record("removed", endpoint, by)
        rows = Delivery.objects.filter(endpoint=endpoint)
        rows._raw_delete(rows.db)  # there may be millions, and nothing refers to them
        Endpoint.objects.filter(pk=endpoint.pk).delete()


def show_secret(*, endpoint: Endpoint, by: User) -> str:
    with transaction.atomic():
        _record("secret_seen", endpoint, by)
    return signing.secret(endpoint.seed)


def change_secret(*, endpoint: Endpoint, by: User, now: datetime) -> None:
    """A new one; the one before signs beside it for a day, so that the receiver can take its time."""
    with transaction.atomic():
        current = Endpoint.objects.select_for_update().get(pk=endpoint.pk)
        current.former_seed, current.former_until = current.seed, now + BOTH_SIGN
        current.seed = signing.new_seed()
        current.save(update_fields=["seed", "former_seed", "former_until"])
        _record("secret_changed", endpoint, by)


def test(*, endpoint: Endpoint, by: User, now: datetime) -> Delivery:
    """Send an event that tells of nothing."""
    with transaction.atomic():
        _record("tested", endpoint, by)
        return Delivery.objects.create(endpoint=endpoint, event=payloads.TEST, next_try_at=now, created_at=now)


def _record(deed: str, endpoint: Endpoint, by: User | None) -> None:
    audit.record(f"webhook.{deed}", who=by, subject=f"webhook {endpoint.pk}", host=endpoint.host)
