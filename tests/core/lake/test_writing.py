"""What of PostgreSQL stands in the lake, and which of its files a change writes anew."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tests.core.lake.buying import customer, order, product, refund
from treue.core.commerce.models import Order
from treue.core.lake import checking, manifest, tables, writing
from treue.core.lake.errors import NoLake
from treue.core.shop.models import Shop

AS_OF = date(2026, 6, 30)
FAR = writing.CUSTOMERS_PER_BUCKET  # a customer number in the next bucket


def rows(shop: Shop, *columns: str) -> list[tuple[object, ...]]:
    with tables.opened(shop.pk) as lake:
        found = lake.orders.order_by("customer_id", "nth").to_pyarrow().to_pylist()
    return [tuple(row[column] for column in columns) for row in found]


def files(shop: Shop) -> dict[int, str]:
    state = manifest.read(shop.pk)
    assert state is not None
    return {number: bucket.file for number, bucket in state.buckets.items()}


def test_an_order_stands_there_with_what_refunds_left_of_it(shop: Shop):
    bought = order(customer(shop), amount="30.5", units=3, channel="App", country="DE", category="Tea")
    refund(bought, "2026-03-05 09:00", "10.25")
    writing.write(shop, as_of=AS_OF)
    columns = ("customer_id", "order_id", "nth", "revenue", "units", "channel", "country", "category", "cost")
    assert rows(shop, *columns) == [
        (bought.customer_id, bought.pk, 1, Decimal("20.2500"), 2.0, "App", "DE", "Tea", None),
    ]


def test_what_is_not_known_is_null_and_not_empty(shop: Shop):
    order(customer(shop))
    writing.write(shop, as_of=AS_OF)
    assert rows(shop, "channel", "country", "category") == [(None, None, None)]


@pytest.mark.parametrize(
    ("amount", "units", "refunded"),
    [("0", 1, None), ("-5", 1, None), ("20", 2, ("20", 2)), ("20", 2, ("20", 1)), ("20", 2, ("5", 2))],
    ids=["worth nothing", "below nothing", "given back", "paid back whole", "all units given back"],
)
def test_an_order_that_is_no_purchase_is_left_out(
    shop: Shop, amount: str, units: int, refunded: tuple[str, int] | None
):
    bought = order(customer(shop), amount=amount, units=units)
    if refunded:
        refund(bought, "2026-03-05 09:00", *refunded)
    order(customer(shop, "B"), number="kept")
    writing.write(shop, as_of=AS_OF)
    assert rows(shop, "order_id") == [(Order.objects.get(number="kept").pk,)]


def test_an_order_of_no_counted_units_is_a_purchase(shop: Shop):
    order(customer(shop), amount=5, units=0)
    writing.write(shop, as_of=AS_OF)
    assert rows(shop, "revenue") == [(Decimal("5.0000"),)]


def test_moments_are_told_in_the_shops_zone(shop: Shop):
    before_midnight, summer = "2026-01-31 23:30", "2026-07-31 23:30"
    order(customer(shop), before_midnight)
    order(customer(shop), summer)
    writing.write(shop, as_of=AS_OF)
    assert [str(at) for (at,) in rows(shop, "ordered_at")] == ["2026-01-31 23:30:00", "2026-07-31 23:30:00"]


def test_two_orders_of_one_moment_stand_in_the_order_of_their_numbers(shop: Shop):
    for number in ("b", "a", "B"):
        order(customer(shop), number=number)
    writing.write(shop, as_of=AS_OF)
    ids = {made.pk: made.number for made in Order.objects.all()}
    assert [(ids[key], nth) for key, nth in rows(shop, "order_id", "nth")] == [("B", 1), ("a", 2), ("b", 3)]


def test_another_shops_orders_are_elsewhere(shop: Shop):
    other = Shop.objects.create(name="Coffee House")
    order(customer(other))
    order(customer(shop), amount=7)
    for each in (shop, other):
        writing.write(each, as_of=AS_OF)
    assert rows(shop, "revenue") == [(Decimal("7.0000"),)]
    assert rows(other, "revenue") == [(Decimal("10.0000"),)]


def test_a_shop_without_orders_has_an_empty_lake(shop: Shop):
    writing.write(shop, as_of=AS_OF)
    assert rows(shop, "order_id") == []
    assert checking.check(shop) == []


def test_before_the_first_writing_there_is_no_lake(shop: Shop):
    with pytest.raises(NoLake), tables.opened(shop.pk):
        pass


def test_no_name_and_no_number_of_a_customer_is_in_any_file(shop: Shop):
    who = customer(shop, "K-4711-number", name="Anna Apfel", email="anna@example.org", city="Köln")
    order(who, number="order-0815-number")
    writing.write(shop, as_of=AS_OF)
    stored = b"".join(path.read_bytes() for path in manifest.folder(shop.pk).rglob("*") if path.is_file())
    assert len(stored) > 500
    for told in ("K-4711-number", "Apfel", "anna@", "Köln", "order-0815-number"):
        assert told.encode() not in stored


def test_cost_is_the_lines_own_or_its_products_and_only_for_what_was_kept(shop: Shop):
    tea, cup = product(shop, "tea", unit_cost="2.5"), product(shop, "cup")
    order(customer(shop, "A"), amount=20, units=4, product=tea)
    order(customer(shop, "B"), amount=20, units=4, product=tea, cost=7)
    order(customer(shop, "C"), amount=20, units=4, product=cup)
    refund(order(customer(shop, "D"), amount=20, units=4, product=tea), "2026-03-03 10:00", 5)
    writing.write(shop, as_of=AS_OF)
    assert rows(shop, "costed_revenue", "cost") == [
        (Decimal("20.0000"), Decimal("10.0000")),
        (Decimal("20.0000"), Decimal("7.0000")),
        (None, None),
        (Decimal("15.0000"), Decimal("7.5000")),
    ]


def test_a_refund_counts_from_its_day_on(shop: Shop):
    refund(order(customer(shop), amount=30, units=3), "2026-04-10 00:00", 10)
    for as_of, revenue in ((date(2026, 4, 9), 30), (date(2026, 4, 10), 20), (date(2026, 4, 9), 30)):
        writing.write(shop, as_of=as_of, customers=())
        assert rows(shop, "revenue") == [(Decimal(revenue),)]


def test_only_the_ranges_of_customers_who_changed_are_written_anew(shop: Shop):
    near, far = customer(shop, "near", pk=5), customer(shop, "far", pk=FAR * 9)
    for each in (near, far, *(customer(shop, f"{n}", pk=FAR * n) for n in range(1, 9))):
        order(each)
    writing.write(shop, as_of=AS_OF)
    before = files(shop)
    Order.objects.filter(customer=far).update(category="Tea")
    written = writing.write(shop, as_of=AS_OF, customers=[far.pk])
    assert (written.buckets, written.whole) == ((9,), False)
    assert {number for number, file in files(shop).items() if before[number] != file} == {9}
    assert [category for (category,) in rows(shop, "category")][-1] == "Tea"


def test_a_range_that_differs_from_the_database_is_written_anew_though_nobody_named_it(shop: Shop):
    everyone = [customer(shop, f"{n}", pk=FAR * n + 1) for n in range(9)]
    for each in everyone:
        order(each)
    writing.write(shop, as_of=AS_OF)
    order(everyone[3], amount=99)
    Order.objects.filter(customer=everyone[5]).delete()
    assert [difference.bucket for difference in checking.check(shop)] == [3, 5]
    assert writing.write(shop, as_of=AS_OF, customers=()).buckets == (3,)
    assert 5 not in files(shop)
    assert checking.check(shop) == []


def test_a_shop_that_moves_to_another_zone_is_written_whole(shop: Shop):
    order(customer(shop), "2026-03-01 10:00")
    writing.write(shop, as_of=AS_OF)
    shop.zone = "America/New_York"
    assert writing.write(shop, as_of=AS_OF, customers=()).whole
    assert [str(at) for (at,) in rows(shop, "ordered_at")] == ["2026-03-01 04:00:00"]


def test_a_difference_says_what_both_hold(shop: Shop):
    order(customer(shop, pk=1))
    writing.write(shop, as_of=AS_OF)
    order(customer(shop), amount="2.5")
    assert checking.check(shop) == [
        checking.Difference(0, lake=(1, Decimal(10)), database=(2, Decimal("12.5"))),
    ]


def test_a_reader_keeps_the_state_it_began_with(shop: Shop):
    order(customer(shop))
    writing.write(shop, as_of=AS_OF)
    with tables.opened(shop.pk) as lake:
        order(customer(shop), amount=90)
        writing.write(shop, as_of=AS_OF)
        writing.write(shop, as_of=AS_OF)
        assert lake.orders.revenue.sum().to_pyarrow().as_py() == 10
    assert rows(shop, "revenue") == [(Decimal(10),), (Decimal(90),)]


def test_files_of_former_states_go_when_their_grace_is_over(shop: Shop):
    order(customer(shop))
    for _ in range(3):
        writing.write(shop, as_of=AS_OF)
    state = manifest.read(shop.pk)
    assert state is not None
    assert len(list(manifest.folder(shop.pk).rglob("*.parquet"))) == 3
    manifest.sweep(shop.pk, state, grace_seconds=-1)
    assert {path.name for path in manifest.folder(shop.pk).rglob("*.parquet")} == {
        Path(file).name for file in state.files
    }


def test_the_lake_is_closed_to_everybody_else(shop: Shop):
    order(customer(shop))
    writing.write(shop, as_of=AS_OF)
    for path in [manifest.folder(shop.pk), *manifest.folder(shop.pk).rglob("*")]:
        assert path.stat().st_mode & 0o077 == 0, path
