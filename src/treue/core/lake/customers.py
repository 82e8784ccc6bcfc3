"""The lake's customer table: a row per customer, from which most figures follow without a look at the orders."""

from dataclasses import replace
from datetime import date

import ibis.expr.types as ir

from treue.core.lake import manifest
from treue.core.lake.manifest import CustomerFile
from treue.core.lake.tables import Lake, opened
from treue.science.calendar import Calendar
from treue.science.customers import customer_table
from treue.science.purchases import HISTORY, histories


def write(shop_id: int, calendar: Calendar) -> None:
    """Work the table out of the orders for the months and the activity window of a calendar, and store it.

    Sorted by customer. Raises NoLake, EngineError.
    """
    with manifest.alone(shop_id), opened(shop_id) as lake:
        state = lake.manifest.next()
        table = _with_history(customer_table(lake.orders_by_place(), calendar), lake, calendar.as_of)
        # DuckDB adds whole numbers up in 128 bits, which Parquet only knows as floats; Ibis believes them whole.
        whole = table.trailing_orders.cast("float64").cast("int64")
        table = table.mutate(trailing_orders=whole).order_by("customer")
        file = f"customers-{state.generation:06}.parquet"
        path = manifest.folder(shop_id) / file
        lake.engine.write(table, path)
        manifest.settle(path)
        described = CustomerFile(
            file=file, first_day=calendar.first_day, as_of=calendar.as_of, window_days=calendar.window_days
        )
        manifest.swap(shop_id, replace(state, customers=described))


def _with_history(customers: ir.Table, lake: Lake, as_of: date) -> ir.Table:
    """What the models of buying ask of each customer, beside what the figures ask."""
    bought = histories(lake.purchases(), as_of).rename(buyer="customer_id")
    joined = customers.left_join(bought, customers.customer == bought.buyer)
    return joined.select(*customers.columns, *HISTORY)
