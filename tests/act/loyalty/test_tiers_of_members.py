"""A member's tier follows from orders, ledger and rules, and is told of when it changes."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.core.lake import buying
from treue.act.loyalty import awarding, membership, setting_up, tiering
from treue.act.loyalty.errors import DayIsOver
from treue.act.loyalty.models import Member, Programme, RuleVersion
from treue.act.loyalty.tiers import as_json
from treue.core.events.models import Event
from treue.core.shop.models import Shop

JOINED, NOW = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 6, 1, 12, tzinfo=UTC)
EURO = {"kind": "per_amount", "name": "euro", "points": 1, "amount": "1.00"}


def tiers(measure: str = "spend", since: str = "2026-01-01", **more: object) -> dict[str, object]:
    levels = [("silver", "100"), ("gold", "500")]
    amount = (lambda text: text) if measure == "spend" else int
    return {
        "valid_from": since,
        "levels": [
            {"code": code, "names": {"en": code.title(), "de": code.title()}, "threshold": amount(least)}
            for code, least in levels
        ],
        "measure": measure,
        "window": {"kind": "calendar_year"},
        "term": {"kind": "until_next_year_ends"},
        "grace_days": 30,
        "downgrade": "at_once",
    } | more


@pytest.fixture
def anna(shop: Shop, programme: Programme) -> Member:
    return membership.join(programme=programme, customer=buying.customer(shop, "anna"), at=JOINED)[0]


def publish(programme: Programme, document: dict[str, object], at: datetime = JOINED) -> None:
    setting_up.publish_tiers(programme=programme, version=as_json.read(document), now=at, by=None)


def reckon(member: Member, at: datetime = NOW) -> str:
    awarding.reckon(member, now=at)
    member.refresh_from_db()
    return member.tier


def told() -> list[tuple[str | None, str | None]]:
    events = Event.objects.filter(name=tiering.TIER_CHANGED).order_by("seq")
    return [(each.facts["from"], each.facts["to"]) for each in events]


def test_purchases_lead_to_a_tier_and_returns_lead_back(programme: Programme, anna: Member) -> None:
    publish(programme, tiers())
    order = buying.order(anna.customer, amount=600)
    assert reckon(anna) == "gold"
    assert reckon(anna) == "gold"
    buying.refund(order, "2026-03-05 10:00", 400, units="0.5")
    assert reckon(anna) == "silver"
    assert told() == [(None, "gold"), ("gold", "silver")]


def test_points_count_where_their_order_was_made(programme: Programme, anna: Member) -> None:
    """Those of an order of December become active in January, and are the year's in which it was made."""
    publish(programme, tiers("points"))
    RuleVersion.objects.create(
        programme=programme,
        valid_from=JOINED,
        document={"format": 1, "currency": "EUR", "zone": "Europe/Berlin", "rules": [EURO]},
    )
    Programme.objects.update(return_days=0)
    buying.order(anna.customer, "2026-12-31 10:00", amount=150)
    assert reckon(anna, datetime(2027, 1, 20, tzinfo=UTC)) == "silver"
    assert tiering.facts_of(anna).points[0].at == datetime(2026, 12, 31, 9, tzinfo=UTC)


def test_a_tier_ends_with_its_term_although_nothing_happens(programme: Programme, anna: Member) -> None:
    publish(programme, tiers())
    buying.order(anna.customer, amount=600)
    reckon(anna)
    assert anna.tier_until == datetime(2027, 12, 31, 23, tzinfo=UTC)
    end = datetime(2028, 1, 30, 23, tzinfo=UTC)  # and thirty days of grace, in Berlin
    for at, tier in ((anna.tier_until, "gold"), (end - timedelta(hours=1), "gold"), (end, "")):
        tiering.refresh_due(programme, at=at, most=10)
        anna.refresh_from_db()
        assert (anna.tier, at) == (tier, at)
    assert told() == [(None, "gold"), ("gold", None)]


def test_new_tiers_are_found_in_the_next_hour(programme: Programme, anna: Member) -> None:
    buying.order(anna.customer, amount=600)
    assert reckon(anna) == ""
    publish(programme, tiers(since="2026-06-01"), NOW)
    assert tiering.refresh_due(programme, at=NOW, most=10) == 1
    assert tiering.refresh_due(programme, at=NOW, most=10) == 0
    anna.refresh_from_db()
    assert anna.tier == "gold"


def test_rules_of_the_past_are_refused(programme: Programme) -> None:
    with pytest.raises(DayIsOver) as refused:
        publish(programme, tiers(since="2026-05-31"), NOW)
    assert refused.value.day == date(2026, 5, 31)


def test_a_tier_multiplies_what_the_next_order_earns(programme: Programme, anna: Member) -> None:
    publish(programme, tiers())
    document = {
        "format": 1,
        "currency": "EUR",
        "zone": "Europe/Berlin",
        "rules": [EURO | {"multipliers": [{"factor": "2", "tiers": ["gold"]}]}],
    }
    RuleVersion.objects.create(programme=programme, valid_from=JOINED, document=document)
    buying.order(anna.customer, "2026-03-01 10:00", amount=600)
    reckon(anna)
    buying.order(anna.customer, "2026-03-02 10:00", amount=100)
    reckon(anna)
    assert sorted(anna.awards.values_list("points", flat=True)) == [200, 600]
    assert reckon(anna) == "gold"
    assert sorted(anna.awards.values_list("points", flat=True)) == [200, 600]


def test_who_left_has_no_tier_and_who_comes_back_has_it_again(programme: Programme, anna: Member) -> None:
    publish(programme, tiers())
    buying.order(anna.customer, amount=600)
    reckon(anna)
    membership.leave(member=anna, at=NOW)
    anna.refresh_from_db()
    assert anna.tier == ""
    membership.join(programme=programme, customer=anna.customer, at=NOW + timedelta(days=1))
    anna.refresh_from_db()
    assert anna.tier == "gold"


def test_points_of_orders_expire_by_the_policy(programme: Programme, anna: Member) -> None:
    RuleVersion.objects.create(
        programme=programme,
        valid_from=JOINED,
        document={"format": 1, "currency": "EUR", "zone": "Europe/Berlin", "rules": [EURO]},
    )
    Programme.objects.update(expiry={"kind": "after_months", "months": 12, "notice_days": [60, 14]})
    buying.order(anna.customer, "2026-03-01 10:00", amount=10)
    reckon(anna)
    lot = anna.journals.get().lots.get()
    assert (lot.available_from, lot.expires_at) == (
        datetime(2026, 3, 15, 23, tzinfo=UTC),
        datetime(2027, 3, 16, 23, tzinfo=UTC),
    )
