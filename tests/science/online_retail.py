"""A British gift shop's orders of a year, as raw as shops are."""

from pathlib import Path

import ibis
import ibis.expr.types as ir


def orders(folder: Path) -> ir.Table:
    """An order per invoice that is no cancellation and names its customer; amounts in pounds."""
    lines = ibis.read_parquet(folder / "online_retail_II_2009_2010.parquet")
    lines = lines.filter(~lines.Invoice.cast("string").startswith("C"), lines["Customer ID"].notnull())
    return lines.group_by(customer_id=lines["Customer ID"].cast("int64"), order_id=lines.Invoice.cast("string")).agg(
        ordered_at=lines.InvoiceDate.cast("timestamp").min(), amount=(lines.Quantity * lines.Price).sum()
    )
