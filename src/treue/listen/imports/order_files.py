"""A file of orders brought in: cleaned, stored, its refunds matched, its rows set aside written down."""

from datetime import datetime

from django.db import connection
from duckdb import DuckDBPyConnection
from ibis.backends.duckdb import Backend

from treue.core.commerce.models import Order
from treue.core.jobs.work import Progress
from treue.core.shop.models import Shop
from treue.listen.imports.cleaning import Cleaned, clean_lines, require_read
from treue.listen.imports.columns import Mapping
from treue.listen.imports.leaving_out import foreseen
from treue.listen.imports.models import Import, Replaced
from treue.listen.imports.reading import Source
from treue.listen.imports.storing import foreseeing, happening, leftovers, matching, refunds, staging, vocabulary
from treue.listen.imports.storing.orders import store_orders
from treue.listen.imports.storing.writing import Tally
from treue.science.figures import to_the_cent

PARTS = 1000  # of a step whose size is only known as a fraction
ROWS_WORTH_STATISTICS = 20_000


def bring_in(
    task: Import,
    source: Source,
    mapping: Mapping,
    *,
    backend: Backend,
    now: datetime,
    progress: Progress,
    write: bool = True,
) -> dict[str, object]:
    """Write the file's orders into the database, in chunks; safe to repeat. With `write` off it only compares.

    Returns what became of the rows, or would.
    """
    con = backend.con
    cleaned = clean(task.shop, source, mapping, backend=backend, now=now, progress=progress)
    require_read(cleaned, mapping)
    stage(task.shop, cleaned, backend)
    _store_vocabulary(task, backend, progress, write=write)
    staging.stage_documents(con, has_categories="category" in mapping.columns)
    orders = _store_documents(task, backend, progress, write=write)
    progress.step("matching")
    if write:
        _refresh_statistics(cleaned.rows_used)
        matching.rematch_import(task, sign=progress.advance)
        leftovers.refuse_unmatched(con, task.shop)
        happening.go_live(task.shop)
    else:
        foreseeing.refuse_unmatched(con, task.shop)
    progress.step("set_aside")
    leftovers.store_set_aside(con, task, cleaned.set_aside.get_name())
    if write:
        orders = _in_all(task, orders)
    came_back, waiting = refunds.written(con, task) if write else refunds.foreseen(con)
    summary = summarise(cleaned, con) | {"orders": _counts(orders), "refunds": _counts(came_back)}
    summary["refunds_waiting"] = waiting
    return summary if write else summary | {"candidates": foreseen(cleaned, backend)}


def clean(
    shop: Shop, source: Source, mapping: Mapping, *, backend: Backend, now: datetime, progress: Progress
) -> Cleaned:
    """The file's lines by the shop's settings."""
    progress.step("reading", total=PARTS)
    return clean_lines(
        source,
        mapping,
        connection=backend,
        zone=shop.zone,
        now=now,
        currency=shop.currency,
        rates={rate.currency: float(rate.rate) for rate in shop.rates.all()},
        non_products=tuple(shop.non_products.values_list("code", flat=True)),
        drop_duplicates=shop.drop_duplicates,
        progress=lambda fraction: progress.advance(int(fraction * PARTS) - progress.done),
    )


def stage(shop: Shop, cleaned: Cleaned, backend: Backend) -> None:
    named = f"select distinct customer from {cleaned.lines.get_name()}"
    staging.stage_lines(backend, cleaned.lines, leftovers.erased_persons(backend.con, shop, named))


def _store_vocabulary(task: Import, backend: Backend, progress: Progress, *, write: bool) -> None:
    con = backend.con
    ((customers,),) = con.execute("select count(*) from customer").fetchall()
    progress.step("customers", total=customers)
    vocabulary.store_channels(con, task, write=write)
    vocabulary.store_products(con, task, write=write)
    vocabulary.store_customers(con, task, write=write, sign=progress.advance)


def _store_documents(task: Import, backend: Backend, progress: Progress, *, write: bool) -> Tally:
    """Orders and refunds; returns what the orders were to the database."""
    ((lines,),) = backend.con.execute("select count(*) from line").fetchall()
    progress.step("orders", total=lines)
    orders = store_orders(backend.con, task, write=write, sign=progress.advance)
    refunds.store_refunds(backend.con, task, write=write, sign=progress.advance)
    return orders


def _refresh_statistics(rows: int) -> None:
    """Let the planner know what is there now; by itself PostgreSQL would notice a minute later.

    Of orders and lines, most of all rows, only of the columns that tables are joined by.
    """
    if rows >= ROWS_WORTH_STATISTICS:
        with connection.cursor() as cursor:
            cursor.execute(
                """analyze customers_customer, commerce_refund, commerce_order (shop_id, customer_id, number, batch_id),
                    commerce_orderline (order_id, product_id)"""
            )


def summarise(cleaned: Cleaned, con: DuckDBPyConnection) -> dict[str, object]:
    """What became of the rows, as it is stored with the import."""
    refused = leftovers.count_refused(con)
    return {
        "rows_read": cleaned.rows_read,
        "rows_used": cleaned.rows_used - sum(refused.values()),
        "set_aside": cleaned.counts | refused,
        "revenue_without_customer": float(to_the_cent(cleaned.revenue_without_customer)),
        "currency": cleaned.currency,
        "currencies": cleaned.currencies,
        "formats": [vars(found) for found in cleaned.formats],
        "candidates": [vars(candidate) for candidate in cleaned.candidates],
    }


def _counts(tally: Tally) -> dict[str, int]:
    return {"new": tally.new, "changed": tally.changed, "same": tally.same}


def _in_all(task: Import, tally: Tally) -> Tally:
    """New, changed and unchanged orders. What an earlier, interrupted attempt wrote is the same to this one."""
    written = Order.objects.filter(batch=task.batch).count()
    changed = Replaced.objects.filter(of=task, what=Replaced.What.ORDER).count()
    known = tally.new + tally.changed + tally.same
    return Tally(new=written - changed, changed=changed, same=known - written)
