"""The programme as it would be: what is in force, and over it what the draft says."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from treue.act.loyalty import expiry, reading, setting_up
from treue.act.loyalty.earning import documents
from treue.act.loyalty.earning.rules import RuleSet
from treue.act.loyalty.models import BookTerms, Draft, Programme, TierVersion
from treue.core.shop.models import Shop

NAME, RETURNS, RULES, TIERS, WORTH = "name", "returns", "rules", "tiers", "worth"
PARTS = (NAME, RETURNS, RULES, TIERS, WORTH)
RETURN_DAYS, REDEEMED_PERCENT = 14, 80
ONE_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Plan:
    """tiers: their document, as `tiers.as_json` reads it; none without tiers. point_value: what a point buys;
    point_cost: what it costs the shop when it is redeemed. redeemed_percent: of how many of a hundred that is expected.
    """

    name: str
    return_days: int
    expiry: Mapping[str, object]
    debt_limit: int | None
    correction_limit: int | None
    rules: RuleSet
    tiers: Mapping[str, object] | None
    point_value: Decimal
    point_cost: Decimal
    redeemed_percent: int


def plan_of(shop: Shop, draft: Draft | None) -> Plan:
    programme = reading.programme_of(shop)
    said = draft.values if draft else {}
    return Plan(
        name=said.get(NAME, programme.name if programme else ""),
        **_returns(programme) | said.get(RETURNS, {}),
        rules=_rules(shop, programme, said),
        tiers=said[TIERS] if TIERS in said else tiers_in_force(programme),
        **_worth(programme) | _worth_said(said.get(WORTH, {})),
    )


def rules_in_force(shop: Shop, programme: Programme | None) -> RuleSet | None:
    return reading.rules_of(programme) if programme else None


def tiers_in_force(programme: Programme | None) -> Mapping[str, object] | None:
    """Those that were published last."""
    latest = TierVersion.objects.filter(programme=programme).order_by("valid_from").last() if programme else None
    return latest.document if latest else None


def _rules(shop: Shop, programme: Programme | None, said: Mapping[str, object]) -> RuleSet:
    if RULES in said:
        return documents.read(said[RULES])
    return rules_in_force(shop, programme) or setting_up.simple_rules(shop, points=1, amount=Decimal(1), welcome=0)


def _returns(programme: Programme | None) -> dict[str, object]:
    if programme is None:
        never = expiry.written(expiry.Never())
        return {"return_days": RETURN_DAYS, "expiry": never, "debt_limit": None, "correction_limit": None}
    return {name: getattr(programme, name) for name in ("return_days", "expiry", "debt_limit", "correction_limit")}


def _worth(programme: Programme | None) -> dict[str, object]:
    known = BookTerms.objects.filter(programme=programme).first() if programme else None
    value, cost = (known.value_per_point, known.cost) if known else (ONE_CENT, ONE_CENT)
    return {"point_value": value, "point_cost": cost, "redeemed_percent": REDEEMED_PERCENT}


def _worth_said(said: Mapping[str, object]) -> dict[str, object]:
    return {name: Decimal(value) if isinstance(value, str) else value for name, value in said.items()}
