"""Write a shop's orders from PostgreSQL into its lake.

The lake is cut into ranges of customer numbers. Whatever changed a customer, an order, a refund, an undone import or an
erasure, is brought in by writing that customer's range anew.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

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

DESCRIBED = """
select count(distinct customer_id), count(*), coalesce(sum(revenue), 0), min(ordered_at)::date from read_parquet(?)"""

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
        stale = _stale(link, rows, before, customers)
        staged = _stage(link, backend.con, rows, stale, folder / "orders")
        state = (before or Manifest(zone=shop.zone, as_of=as_of)).next(zone=shop.zone, as_of=as_of)
        kept = {} if stale is None else {key: one for key, one in state.buckets.items() if key not in stale}
        fresh = {number: _bucket(backend.con, shop.pk, state.generation, number, part) for number, part in staged}
        state = replace(state, buckets=kept | fresh, customers=None)
        manifest.settle(manifest.folder(shop.pk) / "orders")
        manifest.swap(shop.pk, state)
        manifest.sweep(shop.pk, state)
    return Written(tuple(sorted(fresh)), whole=stale is None)


def _stale(
    link: dbapi.Connection, rows: Restated, before: Manifest | None, customers: Collection[int] | None
) -> set[int] | None:
    """The buckets to write anew; None for all there are."""
    if customers is None or before is None or before.zone != rows.zone:
        return None
    settled = [row["customer_id"] for row in _fetch(link, rows.settled_since(before.as_of))]
    touched = {customer // CUSTOMERS_PER_BUCKET for customer in [*customers, *settled]}
    there = {number: (one.orders, Decimal(one.revenue)) for number, one in before.buckets.items()}
    wanted = sums(link, rows)
    differing = {number for number in there.keys() | wanted.keys() if there.get(number) != wanted.get(number)}
    stale = touched & (there.keys() | wanted.keys()) | differing
    return None if len(stale) > WORTH_WRITING_ALL * len(wanted) and len(stale) > 1 else stale


def sums(link: dbapi.Connection, rows: Restated) -> dict[int, tuple[int, Decimal]]:
    """Orders and revenue by bucket, as PostgreSQL has them."""
    found = _fetch(link, rows.sums(CUSTOMERS_PER_BUCKET))
    return {row["bucket"]: (row["orders"], Decimal(row["revenue"]).scaleb(-4)) for row in found}


def _fetch(link: dbapi.Connection, query: str) -> list[dict[str, object]]:
    with link.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetch_arrow_table().to_pylist()


def _stage(
    link: dbapi.Connection, con: DuckDBPyConnection, rows: Restated, stale: Iterable[int] | None, folder: Path
) -> list[tuple[int, Path]]:
    """The rows of the stale buckets, unsorted, in a folder for each: one pass, however many there are."""
    ranges = None if stale is None else ranges_of(sorted(stale))
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


def _bucket(con: DuckDBPyConnection, shop_id: int, generation: int, number: int, staged: Path) -> Bucket:
    file = f"orders/{number:04}-{generation:06}.parquet"
    write_file(con, SORTED.format(staged=staged, **MONEY), manifest.folder(shop_id) / file)
    return described(con, manifest.folder(shop_id), file)


def write_file(con: DuckDBPyConnection, query: str, path: Path) -> None:
    """The rows of a query as a Parquet file that lies on the disk; what a killed writer left there is replaced."""
    con.execute(f"copy ({query}) to '{path}' (format parquet, compression zstd)")
    manifest.settle(path)


def described(con: DuckDBPyConnection, place: Path, file: str) -> Bucket:
    """What a file of orders holds in all."""
    (values,) = con.execute(DESCRIBED, [str(place / file)]).fetchall()
    customers, orders, revenue, first_day = values
    return Bucket(file=file, first_day=first_day, customers=customers, orders=orders, revenue=str(revenue))
