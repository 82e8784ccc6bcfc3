"""Three shops as Parquet files: a simulated one, CDNOW, and one of nothing but edges."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from ibis import BaseBackend

from tests.science.histories import EDGES
from treue.science.calendar import Calendar
from treue.science.orders import from_lines
from treue.science.refunds import match
from treue.science.simulate import simulate
from treue.science.simulate.export import to_order_lines

FILES = ("orders", "lines", "allocations", "bought")
CALENDARS = {
    "simulated": Calendar(date(2024, 11, 1), date(2026, 10, 17), "month", 180),
    "cdnow": Calendar(date(1997, 1, 1), date(1998, 6, 30), "quarter", 90),
    "edges": Calendar(date(2012, 2, 29), date(2025, 2, 27), "year", 365),
}
SHOPS = tuple(CALENDARS)
OFTEN = timedelta(hours=2, minutes=30)
CLOCK = (timedelta(0), timedelta(microseconds=1), OFTEN, OFTEN, timedelta(days=1) - timedelta(microseconds=1))
# Halves of the last digit that is kept, as they are written and as binary fractions have them.
AMOUNTS = (0.0, -1.0, 9.99, 1.00005, 0.00015, 1.005, 2.675, 12_345.67895, 1e12, 1e14, float("nan"), None)


@dataclass(frozen=True)
class Tables:
    """One shop as one engine sees it.

    orders: as `science.customers` asks for them, and with `amount`, as models do. lines, allocations: as
    `science.orders` does. bought: as models ask for orders, with much among it that is no purchase.
    """

    orders: ir.Table
    lines: ir.Table
    allocations: ir.Table
    bought: ir.Table
    calendar: Calendar

    @property
    def until(self) -> date:
        return self.calendar.as_of

    @property
    def products(self) -> ir.Table:
        """Lines as recommendations ask for purchases."""
        lines = self.lines
        quantity = ibis.ifelse(lines.kind == "refund", -lines.quantity, lines.quantity)
        return lines.select(customer_id="customer", product_id="product", ordered_at="at", quantity=quantity)

    @cached_property
    def amounts(self) -> ir.Table:
        return self.orders.select("ordered_at", customer_id="customer", order_id="order_no", amount=self.orders.revenue)


def read(engine: BaseBackend, folder: Path, name: str) -> Tables:
    """The same files, whichever engine reads them."""
    return Tables(
        **{file: engine.read_parquet(folder / name / f"{file}.parquet") for file in FILES}, calendar=CALENDARS[name]
    )


def write(folder: Path, real_data: Path) -> None:
    made: Mapping[str, Callable[[], pa.Table]] = {
        "simulated": _simulated,
        "cdnow": lambda: _cdnow(real_data),
        "edges": _edges,
    }
    for name, lines in made.items():
        (folder / name).mkdir()
        for file, table in _tables(lines()).items():
            pq.write_table(table, folder / name / f"{file}.parquet")


def _tables(lines: pa.Table) -> dict[str, pa.Table]:
    purchases, refunds = (lines.filter(pc.equal(lines["kind"], kind)) for kind in ("purchase", "refund"))
    allocations = match(purchases, refunds).allocations
    orders = from_lines(ibis.memtable(purchases), ibis.memtable(allocations), None).to_pyarrow()
    return {"orders": orders, "lines": lines, "allocations": allocations, "bought": _bought(lines)}


def _bought(lines: pa.Table) -> pa.Table:
    """Every line as an order, now and then without a customer or a moment, or of an odd amount."""
    chance = random.Random(5)
    rows = lines.select(["customer", "line_no", "at", "amount"]).rename_columns(
        ["customer_id", "order_id", "ordered_at", "amount"]
    )
    odd = [{"customer_id": None}, {"ordered_at": None}, *({"amount": amount} for amount in AMOUNTS)]
    found = [row | chance.choice(odd) if chance.random() < 0.1 else row for row in rows.to_pylist()]
    return pa.Table.from_pylist(found, schema=rows.schema)


def _simulated() -> pa.Table:
    shop = simulate(customers=2_000, years=2, until=date(2026, 10, 31), rng=np.random.default_rng(3), story=True)
    rows = to_order_lines(shop)
    return _lines(rows.rename_columns({"order_number": "order_no", "ordered_at": "at"}).to_pylist())


def _cdnow(real_data: Path) -> pa.Table:
    """The sample: customer, their number in the sample, day, CDs, dollars. Every third order came by post."""
    rows = []
    for number, line in enumerate((real_data / "CDNOW_sample.txt").read_text().split("\n")):
        if words := line.split():
            customer, _sample, day, quantity, amount = words
            rows.append(
                {"customer": customer, "order_no": str(number), "at": datetime.fromisoformat(day),
                 "quantity": float(quantity), "amount": float(amount), "channel": "phone" if number % 3 else "post"}
            )  # fmt: skip
    return _lines(rows)


def _edges() -> pa.Table:
    """Orders at the same moments, at both ends of days, around changes of the clock; unknown slices; returns."""
    chance = random.Random(7)
    days = [*EDGES, date(2012, 2, 29), date(2017, 4, 30), date(2017, 5, 1), date(2025, 2, 28)]
    rows = []
    for number in range(1_500):
        quantity = chance.choice([1, 1, 2, 3, -1])
        moment = datetime.combine(chance.choice(days), datetime.min.time()) + chance.choice(CLOCK)
        rows.append(
            {
                "customer": f"k{chance.randrange(200):03}",
                "order_no": f"{'C' if quantity < 0 else ''}{number // 2}",
                "at": moment,
                "product": chance.choice(["x", "y", None]),
                "quantity": float(quantity),
                "amount": quantity * chance.choice([0.0, 1.00005, 0.00015, 19.99, 250.0]),
                "channel": chance.choice(["web", "shop", None]),
                "country": chance.choice(["DE", "Österreich", None]),
                "category": chance.choice(["tea", "cups"]),
            }
        )  # fmt: skip
    return _lines(rows)


def _lines(rows: list[dict]) -> pa.Table:
    """As the reading stage makes lines: what is returned has a kind, and no number is negative."""
    for number, row in enumerate(rows, start=2):
        is_refund = row["quantity"] < 0
        row |= {
            "line_no": number,
            "ordinal": number,
            "kind": "refund" if is_refund else "purchase",
            "quantity": abs(row["quantity"]),
            "amount": abs(row["amount"]),
            "refund_of": row["order_no"].removeprefix("C") if is_refund else None,
        }
    return pa.Table.from_pylist(rows, schema=LINES)


LINES = pa.schema(
    [
        ("line_no", pa.int64()),
        ("customer", pa.string()),
        ("order_no", pa.string()),
        ("ordinal", pa.int32()),
        ("at", pa.timestamp("us")),
        ("product", pa.string()),
        ("quantity", pa.float64()),
        ("amount", pa.float64()),
        ("kind", pa.string()),
        ("refund_of", pa.string()),
        ("channel", pa.string()),
        ("country", pa.string()),
        ("category", pa.string()),
    ]
)
