"""A source and its mapping made into clean lines and rows set aside.

Nothing disappears: each row of the file is a line, or is set aside under the first reason that holds against it
(treue.listen.imports.reasons).
"""

import datetime as dt
import zoneinfo
from collections.abc import Collection
from collections.abc import Mapping as Named
from dataclasses import dataclass
from decimal import Decimal

import duckdb
import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from treue.core.privacy import quoted

from .aside import count_rows, counts_by_reason, rows_set_aside, set_duplicates_aside
from .candidates import Candidate, candidates_in
from .columns import VALUE_CHARACTERS, VALUES_NAMED, Mapping
from .errors import UnknownZone, UnreadableColumn
from .judging import Judged, Rules, judge
from .layouts import Found
from .reasons import NO_CUSTOMER, OF_ORDERS, UNREADABLE_NUMBER, UNREADABLE_TIME
from .source import Progress, Source
from .staging import new_table, stage

ROWS_LOOKED_AT = 200
UP_TO_NUMBERS = set(OF_ORDERS[: OF_ORDERS.index(UNREADABLE_NUMBER) + 1])  # of the reasons, in their order
WHAT_MAKES_A_LINE = (
    "customer", "order_no", "at", "product", "product_name", "category", "channel", "country", "quantity",
    "unit_price", "amount", "currency", "kind", "refund_of",
)  # fmt: skip


@dataclass(frozen=True)
class Cleaned:
    """Lines of orders, and what was learnt on the way.

    lines, set_aside: tables on the connection that was given. counts: rows by reason, in order of precedence.
    guests: what was sold without a customer, by the day of the order; a refund counts on its own day. currency: the one
    that amounts are in. currencies: lines by the currency they were written in.
    """

    lines: ir.Table
    set_aside: ir.Table
    counts: dict[str, int]
    rows_read: int
    rows_used: int
    guests: dict[dt.date, Decimal]
    currency: str | None
    currencies: dict[str, int]
    candidates: tuple[Candidate, ...]
    formats: tuple[Found, ...]

    @property
    def revenue_without_customer(self) -> Decimal:
        return sum(self.guests.values(), Decimal(0))


def clean_lines(
    source: Source,
    mapping: Mapping,
    *,
    connection: Backend,
    zone: str,
    now: dt.datetime,
    currency: str | None = None,
    rates: Named[str, float] | None = None,
    non_products: Collection[str] = (),
    drop_duplicates: bool = False,
    progress: Progress | None = None,
) -> Cleaned:
    """Clean an orders file.

    zone: the shop's. now: the clock; naive means local to the zone. currency: the shop's, by default the most
    frequent one in the file. rates: the worth of one unit of other currencies in it. non_products: item codes
    that the shop does not count. Raises ImportProblem; a row that is wrong is set aside instead.
    """
    mapping.require()
    rules = Rules(zone, local_clock(now, zone), currency, rates or {}, non_products)
    con = connection.con
    staged = stage(source, mapping, con, progress)
    try:
        judged = judge(con, staged, rules)
    finally:
        con.execute(f"DROP TABLE {staged.table}")
    if drop_duplicates:
        set_duplicates_aside(con, judged.table, alike=WHAT_MAKES_A_LINE)
    lines, set_aside = _lines(con, judged), rows_set_aside(con, judged.table, staged)
    counts = counts_by_reason(con, set_aside, OF_ORDERS)
    used = count_rows(con, lines)
    cleaned = Cleaned(
        lines=connection.table(lines),
        set_aside=connection.table(set_aside),
        counts=counts,
        rows_read=used + sum(counts.values()),
        rows_used=used,
        guests=_guests(con, judged),
        currency=judged.currency,
        currencies=_currencies(con, lines),
        candidates=candidates_in(con, lines, judged.table) if staged.has("product") else (),
        formats=judged.found,
    )
    con.execute(f"DROP TABLE {judged.table}")
    return cleaned


def require_read(cleaned: Cleaned, mapping: Mapping) -> None:
    """Raises UnreadableColumn where no row came further than the values of one column: another was meant."""
    if cleaned.rows_used or not cleaned.counts.keys() <= UP_TO_NUMBERS:
        return
    aside = cleaned.set_aside
    fallen = aside.filter(aside.reason.isin((UNREADABLE_TIME, UNREADABLE_NUMBER)), aside.value.notnull())
    found = fallen.group_by("column").agg(rows=fallen.count()).to_pyarrow().to_pylist()
    if len(found) == 1 and found[0]["rows"] * 2 > cleaned.rows_read:
        column = found[0]["column"]
        field = next(field for field, read in mapping.columns.items() if read == column)
        first = fallen.order_by("line_no").limit(ROWS_LOOKED_AT).to_pyarrow()["value"].to_pylist()
        values = dict.fromkeys(quoted(text, VALUE_CHARACTERS) for text in first)
        raise UnreadableColumn(field, column, tuple(values)[:VALUES_NAMED])


def local_clock(now: dt.datetime, zone: str) -> dt.datetime:
    """The naive time that the shop's clock shows. Raises UnknownZone."""
    try:
        if zone == "localtime":  # whatever this machine is set to; no engine knows it by that name
            raise UnknownZone(zone)
        here = zoneinfo.ZoneInfo(zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as problem:
        raise UnknownZone(zone) from problem
    return now.astimezone(here).replace(tzinfo=None) if now.tzinfo else now


def _lines(con: duckdb.DuckDBPyConnection, judged: Judged) -> str:
    table = new_table("lines")
    con.execute(
        f"""
        CREATE TABLE {table} AS
        SELECT line_no, customer, order_no,
            (row_number() OVER (PARTITION BY order_no ORDER BY line_no))::INTEGER AS ordinal,
            "at", product, product_name, category, channel, country, quantity, unit_price, amount, currency, kind,
            refund_of, refund_reason AS reason, cost
        FROM {judged.table} WHERE set_aside IS NULL"""
    )
    return table


def _guests(con: duckdb.DuckDBPyConnection, judged: Judged) -> dict[dt.date, Decimal]:
    """A line without an order number is an order by itself: nobody knows whose else it could be."""
    query = f"""
        WITH orders AS (
            SELECT min("at")::DATE AS day, sum(if(kind = 'refund', -amount, amount)::DECIMAL(18, 4)) AS money
            FROM {judged.table} WHERE set_aside = $reason AND amount IS NOT NULL
            GROUP BY order_no, if(kind = 'refund' OR order_no IS NULL, line_no, 0)
        )
        SELECT day, sum(money) FROM orders GROUP BY day ORDER BY day"""
    return dict(con.execute(query, {"reason": NO_CUSTOMER}).fetchall())


def _currencies(con: duckdb.DuckDBPyConnection, lines: str) -> dict[str, int]:
    query = f"SELECT currency, count(*) FROM {lines} WHERE currency IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1"
    return dict(con.execute(query).fetchall())
