"""Every rhythm by the fast way equals the same by the slow one."""

from datetime import date, timedelta
from itertools import pairwise
from math import ceil
from statistics import median

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.science.buyers import FIRST, Bought, buyers, days_of, table_of
from treue.science import rhythm

# Explaining a failure traces every line of Ibis and takes longer than finding it.
PHASES = [phase for phase in Phase if phase is not Phase.explain]
SOME = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), phases=PHASES)
ORDERS = buyers(most_customers=4, last_day=120, most_orders=40)
DAYS = st.integers(-2, 300).map(lambda day: FIRST + timedelta(days=day))


def twin_rhythm(days: list[date], as_of: date) -> dict:
    row = {"purchase_days": len(days), "days_since": (as_of - days[-1]).days, "last_date": days[-1]}
    if len(days) < 4:
        unknown = ("rhythm_days", "quartile_low_days", "quartile_high_days", "longest_days", "patience_days")
        return row | dict.fromkeys((*unknown, "ratio", "expected_date")) | {"state": "unknown"}
    pauses = sorted((after - before).days for before, after in pairwise(days))
    usual = median(pauses)
    patience = max(min(pauses[-1], 3 * usual), 1.5 * usual, usual + 7)
    return row | {
        "rhythm_days": usual,
        "quartile_low_days": quartile(pauses, 1),
        "quartile_high_days": quartile(pauses, 3),
        "longest_days": pauses[-1],
        "patience_days": patience,
        "ratio": row["days_since"] / usual,
        "expected_date": days[-1] + timedelta(days=ceil(usual)),
        "state": state(row["days_since"], usual, patience),
    }


def quartile(ordered: list[int], quarters: int) -> float:
    whole, rest = divmod((len(ordered) - 1) * quarters, 4)
    return ordered[whole] + (rest and rest / 4 * (ordered[whole + 1] - ordered[whole]))


def state(since: int, usual: float, patience: float) -> str:
    if since <= usual:
        return "on time"
    if since <= patience:
        return "due"
    return "overdue" if since <= 2 * patience else "long overdue"


@SOME
@given(ORDERS, DAYS)
def test_rhythms_equal_their_twin(orders: list[Bought], as_of: date):
    rows = rhythm.rhythms(table_of(orders), as_of=as_of).to_pyarrow().to_pylist()
    expected = {name: twin_rhythm(sorted(days), as_of) for name, days in days_of(orders, as_of).items()}
    assert {row.pop("customer_id"): row for row in rows} == expected
    assert len(rows) == len(expected)


@SOME
@given(ORDERS, DAYS, st.integers(1, 90))
def test_who_came_back_equals_its_twin(orders: list[Bought], as_of: date, days: int):
    later = days_of(orders, as_of + timedelta(days=days))
    expected: dict[str, tuple[int, int]] = {}
    for name, own in days_of(orders, as_of).items():
        judged = twin_rhythm(sorted(own), as_of)["state"]
        customers, bought = expected.get(judged, (0, 0))
        expected[judged] = (customers + 1, bought + (max(later[name]) > as_of))
    rows = rhythm.came_back(table_of(orders), as_of=as_of, days=days).to_pyarrow().to_pylist()
    assert {row["state"]: (row["customers"], row["bought"]) for row in rows} == expected
