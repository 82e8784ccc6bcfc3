"""What the demo shop promises its members, in the active language."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import override

from treue.act.loyalty import expiry, setting_up
from treue.act.loyalty.earning import documents
from treue.act.loyalty.earning.rules import RuleSet
from treue.act.loyalty.models import BookTerms, Programme
from treue.act.loyalty.tiers import RuleVersion as TierRules
from treue.act.loyalty.tiers import as_json
from treue.core.shop.models import Shop
from treue.listen.imports.demo import words

RETURN_DAYS, MONTHS_TO_SPEND, BELOW_ZERO = 14, 9, 200
WELCOME, THRESHOLDS = 100, ("80.00", "200.00", "400.00")
MONDAY = 0
ONE_CENT = Decimal("0.01")
BIRTHDAY, DELIVERY, EARLY = {"kind": "birthday_gift"}, {"kind": "free_delivery"}, {"kind": "early_access", "hours": 48}
BENEFITS = {"bud": [BIRTHDAY], "leaf": [BIRTHDAY, DELIVERY], "blossom": [BIRTHDAY, DELIVERY, EARLY]}
CHANGED_AFTER = timedelta(days=240)


def start(shop: Shop, *, at: datetime) -> Programme:
    """The programme with its tiers, and the rules that were published at its start and some months later."""
    policy = expiry.written(expiry.After(months=MONTHS_TO_SPEND))
    made = Programme(shop=shop, name=_("Tea House Card"), expiry=policy, return_days=RETURN_DAYS, debt_limit=BELOW_ZERO)
    setting_up.save(programme=made, rules=_rules(shop), now=at, by=None)
    BookTerms.objects.create(programme=made, value_per_point=ONE_CENT)
    setting_up.publish_tiers(programme=made, version=_tiers(at.astimezone(shop.tz).date()), now=at, by=None)
    setting_up.save(programme=made, rules=_rules(shop, top="blossom"), now=at + CHANGED_AFTER, by=None)
    return made


def _rules(shop: Shop, *, top: str = "") -> RuleSet:
    """A point for each full amount, twice as many on Mondays, one more for green tea, a welcome, some for a published
    text or photo. top: the tier that gets half as much again."""
    monday = {"name": _("Monday is tea day"), "factor": "2", "weekdays": [MONDAY]}
    more = [{"name": _("For the highest tier"), "factor": "1.5", "tiers": [top]}] if top else []
    spending = {"kind": "per_amount", "name": setting_up.SPENDING, "points": 1, "amount": "1.00"}
    green = {"kind": "per_amount", "name": "green-tea", "points": 1, "amount": "1.00"}
    given = [
        {**spending, "is_by_whole_amounts": True, "multipliers": [monday, *more]},
        {**green, "only": {"categories": [words().categories["GRT"]]}},
        {"kind": "first_purchase", "name": setting_up.WELCOME, "points": WELCOME},
        {"kind": "for_deed", "name": "content", "points": 20, "deed": "content", "caps": {"month": 60}},
    ]
    return documents.read({"format": 1, "currency": shop.currency, "zone": shop.zone, "rules": given})


def _tiers(valid_from: date) -> TierRules:
    codes = ("bud", "leaf", "blossom")
    levels = [
        {
            "code": code,
            "names": {language: _named(code, language) for language in ("en", "de")},
            "threshold": least,
            "benefits": BENEFITS[code],
        }
        for code, least in zip(codes, THRESHOLDS, strict=True)
    ]
    terms = {"window": {"kind": "rolling", "months": 12}, "term": {"kind": "months", "months": 12}}
    more = {"measure": "spend", "grace_days": 30, "downgrade": "one_step"}
    return as_json.read({"valid_from": valid_from.isoformat(), "levels": levels, **terms, **more})


def _named(code: str, language: str) -> str:
    with override(language):
        return {"bud": _("Bud"), "leaf": _("Leaf"), "blossom": _("Blossom")}[code]
