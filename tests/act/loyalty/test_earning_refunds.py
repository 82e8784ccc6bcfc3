"""What a refund takes back in all, and that every way there ends at the same place."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.act.loyalty.earning_twin import BERLIN, purchases, rule_sets, standings
from treue.act.loyalty.earning.evaluation import points_of
from treue.act.loyalty.earning.purchases import Item, Purchase, as_bought
from treue.act.loyalty.earning.refunds import points_back, share_back
from treue.act.loyalty.earning.rules import Caps, Excluded, Goods, PerAmount, PerOrder, RuleSet
from treue.act.loyalty.earning.standing import Standing

NOON = datetime(2026, 11, 28, 12, tzinfo=BERLIN)
TEA = Goods(categories=("Tea",))


def rules(*given: object, **more: object) -> RuleSet:
    return RuleSet(currency="EUR", zone="Europe/Berlin", rules=given, **more)


def order(*items: Item, **more: object) -> Purchase:
    return Purchase("1", NOON, "EUR", items, **more)


def item(amount: object, back: object = 0, units: object = 1, units_back: object = 0, category: str = "") -> Item:
    return Item(
        Decimal(amount),
        Decimal(units),
        category=category,
        amount_back=Decimal(back),
        units_back=Decimal(units_back),
    )


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([item(30)], (0, 30)),
        ([item(30, 10), item(70)], (10, 100)),
        ([item(30, 30, 1, 1), item(70, 70, 1, 1)], (100, 100)),
        ([item(30, 29, 1, 1)], (30, 30)),
        ([item(30, 45)], (30, 30)),
        ([item(30, 20, 2, 1)], (20, 30)),
        ([item(0)], (0, 1)),
        ([], (0, 1)),
    ],
)
def test_the_share_is_money_back_over_money_paid(items: list[Item], expected: tuple[int, int]) -> None:
    assert share_back(order(*items)) == expected


BASE = PerAmount(name="base", points=1, amount=Decimal(1))
TWICE_TEA = PerAmount(name="tea", points=1, amount=Decimal(1), only=TEA)


@pytest.mark.parametrize(
    ("asked", "items", "expected"),
    [
        (rules(BASE, TWICE_TEA), [item(30, 30, category="Tea"), item(70)], 60),
        (rules(BASE, TWICE_TEA), [item(30, category="Tea"), item(70, 30)], 30),
        (rules(BASE, excluded=Excluded(goods=TEA)), [item(30, 30, category="Tea"), item(70)], 0),
        (rules(BASE, excluded=Excluded(goods=TEA)), [item(30, category="Tea"), item(70, 70)], 70),
        (rules(PerOrder(name="o", points=50, minimum=Decimal(80))), [item(30, 20), item(70)], 0),
        (rules(PerOrder(name="o", points=50, minimum=Decimal(80))), [item(30, "20.01"), item(70)], 50),
        (rules(BASE.model_copy(update={"caps": Caps(day=60)})), [item(30, 30), item(70)], 0),
        (rules(BASE.model_copy(update={"caps": Caps(day=60)})), [item(30, 30), item(70, 20)], 10),
    ],
)
def test_the_target_is_what_was_given_less_what_is_still_earned(
    asked: RuleSet, items: list[Item], expected: int
) -> None:
    assert points_back(order(*items), asked, Standing()).points == expected


def test_the_share_paid_with_a_voucher_stays_that_of_the_order_as_bought() -> None:
    bought = order(item(50, 50), item(50), paid_with_vouchers=Decimal(40))
    assert points_back(bought, rules(BASE), Standing()).points == 30


@st.composite
def refunded(draw: st.DrawFn) -> list[Purchase]:
    """An order as it stands after one partial refund after the other, the last of which leaves nothing."""
    bought = draw(purchases())
    steps = [bought]
    for _step in range(draw(st.integers(0, 5))):
        steps.append(replace(bought, items=[_more_back(draw, each) for each in steps[-1].items]))
    whole = [replace(each, amount_back=max(each.amount, Decimal(0)), units_back=each.units) for each in bought.items]
    return [*steps, replace(bought, items=whole)]


def _more_back(draw: st.DrawFn, item: Item) -> Item:
    share = draw(st.sampled_from([Decimal(each) for each in ("0", "0.1", "0.33", "0.5", "1")]))
    cent, tenth = Decimal("0.01"), Decimal("0.1")
    amount = item.amount_back + (item.amount_left * share).quantize(cent)
    return replace(item, amount_back=amount, units_back=item.units_back + (item.units_left * share).quantize(tenth))


@settings(max_examples=200, deadline=None)
@given(refunded(), rule_sets(), standings())
def test_any_sequence_of_refunds_by_product_ends_at_all_that_was_given(
    steps: list[Purchase], asked: RuleSet, standing: Standing
) -> None:
    given_points = points_of(as_bought(steps[0]), asked, standing)
    targets = [points_back(each, asked, standing) for each in steps]
    assert targets[0] == type(targets[0])(0, 0)
    assert (targets[-1].points, targets[-1].qualifying) == (given_points.points, given_points.qualifying)
    for wallet in ("points", "qualifying"):
        values = [getattr(each, wallet) for each in targets]
        assert values == sorted(values)


@settings(max_examples=200, deadline=None)
@given(refunded(), st.integers(0, 10**6))
def test_any_sequence_of_refunds_by_share_ends_at_all_that_was_given(steps: list[Purchase], given_points: int) -> None:
    shares = [Fraction(part) / Fraction(whole) for part, whole in map(share_back, steps)]
    assert shares == sorted(shares)
    taken = 0
    for share in shares:
        taken += int(given_points * share) - taken
    assert shares[-1] == (1 if steps[0].amount > 0 else 0)
    assert taken == given_points * shares[-1]
