"""How customers want to be spoken to."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from treue.core.customers import persons
from treue.core.customers.consent import CONSOLE
from treue.core.customers.models import Customer, Preference
from treue.core.events.log import Happening, record
from treue.core.events.naming import know
from treue.core.staff import audit
from treue.core.staff.models import User

CHANGED = "Preferences Changed"
FIELDS = ("channel", "most_messages", "per", "hour_from", "hour_to", "weekdays", "language", "salutation")
know([CHANGED])


def of(customer: Customer) -> Preference:
    """The latest that was said; an unsaved one that says nothing where nothing was."""
    said = Preference.objects.filter(customer_id__in=persons.numbers_of(customer)).select_related("updated_by")
    return said.order_by("-updated_at").first() or Preference(customer=customer)


@transaction.atomic
def change(
    *, customer: Customer, values: Mapping[str, object], now: datetime, source: str = CONSOLE, by: User | None = None
) -> list[str]:
    """Set these of FIELDS. Returns which of them are other than before."""
    known = of(customer)
    before = {name: getattr(known, name) for name in FIELDS}
    if all(before[name] == values[name] for name in FIELDS if name in values):
        return []
    own, _new = Preference.objects.get_or_create(customer=customer, defaults={**before, "updated_at": now})
    own = Preference.objects.select_for_update().get(pk=own.pk)
    changed = [name for name in FIELDS if name in values and getattr(own, name) != values[name]]
    if not changed:
        return []
    for name in changed:
        setattr(own, name, values[name])
    own.updated_at, own.updated_by = now, by
    own.save()
    _tell(own, changed, source, by)
    return changed


def _tell(own: Preference, changed: list[str], source: str, by: User | None) -> None:
    if by is not None:
        audit.record("preferences.changed", who=by, subject=f"customer {own.pk}", fields=changed)
    happening = Happening(
        message_id=f"preferences changed {own.pk} {own.updated_at.isoformat()}",
        name=CHANGED,
        person=own.pk,
        source=source,
        occurred_at=own.updated_at,
        facts={name: getattr(own, name) for name in changed},
    )
    record(own.customer.shop, [happening])
