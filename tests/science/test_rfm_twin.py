"""Every score and every move by the fast way equals the same by the slow one."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import ibis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.science.buyers import FIRST, Bought, buyers, days_of, table_of
from treue.science import rfm

# Explaining a failure traces every line of Ibis and takes longer than finding it.
PHASES = [phase for phase in Phase if phase is not Phase.explain]
SOME = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), phases=PHASES)
ORDERS = buyers(most_customers=12, last_day=30, most_orders=50)
GROUPED = st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from(list(rfm.GROUPS.values())))
DAYS = st.integers(-2, 33).map(lambda day: FIRST + timedelta(days=day))


def twin_scores(orders: list[Bought], as_of: date) -> dict[str, tuple]:
    days = days_of(orders, as_of)
    recency = {name: (as_of - max(own)).days for name, own in days.items()}
    frequency = {name: len(own) for name, own in days.items()}
    monetary = {name: sum(own.values(), Decimal(0)) for name, own in days.items()}
    found = {}
    for name in days:
        cell = (
            twin_quintile([-each for each in recency.values()], -recency[name]),
            1 if frequency[name] == 1 else twin_quintile(list(frequency.values()), frequency[name]),
            twin_quintile(list(monetary.values()), monetary[name]),
        )
        found[name] = (recency[name], frequency[name], monetary[name], *cell, rfm.group_of(*cell))
    return found


def twin_quintile(values: list, own: object) -> int:
    if len(values) < 5 or len(set(values)) == 1:
        return 3
    worse = sum(value < own for value in values)
    return 1 + worse * 5 // len(values)


def fast_scores(orders: list[Bought], as_of: date) -> dict[str, tuple]:
    rows = rfm.scores(table_of(orders), as_of=as_of).to_pyarrow().to_pylist()
    found = {row["customer_id"]: tuple(row.values())[1:] for row in rows}
    assert len(found) == len(rows)
    return found


@SOME
@given(ORDERS, DAYS)
def test_scores_equal_their_twin(orders: list[Bought], as_of: date):
    assert fast_scores(orders, as_of) == twin_scores(orders, as_of)


@SOME
@given(GROUPED, GROUPED)
def test_migration_equals_its_twin(before: dict[str, str], after: dict[str, str]):
    expected = Counter((before.get(name, "not yet"), after.get(name, "gone")) for name in {*before, *after})
    moves = rfm.migration(group_table(before), group_table(after)).to_pyarrow().to_pylist()
    assert {(row["from_group"], row["to_group"]): row["customers"] for row in moves} == expected
    assert len(moves) == len(expected)


def group_table(groups: dict[str, str]) -> ibis.Table:
    return ibis.memtable(
        {"customer_id": list(groups), "group": list(groups.values())},
        schema={"customer_id": "string", "group": "string"},
    )
