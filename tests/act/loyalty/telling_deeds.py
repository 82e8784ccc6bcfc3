"""Events of members' deeds as a reaction is handed them, and rules for deeds."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from members import NOON, day

from treue.act.loyalty import telling
from treue.act.loyalty.earning import documents
from treue.act.loyalty.earning.rules import RuleSet
from treue.act.loyalty.models import Member, Programme, RuleVersion
from treue.core.events.happened import Happened
from treue.listen.tracking import sources

SINCE = day(-90)


def rule(deed: str, points: int, **more: object) -> dict[str, object]:
    return {"kind": "for_deed", "name": deed.replace("_", "-"), "deed": deed, "points": points, **more}


def publish(programme: Programme, *rules: Mapping[str, object], since: datetime = SINCE, **more: object) -> RuleSet:
    """Rules that hold from a moment on."""
    made = documents.read({"currency": "EUR", "zone": "UTC", "format": 1, "rules": list(rules), **more})
    RuleVersion.objects.create(programme=programme, valid_from=since, document=documents.written(made))
    return made


def with_sources(programme: Programme) -> None:
    for kind in ("server", "browser"):
        sources.add(shop=programme.shop, name=kind, kind=kind, by=None)


def told(
    member: int, name: str, *, message: str = "m", source: str = "server", at: datetime = NOON, **facts: object
) -> Happened:
    by = Member.everyone.get(pk=member)
    return Happened(
        seq=1,
        shop_id=by.programme.shop_id,
        message_id=message,
        name=name,
        person=by.customer_id,
        source=source,
        occurred_at=at,
        recorded_at=at,
        facts=facts,
        is_history=False,
        customer=by.customer_id,
    )


def reward(*events: Happened) -> None:
    with transaction.atomic():
        telling.reward(events, NOON)
