"""What people are shown when they are asked, and which channels need a confirmation."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction

from treue.core.customers.errors import TextInUse, VersionTaken
from treue.core.customers.models import ConsentRecord, ConsentRules, ConsentText, Purpose
from treue.core.customers.models.consent import first_channels_to_confirm
from treue.core.shop.models import Shop
from treue.core.staff import audit
from treue.core.staff.models import User


def purposes(shop: Shop) -> list[str]:
    """The known ones, then the shop's own."""
    own = ConsentText.objects.filter(shop=shop).exclude(purpose__in=Purpose.values)
    return [*Purpose.values, *own.order_by("purpose").values_list("purpose", flat=True).distinct()]


def current(shop: Shop, purpose: str, language: str, at: datetime) -> ConsentText | None:
    """The version that is shown at a moment."""
    known = ConsentText.objects.filter(shop=shop, purpose=purpose, language=language, valid_from__lte=at)
    return known.order_by("-valid_from", "-pk").first()


@transaction.atomic
def add(
    *, shop: Shop, purpose: str, version: str, texts: Mapping[str, str], valid_from: datetime, by: User | None
) -> list[ConsentText]:
    """A new version, with its text by language; empty ones are left out. Raises VersionTaken."""
    Shop.objects.select_for_update(no_key=True).get(pk=shop.pk)  # two colleagues at once make no version of two halves
    if ConsentText.objects.filter(shop=shop, purpose=purpose, version=version).exists():
        raise VersionTaken(purpose, version)
    rows = [
        ConsentText(shop=shop, purpose=purpose, version=version, language=language, text=text, valid_from=valid_from)
        for language, text in texts.items()
        if text
    ]
    facts = {"purpose": purpose, "version": version, "languages": sorted(each.language for each in rows)}
    audit.record("consent.text_added", who=by, subject=f"shop {shop.pk}", **facts)
    return ConsentText.objects.bulk_create(rows)


@transaction.atomic
def remove(*, shop: Shop, purpose: str, version: str, by: User) -> None:
    """Take back a version to which nobody has agreed yet, in all its languages. Raises TextInUse."""
    texts = ConsentText.objects.select_for_update().filter(shop=shop, purpose=purpose, version=version)
    found = list(texts.values_list("pk", flat=True))
    if ConsentRecord.objects.filter(text__in=found).exists():
        raise TextInUse(purpose, version)
    if ConsentText.objects.filter(pk__in=found).delete()[0]:
        audit.record("consent.text_removed", who=by, subject=f"shop {shop.pk}", purpose=purpose, version=version)


def confirmed_channels(shop_id: int) -> list[str]:
    """Through which a consent counts only when it is confirmed."""
    rules = ConsentRules.objects.filter(shop=shop_id).first()
    return rules.confirmed if rules else first_channels_to_confirm()


def demands(shop_id: int, channel: str) -> bool:
    return channel in confirmed_channels(shop_id)


@transaction.atomic
def confirm_through(*, shop: Shop, channels: Collection[str], by: User) -> None:
    """Make these the channels through which a consent must be confirmed, and no others."""
    ConsentRules.objects.get_or_create(shop=shop)
    rules = ConsentRules.objects.select_for_update().get(shop=shop)
    old, new = sorted(rules.confirmed), sorted(channels)
    if old != new:
        rules.confirmed = new
        rules.save(update_fields=["confirmed"])
        audit.record("consent.rules_changed", who=by, subject=f"shop {shop.pk}", confirmed={"old": old, "new": new})
