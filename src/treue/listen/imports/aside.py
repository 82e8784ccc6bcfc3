"""The rows of a judged table that are set aside, and how many under which reason.

A judged table has line_no, set_aside (a reason or NULL), field and value; the rest is its own affair.
"""

from collections.abc import Sequence

import duckdb

from . import rows
from .reasons import DUPLICATE
from .staging import Staged, new_table


def set_duplicates_aside(
    con: duckdb.DuckDBPyConnection,
    judged: str,
    *,
    alike: Sequence[str],
    shown: Sequence[str] = (),
    reason: str = DUPLICATE,
) -> None:
    """All good rows but the first of those that are equal in the columns `alike`. shown: the fields that say so."""
    columns = ", ".join(f'"{name}"' for name in alike)
    field = " ".join(f"WHEN \"{name}\" IS NOT NULL THEN '{name}'" for name in shown) or "WHEN false THEN ''"
    value = " ".join(f'WHEN "{name}" IS NOT NULL THEN "{name}"' for name in shown) or "WHEN false THEN ''"
    con.execute(
        f"""
        UPDATE {judged} SET set_aside = $reason, field = CASE {field} END, value = CASE {value} END
        WHERE line_no IN (
            SELECT line_no FROM {judged} WHERE set_aside IS NULL
            QUALIFY row_number() OVER (PARTITION BY {columns} ORDER BY line_no) > 1
        )""",
        {"reason": reason},
    )


def rows_set_aside(con: duckdb.DuckDBPyConnection, judged: str, staged: Staged) -> str:
    """Make the table: line_no, reason, the file's own name of the column, and the value found there."""
    table = new_table("set_aside")
    con.execute(
        f"""
        CREATE TABLE {table} AS
        SELECT line_no, set_aside AS reason, heading AS "column", left(value, {rows.SHOWN_CHARACTERS}) AS value
        FROM {judged}
        LEFT JOIN (SELECT unnest($fields::VARCHAR[]) AS field, unnest($headings::VARCHAR[]) AS heading) USING (field)
        WHERE set_aside IS NOT NULL ORDER BY line_no""",
        {"fields": list(staged.headings), "headings": list(staged.headings.values())},
    )
    return table


def counts_by_reason(con: duckdb.DuckDBPyConnection, set_aside: str, order: Sequence[str]) -> dict[str, int]:
    counts = dict(con.execute(f"SELECT reason, count(*) FROM {set_aside} GROUP BY reason").fetchall())
    return {reason: counts[reason] for reason in order if reason in counts}


def count_rows(con: duckdb.DuckDBPyConnection, table: str) -> int:
    [(number,)] = con.execute(f"SELECT count(*) FROM {table}").fetchall()
    return int(number)
