"""Many members reckoned at once have what each has who is reckoned alone, whatever became of their orders."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
import reckoning_twin
from members import has

from tests.core.lake import buying
from treue.act.loyalty import awarding, expiry, ledger, membership, setting_up, verifying
from treue.act.loyalty.errors import InsufficientPoints
from treue.act.loyalty.models import Award, Budget, Journal, Lot, Member, Programme, RuleVersion
from treue.act.loyalty.tiers import as_json
from treue.core.commerce.models import Order, Product
from treue.core.customers.models import Customer
from treue.core.events.models import Event
from treue.core.shop.models import NonProduct, Shop

JOINED = datetime(2026, 1, 1, tzinfo=UTC)
CHANGED = datetime(2026, 3, 1, tzinfo=UTC)
RULES = [
    {"kind": "per_amount", "name": "euro", "points": 1, "amount": "1.00", "caps": {"day": 90, "in_all": 400}},
    {
        "kind": "per_amount",
        "name": "tea",
        "points": 2,
        "amount": "1.00",
        "budget": 300,
        "only": {"categories": ["Tea"]},
    },
    {"kind": "first_purchase", "name": "welcome", "points": 50},
]
LATER = [
    {
        **{
            "kind": "per_amount",
            "name": "euro",
            "points": 2,
            "amount": "1.00",
            "qualifying": 1,
            "caps": {"month": 150},
        },
        "multipliers": [{"factor": "2", "tiers": ["silver"]}],
    },
    {"kind": "per_order", "name": "big", "points": 20, "minimum": "40.00", "budget": 100},
    RULES[2],
]
TIERS = {
    "valid_from": "2026-01-01",
    "levels": [{"code": "silver", "names": {"en": "Silver", "de": "Silber"}, "threshold": 60}],
    "measure": "points",
    "window": {"kind": "calendar_year"},
    "term": {"kind": "until_next_year_ends"},
    "grace_days": 0,
    "downgrade": "at_once",
}
Reckon = Callable[[list[Member], datetime], None]


def at_once(members: list[Member], now: datetime) -> None:
    awarding.reckon_all(members, now=now)


def one_by_one(members: list[Member], now: datetime) -> None:
    reckoning_twin.reckon_all(members, now=now)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.django_db
def test_many_at_once_have_what_each_has_alone(seed: int) -> None:
    assert story(seed, at_once) == story(seed, one_by_one)
    assert [broken for _rule, broken in verifying.verify() if broken] == []


def story(seed: int, reckon: Reckon) -> dict[str, object]:
    """The same things happen to the orders of a shop, and in between its members are reckoned."""
    rng = Random(seed)
    shop = Shop.objects.create(name=reckon.__name__)
    programme = programme_of(shop, rng)
    members = [
        membership.join(programme=programme, customer=buying.customer(shop, f"{number}"), at=JOINED)[0]
        for number in range(6)
    ]
    teas = Product.objects.create(shop=shop, code="T", category="Tea"), Product.objects.create(shop=shop, code="POST")
    NonProduct.objects.create(shop=shop, code="post")
    for month in (2, 3, 4, 5):
        for _each in range(14):
            happens(rng, shop, month, [*teas, None])
        now = datetime(2026, month, 28, tzinfo=UTC)
        reckon(members, now)
        assert changes_nothing(members, now)
        while ledger.activate(programme, at=now, most=100):
            pass
        spend(rng, programme, members, now)
    return found(shop, programme, members)


def programme_of(shop: Shop, rng: Random) -> Programme:
    """Some let refunds take a balance below zero, and some do not."""
    given = {"return_days": rng.choice([0, 10]), "debt_limit": rng.choice([None, 0, 30])}
    policy = expiry.written(expiry.After(months=12))
    programme = Programme.objects.create(shop=shop, name="Tea Circle", expiry=policy, **given)
    for since, rules in ((JOINED, RULES), (CHANGED, LATER)):
        document = {"format": 1, "currency": "EUR", "zone": "Europe/Berlin", "rules": rules, "caps": {"month": 260}}
        RuleVersion.objects.create(programme=programme, valid_from=since, document=document)
    setting_up.publish_tiers(programme=programme, version=as_json.read(TIERS), now=JOINED, by=None)
    return programme


def happens(rng: Random, shop: Shop, month: int, goods: list[Product | None]) -> None:
    """An order, or something becomes of one: it comes back, grows, is somebody else's or is undone."""
    orders = list(Order.objects.filter(shop=shop).order_by("number"))
    kind = rng.choice(["order"] * 6 + ["refund"] * 3 + ["grow", "move", "undo"])
    customers = Customer.objects.filter(shop=shop).order_by("number")
    if kind == "order" or not orders:
        number = f"{month}-{rng.random()}"
        at = f"2026-{month:02}-{rng.randint(1, 8):02} {rng.randint(8, 20):02}:00"
        amount, units = rng.randint(1, 120), rng.randint(1, 3)
        buying.order(rng.choice(customers), at, amount, units=units, number=number, product=rng.choice(goods))
        return
    order = rng.choice(orders)
    if kind == "refund":
        left = int(order.amount - order.refunded_amount)
        if left > 0:
            buying.refund(order, f"2026-{month:02}-20 10:00", rng.randint(1, left), 0)
    elif kind == "grow":
        amount = max(int(order.amount) + rng.randint(-10, 60), int(order.refunded_amount))
        Order.objects.filter(pk=order.pk).update(amount=amount)
        order.lines.update(amount=amount)
    elif kind == "move":
        Order.objects.filter(pk=order.pk).update(customer=rng.choice(customers))
    else:
        order.delete()


def changes_nothing(members: list[Member], now: datetime) -> bool:
    journals = Journal.objects.count()
    return awarding.reckon_all(members, now=now) == 0 and Journal.objects.count() == journals


def spend(rng: Random, programme: Programme, members: list[Member], now: datetime) -> None:
    for place, each in enumerate(members):
        points = rng.randint(1, 80)
        try:
            ledger.burn(programme, each.pk, points, key=f"{now} {place}", at=now, reason="reward")
        except InsufficientPoints:
            continue


def found(shop: Shop, programme: Programme, members: list[Member]) -> dict[str, object]:
    """Everything that follows, without the numbers of rows."""
    numbers = dict(Order.objects.filter(shop=shop).values_list("pk", "number"))
    return {
        "members": [list(of_member(each, numbers)) for each in members],
        "budgets": sorted(Budget.objects.filter(programme=programme).values_list("rule", "given")),
        "events": sorted(Event.objects.filter(shop=shop).values_list("name", "occurred_at")),
    }


def of_member(member: Member, numbers: dict[int, str]) -> Iterator[object]:
    member.refresh_from_db()
    yield member.tier, member.tier_since, member.tier_until, member.tier_changes_at
    yield has(member.pk)
    awards = Award.objects.filter(member=member).order_by("order_id")
    yield [
        (numbers.get(each.order_id), each.standing, each.lines, each.points, each.qualifying, each.version.valid_from)
        for each in awards
    ]
    fields = ("granted", "remaining", "taken_back", "forgone", "qualifying", "qualifying_taken_back", "expires_at")
    yield list(Lot.objects.filter(member=member).order_by("pk").values_list("available_from", *fields))
    journals = Journal.objects.filter(member=member).order_by("pk")
    yield [
        (numbers.get(order), *rest)
        for order, *rest in journals.values_list("order_id", "kind", "happened_at", "reason", "original__happened_at")
    ]


@pytest.mark.django_db
def test_reckoning_nobody_does_nothing() -> None:
    assert awarding.reckon_all([], now=JOINED + timedelta(days=1)) == 0


@pytest.mark.django_db
def test_as_many_questions_are_asked_for_many_as_for_one(django_assert_max_num_queries: Callable) -> None:
    shop = Shop.objects.create(name="Tea House")
    programme = programme_of(shop, Random(1))
    members = []
    for number in range(40):
        customer = buying.customer(shop, f"{number}")
        members.append(membership.join(programme=programme, customer=customer, at=JOINED)[0])
        buying.order(customer, "2026-02-03 10:00", 30)
        buying.order(customer, "2026-04-03 10:00", 30)
    with django_assert_max_num_queries(45):
        awarding.reckon_all(members, now=datetime(2026, 5, 1, tzinfo=UTC))
    assert Award.objects.count() == 80
