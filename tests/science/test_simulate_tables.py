"""The simulated tables hang together as a real shop's do."""

import re
import subprocess
import sys
from datetime import date, datetime, time

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from tests.science.simulated import UNTIL, eventful_shop
from treue.science.simulate import Shop, simulate, stream, together, words

TABLES = ("customers", "products", "orders", "lines", "refunds", "costs")


def small(**changes: object) -> dict[str, object]:
    shop = {"customers": 6_000, "years": 1.5, "until": UNTIL, "rng": np.random.default_rng(5), "story": True}
    return {**shop, **changes}


def assert_same(one: Shop, other: Shop) -> None:
    for name in TABLES:
        assert getattr(one, name).equals(getattr(other, name)), name
    assert (one.truth.rate == other.truth.rate).all()
    assert (one.truth.alive == other.truth.alive).all()


def test_one_seed_gives_one_shop_and_another_seed_another():
    assert_same(simulate(**small()), simulate(**small()))
    other = simulate(**small(rng=np.random.default_rng(6)))
    assert not simulate(**small()).orders.equals(other.orders)


@pytest.mark.parametrize("chunk", [1, 2_500, 4_000, 50_000])
def test_a_stream_is_the_same_shop_whatever_its_chunk(chunk: int):
    assert_same(together(stream(**small(chunk=chunk))), simulate(**small()))


def test_a_stream_hands_out_whole_blocks_one_after_the_other():
    parts = list(stream(**small(chunk=2_500)))
    assert [part.customers.num_rows for part in parts] == [2_500, 2_500, 1_000]
    assert all(part.products.num_rows == 200 and part.costs.equals(parts[0].costs) for part in parts)
    for part in parts:
        numbers = set(part.customers["number"].to_pylist())
        assert set(part.orders["customer"].to_pylist()) == numbers
        assert set(part.refunds["customer"].to_pylist()) <= numbers


@pytest.mark.long
def test_a_long_stream_stays_below_a_gigabyte():
    # In a process of its own, and asked of its own memory: what `resource` tells is at least what its parent had.
    script = """
import re
from datetime import date
import numpy as np
from treue.science.simulate import stream
rng = np.random.default_rng(1)
orders = sum(part.orders.num_rows for part in stream(customers=300_000, years=3, until=date(2026, 10, 31), rng=rng))
print(orders, re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])
"""
    told = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    orders, peak_kilobytes = map(int, told.stdout.split())
    assert orders > 2_000_000
    assert peak_kilobytes < 1_000_000


@pytest.mark.parametrize("wrong", [{"customers": 0}, {"years": 0}, {"years": 0.01}, {"chunk": 0}])
def test_a_shop_of_nothing_is_refused(wrong: dict[str, float]):
    with pytest.raises(ValueError, match="Nothing to simulate"):
        stream(**small(**wrong))


@pytest.mark.parametrize("customers", [1, 3, 2_501])
def test_the_smallest_shops_hold_together(customers: int):
    shop = simulate(**small(customers=customers, years=0.02))
    assert shop.customers.num_rows == customers
    assert shop.orders.num_rows >= customers


def test_tables_have_the_promised_columns():
    shop = eventful_shop()
    columns = {name: getattr(shop, name).column_names for name in TABLES}
    assert columns == {
        "customers": ["number", "email", "name", "city", "country", "channel", "signed_up_at"],
        "products": ["code", "name", "category", "unit_price", "unit_cost"],
        "orders": ["number", "customer", "ordered_at", "channel", "country", "currency"],
        "lines": ["order_number", "ordinal", "product", "quantity", "unit_price", "amount"],
        "refunds": [
            "number",
            "order_number",
            "customer",
            "product",
            "quantity",
            "amount",
            "refunded_at",
            "reason",
        ],
        "costs": ["channel", "month", "amount"],
    }
    assert shop.orders.schema.field("ordered_at").type == pa.timestamp("us")
    nulls = {name: sum(column.null_count for column in getattr(shop, name).columns) for name in TABLES}
    assert nulls == {**dict.fromkeys(TABLES, 0), "refunds": shop.refunds["order_number"].null_count}


def test_numbers_are_unique_and_orders_are_sorted_by_customer_and_time():
    shop = eventful_shop()
    for table, column in ((shop.customers, "number"), (shop.customers, "email"), (shop.orders, "number")):
        assert pc.count_distinct(table[column]).as_py() == table.num_rows
    assert pc.count_distinct(shop.refunds["number"]).as_py() == shop.refunds.num_rows
    in_order = pc.sort_indices(shop.orders, [("customer", "ascending"), ("ordered_at", "ascending")])
    assert (np.diff(in_order.to_numpy()) == 1).all()


def test_nobody_can_be_written_to():
    addresses = eventful_shop().customers["email"].to_pylist()
    assert all(re.fullmatch(r"[a-z]+\.[a-z]+\.\d+@example\.(org|com)", address) for address in addresses)


def test_every_moment_lies_in_the_range_and_sign_up_comes_first():
    shop = eventful_shop()
    start, end = (datetime.combine(day, time()) for day in (date(2023, 11, 1), date(2026, 11, 1)))
    for column in (shop.customers["signed_up_at"], shop.orders["ordered_at"], shop.refunds["refunded_at"]):
        earliest, latest = pc.min_max(column).as_py().values()
        assert start <= earliest
        assert latest < end
    first = shop.orders.group_by("customer").aggregate([("ordered_at", "min")]).sort_by("customer")
    assert pc.all(pc.less_equal(shop.customers["signed_up_at"], first["ordered_at_min"])).as_py()
    assert pc.all(pc.greater_equal(first["ordered_at_min"][1:], first["ordered_at_min"][:-1])).as_py()


def test_the_first_order_is_in_the_customers_channel_and_begins_with_the_customers_category():
    shop = eventful_shop()
    begins = np.cumsum(shop.truth.repeats + 1) - (shop.truth.repeats + 1)
    first = shop.orders.take(begins)
    assert first["channel"].equals(shop.customers["channel"])
    lines = shop.lines.filter(pc.equal(shop.lines["ordinal"], 1)).take(begins)
    place = pc.index_in(lines["product"], shop.products["code"].combine_chunks()).to_numpy()
    assert (place // 25 == shop.truth.category).all()


def test_lines_are_list_prices_times_pieces_to_the_cent():
    shop = eventful_shop()
    quantity, price, amount = (shop.lines[name].to_numpy() for name in ("quantity", "unit_price", "amount"))
    assert (np.round(quantity * price, 2) == amount).all()
    assert (quantity >= 1).all()
    assert price.min() >= 1
    per_product = shop.lines.group_by("product").aggregate([("unit_price", "count_distinct")])
    assert per_product.num_rows == 200
    coffee = pc.starts_with(per_product["product"], "KAF")
    assert set(per_product.filter(coffee)["unit_price_count_distinct"].to_pylist()) == {2}
    assert set(per_product.filter(pc.invert(coffee))["unit_price_count_distinct"].to_pylist()) == {1}
    ordinals = shop.lines["ordinal"].to_numpy()
    assert (ordinals.min(), ordinals.max()) == (1, 6)


def test_a_shop_has_the_same_numbers_in_german_and_nothing_english_among_its_words():
    english, german = simulate(**small()), simulate(**small(words=words.GERMAN))
    spoken = {"name", "category", "channel", "reason"}
    for name in TABLES:
        one, other = getattr(english, name), getattr(german, name)
        silent = [
            column for column in one.column_names if (name == "customers" and column == "name") or column not in spoken
        ]
        assert one.select(silent).equals(other.select(silent)), name
    assert set(german.products["category"].to_pylist()) == set(words.GERMAN.categories.values())
    assert set(german.costs["channel"].to_pylist()) <= set(german.orders["channel"].to_pylist())
    for shop, own in ((english, words.ENGLISH), (german, words.GERMAN)):
        assert set(shop.orders["channel"].to_pylist()) == set(own.channels)
        assert set(shop.refunds["reason"].to_pylist()) == set(own.reasons)
        assert len(set(shop.products["name"].to_pylist())) == 200


def test_the_catalogue_is_plausible():
    products = eventful_shop().products.to_pandas()
    assert len(products) == 200
    assert products["code"].is_unique
    assert products["name"].is_unique
    assert (products["unit_cost"] < products["unit_price"]).all()
    assert (products["unit_cost"] > 0).all()
    assert products.groupby("category")["unit_price"].is_monotonic_increasing.all()
    assert products.groupby("category")["unit_price"].min().max() <= 2.5
    assert products.groupby("category").size().to_dict() == dict.fromkeys(products["category"].unique(), 25)


def test_refunds_never_exceed_what_was_bought_of_a_line():
    shop = eventful_shop()
    keys = ["order_number", "product"]
    bought = shop.lines.group_by(keys).aggregate([("quantity", "sum"), ("amount", "sum")])
    named = shop.refunds.filter(pc.is_valid(shop.refunds["order_number"]))
    back = named.group_by(keys).aggregate([("quantity", "sum"), ("amount", "sum")])
    both = back.join(bought, keys, right_suffix="_bought")
    assert both["quantity_sum_bought"].null_count == 0
    assert pc.all(pc.less_equal(both["quantity_sum"], both["quantity_sum_bought"])).as_py()
    assert pc.max(pc.subtract(both["amount_sum"], both["amount_sum_bought"])).as_py() < 0.005


def test_refunds_without_an_order_are_of_something_bought_before_or_stray_by_design():
    shop = eventful_shop()
    nameless = shop.refunds.filter(pc.is_null(shop.refunds["order_number"])).select(
        ["number", "customer", "product", "refunded_at"]
    )
    bought = shop.lines.join(shop.orders, "order_number", "number").select(["customer", "product", "ordered_at"])
    earliest = bought.group_by(["customer", "product"]).aggregate([("ordered_at", "min")])
    known = nameless.join(earliest, ["customer", "product"])
    earlier = pc.fill_null(pc.less(known["ordered_at_min"], known["refunded_at"]), False)
    stray = known.filter(pc.invert(earlier))
    expected = shop.customers.filter(pa.array(shop.truth.stray_refund))["number"]
    assert sorted(stray["customer"].to_pylist()) == expected.to_pylist()
    assert 20 < len(expected) < 200
    assert 0.1 < nameless.num_rows / shop.refunds.num_rows < 0.2


def test_a_refund_comes_after_its_order_and_belongs_to_its_customer():
    shop = eventful_shop()
    both = shop.refunds.join(shop.orders, "order_number", "number", join_type="inner", right_suffix="_bought")
    assert both.num_rows == shop.refunds.num_rows - shop.refunds["order_number"].null_count
    assert pc.all(pc.equal(both["customer"], both["customer_bought"])).as_py()
    assert pc.all(pc.greater(both["refunded_at"], both["ordered_at"])).as_py()


def test_costs_are_what_the_new_customers_of_each_channel_and_month_cost():
    shop = eventful_shop()
    months = shop.costs["month"].to_pylist()
    assert all(month.day == 1 for month in months)
    assert (months[0], months[-1]) == (date(2023, 11, 1), date(2026, 10, 1))
    sums = shop.costs.group_by("channel").aggregate([("amount", "sum")]).to_pylist()
    spent = {row["channel"]: row["amount_sum"] for row in sums}
    won = {row["values"]: row["counts"] for row in pc.value_counts(shop.customers["channel"]).to_pylist()}
    per_customer = [spent[channel] / won[channel] for channel in words.ENGLISH.channels]
    assert per_customer == pytest.approx([16.5, 8.2, 5.6, 11.3], rel=0.12)
