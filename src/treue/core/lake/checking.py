"""Whether the lake holds what PostgreSQL holds."""

from dataclasses import dataclass
from decimal import Decimal

import ibis

from treue.core.lake import tables, writing
from treue.core.lake.engine import database
from treue.core.lake.restated import Restated
from treue.core.shop.models import Shop

Sums = tuple[int, Decimal]


@dataclass(frozen=True)
class Difference:
    """A range of customers of which the two hold something else: number of orders and their revenue."""

    bucket: int
    lake: Sums
    database: Sums


def check(shop: Shop) -> list[Difference]:
    """Count and add up both, range by range, from the files themselves. Raises NoLake.

    Both as of the day that the lake was written for; orders that came in since are differences too.
    """
    with tables.opened(shop.pk, here=True) as lake, database() as link:
        rows = Restated(shop.pk, shop.zone, lake.manifest.as_of)
        there, wanted = _sums(lake), writing.sums(link, rows)
    nothing = (0, Decimal(0))
    return [
        Difference(number, lake=there.get(number, nothing), database=wanted.get(number, nothing))
        for number in sorted(there.keys() | wanted.keys())
        if there.get(number, nothing) != wanted.get(number, nothing)
    ]


def _sums(lake: tables.Lake) -> dict[int, Sums]:
    bucket = (lake.orders.customer_id // writing.CUSTOMERS_PER_BUCKET).name("bucket")
    found = lake.orders.group_by(bucket).agg(orders=ibis._.count(), revenue=ibis._.revenue.sum())
    return {row["bucket"]: (row["orders"], row["revenue"]) for row in found.to_pyarrow().to_pylist()}
