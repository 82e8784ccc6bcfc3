"""Item codes that may be no products: postage, manual corrections, bank fees.

Only the shop can say. Its own list decides; here it learns which codes look so. What leaving one out would change is
a matter of the whole history (treue.science.without).
"""

from dataclasses import dataclass

import duckdb

from .reasons import NEGATIVE_PRICE

NO_DIGIT = "no_digit"
MOST = 50


@dataclass(frozen=True)
class Candidate:
    """why: no_digit, or negative_price where rows of it were set aside for that. lines: those that would go."""

    code: str
    name: str | None
    why: str
    lines: int


def candidates_in(con: duckdb.DuckDBPyConnection, lines: str, judged: str) -> tuple[Candidate, ...]:
    """Those that move the most money first, back or forth. Codes are told apart without regard to case, as in the
    list."""
    query = f"""
        WITH suspects AS (
            SELECT upper(product) AS code, bool_or(coalesce(set_aside = $negative, false)) AS negative
            FROM {judged}
            WHERE set_aside = $negative OR NOT regexp_matches(product, '[0-9]')
            GROUP BY 1 HAVING upper(product) IS NOT NULL
        ), sums AS (
            SELECT upper(product) AS code, mode(product_name) AS name, count(*) AS lines, sum(amount) AS moved
            FROM {lines} WHERE upper(product) IN (SELECT code FROM suspects) GROUP BY 1
        )
        SELECT code, name, negative, coalesce(lines, 0)
        FROM suspects LEFT JOIN sums USING (code) WHERE lines > 0 OR negative
        ORDER BY coalesce(moved, 0) DESC, code LIMIT {MOST}"""
    found = con.execute(query, {"negative": NEGATIVE_PRICE}).fetchall()
    return tuple(
        Candidate(code, name, NEGATIVE_PRICE if negative else NO_DIGIT, lines) for code, name, negative, lines in found
    )
