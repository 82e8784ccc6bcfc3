"""Values in steps that a person reads at a glance."""

from bisect import bisect_right
from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treue.understand.value.amounts import STEPS, Amounts, Counted, readable


def counted(values: list[Decimal]) -> list[Counted]:
    """What the database counts."""
    edges = [Decimal(0), *STEPS]
    steps = [edges[bisect_right(edges, value) - 1] for value in values]
    sums: Counter[Decimal] = Counter()
    for step, value in zip(steps, values, strict=True):
        sums[step] += value
    return [(step, count, sums[step]) for step, count in sorted(Counter(steps).items())]


def shown(*values: float) -> list[tuple[float, float | None, int]]:
    found = readable(counted([Decimal(str(value)) for value in values]))
    return [(float(each.least), None if each.below is None else float(each.below), each.customers) for each in found]


def test_from_next_to_nothing_to_the_most_without_a_gap():
    values = [0, 0.3, *[15] * 10, 30, 90, 90, 199]
    assert shown(*values) == [
        (0, 1, 2),
        (1, 2, 0),
        (2, 5, 0),
        (5, 10, 0),
        (10, 20, 10),
        (20, 50, 1),
        (50, 100, 2),
        (100, None, 1),
    ]


def test_one_in_a_thousand_gets_no_step_of_their_own():
    assert shown(*[15] * 999, 70_000)[-1] == (10, None, 1000)


def test_where_nobody_is_worth_anything_all_stand_in_the_first():
    assert [each[2] for each in shown(0, 0, 0)] == [3, 0]


def test_of_nobody_nothing_is_said():
    assert readable([]) == []


@pytest.mark.parametrize("edge", STEPS[3:9])
def test_who_is_worth_just_a_step_stands_in_it(edge: Decimal):
    (step, count, value), *_ = counted([edge])
    assert (step, count, value) == (edge, 1, edge)


@given(st.lists(st.decimals(0, 10**9, places=4), min_size=1, max_size=60))
def test_everybody_stands_in_one_and_the_values_add_up(values: list[Decimal]):
    found: list[Amounts] = readable(counted(values))
    assert sum(each.customers for each in found) == len(values)
    assert sum(each.value for each in found) == sum(values)
    assert [each.below for each in found[:-1]] == [each.least for each in found[1:]]
    assert found[-1].below is None
    for each in found:
        inside = [v for v in values if v >= each.least and (each.below is None or v < each.below)]
        assert len(inside) == each.customers
