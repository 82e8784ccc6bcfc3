"""Rows of an orders file judged: the first reason against each, or none.

The work is one query over the staged table. Its text is made of constants and of our own column names; what comes
from the file or from its owner (headings, codes, rates, the clock) is bound to it as a value.
"""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import duckdb

from . import cells, numbers, reasons
from .layouts import Found, bound
from .staging import Staged, new_table
from .weighing import currency_code, rows_read, rows_weighed


@dataclass(frozen=True)
class Rules:
    """What the shop decided. now: naive, local to the zone. rates: the worth of one unit in the shop's currency."""

    zone: str
    now: dt.datetime
    currency: str | None = None
    rates: Mapping[str, float] = field(default_factory=dict)
    non_products: Collection[str] = ()


@dataclass(frozen=True)
class Judged:
    """table: one row per row of the file; set_aside is its reason, or NULL where it is good."""

    table: str
    currency: str | None
    found: tuple[Found, ...]


LARGEST = f"{numbers.LARGEST:.0f}"

ROWS_VALUED = """
    SELECT rows_weighed.*,
        CASE WHEN currency IS NULL OR currency = $currency::VARCHAR THEN 1.0 ELSE factor END AS rate
    FROM rows_weighed
    LEFT JOIN (SELECT unnest($codes::VARCHAR[]) AS code, unnest($factors::DOUBLE[]) AS factor) ON code = currency
"""

WRONG_NUMBER = f"""CASE
            WHEN amount IS NULL AND amount_text IS NOT NULL THEN 'amount'
            WHEN quantity IS NULL AND quantity_text IS NOT NULL THEN 'quantity'
            WHEN price IS NULL AND price_text IS NOT NULL THEN 'price'
            WHEN money IS NULL AND price IS NULL AND quantity IS NOT NULL THEN 'price'
            WHEN money IS NULL AND quantity IS NULL AND price IS NOT NULL THEN 'quantity'
            WHEN money IS NULL OR abs(money) * coalesce(rate, 1) >= {LARGEST} THEN 'amount'
            WHEN unit_price * coalesce(rate, 1) >= {LARGEST} THEN 'quantity'
        END"""

ROWS_JUDGED = f"""
    SELECT line_no, customer, coalesce(order_no, customer || ' ' || "at"::VARCHAR) AS order_no, "at",
        product, product_name, category, channel, country, refund_of, refund_reason, currency,
        CASE WHEN pieces < 0 OR money < 0 OR (by_word AND (pieces <> 0 OR money <> 0)) THEN 'refund' ELSE 'purchase'
            END AS kind,
        abs(pieces) AS quantity, unit_price * rate AS unit_price, abs(money) * rate AS amount,
        nullif(least(coalesce(cost, unit_cost * abs(pieces)) * rate, {LARGEST}), {LARGEST}) AS cost,
        {WRONG_NUMBER} AS wrong_number,
        CASE
            WHEN unreadable IS NOT NULL THEN '{reasons.UNREADABLE_ROW}'
            WHEN time_text IS NULL THEN '{reasons.NO_TIME}'
            WHEN "at" IS NULL THEN '{reasons.UNREADABLE_TIME}'
            WHEN "at" < {cells.EARLIEST} OR "at" >= $latest THEN '{reasons.IMPLAUSIBLE_TIME}'
            WHEN wrong_number IS NOT NULL THEN '{reasons.UNREADABLE_NUMBER}'
            WHEN cancelled THEN '{reasons.CANCELLED_ORDER}'
            WHEN negative THEN '{reasons.NEGATIVE_PRICE}'
            WHEN customer IS NULL THEN '{reasons.NO_CUSTOMER}'
            WHEN rate IS NULL THEN '{reasons.CURRENCY_WITHOUT_RATE}'
            WHEN list_contains($non_products::VARCHAR[], upper(product)) THEN '{reasons.NON_PRODUCT}'
        END AS set_aside,
        CASE set_aside
            WHEN '{reasons.NO_TIME}' THEN 'time'
            WHEN '{reasons.UNREADABLE_TIME}' THEN 'time'
            WHEN '{reasons.IMPLAUSIBLE_TIME}' THEN 'time'
            WHEN '{reasons.UNREADABLE_NUMBER}' THEN wrong_number
            WHEN '{reasons.CANCELLED_ORDER}' THEN 'status'
            WHEN '{reasons.NEGATIVE_PRICE}' THEN if(price < 0, 'price', 'amount')
            WHEN '{reasons.NO_CUSTOMER}' THEN who
            WHEN '{reasons.CURRENCY_WITHOUT_RATE}' THEN 'currency'
            WHEN '{reasons.NON_PRODUCT}' THEN 'product'
        END AS field,
        CASE set_aside
            WHEN '{reasons.UNREADABLE_ROW}' THEN unreadable
            WHEN '{reasons.CURRENCY_WITHOUT_RATE}' THEN currency
            WHEN '{reasons.NO_CUSTOMER}' THEN who_text
            ELSE CASE field WHEN 'time' THEN time_text WHEN 'amount' THEN amount_text WHEN 'quantity' THEN quantity_text
                WHEN 'price' THEN price_text WHEN 'product' THEN product WHEN 'status' THEN status END
        END AS value
    FROM rows_valued
"""


def judge(connection: duckdb.DuckDBPyConnection, staged: Staged, rules: Rules) -> Judged:
    time = cells.moment(connection, staged, "time")
    figures = {
        name: cells.number(connection, staged, name) for name in ("amount", "quantity", "price", "cost", "unit_cost")
    }
    code = currency_code(staged, figures)
    currency = rules.currency.upper() if rules.currency else _most_frequent(connection, staged, code)
    table = new_table("judged")
    query = f"""
        CREATE TABLE {table} AS
        WITH rows_read AS ({rows_read(staged, time, figures, code)}),
        rows_weighed AS ({rows_weighed(staged)}),
        rows_valued AS ({ROWS_VALUED})
        {ROWS_JUDGED}"""
    values = bound(
        query,
        zone=rules.zone,
        latest=cells.latest(rules.now.date()),
        currency=currency,
        codes=[code.upper() for code in rules.rates],
        factors=[float(rate) for rate in rules.rates.values()],
        non_products=[code.upper() for code in rules.non_products],
    )
    connection.execute(query, values)
    found = (*time.found, *(one for reading in figures.values() for one in reading.found))
    return Judged(table, currency, found)


def _most_frequent(connection: duckdb.DuckDBPyConnection, staged: Staged, code: str) -> str | None:
    query = (
        f"SELECT {code} AS code FROM {staged.table} GROUP BY code HAVING code IS NOT NULL ORDER BY count(*) DESC, code"
    )
    found = connection.execute(f"{query} LIMIT 1").fetchall()
    return found[0][0] if found else None
