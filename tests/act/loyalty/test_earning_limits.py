"""Caps and budgets: literal tables, whole histories counted by a tally, and the days on which the clock is changed."""

from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.act.loyalty.earning_twin import BERLIN, purchases, rule_sets
from treue.act.loyalty.earning.earned import Cut, Earned
from treue.act.loyalty.earning.evaluation import day_of, points_of
from treue.act.loyalty.earning.purchases import Item, Purchase
from treue.act.loyalty.earning.rules import Caps, Multiplier, PerAmount, Period, PerOrder, RuleSet
from treue.act.loyalty.earning.standing import Limit, Standing, Tally

UTC = ZoneInfo("UTC")
NOON = datetime(2026, 11, 28, 12, tzinfo=BERLIN)


def base(**more: object) -> PerAmount:
    return PerAmount(name="base", points=1, amount=Decimal(1), **more)


def rules(*given: object, **more: object) -> RuleSet:
    return RuleSet(currency="EUR", zone="Europe/Berlin", rules=given, **more)


def order(amount: object, at: datetime = NOON, number: str = "1") -> Purchase:
    return Purchase(number, at, "EUR", [Item(Decimal(amount))])


def told(orders: list[tuple[str, Purchase]], asked: RuleSet) -> list[Earned]:
    """What orders of members earn one after the other."""
    tally, found = Tally(asked), []
    for member, each in orders:
        day = day_of(each.moment, asked)
        given_so_far, qualified = tally.so_far(member, day)
        found.append(points_of(each, asked, Standing(given=given_so_far, qualified=qualified)))
        tally.add(member, day, found[-1])
    return found


@pytest.mark.parametrize(
    ("limits", "given_so_far", "expected", "cuts"),
    [
        ({"caps": Caps(day=40)}, {}, 40, [Cut(Period.DAY, 60)]),
        ({"caps": Caps(day=100)}, {}, 100, []),
        ({"caps": Caps(day=40)}, {Limit("base", Period.DAY): 39}, 1, [Cut(Period.DAY, 99)]),
        ({"caps": Caps(day=40)}, {Limit("base", Period.DAY): 41}, 0, [Cut(Period.DAY, 100)]),
        ({"caps": Caps(day=40)}, {Limit("base", Period.MONTH): 41}, 40, [Cut(Period.DAY, 60)]),
        ({"caps": Caps(day=40)}, {Limit("other", Period.DAY): 40}, 40, [Cut(Period.DAY, 60)]),
        ({"caps": Caps(day=80, month=50, in_all=60)}, {}, 50, [Cut(Period.DAY, 20), Cut(Period.MONTH, 30)]),
        ({"budget": 1000}, {Limit("base", Period.BUDGET): 970}, 30, [Cut(Period.BUDGET, 70)]),
        ({"budget": 1000}, {Limit("base", Period.BUDGET): 1000}, 0, [Cut(Period.BUDGET, 100)]),
    ],
)  # fmt: skip
def test_a_limit_cuts_what_is_over_it(
    limits: dict[str, object], given_so_far: dict[Limit, int], expected: int, cuts: list[Cut]
) -> None:
    (line,) = points_of(order(100), rules(base(**limits)), Standing(given=given_so_far)).lines
    assert (line.points, list(line.cuts), line.points + line.cut) == (expected, cuts, 100)


def test_the_caps_of_all_rules_together_cut_the_later_rules_first() -> None:
    asked = rules(base(), PerOrder(name="order", points=50), caps=Caps(day=120))
    earned = points_of(order(100), asked, Standing())
    assert [(each.points, each.qualifying) for each in earned.lines] == [(100, 100), (20, 20)]
    assert earned.lines[1].cuts == (Cut(Period.DAY, 30, is_common=True),)


def test_qualifying_points_have_the_same_caps_on_their_own_and_no_budget() -> None:
    twice = (Multiplier(factor=Decimal(2), weekdays=(5,)),)
    capped = rules(base(multipliers=twice, caps=Caps(day=150)))
    assert [(each.points, each.qualifying) for each in told([("A", order(100))] * 2, capped)] == [(150, 100), (0, 50)]
    spent = rules(base(multipliers=twice, budget=50))
    assert [(each.points, each.qualifying) for each in told([("A", order(100))], spent)] == [(50, 100)]


def test_a_budget_is_of_all_members_and_a_cap_of_one() -> None:
    orders = [("A", order(60)), ("B", order(60)), ("A", order(60))]
    assert [each.points for each in told(orders, rules(base(budget=100)))] == [60, 40, 0]
    assert [each.points for each in told(orders, rules(base(caps=Caps(in_all=100))))] == [60, 60, 40]


@pytest.mark.parametrize(
    ("first", "hours"),
    [(datetime(2026, 3, 29, tzinfo=BERLIN), 23), (datetime(2026, 10, 25, tzinfo=BERLIN), 25)],
)
def test_a_day_cap_holds_for_the_whole_day_on_which_the_clock_is_changed(first: datetime, hours: int) -> None:
    begin = first.astimezone(UTC)
    orders = [("A", order(60, begin + timedelta(hours=hour))) for hour in range(-1, hours + 1)]
    earned = [each.points for each in told(orders, rules(base(caps=Caps(day=100))))]
    assert earned == [60, 60, 40, *[0] * (hours - 2), 60]


def test_a_month_is_one_of_the_shop() -> None:
    last_hour = datetime(2026, 2, 28, 22, 30, tzinfo=UTC)
    orders = [
        ("A", order(60, last_hour)),
        ("A", order(60, last_hour)),
        ("A", order(60, last_hour + timedelta(hours=1))),
    ]
    assert [each.points for each in told(orders, rules(base(caps=Caps(month=100))))] == [60, 40, 60]


@given(st.integers(0, 2**32))
def test_orders_of_one_day_earn_the_same_in_whatever_order_they_come_in(seed: int) -> None:
    random = Random(seed)
    orders = [
        ("A", order(random.randint(1, 60), NOON + timedelta(minutes=random.randint(0, 2)), f"N{place}"))
        for place in range(6)
    ]
    asked = rules(base(caps=Caps(day=100)))

    def earned(given: list[tuple[str, Purchase]]) -> dict[str, int]:
        sorted_ones = sorted(given, key=lambda each: (each[1].moment, each[1].number))
        both = zip(sorted_ones, told(sorted_ones, asked), strict=True)
        return {bought.number: found.points for (_member, bought), found in both}

    assert earned(orders) == earned(random.sample(orders, len(orders)))


@settings(max_examples=150, deadline=None)
@given(rule_sets(), st.lists(st.tuples(st.sampled_from("AB"), purchases()), max_size=12))
def test_no_limit_is_ever_exceeded(asked: RuleSet, orders: list[tuple[str, Purchase]]) -> None:
    orders.sort(key=lambda each: each[1].moment)
    spans = {"day": "%Y-%m-%d", "month": "%Y-%m", "in_all": ""}
    points, qualifying, budgets = Counter(), Counter(), Counter()
    for (member, bought), earned in zip(orders, told(orders, asked), strict=True):
        day = day_of(bought.moment, asked)
        for span, form in spans.items():
            points[member, span, day.strftime(form), ""] += earned.points
            qualifying[member, span, day.strftime(form), ""] += earned.qualifying
            for line in earned.lines:
                points[member, span, day.strftime(form), line.rule] += line.points
                qualifying[member, span, day.strftime(form), line.rule] += line.qualifying
        budgets.update({line.rule: line.points for line in earned.lines})
    caps = {each.name: each.caps for each in asked.rules} | {"": asked.caps}
    for counts in (points, qualifying):
        for (_member, span, _when, rule), count in counts.items():
            most = getattr(caps[rule], span)
            assert most is None or count <= most
    assert all(each.budget is None or budgets[each.name] <= each.budget for each in asked.rules)
