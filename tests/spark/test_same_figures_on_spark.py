"""Spark says what DuckDB says, to the last digit: every expression of science that reads orders, on the same files.

A new expression is a line in EXPRESSIONS.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from ibis import BaseBackend
from ibis.expr.types import Table

from tests.spark.cluster import Cluster
from tests.spark.shops import CALENDARS, SHOPS, Tables, read
from treue.science import cohorts, orders, purchases, retention, rfm, rhythm
from treue.science.buying import validation
from treue.science.buying.geometric import BetaGeoNBD
from treue.science.buying.summary import Summary, summarise
from treue.science.buying.units import DAY, WEEK
from treue.science.calendar import Calendar
from treue.science.customers import SLICES, customer_table
from treue.science.errors import MomentsWithZone
from treue.science.recommending import history

pytestmark = pytest.mark.spark

SEASON = timedelta(days=90)
NEARLY = 1e-12  # of a quotient of two sums, relative; everything else is equal


EXPRESSIONS: dict[str, Callable[[Tables], Table]] = {
    "orders.restate": lambda shop: orders.restate(shop.lines, shop.allocations, shop.until - SEASON),
    "orders.from_lines": lambda shop: orders.from_lines(shop.lines, shop.allocations, None),
    "customers.customer_table": lambda shop: customer_table(shop.orders, shop.calendar),
    "retention.period_counts": lambda shop: retention.period_counts(shop.orders, shop.calendar),
    "retention.period_counts by slice": lambda shop: retention.period_counts(shop.orders, shop.calendar, by=SLICES),
    "retention.period_counts by month": lambda shop: retention.period_counts(
        shop.orders, replace(shop.calendar, unit="month"), by=["channel"]
    ),
    "retention.totals": lambda shop: retention.totals(customer_table(shop.orders, shop.calendar)),
    "retention.totals by slice": lambda shop: retention.totals(
        customer_table(shop.orders, shop.calendar), by=["channel"]
    ),
    "cohorts.cohort_counts": lambda shop: cohorts.cohort_counts(shop.orders, shop.calendar),
    "cohorts.cohort_counts by slice": lambda shop: cohorts.cohort_counts(shop.orders, shop.calendar, by=["country"]),
    "cohorts.cohort_sizes": lambda shop: cohorts.cohort_sizes(
        customer_table(shop.orders, shop.calendar), shop.calendar, by=["channel"]
    ),
    "purchases.purchases": lambda shop: purchases.purchases(shop.bought, shop.until - SEASON),
    "buying.summarise by week": lambda shop: summarise(shop.bought, until=shop.until, unit=WEEK).table,
    "buying.summarise by day": lambda shop: summarise(shop.amounts, until=shop.until, unit=DAY).table,
    "purchases.histories": lambda shop: purchases.histories(shop.bought, shop.until),
    "rfm.scores": lambda shop: rfm.scores(shop.bought, as_of=shop.until),
    "rfm.migration": lambda shop: rfm.migration(
        rfm.scores(shop.bought, as_of=shop.until - SEASON), rfm.scores(shop.bought, as_of=shop.until)
    ),
    "rhythm.rhythms": lambda shop: rhythm.rhythms(shop.bought, as_of=shop.until),
    "rhythm.came_back": lambda shop: rhythm.came_back(shop.bought, as_of=shop.until - SEASON, days=SEASON.days),
    "buying.scored": lambda shop: scored(summarise(shop.bought, until=shop.until, unit=WEEK)),
}


def scored(summary: Summary) -> Table:
    return summary.scored({"place": np.arange(len(summary.distinct)) / 7, "again": 1 / (1 + summary.distinct.recency)})


@pytest.mark.parametrize("shop", SHOPS)
@pytest.mark.parametrize("name", EXPRESSIONS)
def test_a_table_has_the_same_rows(name: str, shop: str, duckdb: BaseBackend, spark: BaseBackend, shop_files: Path):
    expression = EXPRESSIONS[name]
    on_duckdb, on_spark = (expression(read(engine, shop_files, shop)) for engine in (duckdb, spark))
    wanted, found = duckdb.to_pyarrow(on_duckdb), spark.to_pyarrow(on_spark)
    assert wanted.num_rows > 0
    assert_same(wanted, found)
    assert with_zone(spark, on_spark) == []


@pytest.mark.parametrize("shop", SHOPS)
def test_the_kinds_of_history_are_the_same(shop: str, duckdb: BaseBackend, spark: BaseBackend, shop_files: Path):
    wanted, found = (
        summarise(read(engine, shop_files, shop).bought, until=CALENDARS[shop].as_of, unit=WEEK)
        for engine in (duckdb, spark)
    )
    assert wanted.set_aside == found.set_aside
    assert len(wanted.set_aside) >= 3
    for name in ("frequency", "recency", "age", "customers"):
        np.testing.assert_array_equal(getattr(wanted.distinct, name), getattr(found.distinct, name))
    np.testing.assert_array_equal(wanted.place, found.place)
    assert list(wanted.customer_id) == list(found.customer_id)


@pytest.mark.parametrize("shop", SHOPS)
def test_what_is_held_out_of_a_model_is_the_same(shop: str, duckdb: BaseBackend, spark: BaseBackend, shop_files: Path):
    last = CALENDARS[shop].as_of
    wanted, found = (
        validation.split(read(engine, shop_files, shop).bought, until=last - 2 * SEASON, last=last, unit=WEEK)
        for engine in (duckdb, spark)
    )
    assert wanted.first == found.first
    assert wanted.purchases.sum() > 0
    pd.testing.assert_frame_equal(wanted.table, found.table, rtol=NEARLY)
    model = BetaGeoNBD().fit(wanted.summary)
    pd.testing.assert_frame_equal(validation.tracked(model, wanted), validation.tracked(model, found))


@pytest.mark.parametrize("shop", ["simulated", "edges"])
def test_who_bought_what_is_the_same(shop: str, duckdb: BaseBackend, spark: BaseBackend, shop_files: Path):
    until = CALENDARS[shop].as_of
    wanted, found = (read(engine, shop_files, shop).products for engine in (duckdb, spark))
    assert history.set_aside(wanted, until) == history.set_aside(found, until)
    wanted, found = (history.read(table, until) for table in (wanted, found))
    for name in ("customers", "products"):
        assert getattr(wanted, name).equals(getattr(found, name))
    for name in ("customer", "product", "day"):
        np.testing.assert_array_equal(getattr(wanted, name), getattr(found, name))


def test_moments_in_a_zone_are_refused_as_in_duckdb(duckdb: BaseBackend, spark: BaseBackend, tmp_path: Path):
    path = tmp_path / "orders.parquet"
    moments = pa.array([datetime(2026, 3, 1, 23, 30, tzinfo=UTC)], pa.timestamp("us", "Europe/Berlin"))
    pq.write_table(pa.table({"customer_id": ["a"], "order_id": [1], "ordered_at": moments, "amount": [1.0]}), path)
    calendar = Calendar(date(2026, 1, 1), date(2026, 3, 31))
    for engine in (duckdb, spark):
        bought = engine.read_parquet(path)
        with pytest.raises(MomentsWithZone):
            purchases.purchases(bought, calendar.as_of)
        with pytest.raises(MomentsWithZone):
            customer_table(bought.rename(revenue="amount"), calendar, by=())


def test_both_workers_take_part(spark: BaseBackend, spark_cluster: Cluster):
    state = spark_cluster.state()
    assert [worker["state"] for worker in state["workers"]] == ["ALIVE", "ALIVE"]
    assert [worker["coresused"] for worker in state["workers"]] == [1, 1]


def test_nothing_of_the_cluster_can_be_reached_from_outside(spark: BaseBackend, spark_cluster: Cluster):
    assert spark_cluster.listening() == {"127.0.0.1"}


def with_zone(spark: BaseBackend, table: Table) -> list[str]:
    """Moments that Spark has put into a zone on the way; Ibis shows them all alike."""
    schema = spark.raw_sql(spark.compile(table)).schema
    return [field.name for field in schema if field.dataType.typeName() == "timestamp"]


def assert_same(wanted: pa.Table, found: pa.Table) -> None:
    assert found.schema == wanted.schema
    floats = [name for name in wanted.column_names if pa.types.is_floating(wanted.schema.field(name).type)]
    for left, right in zip(in_order(wanted, floats), in_order(found, floats), strict=True):
        for name in wanted.column_names:
            if name in floats and None not in (left[name], right[name]):
                assert math.isclose(left[name], right[name], rel_tol=NEARLY), (name, left, right)
            else:
                assert left[name] == right[name], (name, left, right)


def in_order(table: pa.Table, floats: Sequence[str]) -> list[dict]:
    """The rows by all of their columns, the inexact ones last."""
    names = sorted(table.column_names, key=lambda name: name in floats)
    return sorted(table.to_pylist(), key=lambda row: [(row[name] is None, row[name]) for name in names])
