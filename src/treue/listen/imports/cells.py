"""SQL for the cells of a staged column, whatever type the file gave it."""

import datetime as dt

import duckdb

from . import moments, numbers
from .layouts import Reading, quoted
from .staging import Staged, column

EARLIEST = "TIMESTAMP '1970-01-01'"
DAYS_AHEAD = 2  # until the end of tomorrow: somewhere it is tomorrow already
WHOLE = r"\d+\.0"  # how a spreadsheet or a data frame ends up writing a whole number


def latest(today: dt.date) -> dt.datetime:
    """The moment from which on nothing can have happened yet."""
    return dt.datetime.combine(today + dt.timedelta(days=DAYS_AHEAD), dt.time.min)


def text(staged: Staged, field: str) -> str:
    """As text; a number that is whole without a decimal point."""
    if not staged.has(field):
        return "NULL::VARCHAR"
    name, kind = column(field), staged.kinds[field]
    if kind == "number":
        whole = f"{name} = floor({name}) AND abs({name}) < 1e15 THEN {name}::BIGINT::VARCHAR"
        return f"CASE WHEN isnan({name}::DOUBLE) THEN NULL WHEN {whole} ELSE {name}::VARCHAR END"
    return name if kind == "text" else f"{name}::VARCHAR"


def number_text(staged: Staged, field: str) -> str:
    """The text of a column of identifiers: 13085.0 is the same customer as 13085."""
    plain = text(staged, field)
    if staged.kinds.get(field) != "text":
        return plain
    ends = f"ends_with({plain}, '.0') AND regexp_full_match({plain}, '{WHOLE}')"
    return f"CASE WHEN {ends} THEN left({plain}, length({plain}) - 2) ELSE {plain} END"


def moment(connection: duckdb.DuckDBPyConnection, staged: Staged, field: str) -> Reading:
    """As naive timestamp in the zone that is bound to $zone; NULL where it is unreadable."""
    name, kind = column(field), staged.kinds[field]
    if kind in ("moment", "day"):
        return Reading(f"try_cast({name} AS TIMESTAMP)")
    if kind == "zoned moment":
        return Reading(f"timezone($zone, {name}::TIMESTAMPTZ)")
    named = field, staged.headings[field]
    return moments.reading_of(connection, staged.table, f"({text(staged, field)})", named=named)


def number(connection: duckdb.DuckDBPyConnection, staged: Staged, field: str, *, without: str = "") -> Reading:
    """As double below numbers.LARGEST; NULL where it is unreadable. without: a sign that does not count."""
    name, kind = column(field), staged.kinds.get(field)
    if kind == "text":
        if without:
            name = f"nullif(trim(replace({name}, {quoted(without)}, '')), '')"
        reading = numbers.reading_of(connection, staged.table, name, named=(field, staged.headings[field]))
    elif kind == "number":
        reading = Reading(f"{name}::DOUBLE")
    else:
        return Reading("NULL::DOUBLE")
    within = f"abs({reading.sql}) < {numbers.LARGEST:.0f}"
    return Reading(f"CASE WHEN {within} THEN {reading.sql} END", reading.found, reading.currency)
