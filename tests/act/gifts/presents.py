"""The smallest members and plans a test can need."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from tests.act.vouchers import giving as vouchers
from treue.act.gifts import nights, plans
from treue.act.gifts.models import Gift, Plan
from treue.act.gifts.plans import Terms
from treue.act.loyalty import membership, reading, verifying
from treue.act.loyalty.models import Member, Programme
from treue.act.rewards.models import Reward
from treue.core.customers.models import Customer
from treue.core.jobs.work import Silent

TODAY = date(2026, 11, 29)
NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
JOINED = datetime(2024, 6, 15, 12, tzinfo=UTC)
BORN = date(1990, 11, 29)


def member(
    programme: Programme, name: str = "anna", *, born: date | None = BORN, joined: datetime = JOINED, **about: object
) -> Member:
    customer = Customer.objects.create(shop=programme.shop, number=name, birthday=born, **about)
    return membership.join(programme=programme, customer=customer, at=joined)[0]


def plan(programme: Programme, occasion: str = "birthday", **terms: object) -> Plan:
    """A hundred points for thirty days; of a surprise, to two members once on TODAY."""
    values: dict[str, object] = {
        "name": f"Plan {Plan.objects.count() + 1}",
        "occasion": occasion,
        "cost": Decimal(1),
        "currency": "EUR",
        "valid_from": date(2020, 1, 1),
    }
    if not {"campaign", "reward"} & terms.keys():
        values |= {"points": 100, "lasts_days": 30}
    if occasion == "surprise":
        values |= {"winners": 2, "first_draw": TODAY}
    return plans.add(programme=programme, terms=Terms(**(values | terms)), by=None, now=NOON)


def voucher_plan(programme: Programme, occasion: str = "birthday", **terms: object) -> Plan:
    return plan(programme, occasion, campaign=vouchers.campaign(programme.shop, **terms))


def reward_plan(programme: Programme, reward: Reward, occasion: str = "birthday", **terms: object) -> Plan:
    return plan(programme, occasion, reward=reward, **terms)


def at(day: date, hour: int = 12) -> datetime:
    return datetime.combine(day, time(hour), UTC)


def night(programme: Programme, day: date = TODAY, *, hour: int = 12) -> object:
    return nights.pass_through(programme.shop_id, Silent(), now=at(day, hour))


def nights_between(programme: Programme, since: date, until: date) -> None:
    day = since
    while day <= until:
        night(programme, day)
        day += timedelta(days=1)


def points(of: Member) -> int:
    return reading.balances(of).points


def days_given(of: Member) -> list[date]:
    given = Gift.objects.filter(member__customer=of.customer_id, state="given")
    return sorted(given.values_list("day", flat=True))


def born_on(of: Member, day: date | None) -> None:
    Customer.objects.filter(pk=of.customer_id).update(birthday=day)


def broken() -> list[object]:
    """What the ledger's verifying finds."""
    return [found for _rule, found in verifying.verify() if found]
