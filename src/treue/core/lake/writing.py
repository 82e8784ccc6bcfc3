"""Write a shop's orders from PostgreSQL into its lake.

The lake is cut into ranges of customer numbers. Whatever changed a customer, an order, a refund, an undone import or an
erasure, is brought in by writing that customer's range anew. Where few customers stand in many ranges, as after a day,
all others' orders are taken from the files there are, and what then still differs from the database is written from it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
from adbc_driver_postgresql import dbapi
from duckdb import DuckDBPyConnection

from treue.core.lake import manifest
from treue.core.lake.engine import database, workbench
from treue.core.lake.manifest import Bucket, Manifest
from treue.core.lake.restated import Restated
from treue.core.shop.models import Shop

CUSTOMERS_PER_BUCKET = 16_384
# From this share of stale buckets on, reading everything in one go is quicker than looking up ranges of customers.
WORTH_WRITING_ALL = 0.25
# Up to this share of the customers it is quicker to replace their orders in the files than to read everything.
WORTH_MENDING = 0.05

WITH_BUCKET = "select *, customer_id // {width} as bucket from orders"
WITH_COSTS = "select *, customer_id // {width} as bucket from orders left join costs using (order_id)"
WITHOUT_COSTS = "select *, null::bigint as costed_revenue, null::bigint as cost from ({staged})"

ADD_UP_COSTS = """
create table costs as
select order_id, sum(costed_revenue)::bigint as costed_revenue, sum(cost)::bigint as cost
from lines group by order_id"""

PARTITION = "copy ({staged}) to '{folder}' (format parquet, compression snappy, partition_by (bucket))"

SORTED = """
select customer_id, order_id,
    (row_number() over (partition by customer_id order by ordered_at, number))::int as nth,
    ordered_at, {revenue} as revenue, units, channel, country, category,
    {costed_revenue} as costed_revenue, {cost} as cost
from read_parquet('{staged}/*.parquet', hive_partitioning = false)
order by customer_id, nth"""

NO_ROWS = "select * from read_parquet('{file}') limit 0"
MENDED = """
select * from read_parquet('{file}') anti join touched using (customer_id)
union all by name ({fresh}) order by customer_id, nth"""

DESCRIBED = """
select count(distinct customer_id), count(*), coalesce(sum(revenue), 0), min(ordered_at)::date from read_parquet(?)"""

Sums = tuple[int, Decimal]
MONEY = {name: f"({name} * 0.0001::decimal(18, 4))::decimal(18, 4)" for name in ("revenue", "costed_revenue", "cost")}


@dataclass(frozen=True)
class Written:
    """Which buckets were written; `whole` if it was all of them."""

    buckets: tuple[int, ...]
    whole: bool


def write(shop: Shop, *, as_of: date, customers: Collection[int] | None = None) -> Written:
    """Bring the lake up to date with what is committed in PostgreSQL, refunds up to `as_of` taken off.

    customers: whose orders changed; None for everybody. A range whose sums differ from the database's is written in
    any case, and so is one where a refund came to count, or ceased to, because as_of moved.
    """
    rows = Restated(shop.pk, shop.zone, as_of)
    with manifest.alone(shop.pk), database() as link, workbench(f"lake.{shop.pk}.writing") as (backend, folder):
        before = manifest.read(shop.pk)
        state = (before or Manifest(zone=shop.zone, as_of=as_of)).next(zone=shop.zone, as_of=as_of)
        source = Source(link, backend.con, rows, shop.pk, state.generation, folder)
        stale, mended = _stale(source, before, customers)
        ranges = None if stale is None else ranges_of(sorted(stale))
        kept = {} if stale is None else {key: one for key, one in state.buckets.items() if key not in stale}
        fresh = {number: _bucket(source, number, part) for number, part in _stage(source, ranges, "orders")}
        buckets = kept | {number: one for number, one in mended.items() if number in kept} | fresh
        state = replace(state, buckets={number: one for number, one in buckets.items() if one.orders}, customers=None)
        manifest.settle(manifest.folder(shop.pk) / "orders")
        manifest.swap(shop.pk, state)
        manifest.sweep(shop.pk, state)
    return Written(tuple(sorted(mended.keys() | fresh.keys())), whole=stale is None)


@dataclass(frozen=True)
class Source:
    """What a lake is written from and with. folder: for what is on the way."""

    link: dbapi.Connection
    con: DuckDBPyConnection
    rows: Restated
    shop_id: int
    generation: int
    folder: Path


def _stale(
    source: Source, before: Manifest | None, customers: Collection[int] | None
) -> tuple[set[int] | None, dict[int, Bucket]]:
    """The buckets to write anew from the database, None for all there are; and those that were mended instead."""
    if customers is None or before is None or before.zone != source.rows.zone:
        return None, {}
    settled = [row["customer_id"] for row in _fetch(source.link, source.rows.settled_since(before.as_of))]
    touched = {*customers, *settled}
    wanted, mended = sums(source.link, source.rows), {}
    there = before.buckets.keys() | wanted.keys()
    stale = {customer // CUSTOMERS_PER_BUCKET for customer in touched} & there | _differing(before.buckets, wanted)
    if _are_many(stale, wanted) and len(touched) <= WORTH_MENDING * sum(
        one.customers for one in before.buckets.values()
    ):
        mended = _mended(source, before, sorted(touched))
        stale = _differing({**before.buckets, **mended}, wanted)
    return None if _are_many(stale, wanted) else stale, mended


def _are_many(stale: Collection[int], wanted: Collection[int]) -> bool:
    return len(stale) > WORTH_WRITING_ALL * len(wanted) and len(stale) > 1


def _differing(buckets: Mapping[int, Bucket], wanted: Mapping[int, Sums]) -> set[int]:
    there = {number: (one.orders, Decimal(one.revenue)) for number, one in buckets.items() if one.orders}
    return {number for number in there.keys() | wanted.keys() if there.get(number) != wanted.get(number)}


def _mended(source: Source, before: Manifest, touched: Sequence[int]) -> dict[int, Bucket]:
    """The buckets in which these customers stand, with their orders as they are now and all others' from the file."""
    staged = dict(_stage(source, [range(customer, customer + 1) for customer in touched], "touched"))
    source.con.register("touched", pa.table({"customer_id": pa.array(touched, pa.int64())}))
    mended = {}
    for number in sorted({customer // CUSTOMERS_PER_BUCKET for customer in touched} & before.buckets.keys()):
        file = manifest.folder(source.shop_id) / before.buckets[number].file
        mended[number] = _bucket(source, number, staged.get(number), file)
    source.con.unregister("touched")
    return mended


def sums(link: dbapi.Connection, rows: Restated) -> dict[int, Sums]:
    """Orders and revenue by bucket, as PostgreSQL has them."""
    found = _fetch(link, rows.sums(CUSTOMERS_PER_BUCKET))
    return {row["bucket"]: (row["orders"], Decimal(row["revenue"]).scaleb(-4)) for row in found}


def _fetch(link: dbapi.Connection, query: str) -> list[dict[str, object]]:
    with link.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetch_arrow_table().to_pylist()


def _stage(source: Source, ranges: Sequence[range] | None, name: str) -> list[tuple[int, Path]]:
    """The rows of ranges of customers, None for all, unsorted, in a folder for each bucket: one pass, however many."""
    link, con, rows, folder = source.link, source.con, source.rows, source.folder / name
    with link.cursor() as cursor:
        cursor.execute(rows.costs(ranges))
        con.register("lines", cursor.fetch_record_batch())
        con.execute(ADD_UP_COSTS)
        con.unregister("lines")
    (any_costs,) = con.execute("select exists(from costs)").fetchall()[0]
    staged = WITH_COSTS if any_costs else WITHOUT_COSTS.format(staged=WITH_BUCKET)
    with link.cursor() as cursor:
        cursor.execute(rows.purchases(ranges))
        con.register("orders", cursor.fetch_record_batch())
        con.execute(PARTITION.format(staged=staged.format(width=CUSTOMERS_PER_BUCKET), folder=folder))
        con.unregister("orders")
    con.execute("drop table costs")
    return sorted((int(part.name.partition("=")[2]), part) for part in folder.glob("bucket=*"))


def ranges_of(buckets: Sequence[int]) -> list[range]:
    """The customer numbers of some buckets, neighbours joined. buckets: in ascending order."""
    found: list[range] = []
    for number in buckets:
        first = number * CUSTOMERS_PER_BUCKET
        if found and found[-1].stop == first:
            found[-1] = range(found[-1].start, first + CUSTOMERS_PER_BUCKET)
        else:
            found.append(range(first, first + CUSTOMERS_PER_BUCKET))
    return found


def _bucket(source: Source, number: int, staged: Path | None, mending: Path | None = None) -> Bucket:
    """Write one bucket of staged rows; mending: the file from which come those of everybody who was not touched."""
    file = f"orders/{number:04}-{source.generation:06}.parquet"
    fresh = SORTED.format(staged=staged, **MONEY) if staged else NO_ROWS.format(file=mending)
    query = MENDED.format(file=mending, fresh=fresh) if mending else fresh
    write_file(source.con, query, manifest.folder(source.shop_id) / file)
    return described(source.con, manifest.folder(source.shop_id), file)


def write_file(con: DuckDBPyConnection, query: str, path: Path) -> None:
    """The rows of a query as a Parquet file that lies on the disk; what a killed writer left there is replaced."""
    con.execute(f"copy ({query}) to '{path}' (format parquet, compression zstd)")
    manifest.settle(path)


def described(con: DuckDBPyConnection, place: Path, file: str) -> Bucket:
    """What a file of orders holds in all."""
    (values,) = con.execute(DESCRIBED, [str(place / file)]).fetchall()
    customers, orders, revenue, first_day = values
    return Bucket(file=file, first_day=first_day, customers=customers, orders=orders, revenue=str(revenue))
