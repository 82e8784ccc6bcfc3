"""Start the programme, and publish rules."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from treue.act.loyalty.earning import documents
from treue.act.loyalty.earning.rules import RuleSet
from treue.act.loyalty.errors import AlreadyStarted, DayIsOver
from treue.act.loyalty.models import Member, Programme, RuleVersion, TierVersion
from treue.act.loyalty.tiers import RuleVersion as TierRules
from treue.act.loyalty.tiers import as_json
from treue.core.shop.models import Shop
from treue.core.staff import audit
from treue.core.staff.models import User

SPENDING, WELCOME = "spending", "welcome"


def simple_rules(shop: Shop, *, points: int, amount: Decimal, welcome: int) -> RuleSet:
    """So many points for every full amount, and `welcome` for the first purchase, where it is above 0."""
    given = {
        "kind": "per_amount",
        "name": SPENDING,
        "points": points,
        "amount": str(amount),
        "is_by_whole_amounts": True,
    }
    more = [{"kind": "first_purchase", "name": WELCOME, "points": welcome}] if welcome else []
    return documents.read({"format": 1, "currency": shop.currency, "zone": shop.zone, "rules": [given, *more]})


def save(*, programme: Programme, rules: RuleSet, now: datetime, by: User | None) -> bool:
    """Start the programme or change it. Rules that are other than those in force hold from now on. Returns whether new
    rules were published. Raises AlreadyStarted where somebody started the shop's programme at the same moment.
    """
    with transaction.atomic():
        Shop.objects.select_for_update(no_key=True).get(pk=programme.shop_id)  # one after the other
        is_new = programme.pk is None
        if is_new:
            if Programme.objects.filter(shop=programme.shop_id).exists():
                raise AlreadyStarted(programme.shop_id)
            programme.started_at = now
        programme.save()
        latest = RuleVersion.objects.select_for_update().filter(programme=programme).order_by("valid_from").last()
        document = documents.written(rules)
        is_other = latest is None or latest.document != document
        if is_other:
            after = latest.valid_from + datetime.resolution if latest else now
            begins = max(now, after)  # whoever came second holds second, whichever clock was ahead
            RuleVersion.objects.create(
                programme=programme, valid_from=begins, document=document, published_at=now, published_by=by
            )
        audit.record(
            "programme.started" if is_new else "programme.changed",
            who=by,
            subject=f"programme {programme.pk}",
            rules=is_other,
        )
    return is_other


def publish_tiers(*, programme: Programme, version: TierRules, now: datetime, by: User | None) -> None:
    """Let tiers hold from a day on, which must not be over: what members were promised stays as it was.

    Rules that begin on the same day are replaced. Every member is looked at in the next hour. Raises DayIsOver.
    """
    today = now.astimezone(programme.shop.tz).date()
    if version.valid_from < today:
        raise DayIsOver(version.valid_from)
    with transaction.atomic():
        TierVersion.objects.update_or_create(
            programme=programme,
            valid_from=version.valid_from,
            defaults={"document": as_json.written(version), "published_at": now, "published_by": by},
        )
        Member.objects.filter(programme=programme, left_at=None).update(tier_changes_at=now)
        audit.record("tiers.published", who=by, subject=f"programme {programme.pk}", levels=len(version.levels))
