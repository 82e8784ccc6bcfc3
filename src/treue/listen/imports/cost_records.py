"""Acquisition costs cleaned: what was spent in a month on a channel, or on all of them.

As in treue.listen.imports.judging, queries are made of constants and our own names, and values are bound to them.
"""

import datetime as dt

from ibis.backends.duckdb import Backend

from . import cells, reasons
from .aside import count_rows, counts_by_reason, rows_set_aside
from .columns import Mapping
from .layouts import bound
from .reading import Progress, Source
from .records import CleanedRecords
from .staging import column, new_table, stage

# 2026-01, 2026/1, 01.2026 and 1/2026 are months; anything else is read as a day in one.
AS_DAY = r"""
UPDATE {table} SET {month} = CASE
    WHEN regexp_full_match({month}, '\d{{4}}[-/.]\d{{1,2}}') THEN
        regexp_replace({month}, '(\d{{4}})[-/.](\d{{1,2}})', '\1-\2-01')
    WHEN regexp_full_match({month}, '\d{{1,2}}[-/.]\d{{4}}') THEN
        regexp_replace({month}, '(\d{{1,2}})[-/.](\d{{4}})', '\2-\1-01')
    ELSE {month} END"""
PADDED = r"UPDATE {table} SET {month} = regexp_replace({month}, '^(\d{{4}})-(\d)-01$', '\1-0\2-01')"

JUDGED = """
WITH rows_read AS (
    SELECT line_no, unreadable, {channel} AS channel, {month_text} AS month_text,
        date_trunc('month', {moment})::DATE AS month, {amount_text} AS amount_text, {amount} AS amount
    FROM {table}
)
SELECT *,
    CASE
        WHEN unreadable IS NOT NULL THEN 'unreadable_row'
        WHEN month_text IS NULL THEN 'no_month'
        WHEN month IS NULL OR month < DATE '1970-01-01' OR month > $latest THEN 'unreadable_month'
        WHEN amount IS NULL THEN 'unreadable_number'
        WHEN amount < 0 THEN 'negative_amount'
    END AS set_aside,
    CASE WHEN set_aside IN ('no_month', 'unreadable_month') THEN 'month'
        WHEN set_aside IN ('unreadable_number', 'negative_amount') THEN 'amount' END AS field,
    CASE field WHEN 'month' THEN month_text WHEN 'amount' THEN amount_text ELSE unreadable END AS value
FROM rows_read"""


def clean_costs(
    source: Source,
    mapping: Mapping,
    *,
    connection: Backend,
    zone: str,
    now: dt.datetime,
    progress: Progress | None = None,
) -> CleanedRecords:
    """Rows with channel (NULL: all), month (its first day) and amount; a plan for the next twelve months is welcome."""
    mapping.require()
    con = connection.con
    staged = stage(source, mapping, con, progress)
    if staged.kinds["month"] == "text":
        for statement in (AS_DAY, PADDED):
            con.execute(statement.format(table=staged.table, month=column("month")))
    moment, amount = cells.moment(con, staged, "month"), cells.number(con, staged, "amount")
    query = JUDGED.format(
        table=staged.table,
        channel=cells.text(staged, "channel"),
        month_text=cells.text(staged, "month"),
        moment=moment.sql,
        amount_text=cells.text(staged, "amount"),
        amount=amount.sql,
    )
    judged, records = new_table("judged"), new_table("costs")
    latest = (now + dt.timedelta(days=366)).date()
    con.execute(f"CREATE TABLE {judged} AS {query}", bound(query, zone=zone, latest=latest))
    set_aside = rows_set_aside(con, judged, staged)
    con.execute(
        f"CREATE TABLE {records} AS SELECT line_no, channel, month, amount FROM {judged} WHERE set_aside IS NULL"
    )
    counts, used = counts_by_reason(con, set_aside, reasons.OF_COSTS), count_rows(con, records)
    return CleanedRecords(
        records=connection.table(records),
        set_aside=connection.table(set_aside),
        counts=counts,
        rows_read=used + sum(counts.values()),
        rows_used=used,
        formats=(*moment.found, *amount.found),
    )
