"""A real shop's last month, as it would have been foreseen: UCI Online Retail II, the first year."""

from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from treue.science.recommending import Evaluation, evaluate

pytestmark = [pytest.mark.realdata, pytest.mark.timeout(600)]

# Cancellations, gifts without price, and what is no product (POST, M, DOT, BANK CHARGES, …) are left out: product codes
# begin with five digits.
PURCHASES = """
select "Customer ID"::bigint as customer_id, upper(StockCode) as product_id, InvoiceDate::timestamp as ordered_at,
    Quantity as quantity
from read_parquet(?)
where "Customer ID" is not null and Invoice not like 'C%' and Price > 0 and regexp_matches(StockCode, '^[0-9]{5}')
"""
# The shop has no categories: codes with the same first three digits are of one family.
PRODUCTS = """
select upper(StockCode) as product_id, left(min(StockCode), 3) as category, median(Price) as price
from read_parquet(?)
where Price > 0 and regexp_matches(StockCode, '^[0-9]{5}')
group by 1
"""


@pytest.fixture(scope="module")
def report(real_data: Path) -> Evaluation:
    path = str(real_data / "online_retail_II_2009_2010.parquet")
    with duckdb.connect() as con:
        purchases, products = (con.sql(query, params=[path]).to_arrow_table() for query in (PURCHASES, PRODUCTS))
    return evaluate(purchases, as_of=date(2010, 12, 9), seed=1, products=products)


def test_new_to_you_is_better_than_als_alone(report):
    figures = {each.method: each for each in report.new_to_you}
    ours, als = report.new_to_you[0], figures["als alone"]
    assert ours.customers == als.customers == 1187
    assert als.ndcg == pytest.approx(0.094, abs=0.004)
    assert ours.ndcg == pytest.approx(0.134, abs=0.004)
    assert ours.ndcg >= max(figures[name].ndcg for name in ("als alone", "popular in 30 days", "bm25 alone"))


def test_buy_again_is_better_than_frequency_and_popularity(report):
    ours, simple, *_ = report.buy_again
    assert ours.customers == 1212
    assert simple.ndcg == pytest.approx(0.462, abs=0.002)
    assert ours.ndcg == pytest.approx(0.534, abs=0.006)


def test_up_sell_is_better_than_what_is_popular(report):
    ours, popular = report.up_sell
    assert ours.ndcg > popular.ndcg * 1.3


def test_nobody_is_shown_as_new_what_they_bought(report):
    model = report.recommender
    bought = set(zip(model.history.bought.customer.tolist(), model.history.bought.product.tolist(), strict=True))
    new = model.new_to_you()
    place = {each: number for number, each in enumerate(model.history.customers.to_pylist())}
    code = {each: number for number, each in enumerate(model.history.products.to_pylist())}
    shown = zip(new["customer_id"].to_pylist(), new["product_id"].to_pylist(), strict=True)
    assert not bought & {(place[customer], code[product]) for customer, product in shown}
    assert isinstance(new, pa.Table)
