"""Item codes that may be no products: postage, manual corrections, bank fees.

Only the shop can say. Its own list decides; here it learns which codes look so, and what leaving each out would
change.
"""

from dataclasses import dataclass

import duckdb

from .reasons import NEGATIVE_PRICE

NO_DIGIT = "no_digit"
MOST = 50


@dataclass(frozen=True)
class Candidate:
    """why: no_digit, or negative_price where rows of it were set aside for that.

    lines, revenue, orders: what would go. revenue is signed (refunds negative); orders hold nothing else.
    """

    code: str
    name: str | None
    why: str
    lines: int
    revenue: float
    orders: int


def candidates_in(con: duckdb.DuckDBPyConnection, lines: str, judged: str) -> tuple[Candidate, ...]:
    """The candidates with the most money first. Codes are told apart without regard to case, as in the list."""
    query = f"""
        WITH suspects AS (
            SELECT upper(product) AS code, bool_or(coalesce(set_aside = $negative, false)) AS negative
            FROM {judged}
            WHERE set_aside = $negative OR NOT regexp_matches(product, '[0-9]')
            GROUP BY 1 HAVING upper(product) IS NOT NULL
        ), concerned AS (
            SELECT order_no, suspects.code, product_name,
                if(kind = 'refund', -amount, amount)::DECIMAL(18, 4) AS revenue
            FROM {lines} JOIN suspects ON upper(product) = suspects.code
        ), sizes AS (
            SELECT order_no, count(*) AS size FROM {lines}
            WHERE order_no IN (SELECT order_no FROM concerned) GROUP BY order_no
        ), whole AS (
            SELECT code, count(*) AS orders
            FROM (SELECT order_no, code, count(*) AS here FROM concerned GROUP BY ALL) JOIN sizes USING (order_no)
            WHERE here = size GROUP BY code
        ), sums AS (
            SELECT code, mode(product_name) AS name, count(*) AS lines, sum(revenue) AS revenue
            FROM concerned GROUP BY code
        )
        SELECT code, name, negative, coalesce(lines, 0), coalesce(revenue, 0), coalesce(orders, 0)
        FROM suspects LEFT JOIN sums USING (code) LEFT JOIN whole USING (code) WHERE lines > 0 OR negative
        ORDER BY abs(coalesce(revenue, 0)) DESC, code LIMIT {MOST}"""
    found = con.execute(query, {"negative": NEGATIVE_PRICE}).fetchall()
    return tuple(
        Candidate(code, name, NEGATIVE_PRICE if negative else NO_DIGIT, lines, float(revenue), orders)
        for code, name, negative, lines, revenue, orders in found
    )
