"""Two real shops: who was called overdue came back less often than who was on time. docs/science.md prints these."""

from datetime import date, timedelta
from pathlib import Path

import ibis.expr.types as ir
import pytest

from tests.science import cdnow, online_retail
from treue.science import rfm, rhythm

pytestmark = pytest.mark.realdata
SHOPS = {"retail": online_retail, "cdnow": cdnow}
DAYS = 90


@pytest.fixture(params=SHOPS)
def shop(request: pytest.FixtureRequest, real_data: Path) -> tuple[str, ir.Table]:
    return request.param, SHOPS[request.param].orders(real_data).cache()


# Customers, and how many of them bought in the 90 days after: on time, due, overdue, long overdue, unknown.
PRINTED = {
    "retail": {
        date(2010, 6, 30): [(442, 381), (108, 92), (63, 46), (32, 21), (2330, 907)],
        date(2010, 7, 31): [(508, 451), (155, 129), (79, 60), (36, 17), (2383, 1055)],
        date(2010, 9, 10): [(554, 487), (187, 160), (122, 97), (50, 23), (2466, 1175)],
    },
    "cdnow": {
        date(1997, 9, 30): [(105, 79), (65, 36), (52, 21), (71, 18), (2064, 244)],
        date(1997, 12, 31): [(155, 90), (86, 50), (55, 28), (101, 26), (1960, 190)],
        date(1998, 3, 31): [(184, 96), (98, 42), (72, 22), (116, 14), (1887, 124)],
    },
}


def test_who_is_called_overdue_comes_back_less_often(shop: tuple[str, ir.Table]):
    name, orders = shop
    for cut, printed in PRINTED[name].items():
        rows = rhythm.came_back(orders, as_of=cut, days=DAYS).to_pyarrow().to_pylist()
        counts = {row["state"]: (row["customers"], row["bought"]) for row in rows}
        assert [counts[state] for state in rhythm.STATES] == printed
        on_time, due, overdue, long_overdue, _ = (bought / customers for customers, bought in printed)
        assert min(on_time, due) > overdue > long_overdue


# Customers, and how many of them bought in the 90 days after, from champions to lost.
OF_GROUPS = {
    "retail": (
        date(2010, 7, 31),
        [(550, 484), (461, 337), (167, 89), (248, 102), (464, 213), (292, 160), (495, 185), (484, 142)],
    ),
    "cdnow": (
        date(1997, 12, 31),
        [(447, 214), (289, 56), (157, 30), (60, 7), (458, 32), (60, 7), (499, 26), (387, 12)],
    ),
}


def test_every_group_is_somebodys_and_the_lost_come_back_least(shop: tuple[str, ir.Table]):
    name, orders = shop
    cut, printed = OF_GROUPS[name]
    day = orders.ordered_at.date()
    later = orders.filter(day > cut, day <= cut + timedelta(days=DAYS)).select(buyer="customer_id").distinct()
    scored = rfm.scores(orders, as_of=cut)
    judged = scored.left_join(later, scored.customer_id == later.buyer)
    rows = judged.group_by("group").agg(customers=judged.count(), bought=judged.buyer.count()).to_pyarrow().to_pylist()
    counts = {row["group"]: (row["customers"], row["bought"]) for row in rows}
    assert [counts[group] for group in rfm.GROUPS.values()] == printed
    shares = [bought / customers for customers, bought in printed]
    assert (max(shares), min(shares)) == (shares[0], shares[-1])
