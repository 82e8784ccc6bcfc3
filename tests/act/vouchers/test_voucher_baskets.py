"""What vouchers take off a basket, to the cent."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treue.act.vouchers.baskets import Basket, Benefit, Left, Line, returned_share, spread, take_off
from treue.act.vouchers.errors import GiftNotInBasket, NothingFits, NothingToDiscount

TEA = Line("TEA-1", Decimal("8.30"), Decimal(1), "Tea")
CUPS = Line("CUP", Decimal("19.99"), Decimal(2), "Cups")
EURO = Basket([TEA, CUPS], "EUR", Decimal("4.90"))
cents = st.integers(0, 10_000_00).map(lambda number: Decimal(number) / 100)


@pytest.mark.parametrize(
    ("benefit", "amount", "of"),
    [
        (Benefit("amount", Decimal(5)), "5", "28.29"),
        (Benefit("amount", Decimal(50)), "28.29", "28.29"),  # never below zero
        (Benefit("percent", Decimal(10)), "2.83", "28.29"),  # 2.829
        (Benefit("percent", Decimal("33.33")), "9.43", "28.29"),  # 9.429057
        (Benefit("percent", Decimal(100)), "28.29", "28.29"),
        (Benefit("percent", Decimal(50), products=["TEA-1"]), "4.15", "8.30"),
        (Benefit("percent", Decimal(50), categories=["Cups"]), "10.00", "19.99"),  # 9.995, half up
        (Benefit("amount", Decimal(50), categories=["Tea"]), "8.30", "8.30"),
        (Benefit("product", product="CUP"), "10.00", "10.00"),  # one of two
        (Benefit("delivery"), "4.90", "4.90"),
        (Benefit("percent", Decimal(10), products=["CUP"], categories=["Tea"], needs_all=True), "2.83", "28.29"),
    ],
)
def test_each_benefit(benefit: Benefit, amount: str, of: str) -> None:
    discount = take_off(benefit, Left.of(EURO))
    assert (discount.amount, discount.basket) == (Decimal(amount), Decimal(of))


def test_a_currency_without_cents_is_rounded_to_its_own_unit() -> None:
    basket = Basket([Line("TEA-1", Decimal(999))], "JPY", decimals=0)
    assert take_off(Benefit("percent", Decimal(10)), Left.of(basket)).amount == Decimal(100)


@pytest.mark.parametrize(
    ("benefit", "error", "facts"),
    [
        (Benefit("amount", Decimal(5), products=["POT"]), NothingFits, {"products": ["POT"], "categories": []}),
        (
            Benefit("amount", Decimal(5), products=["CUP", "POT"], needs_all=True),
            NothingFits,
            {"products": ["POT"], "categories": []},
        ),
        (Benefit("product", product="POT"), GiftNotInBasket, {"product": "POT"}),
    ],
)
def test_why_not(benefit: Benefit, error: type, facts: dict[str, object]) -> None:
    left = Left.of(EURO)
    with pytest.raises(error) as caught:
        take_off(benefit, left)
    assert caught.value.facts == facts
    assert left == Left.of(EURO)


def test_what_costs_nothing_cannot_be_discounted() -> None:
    for benefit, basket in (
        (Benefit("delivery"), Basket([TEA], "EUR")),
        (Benefit("amount", Decimal(5)), Basket([Line("X", Decimal(0))], "EUR")),
    ):
        with pytest.raises(NothingToDiscount):
            take_off(benefit, Left.of(basket))


@given(st.lists(cents, min_size=1, max_size=9), st.data())
def test_parts_come_to_the_amount_and_fit(over: list[Decimal], data: st.DataObject) -> None:
    amount = data.draw(st.integers(0, int(sum(over) * 100))) / Decimal(100)
    parts = spread(amount, over, 2)
    assert sum(parts) == amount
    assert all(0 <= part <= each for part, each in zip(parts, over, strict=True))


@given(
    st.lists(cents, min_size=1, max_size=6),
    st.lists(
        st.one_of(
            st.builds(lambda size: Benefit("amount", size), cents.filter(bool)),
            st.builds(lambda size: Benefit("percent", Decimal(size)), st.integers(1, 100)),
            st.just(Benefit("product", product="0")),
            st.just(Benefit("amount", Decimal(7), products=["1"])),
        ),
        max_size=6,
    ),
)
def test_no_line_ever_falls_below_zero(amounts: list[Decimal], benefits: list[Benefit]) -> None:
    basket = Basket([Line(str(place), amount) for place, amount in enumerate(amounts)], "EUR")
    left, taken = Left.of(basket), Decimal(0)
    for benefit in benefits:
        try:
            taken += take_off(benefit, left).amount
        except (NothingFits, NothingToDiscount):
            continue
    assert all(line >= 0 for line in left.lines)
    assert basket.goods - taken == sum(left.lines)


@given(st.integers(1, 10_000_00), st.floats(0, 1), st.sets(st.floats(0, 1, exclude_max=True), max_size=8))
def test_any_sequence_of_returns_ends_at_the_whole_discount(basket: int, share: float, stops: set[float]) -> None:
    whole, amount, back = Decimal(basket) / 100, Decimal(int(basket * share)) / 100, Decimal(0)
    for stop in sorted(stops):
        with_this = returned_share(amount, whole, Decimal(int(basket * stop)) / 100, 2)
        assert back <= with_this <= amount
        back = with_this
    assert returned_share(amount, whole, whole, 2) == amount
