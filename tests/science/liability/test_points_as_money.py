"""Points in money: cents that add up, the standard's own example, and a provision that moves as its payments do."""

from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from treue.science.errors import ImpossibleHorizon
from treue.science.liability import (
    Allocation,
    Movement,
    PointsAtDate,
    Recognised,
    allocate,
    liability,
    recognised,
    roll_forward,
    settlement,
)

CENT = Decimal("0.01")
SHARES = st.decimals(0, 1, places=4)
MONEY = st.decimals(0, 100_000, places=2)
COUNTS = st.integers(0, 10**9)


def half_up(exact: Decimal) -> Decimal:
    return exact.quantize(CENT, rounding=ROUND_HALF_UP)


def test_points_are_owed_at_what_is_expected_of_them():
    found = liability([2_000, 500], [0.85, 0.5], Decimal("0.01"))
    assert (found.total, found.parts) == (Decimal("19.50"), (Decimal("17.00"), Decimal("2.50")))


def test_halves_are_rounded_up_and_parts_still_add_up():
    found = liability([1, 1, 1], [1.0, 1.0, 1.0], Decimal("0.005"))
    assert (found.total, found.parts) == (Decimal("0.02"), (Decimal("0.01"), Decimal("0.01"), Decimal("0.00")))


def test_the_missing_cent_goes_where_rounding_down_took_most():
    found = liability([102, 104, 106], [1, 1, 1], Decimal("0.001"))
    assert (found.total, found.parts) == (Decimal("0.31"), (Decimal("0.10"), Decimal("0.10"), Decimal("0.11")))


def test_no_points_are_owed_nothing():
    assert liability([], [], Decimal("0.01")).total == Decimal("0.00")


def test_arrays_are_taken_as_lists_are():
    arrays = liability(np.array([2_000, 500]), np.array([0.85, 0.5]), Decimal("0.01"))
    assert arrays == liability([2_000, 500], [0.85, 0.5], Decimal("0.01"))


@given(st.lists(st.tuples(COUNTS, SHARES), max_size=30), st.decimals(0, 1, places=5))
def test_parts_add_up_to_the_exact_sum_rounded_once(rows, value):
    points, shares = [points for points, _ in rows], [share for _, share in rows]
    found = liability(points, shares, value)
    exact = [points * share * value for points, share in rows]
    assert found.total == half_up(sum(exact, Decimal(0))) == sum(found.parts, Decimal(0))
    assert all(abs(part - each) < CENT for part, each in zip(found.parts, exact, strict=True))


@pytest.mark.parametrize(
    ("points", "shares", "value", "name"),
    [
        ([-1], [0.5], Decimal(1), "outstanding"),
        ([1], [1.5], Decimal(1), "expected_redemption"),
        ([1], [float("nan")], Decimal(1), "expected_redemption"),
        ([1, 2], [0.5], Decimal(1), "expected_redemption"),
        ([1], [0.5], Decimal(-1), "value_per_point"),
        ([1], [0.5], Decimal("NaN"), "value_per_point"),
        ([1], [0.5], 0.1, "value_per_point"),
    ],
)
def test_points_shares_and_values_that_mean_nothing_are_refused(points, shares, value, name):
    with pytest.raises(ImpossibleHorizon) as refused:
        liability(points, shares, value)
    assert refused.value.name == name


def test_a_sale_is_divided_by_relative_stand_alone_prices():
    found = allocate(Decimal(2_000), 2_000, Decimal("0.10"), 0.85)
    assert found == Allocation(goods=Decimal("1843.32"), points=Decimal("156.68"))


def test_goods_sold_below_their_stand_alone_price_share_the_discount_with_the_points():
    found = allocate(Decimal(90), 100, Decimal("0.20"), 1, goods_value=Decimal(100))
    assert found == Allocation(goods=Decimal("75.00"), points=Decimal("15.00"))


def test_a_gift_with_points_owes_nothing():
    assert allocate(Decimal(0), 100, Decimal("0.20"), 1).points == 0
    assert allocate(Decimal(0), 0, Decimal("0.20"), 1).points == 0


@given(MONEY, COUNTS, st.decimals(0, 1, places=4), SHARES)
def test_the_two_parts_of_a_sale_add_up_to_it(sale, points, value, share):
    found = allocate(sale, points, value, share)
    assert found.goods + found.points == sale
    assert 0 <= found.points <= sale


def test_example_52_of_ifrs_15_to_the_unit():
    allocation = allocate(Decimal(100_000), 10_000, Decimal(1), Decimal("0.95"))
    assert (round(allocation.goods), round(allocation.points)) == (91_324, 8_676)
    first, second = recognised(
        Decimal(8_676),
        10_000,
        [PointsAtDate(redeemed=4_500, expected=9_500), PointsAtDate(redeemed=8_500, expected=9_700)],
    )
    assert (round(first.revenue), round(first.closing)) == (4_110, 4_566)
    assert (round(second.opening), round(second.revenue), round(second.closing)) == (4_566, 3_493, 1_073)
    assert round(first.revenue + second.revenue) == 7_603


def test_when_nothing_is_left_to_redeem_all_is_revenue():
    periods = [PointsAtDate(redeemed=300, expected=900), PointsAtDate(redeemed=400, expected=900, expired=600)]
    assert recognised(Decimal(90), 1_000, periods) == [
        Recognised(Decimal("90.00"), Decimal("30.00"), Decimal("60.00")),
        Recognised(Decimal("60.00"), Decimal("60.00"), Decimal("0.00")),
    ]


def test_no_more_is_expected_than_has_not_expired():
    (only,) = recognised(Decimal(90), 1_000, [PointsAtDate(redeemed=300, expected=900, expired=400)])
    assert only.revenue == Decimal("45.00")


def test_an_estimate_that_rises_takes_revenue_back():
    periods = [PointsAtDate(redeemed=400, expected=500), PointsAtDate(redeemed=400, expected=1_000)]
    assert [row.revenue for row in recognised(Decimal(100), 1_000, periods)] == [Decimal("80.00"), Decimal("-40.00")]


def test_points_that_nobody_will_redeem_are_revenue_at_once():
    (only,) = recognised(Decimal(90), 1_000, [PointsAtDate(redeemed=0, expected=0)])
    assert (only.revenue, only.closing) == (Decimal("90.00"), 0)


def test_more_points_gone_than_granted_are_refused():
    with pytest.raises(ImpossibleHorizon):
        recognised(Decimal(90), 1_000, [PointsAtDate(redeemed=600, expected=900, expired=401)])


@given(MONEY, st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500), st.integers(0, 1_000)), min_size=1))
def test_revenue_and_what_is_owed_add_up_to_what_was_owed(owed, periods):
    rows = recognised(owed, 1_000, [PointsAtDate(redeemed=r, expired=x, expected=e) for r, x, e in periods])
    assert sum((row.revenue for row in rows), Decimal(0)) + rows[-1].closing == owed
    assert all(row.opening - row.revenue == row.closing and 0 <= row.closing <= owed for row in rows)


def ahead(**points: int) -> list[float]:
    """Points by month, as m12=1000 for a thousand in twelve months."""
    months = {int(name[1:]): number for name, number in points.items()}
    return [float(months.get(month, 0)) for month in range(1, max(months) + 1)]


def provided(points: list[float], *, increase: str = "0", **rates: str):
    told = {int(name[1:]): Decimal(rate) for name, rate in rates.items()}
    return settlement(points, cost_per_point=Decimal("0.05"), cost_increase=Decimal(increase), rates=told)


def test_what_is_due_within_a_year_is_not_discounted():
    found = provided(ahead(m1=1_000, m12=1_000), y1="0.02")
    assert (found.undiscounted, found.provision) == (Decimal("100.00"), Decimal("100.00"))


def test_what_is_due_later_is_discounted_by_the_rate_of_its_term():
    found = provided(ahead(m24=1_000), y1="0.01", y2="0.02")
    assert (found.undiscounted, found.provision) == (Decimal("50.00"), Decimal("48.06"))  # 50 / 1.02²


def test_between_two_years_the_rate_lies_on_a_straight_line():
    found = provided(ahead(m18=100_000), y1="0.01", y2="0.02")
    assert float(found.provision) == pytest.approx(5_000 / 1.015**1.5, abs=0.005)


def test_beyond_the_rates_told_the_nearest_holds():
    assert float(provided(ahead(m36=100_000), y2="0.02").provision) == pytest.approx(5_000 / 1.02**3, abs=0.005)
    assert float(provided(ahead(m13=100_000), y2="0.02").provision) == pytest.approx(
        5_000 / 1.02 ** (13 / 12), abs=0.005
    )


def test_costs_that_rise_are_those_of_the_month_in_which_they_fall_due():
    found = provided(ahead(m12=1_000, m24=1_000), increase="0.10", y1="0", y2="0")
    assert found.provision == Decimal("115.50")  # 55 and 60.50


def test_a_term_over_a_year_needs_a_rate():
    assert provided(ahead(m12=1_000)).provision == Decimal("50.00")
    with pytest.raises(ImpossibleHorizon) as refused:
        provided(ahead(m13=1_000))
    assert refused.value.name == "rates"


def test_payments_that_come_within_a_year_bring_all_their_interest():
    found = provided(ahead(m24=1_000), y1="0.01", y2="0.02")
    assert found.interest(months=12) == Decimal("1.94")
    assert found.interest(months=0) == 0
    assert found.interest(months=24) == Decimal("1.94")


def test_a_provision_of_which_nothing_changed_grows_by_its_interest():
    then, now = provided(ahead(m24=1_000), y1="0.02", y2="0.02"), provided(ahead(m12=1_000), y1="0.02", y2="0.02")
    moved = roll_forward(
        opening=then.provision,
        used=Decimal(0),
        interest=then.interest(months=12),
        closing_of_opening=now.provision,
        closing_of_new=Decimal(0),
    )
    assert (moved.released, moved.added, moved.closing) == (0, 0, Decimal("50.00"))


def test_what_old_points_need_less_is_released_and_what_new_ones_need_is_added():
    moved = roll_forward(
        opening=Decimal("100.00"),
        used=Decimal("40.00"),
        interest=Decimal("1.50"),
        closing_of_opening=Decimal("50.00"),
        closing_of_new=Decimal("70.00"),
    )
    assert moved == Movement(
        opening=Decimal("100.00"),
        used=Decimal("40.00"),
        released=Decimal("11.50"),
        added=Decimal("70.00"),
        interest=Decimal("1.50"),
    )
    assert moved.closing == Decimal("120.00")


def test_what_old_points_need_more_is_added():
    moved = roll_forward(
        opening=Decimal(100),
        used=Decimal(40),
        interest=Decimal(0),
        closing_of_opening=Decimal(75),
        closing_of_new=Decimal(10),
    )
    assert (moved.released, moved.added, moved.closing) == (0, 25, 85)


@given(MONEY, MONEY, st.decimals(-100, 100, places=2), MONEY, MONEY)
def test_a_roll_forward_always_ends_at_what_has_to_be_provided(opening, used, interest, old, new):
    moved = roll_forward(opening=opening, used=used, interest=interest, closing_of_opening=old, closing_of_new=new)
    assert moved.closing == old + new
    assert min(moved.released, moved.added) >= 0


@given(st.lists(st.tuples(MONEY, MONEY, MONEY, MONEY), max_size=5))
def test_movements_of_parts_add_up(parts):
    moved = [
        roll_forward(opening=opening, used=used, interest=Decimal(0), closing_of_opening=old, closing_of_new=new)
        for opening, used, old, new in parts
    ]
    assert sum(moved, Movement()).closing == sum((each.closing for each in moved), Decimal(0))


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"cost_per_point": Decimal(-1)}, "cost_per_point"),
        ({"cost_increase": 0.02}, "cost_increase"),
        ({"rates": {1: Decimal("1.5")}}, "rates"),
        ({"rates": {-1: Decimal("0.01")}}, "rates"),
        ({"ahead": [-1.0]}, "ahead"),
    ],
)
def test_costs_rates_and_points_that_mean_nothing_are_refused(given, name):
    possible = {
        "ahead": [1.0],
        "cost_per_point": Decimal(1),
        "cost_increase": Decimal(0),
        "rates": {1: Decimal("0.01")},
    }
    chosen = possible | given
    with pytest.raises(ImpossibleHorizon) as refused:
        settlement(chosen.pop("ahead"), **chosen)
    assert refused.value.name == name
