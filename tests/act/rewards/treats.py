"""The smallest members, rewards and redemptions a test can need."""

from datetime import UTC, datetime
from decimal import Decimal

from django.db import transaction

from tests.act.vouchers import giving
from treue.act.loyalty import ledger, membership, reading, setting_up, verifying
from treue.act.loyalty.ledger import Earning
from treue.act.loyalty.models import Member, Programme
from treue.act.loyalty.tiers import as_json
from treue.act.rewards import catalogue, redeeming
from treue.act.rewards.catalogue import Terms
from treue.act.rewards.models import Claim, Reward
from treue.core.customers.models import Customer

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
JOINED = datetime(2026, 1, 2, 12, tzinfo=UTC)


def member(programme: Programme, name: str = "anna", *, points: int = 0) -> Member:
    customer = Customer.objects.create(shop=programme.shop, number=name)
    made, _is_new = membership.join(programme=programme, customer=customer, at=JOINED)
    if points:
        earn(made, points)
    return made


def earn(of: Member, points: int, **more: object) -> None:
    facts = {"key": f"earned {of.pk} {points} {more}", "at": JOINED, "reason": "goodwill", **more}
    ledger.earn(of.programme, [Earning(of.pk, points, **facts)])


def reward(programme: Programme, kind: str = "gift", points: int = 500, **terms: object) -> Reward:
    """Of a voucher: five euros off, unless told otherwise."""
    if kind == "voucher" and "campaign" not in terms:
        terms["campaign"] = giving.campaign(programme.shop)
    name = f"Reward {Reward.objects.count() + 1}"
    values = {"name": name, "kind": kind, "points": points, "cost": Decimal(5), "currency": "EUR", **terms}
    return catalogue.add(programme=programme, terms=Terms(**values), by=None, now=NOW)


def redeem(of: Reward, by: Member, *, key: str = "k1", now: datetime = NOW, **more: object) -> Claim:
    return redeeming.redeem(reward=of, member=by, key=key, now=now, **more)


def give(of: Reward, to: Member, *, key: str = "g1", now: datetime = NOW) -> Claim:
    with transaction.atomic():
        return redeeming.give(reward=of.pk, member=to, key=key, now=now, by=None)


def cancel(claim: Claim, *, key: str = "c1", now: datetime = NOW) -> Claim:
    return redeeming.cancel(claim=claim, key=key, now=now, by=None)


def points(of: Member) -> int:
    return reading.balances(of).points


def broken() -> list[object]:
    """What the ledger's verifying finds."""
    return [found for _rule, found in verifying.verify() if found]


def tiers(programme: Programme) -> None:
    """Silver for everybody, gold from a thousand qualifying points on."""
    levels = [("silver", "Silver", "Silber", 0), ("gold", "Gold", "Gold", 1000)]
    document = {
        "valid_from": "2026-01-02",
        "levels": [{"code": code, "names": {"en": en, "de": de}, "threshold": least} for code, en, de, least in levels],
        "measure": "points",
        "window": {"kind": "calendar_year"},
        "term": {"kind": "until_next_year_ends"},
        "grace_days": 0,
        "downgrade": "at_once",
    }
    setting_up.publish_tiers(programme=programme, version=as_json.read(document), now=JOINED, by=None)
