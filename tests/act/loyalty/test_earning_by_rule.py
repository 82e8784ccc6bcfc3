"""What a rule gives, in literal tables, and what a plain twin says to whatever rules and orders there are."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from pydantic import ValidationError

from tests.act.loyalty.earning_twin import BERLIN, purchases, rule_sets, standings, twin_points
from treue.act.loyalty.earning.errors import MomentWithoutOffset, OtherCurrency
from treue.act.loyalty.earning.evaluation import points_of, points_of_deed
from treue.act.loyalty.earning.purchases import Deed, Item, Purchase
from treue.act.loyalty.earning.rules import (
    Caps,
    DeedKind,
    Excluded,
    FirstPurchase,
    ForDeed,
    Goods,
    Multiplier,
    PerAmount,
    PerOrder,
    PerUnit,
    Rounding,
    RuleSet,
    Stacking,
)
from treue.act.loyalty.earning.standing import Standing

SATURDAY = datetime(2026, 11, 28, 12, tzinfo=BERLIN)
NOBODY = Standing()
BASE = PerAmount(name="base", points=1, amount=Decimal("1.00"))
TEA, ONE_EUR = Goods(categories=("Tea",)), Decimal("1.00")


def rules(*given: object, **more: object) -> RuleSet:
    return RuleSet(currency="EUR", zone="Europe/Berlin", rules=given, **more)


def order(*items: Item, at: datetime = SATURDAY, **more: object) -> Purchase:
    return Purchase("1", at, "EUR", items, **more)


def item(amount: str, **more: object) -> Item:
    return Item(Decimal(amount), **more)


def points(bought: Purchase, asked: RuleSet, standing: Standing = NOBODY) -> int:
    return points_of(bought, asked, standing).points


@pytest.mark.parametrize(
    ("amount", "rounding", "expected"),
    [
        ("0.99", Rounding.DOWN, 0),
        ("1.00", Rounding.DOWN, 1),
        ("24.90", Rounding.DOWN, 24),
        ("24.50", Rounding.HALF_UP, 25),
        ("24.49", Rounding.HALF_UP, 24),
        ("24.01", Rounding.UP, 25),
        ("24.00", Rounding.UP, 24),
        ("0.00", Rounding.UP, 0),
        ("-5.00", Rounding.UP, 0),
        ("99999999999999.9999", Rounding.DOWN, 99999999999999),
    ],
)
def test_points_per_amount_are_rounded_as_stated(amount: str, rounding: Rounding, expected: int) -> None:
    assert points(order(item(amount)), rules(BASE, rounding=rounding)) == expected


def test_an_order_is_rounded_once_and_not_line_by_line() -> None:
    assert points(order(item("0.50"), item("0.50")), rules(BASE)) == 1


def test_a_third_is_reckoned_exactly() -> None:
    thirds = PerAmount(name="thirds", points=1, amount=Decimal("0.30"))
    assert [points(order(item(each)), rules(thirds)) for each in ("0.90", "0.89", "300000000000.00")] == [
        3,
        2,
        1000000000000,
    ]


@pytest.mark.parametrize(("is_by_whole_amounts", "expected"), [(False, 15), (True, 10)])
def test_half_a_step_counts_unless_only_whole_ones_do(is_by_whole_amounts: bool, expected: int) -> None:
    rule = PerAmount(name="r", points=10, amount=Decimal("5.00"), is_by_whole_amounts=is_by_whole_amounts)
    assert points(order(item("7.50")), rules(rule)) == expected


def test_goods_are_products_or_categories() -> None:
    only = PerAmount(name="only", points=2, amount=ONE_EUR, only=Goods(products=("A",), categories=("Tea",)))
    without = PerAmount(name="without", points=3, amount=ONE_EUR, without=TEA)
    bought = order(item("10", product="A"), item("20", category="Tea"), item("40", product="B", category="Mugs"))
    lines = points_of(bought, rules(only, without), NOBODY).lines
    assert [(each.rule, each.points, each.amount) for each in lines] == [("only", 60, 30), ("without", 150, 50)]


@pytest.mark.parametrize(("units", "expected"), [("1", 5), ("3", 15), ("1.5", 7)])
def test_units_earn_whatever_they_cost(units: str, expected: int) -> None:
    rule = PerUnit(name="cups", points=5, only=TEA)
    assert points(order(item("0.01", category="Tea", units=Decimal(units)), item("99")), rules(rule)) == expected


def test_units_that_cost_nothing_earn_nothing() -> None:
    assert points(order(item("0", category="Tea"), item("9")), rules(PerUnit(name="cups", points=5, only=TEA))) == 0


@pytest.mark.parametrize(("amount", "expected"), [("19.99", 0), ("20.00", 50), ("900", 50)])
def test_an_order_earns_from_its_minimum_on(amount: str, expected: int) -> None:
    assert points(order(item(amount)), rules(PerOrder(name="o", points=50, minimum=Decimal("20.00")))) == expected


@pytest.mark.parametrize(("is_first", "amount", "expected"), [(True, "20", 100), (True, "19", 0), (False, "20", 0)])
def test_only_the_first_purchase_earns_the_bonus_for_it(is_first: bool, amount: str, expected: int) -> None:
    bonus = FirstPurchase(name="hello", points=100, minimum=Decimal("20.00"))
    assert points(order(item(amount)), rules(bonus), Standing(is_first_purchase=is_first)) == expected


@pytest.mark.parametrize(
    ("excluded", "expected"),
    [
        (Excluded(), 63),
        (Excluded(is_for_points=False), 81),
        (Excluded(is_for_vouchers=False), 72),
        (Excluded(is_for_points=False, is_for_vouchers=False), 90),
        (Excluded(goods=Goods(products=("A",))), 42),
        (Excluded(goods=TEA), 21),
        (Excluded(is_for_non_products=False), 70),
    ],
)
def test_what_is_excluded_earns_nothing(excluded: Excluded, expected: int) -> None:
    postage = item("10", product="POST", is_non_product=True)
    paid = {"paid_with_points": Decimal(20), "paid_with_vouchers": Decimal(10)}
    bought = order(item("30", product="A"), item("60", category="Tea"), postage, **paid)
    assert points(bought, rules(BASE, excluded=excluded)) == expected


def test_an_order_paid_whole_with_vouchers_earns_nothing() -> None:
    for paid in ("10", "11"):
        bought = order(item("10"), paid_with_vouchers=Decimal(paid))
        assert points_of(bought, rules(BASE, PerOrder(name="o", points=5)), NOBODY).lines == ()


def test_what_was_paid_with_points_counts_towards_no_minimum() -> None:
    bought = order(item("25"), paid_with_points=Decimal("5.01"))
    assert points(bought, rules(PerOrder(name="o", points=50, minimum=Decimal("20.00")))) == 0


@pytest.mark.parametrize(
    ("stacking", "tier", "segments", "expected", "which"),
    [
        (Stacking.MULTIPLY, "", (), 20, (0,)),
        (Stacking.MULTIPLY, "Gold", (), 30, (0, 1)),
        (Stacking.MULTIPLY, "Gold", ("loyal",), 90, (0, 1, 2)),
        (Stacking.MULTIPLY, "Silver", ("lost",), 20, (0,)),
        (Stacking.HIGHEST, "", (), 20, (0,)),
        (Stacking.HIGHEST, "Gold", (), 20, (0,)),
        (Stacking.HIGHEST, "Gold", ("loyal", "lost"), 30, (2,)),
    ],
)
def test_multipliers_stack_as_stated(
    stacking: Stacking, tier: str, segments: tuple[str, ...], expected: int, which: tuple[int, ...]
) -> None:
    multipliers = (
        Multiplier(factor=Decimal(2), weekdays=(5, 6)),
        Multiplier(factor=Decimal("1.5"), tiers=("Gold",)),
        Multiplier(factor=Decimal(3), segments=("loyal",)),
        Multiplier(factor=Decimal(9), weekdays=(4,)),
    )
    rule = BASE.model_copy(update={"multipliers": multipliers, "stacking": stacking})
    (line,) = points_of(order(item("10")), rules(rule), Standing(tier, frozenset(segments))).lines
    assert (line.points, line.multipliers, line.qualifying) == (expected, which, 10)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (datetime(2028, 2, 28, 23, 59, 59, tzinfo=BERLIN), 10),
        (datetime(2028, 2, 29, tzinfo=BERLIN), 20),
        (datetime(2028, 2, 29, 23, 59, 59, 999999, tzinfo=BERLIN), 20),
        (datetime(2028, 3, 1, tzinfo=BERLIN), 10),
        (datetime(2028, 2, 28, 23, 30, tzinfo=ZoneInfo("UTC")), 20),
        (datetime(2028, 2, 29, 23, 30, tzinfo=ZoneInfo("UTC")), 10),
    ],
)
def test_a_campaign_on_29_february_is_a_day_of_the_shop(at: datetime, expected: int) -> None:
    leap = Multiplier(factor=Decimal(2), valid_from=date(2028, 2, 29), valid_until=date(2028, 3, 1))
    assert points(order(item("10"), at=at), rules(BASE.model_copy(update={"multipliers": (leap,)}))) == expected


@pytest.mark.parametrize(("day", "expected"), [(28, 0), (29, 10), (30, 10)])
def test_a_rule_that_ends_in_march_still_holds_on_29_february(day: int, expected: int) -> None:
    lasting = BASE.model_copy(update={"valid_from": date(2028, 2, 29), "valid_until": date(2028, 3, 2)})
    at = datetime(2028, 2, day, 9, tzinfo=BERLIN) if day < 30 else datetime(2028, 3, 1, 9, tzinfo=BERLIN)
    assert points(order(item("10"), at=at), rules(lasting)) == expected


@pytest.mark.parametrize(
    ("qualifying", "is_multiplied", "expected"), [(None, False, 10), (None, True, 20), (3, False, 30), (0, True, 0)]
)
def test_qualifying_points_have_a_rate_beside(qualifying: int | None, is_multiplied: bool, expected: int) -> None:
    twice = (Multiplier(factor=Decimal(2), weekdays=(5,)),)
    rule = BASE.model_copy(
        update={"multipliers": twice, "qualifying": qualifying, "is_qualifying_multiplied": is_multiplied}
    )
    earned = points_of(order(item("10")), rules(rule), NOBODY)
    assert (earned.points, earned.qualifying) == (20, expected)


@pytest.mark.parametrize(
    ("kind", "event", "expected"),
    [
        (DeedKind.REVIEW, "", 20),
        (DeedKind.SURVEY, "", 0),
        (DeedKind.EVENT, "Recycled", 7),
        (DeedKind.EVENT, "recycled", 0),
    ],
)
def test_a_deed_earns_by_its_own_rule(kind: DeedKind, event: str, expected: int) -> None:
    asked = rules(
        BASE,
        ForDeed(name="review", points=20, deed=DeedKind.REVIEW),
        ForDeed(name="recycled", points=7, deed=DeedKind.EVENT, event="Recycled"),
    )
    assert points_of_deed(Deed(kind, SATURDAY, event), asked, NOBODY).points == expected


def test_a_deed_is_capped_and_valid_in_its_days() -> None:
    rule = ForDeed(name="visit", points=20, deed=DeedKind.VISIT, caps=Caps(day=15), valid_until=date(2026, 11, 29))
    days = [SATURDAY, datetime(2026, 11, 29, tzinfo=BERLIN)]
    assert [points_of_deed(Deed(DeedKind.VISIT, at), rules(rule), NOBODY).points for at in days] == [15, 0]


def test_a_changed_copy_of_a_rule_remembers_nothing_of_the_former() -> None:
    assert points(order(item("10")), rules(BASE)) == 10
    assert points(order(item("10")), rules(BASE.model_copy(update={"caps": Caps(day=5)}))) == 5
    with pytest.raises(ValidationError):
        BASE.model_copy(update={"points": 0})


def test_another_currency_is_refused() -> None:
    with pytest.raises(OtherCurrency) as refused:
        points_of(replace(order(item("10")), currency="CHF"), rules(BASE), NOBODY)
    assert (refused.value.asked, refused.value.known) == ("CHF", "EUR")


def test_a_moment_without_offset_is_refused() -> None:
    with pytest.raises(MomentWithoutOffset):
        order(item("10"), at=datetime(2026, 11, 28))  # noqa: DTZ001 - it is what is refused
    with pytest.raises(MomentWithoutOffset):
        Deed(DeedKind.VISIT, datetime(2026, 11, 28))  # noqa: DTZ001 - it is what is refused


def test_an_order_that_adds_up_to_nothing_earns_nothing() -> None:
    for items in ([], [item("0")], [item("10"), item("-10")], [item("-1")]):
        assert points_of(order(*items), rules(BASE, PerOrder(name="o", points=5)), NOBODY).lines == ()


@settings(max_examples=400, deadline=None)
@given(purchases(), rule_sets(), standings())
def test_a_plain_twin_says_the_same(bought: Purchase, asked: RuleSet, standing: Standing) -> None:
    earned = points_of(bought, asked, standing)
    assert {each.rule: (each.points, each.qualifying) for each in earned.lines} == twin_points(bought, asked, standing)
    assert earned.points == sum(each.points for each in earned.lines)
    assert all(each.points >= 0 and each.qualifying >= 0 for each in earned.lines)
    assert all(cut.points > 0 for each in earned.lines for cut in each.cuts)
