"""Sources that send events with a write key: make, change, switch off and on, give a new key."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from treue.core.commerce.completing import API
from treue.core.events.models import FILES, Source
from treue.core.shop.models import Shop
from treue.core.staff import audit
from treue.core.staff.audit_facts import word_values
from treue.core.staff.audit_wording import name_actions
from treue.core.staff.models import User
from treue.listen.tracking import known_as
from treue.listen.tracking.errors import NameTaken
from treue.listen.tracking.keys import PREFIX, hashed, new_key

LETTERS_SHOWN = 4
RESERVED = frozenset({FILES, API})  # what comes by these comes from no source with a key
KINDS = (Source.Kind.BROWSER, Source.Kind.SERVER)

name_actions(
    {
        "source.added": _("Added a source"),
        "source.changed": _("Changed a source"),
        "source.switched_off": _("Switched off a source"),
        "source.switched_on": _("Switched on a source"),
        "source.key_renewed": _("Gave a source a new write key"),
    }
)
word_values("source_kind", lambda value: dict(Source.Kind.choices).get(value, value))
word_values("believes_orders", lambda value: _("yes") if value == str(True) else _("no"))


def with_keys(shop: Shop) -> QuerySet[Source]:
    return Source.objects.filter(shop=shop, kind__in=KINDS).order_by("name")


def add(
    *,
    shop: Shop,
    name: str,
    kind: str,
    by: User | None,
    events_per_second: int = 1000,
    consent_category: str = "analytics",
    believes_orders: bool = False,
    live_since: datetime | None = None,
) -> tuple[Source, str]:
    """Make a source. Returns it with its write key, which nobody can read again. live_since: from when on
    it is there and what it tells is news; None for now. Raises NameTaken."""
    key, now = new_key(), timezone.now()
    with transaction.atomic():
        _claim(shop, name)
        source = Source.objects.create(
            shop=shop,
            name=name,
            kind=kind,
            live_since=live_since or now,
            created_at=live_since or now,
            events_per_second=events_per_second,
            consent_category=consent_category,
            believes_orders=believes_orders,
            **_of_key(key),
        )
        audit.record("source.added", who=by, subject=_subject(source), name=name, source_kind=kind)
    return source, key


def _claim(shop: Shop, name: str, *, by: Source | None = None) -> None:
    """Raises NameTaken. Until the transaction ends nobody else gives a source of the shop a name."""
    Shop.objects.select_for_update(no_key=True).get(pk=shop.pk)
    if name in RESERVED or known_as.is_taken(shop, name, by_another_than=by.pk if by else None):
        raise NameTaken(name)


def change(
    *,
    source: Source,
    events_per_second: int,
    consent_category: str,
    by: User,
    believes_orders: bool = False,
    name: str = "",
) -> None:
    """What is already in the log stays as it was taken, under the name that the source had. Raises NameTaken."""
    new = {
        "name": name or source.name,
        "events_per_second": events_per_second,
        "consent_category": consent_category,
        "believes_orders": believes_orders,
    }
    with transaction.atomic():
        current = Source.objects.select_for_update().get(pk=source.pk)
        changed = {
            name: {"old": str(getattr(current, name)), "new": str(value)}
            for name, value in new.items()
            if getattr(current, name) != value
        }
        if not changed:
            return
        facts = {"name": current.name, **changed}
        if "name" in changed:
            _claim(source.shop, new["name"], by=source)
            new["former_names"] = sorted({*current.former_names, current.name} - {new["name"]})
        Source.objects.filter(pk=source.pk).update(**new)
        audit.record("source.changed", who=by, subject=_subject(source), **facts)


def switch(*, source: Source, on: bool, by: User) -> None:
    """Web processes heed it within seconds."""
    with transaction.atomic():
        if Source.objects.filter(pk=source.pk, is_enabled=not on).update(is_enabled=on):
            action = "source.switched_on" if on else "source.switched_off"
            audit.record(action, who=by, subject=_subject(source), name=source.name)


def renew_key(*, source: Source, by: User) -> str:
    """Give a source a new write key; the former one stops working within seconds. Returns the key."""
    key = new_key()
    with transaction.atomic():
        Source.objects.filter(pk=source.pk).update(**_of_key(key))
        audit.record("source.key_renewed", who=by, subject=_subject(source), name=source.name)
    return key


def _of_key(key: str) -> dict[str, str]:
    return {"key_hash": hashed(key), "key_ending": key.removeprefix(PREFIX)[-LETTERS_SHOWN:]}


def _subject(source: Source) -> str:
    return f"source {source.pk}"
