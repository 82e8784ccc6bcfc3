"""Customers and products cleaned: one row of the file is one record, or is set aside with its reason.

As in treue.listen.imports.judging, queries are made of constants and our own names, and values are bound to them.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from . import cells, reasons
from .aside import count_rows, counts_by_reason, rows_set_aside, set_duplicates_aside
from .cleaning import local_clock
from .columns import Mapping
from .fields import FIELDS
from .layouts import Found, Reading, bound, quoted
from .source import Progress, Source
from .staging import Staged, column, new_table, stage

ADDRESS = r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>.]+"
YES = ("yes", "ja", "j", "y", "true", "wahr", "1", "x", "subscribed", "abonniert", "angemeldet", "confirmed")
NO = ("no", "nein", "n", "false", "falsch", "0", "unsubscribed", "not_subscribed", "abgemeldet")
OLDEST_BIRTHDAY = "DATE '1900-01-01'"
TEXTS_OF_CUSTOMERS = ("name", "first_name", "last_name", "phone", "company", "street", "postcode", "city", "country")
REASONS = {"customers": reasons.OF_CUSTOMERS, "products": reasons.OF_PRODUCTS}


@dataclass(frozen=True)
class CleanedRecords:
    """records: line_no and a column for each field, NULL where the file has none."""

    records: ir.Table
    set_aside: ir.Table
    counts: dict[str, int]
    rows_read: int
    rows_used: int
    formats: tuple[Found, ...]


def clean_customers(
    source: Source,
    mapping: Mapping,
    *,
    connection: Backend,
    zone: str,
    now: dt.datetime,
    progress: Progress | None = None,
) -> CleanedRecords:
    """Customers by number, or by e-mail address where they have none; the first row of each counts.

    birthday is a date, created a naive moment in the zone, newsletter true, false or NULL.
    """
    mapping.require()
    today = local_clock(now, zone).date()
    con = connection.con
    staged = stage(source, mapping, con, progress)
    try:
        created, birthday = (_moment(con, staged, field) for field in ("created", "birthday"))
        query = _customers_query(staged, created, birthday)
        judged = _judged(con, query, zone=zone, today=today, latest=cells.latest(today))
    finally:
        con.execute(f"DROP TABLE {staged.table}")
    _one_row_each(con, judged, "customers", key="key", shown=("number", "email"))
    return _sorted_out(connection, judged, staged, "customers", (*created.found, *birthday.found))


def clean_products(
    source: Source, mapping: Mapping, *, connection: Backend, progress: Progress | None = None
) -> CleanedRecords:
    """Products by code; the first row of each counts. margin is a share: 35 % is 0.35."""
    mapping.require()
    con = connection.con
    staged = stage(source, mapping, con, progress)
    try:
        figures = {field: cells.number(con, staged, field) for field in ("price", "cost")}
        figures["margin"] = _margin(con, staged)
        judged = _judged(con, _products_query(staged, figures))
    finally:
        con.execute(f"DROP TABLE {staged.table}")
    _one_row_each(con, judged, "products", key="code", shown=("code",))
    found = tuple(one for reading in figures.values() for one in reading.found)
    return _sorted_out(connection, judged, staged, "products", found)


def _judged(con: duckdb.DuckDBPyConnection, query: str, **values: object) -> str:
    table = new_table("judged")
    con.execute(f"CREATE TABLE {table} AS {query}", bound(query, **values))
    return table


def _one_row_each(con: duckdb.DuckDBPyConnection, judged: str, what: str, *, key: str, shown: Sequence[str]) -> None:
    """The first row of each counts. Another that says the same is a duplicate; one that says otherwise is told apart.

    Which of two is right a file does not say: neither the later one nor a mixture of both would be less of a guess.
    """
    facts = [field.name for field in FIELDS[what]]
    set_duplicates_aside(con, judged, alike=(key, *facts), shown=shown)
    set_duplicates_aside(con, judged, alike=(key,), shown=shown, reason=reasons.SAME_NUMBER)


def _sorted_out(
    connection: Backend, judged: str, staged: Staged, what: str, found: tuple[Found, ...]
) -> CleanedRecords:
    con, table = connection.con, new_table(what)
    set_aside = rows_set_aside(con, judged, staged)
    fields = ", ".join(f'"{field.name}"' for field in FIELDS[what])
    con.execute(
        f"CREATE TABLE {table} AS SELECT line_no, {fields} FROM {judged} WHERE set_aside IS NULL ORDER BY line_no"
    )
    con.execute(f"DROP TABLE {judged}")
    counts = counts_by_reason(con, set_aside, REASONS[what])
    used = count_rows(con, table)
    return CleanedRecords(
        records=connection.table(table),
        set_aside=connection.table(set_aside),
        counts=counts,
        rows_read=used + sum(counts.values()),
        rows_used=used,
        formats=found,
    )


def _moment(con: duckdb.DuckDBPyConnection, staged: Staged, field: str) -> Reading:
    return cells.moment(con, staged, field) if staged.has(field) else Reading("NULL::TIMESTAMP")


def _customers_query(staged: Staged, created: Reading, birthday: Reading) -> str:
    texts = ", ".join(f"{cells.text(staged, field)} AS {field}" for field in TEXTS_OF_CUSTOMERS)
    return f"""
        WITH rows_read AS (
            SELECT line_no, unreadable, {cells.number_text(staged, "number")} AS number,
                lower({cells.text(staged, "email")}) AS email, {texts},
                ({birthday.sql})::DATE AS birthday, {cells.text(staged, "birthday")} AS birthday_text,
                {created.sql} AS created, {cells.text(staged, "created")} AS created_text,
                {_yes_or_no(cells.text(staged, "newsletter"))} AS newsletter
            FROM {staged.table}
        ), rows_checked AS (
            SELECT *, coalesce(number, email) AS key,
                birthday IS NULL AND birthday_text IS NOT NULL AS birthday_unread,
                created IS NULL AND created_text IS NOT NULL AS created_unread,
                coalesce(birthday NOT BETWEEN {OLDEST_BIRTHDAY} AND $today, false) AS birthday_odd,
                coalesce(created < {cells.EARLIEST} OR created >= $latest, false) AS created_odd
            FROM rows_read
        )
        SELECT *,
            CASE
                WHEN unreadable IS NOT NULL THEN '{reasons.UNREADABLE_ROW}'
                WHEN key IS NULL THEN '{reasons.NO_NUMBER}'
                WHEN NOT regexp_full_match(email, {quoted(ADDRESS)}) THEN '{reasons.UNREADABLE_EMAIL}'
                WHEN birthday_unread OR created_unread THEN '{reasons.UNREADABLE_TIME}'
                WHEN birthday_odd OR created_odd THEN '{reasons.IMPLAUSIBLE_TIME}'
            END AS set_aside,
            CASE set_aside
                WHEN '{reasons.NO_NUMBER}' THEN {quoted("number" if staged.has("number") else "email")}
                WHEN '{reasons.UNREADABLE_EMAIL}' THEN 'email'
                WHEN '{reasons.UNREADABLE_TIME}' THEN if(birthday_unread, 'birthday', 'created')
                WHEN '{reasons.IMPLAUSIBLE_TIME}' THEN if(birthday_odd, 'birthday', 'created')
            END AS field,
            CASE field WHEN 'email' THEN email WHEN 'birthday' THEN birthday_text WHEN 'created' THEN created_text
                ELSE unreadable END AS value
        FROM rows_checked"""


def _yes_or_no(text: str) -> str:
    word = f"replace(lower({text}), ' ', '_')"
    yes, no = (", ".join(quoted(one) for one in words) for words in (YES, NO))
    return f"CASE WHEN {word} IN ({yes}) THEN true WHEN {word} IN ({no}) THEN false END"


def _margin(con: duckdb.DuckDBPyConnection, staged: Staged) -> Reading:
    """As a share. A column that goes beyond 1 or writes a percent sign is in percent."""
    reading = cells.number(con, staged, "margin", without="%")
    if not staged.has("margin"):
        return reading
    query = f"SELECT max(abs({reading.sql})), bool_or(contains({column('margin')}::VARCHAR, '%')) FROM {staged.table}"
    [(largest, percent)] = con.execute(query).fetchall()
    in_percent = percent or (largest or 0) > 1
    return Reading(f"{reading.sql} / 100", reading.found) if in_percent else reading


def _products_query(staged: Staged, figures: dict[str, Reading]) -> str:
    read = ", ".join(
        f"{reading.sql} AS {field}, {cells.text(staged, field)} AS {field}_text" for field, reading in figures.items()
    )
    wrong = " ".join(f"WHEN {field} IS NULL AND {field}_text IS NOT NULL THEN '{field}'" for field in figures)
    values = " ".join(f"WHEN '{field}' THEN {field}_text" for field in figures)
    return f"""
        WITH rows_read AS (
            SELECT line_no, unreadable, {cells.number_text(staged, "code")} AS code,
                {cells.text(staged, "name")} AS name, {cells.text(staged, "category")} AS category, {read}
            FROM {staged.table}
        )
        SELECT *, CASE {wrong} END AS wrong_number,
            CASE
                WHEN unreadable IS NOT NULL THEN '{reasons.UNREADABLE_ROW}'
                WHEN code IS NULL THEN '{reasons.NO_PRODUCT}'
                WHEN wrong_number IS NOT NULL THEN '{reasons.UNREADABLE_NUMBER}'
            END AS set_aside,
            CASE set_aside WHEN '{reasons.NO_PRODUCT}' THEN 'code' WHEN '{reasons.UNREADABLE_NUMBER}' THEN wrong_number
                END AS field,
            CASE field {values} ELSE unreadable END AS value
        FROM rows_read"""
