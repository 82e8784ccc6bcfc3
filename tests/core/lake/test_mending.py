"""Few customers all over the lake: their orders are replaced in the files, with the same result as writing it whole."""

from datetime import date
from decimal import Decimal

import pytest

from tests.core.lake.buying import customer, order, product, refund
from treue.core.commerce.models import Order, OrderLine
from treue.core.customers.models import Customer
from treue.core.lake import checking, manifest, tables, writing
from treue.core.shop.models import Shop

AS_OF, LATER = date(2026, 6, 30), date(2026, 7, 31)
BUCKETS = 6


def rows(shop: Shop) -> list[dict[str, object]]:
    with tables.opened(shop.pk) as lake:
        return lake.orders.order_by("customer_id", "nth").to_pyarrow().to_pylist()


def generations(shop: Shop) -> set[int]:
    return {int(bucket.file[-14:-8]) for bucket in manifest.read(shop.pk).buckets.values()}


@pytest.fixture
def people(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> list[Customer]:
    """Two customers in each of six ranges, each with two orders, some of them of known cost."""
    monkeypatch.setattr(writing, "WORTH_MENDING", 0.8)
    monkeypatch.setattr(writing, "CUSTOMERS_PER_BUCKET", 10)
    tea, cup = product(shop, "tea", unit_cost="2.5"), product(shop, "cup")
    everybody = [customer(shop, f"c{n}", pk=10 * (n // 2) + n % 2 + 1) for n in range(2 * BUCKETS)]
    for number, each in enumerate(everybody):
        order(each, "2026-03-01 10:00", 10 + number, units=2, product=tea if number % 3 else cup, number=f"b{number}")
        order(each, "2026-03-01 10:00", 20 + number, channel="App", category="Tea", number=f"a{number}")
    writing.write(shop, as_of=AS_OF)
    return everybody


def mend(shop: Shop, *touched: Customer, as_of: date = AS_OF) -> writing.Written:
    """Write for these customers, and hold the result against a lake that is written whole."""
    written = writing.write(shop, as_of=as_of, customers=[each.pk for each in touched])
    mended = rows(shop)
    assert checking.check(shop) == []
    writing.write(shop, as_of=as_of)
    assert rows(shop) == mended
    return written


def test_customers_all_over_the_shop_are_replaced_in_their_files(shop: Shop, people: list[Customer]):
    for each in people[::4]:
        order(each, "2026-02-01 10:00", 5, number=f"0{each.pk}", cost=1)
    written = mend(shop, *people[::4])
    assert (written.buckets, written.whole) == ((0, 2, 4), False)


def test_others_of_the_same_files_are_not_read_again(shop: Shop, people: list[Customer]):
    Order.objects.filter(customer__in=people).update(category="Coffee")
    touched = people[::2]
    writing.write(shop, as_of=AS_OF, customers=[each.pk for each in touched])
    coffee = {row["customer_id"] for row in rows(shop) if row["category"] == "Coffee"}
    assert coffee == {each.pk for each in touched}


def test_what_nobody_named_and_differs_is_written_from_the_database(shop: Shop, people: list[Customer]):
    for each in (people[0], people[4], people[8]):
        order(each, amount=5)
    order(people[5], amount=99)
    written = mend(shop, people[0], people[4], people[8])
    assert (written.buckets, written.whole) == ((0, 2, 4), False)


def test_where_too_much_differs_everything_is_written(shop: Shop, people: list[Customer]):
    for each in people:
        order(each, amount=5)
    assert mend(shop, people[0], people[4], people[8]).whole


def test_orders_that_were_taken_back_are_gone_and_so_is_a_file_without_any(shop: Shop, people: list[Customer]):
    gone = [people[0], people[4], people[5], people[8]]
    OrderLine.objects.filter(order__customer__in=gone).delete()
    Order.objects.filter(customer__in=gone).delete()
    assert not mend(shop, *gone).whole
    assert set(manifest.read(shop.pk).buckets) == {0, 1, 3, 4, 5}


def test_a_refund_that_comes_to_count_is_taken_off_though_nobody_named_the_customer(shop: Shop, people: list[Customer]):
    for place in (1, 5, 9):
        bought = Order.objects.get(number=f"b{place}")
        refund(bought, "2026-07-05 10:00", 3)
    before = sum(row["revenue"] for row in rows(shop))
    assert not mend(shop, as_of=LATER).whole
    assert sum(row["revenue"] for row in rows(shop)) == before - Decimal(9)


def test_customers_in_ranges_that_had_no_file_are_written_too(shop: Shop, people: list[Customer]):
    new = customer(shop, "new", pk=995)
    for each in (people[0], people[4], people[8], new):
        order(each, amount=5)
    assert not mend(shop, people[0], people[4], people[8], new).whole
    assert 99 in manifest.read(shop.pk).buckets


def test_a_lake_can_be_mended_again_and_again(shop: Shop, people: list[Customer]):
    for turn in range(4):
        for each in people[turn::4]:
            order(each, f"2026-04-0{turn + 1} 10:00", turn + 1)
        writing.write(shop, as_of=AS_OF, customers=[each.pk for each in people[turn::4]])
        assert checking.check(shop) == []
    mended = rows(shop)
    assert len(generations(shop)) > 1
    writing.write(shop, as_of=AS_OF)
    assert rows(shop) == mended
