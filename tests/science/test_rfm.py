"""The groups of RFM: a table without holes, fifths that do not depend on chance, and what happens to small shops."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import product

import ibis
import pytest

from tests.science.buyers import FIRST, Bought, on, table_of
from treue.science import rfm
from treue.science.errors import MissingColumn, MomentsWithZone, WrongColumnType

AS_OF = FIRST + timedelta(days=100)
FIFTHS = range(1, 6)
CELLS = list(product(FIFTHS, repeat=3))
BEST_FIRST = ["champions", "loyal", "promising", "new", "need attention", "at risk", "hibernating", "lost"]


def scored(orders: list[Bought], as_of: date = AS_OF) -> dict[str, dict]:
    rows = rfm.scores(table_of(orders), as_of=as_of).to_pyarrow().to_pylist()
    assert len({row["customer_id"] for row in rows}) == len(rows)
    return {row["customer_id"]: row for row in rows}


def quintiles(row: dict) -> tuple[int, int, int]:
    return row["recency_quintile"], row["frequency_quintile"], row["monetary_quintile"]


def test_each_of_the_125_cells_has_exactly_one_group_and_every_group_a_cell():
    groups = [rfm.group_of(*cell) for cell in CELLS]
    assert len(groups) == 125
    assert set(groups) == set(BEST_FIRST) == set(rfm.GROUPS.values())
    for rows in rfm.BY_MONETARY.values():
        assert [len(row) for row in rows] == [5] * 5


@pytest.mark.parametrize("measure", [0, 1, 2])
def test_a_better_quintile_never_leads_to_a_lesser_group(measure: int):
    for cell in CELLS:
        if cell[measure] < 5:
            better = tuple(value + (place == measure) for place, value in enumerate(cell))
            here, there = (BEST_FIRST.index(rfm.group_of(*each)) for each in (cell, better))
            assert there <= here, (cell, better)


@pytest.mark.parametrize(
    ("cell", "group"),
    [
        ((5, 5, 5), "champions"),
        ((5, 5, 1), "loyal"),
        ((3, 5, 3), "loyal"),
        ((5, 1, 5), "new"),
        ((4, 1, 1), "new"),
        ((4, 2, 2), "promising"),
        ((3, 3, 3), "need attention"),
        ((1, 5, 5), "at risk"),
        ((2, 2, 2), "hibernating"),
        ((1, 1, 1), "lost"),
    ],
)
def test_groups_mean_what_they_are_called(cell: tuple[int, int, int], group: str):
    assert rfm.group_of(*cell) == group


def test_a_customers_measures_and_group():
    orders = [
        *on("a", 0, amount=1),
        *on("b", 10, 20, amount=2),
        *on("c", 30, 40, 50, amount=3),
        *on("d", 60, 61, 62, 63, amount=4),
        *on("e", 90, 91, 92, 93, 95, amount=5),
    ]
    found = scored(orders)
    assert [quintiles(found[each]) for each in "abcde"] == [(step, step, step) for step in FIFTHS]
    assert [found[each]["group"] for each in "abcde"] == [
        "lost",
        "hibernating",
        "need attention",
        "loyal",
        "champions",
    ]
    assert found["e"]["recency_days"] == 5
    assert found["e"]["frequency"] == 5
    assert found["e"]["monetary"] == Decimal(25)


def test_orders_of_one_day_are_one_purchase_and_add_up():
    found = scored([*on("a", 3, 3, 3), *on("a", 5)])["a"]
    assert (found["frequency"], found["monetary"], found["recency_days"]) == (2, Decimal(40), 95)


def test_equal_values_have_equal_quintiles_whatever_the_order_of_the_rows():
    orders = [order for number in range(9) for order in on(f"c{number}", 5 * (number // 3), amount=7)]
    forward, backward = scored(orders), scored(orders[::-1])
    assert forward == backward
    # three, six and nine of nine: none, three and six are worse, which are no, one and three whole fifths
    assert [forward[f"c{number}"]["recency_quintile"] for number in range(9)] == [1, 1, 1, 2, 2, 2, 4, 4, 4]


def test_who_bought_once_is_in_the_first_fifth_of_frequency_however_many_they_are():
    orders = [order for number in range(9) for order in on(f"c{number}", number)] + on("d", 1, 2)
    found = scored(orders)
    assert [found[f"c{number}"]["frequency_quintile"] for number in range(9)] == [1] * 9
    assert found["d"]["frequency_quintile"] == 5


def test_a_shop_of_fewer_than_five_is_in_the_middle_but_who_bought_once():
    found = scored([*on("a", 0), *on("b", 90, 95, 99), *on("c", 99), *on("d", 1, 2)])
    assert {name: quintiles(row) for name, row in found.items()} == {
        "a": (3, 1, 3),
        "b": (3, 3, 3),
        "c": (3, 1, 3),
        "d": (3, 3, 3),
    }
    assert {row["group"] for row in found.values()} == {"need attention"}


def test_a_measure_that_is_the_same_for_all_tells_nobody_apart():
    found = scored([order for number in range(7) for order in on(f"c{number}", number, 50)])
    assert {quintiles(row) for row in found.values()} == {(3, 3, 3)}


def test_all_on_the_same_day_for_the_first_time_are_no_regulars():
    found = scored([order for number in range(7) for order in on(f"c{number}", 50, amount=number)])
    assert {quintiles(row)[:2] for row in found.values()} == {(3, 1)}


def test_without_purchases_there_are_no_rows():
    assert scored([]) == {}
    assert scored(on("a", 200)) == {}
    assert scored([Bought(None, datetime(2024, 1, 5), Decimal(1)), Bought("a", None, Decimal(1))]) == {}


def test_sums_beyond_a_column_of_money_are_kept():
    many = [Bought("a", datetime(2024, 1, 1) + timedelta(days=day), Decimal(10**13)) for day in range(50)]
    assert scored(many)["a"]["monetary"] == 50 * Decimal(10**13)


def test_tables_that_mean_nothing_are_refused():
    orders = table_of(on("a", 1))
    with pytest.raises(MissingColumn):
        rfm.scores(orders.drop("customer_id"), as_of=AS_OF)
    with pytest.raises(WrongColumnType):
        rfm.scores(orders.mutate(amount=ibis.literal("much")), as_of=AS_OF)
    with pytest.raises(MomentsWithZone):
        rfm.scores(orders.mutate(ordered_at=orders.ordered_at.cast("timestamp('UTC')")), as_of=AS_OF)


def moves(before: ibis.Table, after: ibis.Table) -> dict[tuple[str, str], int]:
    rows = rfm.migration(before, after).to_pyarrow().to_pylist()
    found = {(row["from_group"], row["to_group"]): row["customers"] for row in rows}
    assert len(found) == len(rows)
    return found


def groups(**of: str) -> ibis.Table:
    return ibis.memtable(
        {"customer_id": list(of), "group": list(of.values())}, schema={"customer_id": "string", "group": "string"}
    )


def test_migration_counts_who_went_from_where_to_where():
    before = groups(a="new", b="new", c="loyal", d="lost")
    after = groups(a="loyal", b="loyal", c="at risk", e="new", f="new")
    assert moves(before, after) == {
        ("new", "loyal"): 2,
        ("loyal", "at risk"): 1,
        ("lost", "gone"): 1,
        ("not yet", "new"): 2,
    }


def test_migration_from_nothing_is_all_not_yet():
    assert moves(groups(), groups(a="new")) == {("not yet", "new"): 1}
    assert moves(groups(), groups()) == {}


def test_migration_of_one_history_between_two_days():
    orders = table_of([order for number in range(10) for order in on(f"c{number}", number, 50 + number)])
    before, after = (rfm.scores(orders, as_of=FIRST + timedelta(days=day)) for day in (7, 70))
    found = moves(before, after)
    assert sum(found.values()) == 10
    assert sum(count for (left, _), count in found.items() if left == "not yet") == 2


def test_migration_refuses_tables_without_groups_and_ids_of_another_kind():
    with pytest.raises(MissingColumn):
        rfm.migration(groups(a="new").drop("group"), groups())
    with pytest.raises(WrongColumnType):
        rfm.migration(groups(a="new"), ibis.memtable({"customer_id": [1], "group": ["new"]}))
