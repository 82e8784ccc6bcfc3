"""Moments as people at the shop read them: in its zone, in their language."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import get_language

from treue.core.shop.models import Shop
from treue.design import formats


def zone() -> ZoneInfo:
    """The shop's zone; the one a new shop would have where there is none yet."""
    shop = Shop.objects.order_by("pk").first() or Shop()
    return shop.tz


def printed(moment: datetime | None, zone: ZoneInfo) -> str:
    """ "22.11.2026, 6:00 Uhr"; no moment is "–"."""
    local = moment.astimezone(zone) if moment else None
    return formats.moment(local, (get_language() or "en")[:2])
