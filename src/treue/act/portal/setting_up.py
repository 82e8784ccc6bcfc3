"""Set up the portal."""

from datetime import datetime

from django.db import transaction

from treue.act.portal.models import Portal
from treue.core.shop.models import Shop
from treue.core.staff import audit
from treue.core.staff.models import User


def of(shop: Shop) -> Portal:
    """The shop's portal; an unsaved one that is off where there is none yet."""
    return Portal.objects.select_related("shop").filter(shop=shop).first() or Portal(shop=shop)


def save(*, portal: Portal, by: User | None) -> list[str]:
    """Keep what was set. Returns which fields are other than before."""
    names = [field.name for field in Portal._meta.concrete_fields if field.name != "shop"]
    with transaction.atomic():
        before = Portal.objects.select_for_update().filter(pk=portal.shop_id).first() or Portal(shop=portal.shop)
        changed = [name for name in names if getattr(before, name) != getattr(portal, name)]
        Portal.objects.update_or_create(shop=portal.shop, defaults={name: getattr(portal, name) for name in names})
        if changed:
            audit.record("portal.changed", who=by, subject=f"shop {portal.shop_id}", fields=changed, on=portal.is_on)
    return changed


def open_demo(shop: Shop, *, now: datetime) -> None:
    """The demo shop's members can look at their points; once somebody has set the portal up it stays as it is."""
    Portal.objects.get_or_create(shop=shop, defaults={"is_on": True})
