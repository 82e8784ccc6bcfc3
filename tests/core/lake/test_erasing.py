"""A person, or a whole shop, leaves the lake at once and in every file."""

from datetime import date

import duckdb
import pytest

from tests.core.lake.buying import customer, order
from treue.core.lake import customers, erasing, manifest, tables, writing
from treue.core.shop.models import Shop
from treue.science.calendar import Calendar

AS_OF = date(2026, 6, 30)


def customers_in_any_file(shop: Shop) -> set[int]:
    found: set[int] = set()
    for path in manifest.folder(shop.pk).rglob("*.parquet"):
        with duckdb.connect() as con:
            found |= {row[0] for row in con.execute(f"select #1 from '{path}'").fetchall()}
    return found


@pytest.fixture
def bought(shop: Shop) -> list[int]:
    """Numbers of three customers whose orders are in the lake, with a former state within its grace."""
    people = [customer(shop, number) for number in "ABC"]
    for each in people * 2:
        order(each)
    for _ in range(2):
        writing.write(shop, as_of=AS_OF)
        customers.write(shop.pk, Calendar(date(2026, 3, 1), AS_OF))
    return [each.pk for each in people]


def test_an_erased_customer_is_in_no_file_not_even_a_former_one(shop: Shop, bought: list[int]):
    assert customers_in_any_file(shop) == set(bought)
    erasing.erase(shop.pk, bought[1])
    assert customers_in_any_file(shop) == {bought[0], bought[2]}


def test_the_others_stay_as_they_were_and_in_their_order(shop: Shop, bought: list[int]):
    erasing.erase(shop.pk, bought[0])
    state = manifest.read(shop.pk)
    assert state is not None
    assert [(bucket.customers, bucket.orders, bucket.revenue) for bucket in state.buckets.values()] == [
        (2, 4, "40.0000")
    ]
    with duckdb.connect() as con:
        place = manifest.folder(shop.pk)
        (file,) = (place / bucket.file for bucket in state.buckets.values())
        assert con.execute(f"select customer_id, nth from '{file}'").fetchall() == [
            (bought[1], 1), (bought[1], 2), (bought[2], 1), (bought[2], 2),
        ]  # fmt: skip
    with tables.opened(shop.pk) as lake:
        assert lake.customers is not None
        assert lake.customers.customer.to_pyarrow().to_pylist() == bought[1:]


def test_erasing_the_last_one_or_a_stranger_or_twice_leaves_a_whole_lake(shop: Shop, bought: list[int]):
    for number in (*bought, bought[0], 999_999):
        erasing.erase(shop.pk, number)
    with tables.opened(shop.pk) as lake:
        assert lake.orders.count().to_pyarrow().as_py() == 0


def test_erasing_where_nothing_was_ever_written_does_nothing(shop: Shop):
    erasing.erase(shop.pk, 1)
    assert manifest.read(shop.pk) is None


def test_a_removed_shops_lake_is_gone(shop: Shop, bought: list[int]):
    erasing.remove(shop.pk)
    erasing.remove(shop.pk)
    assert not manifest.folder(shop.pk).exists()
