"""A simulated shop as the one file that a shop's software exports."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from treue.science.simulate.parameters import CURRENCY
from treue.science.simulate.shop import MOMENT, Shop

ORDER_LINES = pa.schema(
    [
        ("order_number", pa.string()),
        ("ordered_at", MOMENT),
        ("customer", pa.string()),
        ("product", pa.string()),
        ("product_name", pa.string()),
        ("category", pa.string()),
        ("channel", pa.string()),
        ("country", pa.string()),
        ("quantity", pa.float64()),
        ("unit_price", pa.float64()),
        ("amount", pa.float64()),
        ("currency", pa.string()),
        ("reason", pa.string()),
    ]
)


@dataclass(frozen=True)
class Dialect:
    """How a CSV file is written; the default is plain ISO, `GERMAN` what a German spreadsheet saves."""

    separator: str = ","
    decimal: str = "."
    times: str = "%Y-%m-%d %H:%M:%S"
    byte_order_mark: bool = False


GERMAN = Dialect(separator=";", decimal=",", times="%d.%m.%Y %H:%M:%S", byte_order_mark=True)


GERMAN = Dialect(separator=";", decimal=",", times="%d.%m.%Y %H:%M:%S", byte_order_mark=True)


def to_order_lines(shop: Shop) -> pa.Table:
    """One row per order line and per refund, by time.

    A refund has a negative quantity and amount. Its order number is that of its order with a C before it,
    or its own C-number where it names no order; its channel and country are the customer's.
    """
    together = pa.concat_tables([_purchases(shop), _refunds(shop)])
    names = shop.products.select(["code", "name", "category"]).rename_columns(
        {"code": "product", "name": "product_name"}
    )
    positions = pc.index_in(together["product"], names["product"].combine_chunks())
    for column in ("product_name", "category"):
        together = together.append_column(column, names[column].combine_chunks().take(positions))
    order = pc.sort_indices(together, [("ordered_at", "ascending")])  # stable: lines stay in order
    return together.take(order).select(ORDER_LINES.names).cast(ORDER_LINES)


def write_order_lines(shops: Shop | Iterable[Shop], path: str | Path, dialect: Dialect | None = None) -> int:
    """Writes the order lines of a shop, or of the parts of one as they come, to a `.csv` or `.parquet` file.

    Returns the number of rows. Raises ValueError for another kind of file.
    """
    path = Path(path)
    if path.suffix not in {".csv", ".parquet"}:
        raise ValueError(f"Order lines are written as .csv or .parquet, not {path.suffix!r}.")
    rows = 0
    with ExitStack() as opened:
        writer = None
        for shop in [shops] if isinstance(shops, Shop) else shops:
            lines = to_order_lines(shop)
            if path.suffix == ".csv":
                lines = _spelled(lines, dialect or Dialect())
            if writer is None:
                writer = _writer(opened, path, lines.schema, dialect or Dialect())
            writer.write_table(lines)
            rows += lines.num_rows
    return rows


def _writer(
    opened: ExitStack, path: Path, schema: pa.Schema, dialect: Dialect
) -> pa.csv.CSVWriter | pa.parquet.ParquetWriter:
    if path.suffix == ".parquet":
        return opened.enter_context(pa.parquet.ParquetWriter(path, schema))
    file = opened.enter_context(path.open("wb"))
    if dialect.byte_order_mark:
        file.write(b"\xef\xbb\xbf")
    options = pa.csv.WriteOptions(delimiter=dialect.separator, quoting_style="needed")
    return opened.enter_context(pa.csv.CSVWriter(file, schema, write_options=options))


def _spelled(lines: pa.Table, dialect: Dialect) -> pa.Table:
    """Times and numbers as text, in the dialect's spelling."""
    whole_seconds = pc.cast(lines["ordered_at"], pa.timestamp("s"))
    columns = dict(zip(lines.column_names, lines.columns, strict=True))
    columns["ordered_at"] = pc.strftime(whole_seconds, dialect.times)
    for name in ("quantity", "unit_price", "amount"):
        columns[name] = pc.replace_substring(pc.cast(columns[name], pa.string()), ".", dialect.decimal)
    return pa.table(columns)


def _purchases(shop: Shop) -> pa.Table:
    lines = shop.lines
    at = pc.index_in(lines["order_number"], shop.orders["number"].combine_chunks())
    shared = ("ordered_at", "customer", "channel", "country", "currency")
    of_order = shop.orders.select(shared).take(at)
    return pa.table(
        {
            "order_number": lines["order_number"],
            **{name: of_order[name] for name in shared},
            **{name: lines[name] for name in ("product", "quantity", "unit_price", "amount")},
            "reason": pa.nulls(lines.num_rows, pa.string()),
        }
    )


def _refunds(shop: Shop) -> pa.Table:
    refunds = shop.refunds
    at = pc.index_in(refunds["customer"], shop.customers["number"].combine_chunks())
    of_customer = shop.customers.select(["channel", "country"]).take(at)
    cancelled = pc.binary_join_element_wise("C", refunds["order_number"], "")
    return pa.table(
        {
            "order_number": pc.coalesce(cancelled, refunds["number"]),
            "ordered_at": refunds["refunded_at"],
            "customer": refunds["customer"],
            "channel": of_customer["channel"],
            "country": of_customer["country"],
            "currency": pa.repeat(CURRENCY, refunds.num_rows),
            "product": refunds["product"],
            "quantity": pc.negate(refunds["quantity"]),
            "unit_price": pc.round(pc.divide(refunds["amount"], refunds["quantity"]), 2),
            "amount": pc.negate(refunds["amount"]),
            "reason": refunds["reason"],
        }
    )
