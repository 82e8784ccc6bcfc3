"""A shop's lake as tables, for analysis. Workers and commands only: pages read what was made of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import ibis
import ibis.expr.types as ir

from treue.core.home import home
from treue.core.lake import engine, manifest
from treue.core.lake.engine import Engine
from treue.core.lake.errors import NoLake
from treue.core.lake.manifest import Manifest
from treue.science.purchases import HISTORY, histories

ORDERS = ibis.schema(
    {
        "customer_id": "int64",
        "order_id": "int64",
        "nth": "int32",
        "ordered_at": "timestamp(6)",
        "revenue": "decimal(18, 4)",
        "units": "float64",
        "channel": "string",
        "country": "string",
        "category": "string",
        "costed_revenue": "decimal(18, 4)",
        "cost": "decimal(18, 4)",
    }
)


@dataclass(frozen=True)
class Lake:
    """One state of a lake.

    orders: a row per purchase, sorted by customer and moment. `ordered_at` is shop-local; `revenue` and `units` are
    what refunds up to `manifest.as_of` have left; `nth` counts a customer's orders by moment, then the shop's own
    number; `costed_revenue` is the part of `revenue` whose `cost` is known (null: none). Orders after as_of are in it.
    customers: `science.customers.customer_table` of the calendar in `manifest.customers`, with the columns of
    `science.purchases.histories`; None while there is none.
    """

    manifest: Manifest
    orders: ir.Table
    customers: ir.Table | None
    engine: Engine

    def orders_by_place(self) -> ir.Table:
        """The orders as `treue.science` asks for them: told apart by their place among their customer's orders.

        Two orders of one moment then stand in the order of their numbers, as in a report, whatever order they were
        imported in.
        """
        return self.orders.drop("order_id").rename(order_no="nth")

    def purchases(self) -> ir.Table:
        """The orders as the models of buying ask for them (`science.purchases`)."""
        return self.orders.select("customer_id", "order_id", "ordered_at", amount=self.orders.revenue)

    def histories(self) -> ir.Table:
        """`science.purchases.histories` up to `manifest.as_of`: from the customer table, where it knows of them."""
        known, told = self.customers, self.manifest.customers
        if known is None or told is None or told.as_of != self.manifest.as_of or HISTORY[0] not in known.columns:
            return histories(self.purchases(), self.manifest.as_of)
        known = known.filter(known.purchase_days.notnull())
        return known.select("customer", *HISTORY).rename(customer_id="customer")


@contextmanager
def opened(shop_id: int, *, here: bool = False) -> Iterator[Lake]:
    """The state in force, readable to the end of the block even if another replaces it. Raises NoLake, EngineError.

    here: in this process, whatever engine the installation names.
    """
    state = manifest.read(shop_id)
    if state is None:
        raise NoLake(shop_id)
    way = engine.here if here else engine.chosen
    with TemporaryDirectory(prefix="lake.", dir=home() / "tmp") as spill, way(Path(spill)) as reader:
        place = manifest.folder(shop_id)
        files = [place / bucket.file for _, bucket in sorted(state.buckets.items())]
        customers = state.customers
        yield Lake(
            manifest=state,
            orders=reader.read(files) if files else reader.empty(ORDERS),
            customers=reader.read([place / customers.file]) if customers else None,
            engine=reader,
        )
