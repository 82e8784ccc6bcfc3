"""What rules would have given, read from real PostgreSQL."""

import time
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

import psycopg
import pytest
from django.db import connection

from tests.core.lake import buying
from treue.act.loyalty.earning.errors import OtherCurrency
from treue.act.loyalty.earning.evaluation import points_of
from treue.act.loyalty.earning.purchases import Item, Purchase
from treue.act.loyalty.earning.replay import Belonging, Replay, Sum, outcomes, replay, size
from treue.act.loyalty.earning.rules import (
    Caps,
    FirstPurchase,
    Goods,
    Multiplier,
    PerAmount,
    PerOrder,
    PerUnit,
    RuleSet,
)
from treue.act.loyalty.earning.standing import Standing
from treue.core.commerce.models import OrderLine, Product
from treue.core.jobs.errors import Cancelled
from treue.core.shop.models import NonProduct, Shop

YEAR = (date(2026, 1, 1), date(2027, 1, 1))
BASE = PerAmount(name="base", points=1, amount=Decimal(1))
BONUS = FirstPurchase(name="hello", points=100)


@pytest.fixture
def shop(transactional_db: None, installation: Path) -> Shop:
    """Read by a connection of its own, so what is read has to be committed."""
    return Shop.objects.create(name="Tea House")


def rules(*given: object, **more: object) -> RuleSet:
    return RuleSet(currency="EUR", zone="Europe/Berlin", rules=given or (BASE,), **more)


def replayed(shop: Shop, asked: RuleSet, since: date = YEAR[0], until: date = YEAR[1], **more: object) -> Replay:
    cost = {"point_value": Decimal("0.01"), "redeemed_share": Decimal("0.7")}
    return replay(shop, asked, since, until, **cost, **more)


def earned(shop: Shop, asked: RuleSet, since: date = YEAR[0], until: date = YEAR[1]) -> dict[str, int]:
    return {each.purchase.number: each.earned.points for each in outcomes(shop, asked, since, until)}


def test_points_are_added_up_by_month_and_by_rule(shop: Shop) -> None:
    kim, ada = (buying.customer(shop, name) for name in "AB")
    buying.order(kim, "2026-01-31 23:59", 10)
    buying.order(ada, "2026-02-01 00:00", 20)
    buying.order(kim, "2026-02-02 09:00", 50)
    dear = PerAmount(name="none", points=1, amount=Decimal(999))
    asked = rules(BASE, PerOrder(name="big", points=5, minimum=Decimal(20)), dear)
    found = replayed(shop, asked, until=date(2026, 3, 2))
    assert found.total == Sum(3, 2, 90, 90, 0, Decimal("0.630"))
    assert found.by_month == {
        date(2026, 1, 1): Sum(1, 1, 10, 10, 0, Decimal("0.070")),
        date(2026, 2, 1): Sum(2, 2, 80, 80, 0, Decimal("0.560")),
        date(2026, 3, 1): Sum(),
    }
    assert found.by_rule == {
        "base": Sum(3, 2, 80, 80, 0, Decimal("0.560")),
        "big": Sum(2, 2, 10, 10, 0, Decimal("0.070")),
        "none": Sum(),
    }


def test_the_days_are_half_open_and_the_shops(shop: Shop) -> None:
    someone = buying.customer(shop)
    for number, at in enumerate(["2026-03-28 23:59", "2026-03-29 00:00", "2026-03-29 23:59", "2026-03-30 00:00"]):
        buying.order(someone, at, number=str(number))
    assert list(earned(shop, rules(), date(2026, 3, 29), date(2026, 3, 30))) == ["1", "2"]
    assert size(shop, rules(), date(2026, 3, 29), date(2026, 3, 30)) == 2


def test_refunds_are_taken_off_unless_they_came_later(shop: Shop) -> None:
    someone = buying.customer(shop)
    in_part = buying.order(someone, "2026-01-10 10:00", 30, units=3, number="in part")
    whole = buying.order(someone, "2026-01-11 10:00", 30, number="whole")
    later = buying.order(someone, "2026-01-12 10:00", 30, number="later")
    buying.refund(in_part, "2026-01-20 10:00", "10.50")
    buying.refund(in_part, "2026-02-10 10:00", 5)
    buying.refund(whole, "2026-01-31 23:59", 30)
    buying.refund(later, "2026-02-01 00:00", 30)
    assert earned(shop, rules(), until=date(2026, 2, 1)) == {"in part": 19, "later": 30}
    assert earned(shop, rules(), until=date(2026, 3, 1)) == {"in part": 14}


def test_an_order_whose_units_all_came_back_is_none(shop: Shop) -> None:
    order = buying.order(buying.customer(shop), "2026-01-10 10:00", 30)
    buying.refund(order, "2026-01-20 10:00", 25)
    assert replayed(shop, rules(BASE, BONUS)).total == Sum()


def test_products_categories_and_non_products_are_known(shop: Shop) -> None:
    tea = Product.objects.create(shop=shop, code="T", category="Tea")
    post = Product.objects.create(shop=shop, code="Post", category="Other")
    NonProduct.objects.create(shop=shop, code="POST")
    order = buying.order(buying.customer(shop), "2026-01-10 10:00", 10, product=tea, units=2)
    for ordinal, (product, amount) in enumerate([(post, 5), (None, 3)], 2):
        OrderLine.objects.create(
            order=order, ordinal=ordinal, bought_at=order.ordered_at, product=product, quantity=1, amount=amount
        )
    cups = PerUnit(name="cups", points=50, only=Goods(categories=("Tea",)))
    found = replayed(shop, rules(BASE, cups))
    assert {name: each.points for name, each in found.by_rule.items()} == {"base": 13, "cups": 100}


def test_only_the_first_order_ever_is_the_first_purchase(shop: Shop) -> None:
    kim, ada, lin = (buying.customer(shop, name) for name in ("Kim", "Ada", "Lin"))
    buying.order(kim, "2025-12-31 23:59", number="kim before")
    buying.order(kim, "2026-01-01 00:00", number="kim")
    buying.order(ada, "2026-01-02 00:00", number="ada")
    buying.order(ada, "2026-01-03 00:00", number="ada again")
    given_back = buying.order(lin, "2025-12-01 10:00", number="lin back")
    buying.refund(given_back, "2025-12-02 10:00", 10)
    buying.order(lin, "2026-01-04 00:00", number="lin")
    assert earned(shop, rules(BONUS)) == {"kim": 0, "ada": 100, "ada again": 0, "lin": 100}


def test_caps_go_by_moment_and_number_however_the_orders_came_in(shop: Shop) -> None:
    someone = buying.customer(shop)
    for number, at in [("b", "12:00"), ("a", "12:00"), ("B", "12:00"), ("c", "11:59"), ("d", "12:01")]:
        buying.order(someone, f"2026-01-10 {at}", 30, number=number)
    asked = rules(BASE.model_copy(update={"caps": Caps(day=100)}))
    assert list(earned(shop, asked).items()) == [("c", 30), ("B", 30), ("a", 30), ("b", 10), ("d", 0)]
    assert replayed(shop, asked).total.cut == 50


def test_the_hour_that_comes_twice_has_two_orders_in_their_order(shop: Shop) -> None:
    someone = buying.customer(shop)
    first = buying.order(someone, "2026-10-25 02:30", 60, number="z")
    second = buying.order(someone, "2026-10-25 02:15", 60, number="a")
    second.ordered_at += timedelta(hours=1)
    second.save()
    assert first.ordered_at < second.ordered_at
    asked = rules(BASE.model_copy(update={"caps": Caps(day=100)}))
    assert earned(shop, asked) == {"z": 60, "a": 40}


def test_tiers_may_move_by_what_was_earned_before(shop: Shop) -> None:
    someone = buying.customer(shop)
    for day in range(10, 14):
        buying.order(someone, f"2026-01-{day} 10:00", 60)
    twice = BASE.model_copy(update={"multipliers": (Multiplier(factor=Decimal(2), tiers=("Gold",)),)})
    qualifying, found = 0, []
    where: Callable[[int, date], Belonging] = lambda _customer, _day: Belonging("Gold" if qualifying >= 100 else "")  # noqa: E731
    for each in outcomes(shop, rules(twice), *YEAR, where=where):
        qualifying += each.earned.qualifying
        found.append(each.earned.points)
    assert found == [60, 60, 120, 120]


def test_another_shops_orders_are_not_read(shop: Shop) -> None:
    other = Shop.objects.create(name="Coffee House")
    buying.order(buying.customer(other), "2026-01-10 10:00")
    assert replayed(shop, rules()).total == Sum()


def test_rules_in_another_currency_are_refused(shop: Shop) -> None:
    buying.order(buying.customer(shop), "2026-01-10 10:00")
    with pytest.raises(OtherCurrency):
        replayed(shop, RuleSet(currency="CHF", zone="Europe/Berlin", rules=(BASE,)))


def test_progress_is_told_and_can_end_it(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("treue.act.loyalty.earning.replay.ORDERS_AT_ONCE", 2)
    someone = buying.customer(shop)
    for day in range(10, 15):
        buying.order(someone, f"2026-01-{day} 10:00")
    told: list[int] = []
    replayed(shop, rules(), advance=told.append)
    assert told == [2, 2, 1]

    def stop(orders: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        replayed(shop, rules(), advance=stop)
    assert _is_soon_gone("treue replay")


def _is_soon_gone(application: str) -> bool:
    """PostgreSQL takes a moment to end what a closed connection leaves."""
    for _try in range(50):
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from pg_stat_activity where application_name = %s", [application])
            if cursor.fetchone() == (0,):
                return True
        time.sleep(0.1)
    return False


def test_it_reads_one_moment_and_writes_nothing(shop: Shop) -> None:
    someone = buying.customer(shop)
    buying.order(someone, "2026-01-10 10:00", number="there")
    running = outcomes(shop, rules(), *YEAR)
    assert next(running).purchase.number == "there"
    buying.order(someone, "2026-01-11 10:00", number="later")
    assert list(running) == []
    from treue.act.loyalty.earning import history

    with history.opened(shop, shop.tz, *YEAR) as past, pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        past._link.execute("delete from commerce_order")


def test_it_earns_what_the_orders_earn_one_by_one(shop: Shop) -> None:
    random = Random(5)
    customers = [buying.customer(shop, f"C{place}") for place in range(4)]
    expected: list[tuple] = []
    for place in range(40):
        day = date(2026, 1, 1) + timedelta(days=random.randrange(60))
        cents = random.randrange(0, 9000)
        made = buying.order(random.choice(customers), f"{day} {random.randrange(24):02}:00", Decimal(cents) / 100)
        back = Decimal(random.randrange(0, cents + 1)) / 100 if place % 3 == 0 else Decimal(0)
        if back:
            buying.refund(made, "2026-03-01 10:00", back, units=0)
        expected.append((made.ordered_at, made.number, Item(Decimal(cents) / 100, amount_back=back)))
    asked = rules(BASE, PerOrder(name="big", points=7, minimum=Decimal(40)))
    expected.sort(key=lambda each: each[:2])
    orders = [Purchase(number, at, "EUR", [item]) for at, number, item in expected]
    points = {each.number: points_of(each, asked, Standing()).points for each in orders if each.is_purchase}
    assert list(earned(shop, asked).items()) == list(points.items())
    assert replayed(shop, asked).total.points == sum(points.values())
