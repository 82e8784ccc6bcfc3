"""Dates and times as shops write them, and how each is read.

03/07/2026 can be read in two ways: values of the same column that can be read in one only decide, and where
none does, the day comes first. A moment with an offset is converted into the shop's zone, one without is
local to the shop already and is not shifted.
"""

import re
from collections.abc import Sequence
from functools import cache
from itertools import product

import duckdb

from .layouts import Found, Layout, Reading, bound, discover, first_matching, quoted, together

Part = tuple[str, ...]  # its name, its pattern, its strptime form

DATES: tuple[Part, ...] = (
    ("YYYY-MM-DD", r"\d{4}-\d{1,2}-\d{1,2}", "%Y-%m-%d"),
    ("YYYY/MM/DD", r"\d{4}/\d{1,2}/\d{1,2}", "%Y/%m/%d"),
    ("YYYY.MM.DD", r"\d{4}\.\d{1,2}\.\d{1,2}", "%Y.%m.%d"),
    ("DD.MM.YYYY", r"\d{1,2}\.\d{1,2}\.\d{4}", "%d.%m.%Y"),
    ("DD.MM.YY", r"\d{1,2}\.\d{1,2}\.\d{2}", "%d.%m.%y"),
    ("DD/MM/YYYY", r"\d{1,2}/\d{1,2}/\d{4}", "%d/%m/%Y"),
    ("DD/MM/YY", r"\d{1,2}/\d{1,2}/\d{2}", "%d/%m/%y"),
    ("DD-MM-YYYY", r"\d{1,2}-\d{1,2}-\d{4}", "%d-%m-%Y"),
    ("DD-MM-YY", r"\d{1,2}-\d{1,2}-\d{2}", "%d-%m-%y"),
    ("D Month YYYY", r"(?:[A-Za-z]{2,3}\.?, )?\d{1,2}\.?[ -]?[A-Za-zä]{3,9}\.?[ -]\d{4}", "%d %b %Y"),
    ("Month D, YYYY", r"[A-Za-zä]{3,9}\.? \d{1,2},? \d{4}", "%b %d %Y"),
    ("YYYYMMDD", r"\d{8}", "%Y%m%d"),
)
CLOCKS: tuple[Part, ...] = (
    ("HH:MM:SS", r"\d{1,2}:\d{2}:\d{2}", "%H:%M:%S"),
    ("HH:MM", r"\d{1,2}:\d{2}", "%H:%M"),
    ("HH:MM:SS.fraction", r"\d{1,2}:\d{2}:\d{2}\.\d{1,6}", "%H:%M:%S.%f"),
    ("HH:MM:SS.fraction", r"\d{1,2}:\d{2}:\d{2}\.\d{7,9}", "%H:%M:%S.%n"),
    ("HH:MM:SS,fraction", r"\d{1,2}:\d{2}:\d{2},\d{1,6}", "%H:%M:%S,%f"),
    ("hh:MM:SS AM", r"\d{1,2}:\d{2}:\d{2} [AaPp][Mm]", "%I:%M:%S %p"),
    ("hh:MM AM", r"\d{1,2}:\d{2} [AaPp][Mm]", "%I:%M %p"),
    ("hh:MM:SSAM", r"\d{1,2}:\d{2}:\d{2}[AaPp][Mm]", "%I:%M:%S%p"),
    ("hh:MMAM", r"\d{1,2}:\d{2}[AaPp][Mm]", "%I:%M%p"),
    ("HH:MM:SS Uhr", r"\d{1,2}:\d{2}:\d{2} Uhr", "%H:%M:%S Uhr"),
    ("HH:MM Uhr", r"\d{1,2}:\d{2} Uhr", "%H:%M Uhr"),
    ("HHMMSS", r"\d{6}", "%H%M%S"),
    ("HHMM", r"\d{4}", "%H%M"),
)
JOINTS: tuple[Part, ...] = ((" +", " "), ("T", "T"), (", +", ", "), ("", ""))
OFFSETS: tuple[Part, ...] = (
    ("", "", "", "{moment}"),
    ("Z", "Z", "Z", "timezone($zone, timezone('UTC', {moment}))"),
    (" UTC", " UTC", " UTC", "timezone($zone, timezone('UTC', {moment}))"),
    (" GMT", " GMT", " GMT", "timezone($zone, timezone('UTC', {moment}))"),
    ("±HH:MM", r"[+-]\d{2}(?::?\d{2})?", "%z", "timezone($zone, {moment})"),
    (" ±HH:MM", r" [+-]\d{2}(?::?\d{2})?", " %z", "timezone($zone, {moment})"),
)
EITHER = ("DD/MM/YYYY", "DD/MM/YY", "DD-MM-YYYY", "DD-MM-YY")
WEEKDAY = r"(?:[A-Za-z]{2,3}\.?, )?"
WORDED = {
    "D Month YYYY": WEEKDAY + r"(\d{1,2})\.?[ -]?([A-Za-zä]{3})[a-zä]*\.?[ -](\d{4})",
    "Month D, YYYY": r"([A-Za-zä]{3})[a-zä]*\.? (\d{1,2}),? (\d{4})",
}
GERMAN_MONTHS = (("Mär", "Mar"), ("Mrz", "Mar"), ("Mai", "May"), ("Okt", "Oct"), ("Dez", "Dec"))
SPREADSHEET_DAY = Layout(
    "spreadsheet day",
    r"\d{5}(?:\.\d+)?",
    # day 0 is 1899-12-30; rounded to seconds, as a fraction of a day is never exact
    "make_timestamp((round({text}::DOUBLE * 86400)::BIGINT - 2209161600) * 1000000)",
)
UNIX_SECONDS = Layout(
    "seconds since 1970",
    r"\d{10}",
    "timezone($zone, timezone('UTC', make_timestamp({text}::BIGINT * 1000000)))",
)
UNIX_MILLISECONDS = Layout(
    "milliseconds since 1970",
    r"\d{13}",
    "timezone($zone, timezone('UTC', make_timestamp({text}::BIGINT * 1000)))",
)
NUMERIC = (SPREADSHEET_DAY, UNIX_SECONDS, UNIX_MILLISECONDS)


def layouts_of(text: str) -> list[Layout]:
    """The layout a moment is written in, or nothing."""
    for layout in NUMERIC:
        if re.fullmatch(layout.pattern, text):
            return [layout]
    for date in DATES:
        if found := re.match(date[1], text):
            rest = text[found.end() :]
            if not rest:
                return [_layout(date, JOINTS[-1], None, OFFSETS[0])]
            for joint, clock, offset in product(JOINTS, CLOCKS, OFFSETS):
                if re.fullmatch(joint[0] + clock[1] + offset[1], rest) and _go_together(date, joint, clock):
                    return [_layout(date, joint, clock, offset)]
    return []


def _go_together(date: Part, joint: Part, clock: Part) -> bool:
    """Digits follow digits only in 20260703143000; 03.07.20261430 is nothing."""
    compact = ":" not in clock[0]
    return not compact or date[0] == "YYYYMMDD" if joint[0] else compact and date[0] == "YYYYMMDD"


@cache
def _layout(date: Part, joint: Part, clock: Part | None, offset: Part) -> Layout:
    name, pattern, form = date
    if clock is not None:
        name = f"{name} {clock[0]}{offset[0]}"
        pattern += joint[0] + clock[1] + offset[1]
        form += joint[1] + clock[2] + offset[2]
    text = _plain_words(date[0])

    def sql(form: str) -> str:
        return offset[3].replace("{moment}", f"try_strptime({text}, {quoted(form)})")

    if date[0] not in EITHER:
        return Layout(name, pattern, sql(form))
    month_first = Layout(
        name[3:5] + name[2] + name[:2] + name[5:], pattern, sql(form.translate(str.maketrans("dm", "md")))
    )
    return Layout(name, pattern, sql(form), month_first)


def _plain_words(date: str) -> str:
    """SQL: the text, its month cut to three English letters where it is a word."""
    if date not in WORDED:
        return "{text}"
    sql = rf"regexp_replace({{text}}, {quoted('^' + WORDED[date])}, '\1 \2 \3')"
    for german, english in GERMAN_MONTHS:
        sql = f"replace({sql}, {quoted(german)}, {quoted(english)})"
    return sql


def reading_of(connection: duckdb.DuckDBPyConnection, table: str, column: str, *, named: tuple[str, str]) -> Reading:
    """How to read a text column of moments. named: the field and the file's own name of the column.

    The SQL gives naive timestamps local to the zone that is bound to $zone.
    """
    found = discover(connection, table, column, layouts_of)
    day_first, certainty = _order_of(connection, table, column, [layout for layout, _ in found if layout.other])
    readings, told = [], []
    for layout, rows in found:
        if layout.other is None:
            readings.append(layout.reads(column))
            told.append(Found(*named, layout.name, rows))
            continue
        chosen, spare = (layout, layout.other) if day_first else (layout.other, layout)
        readings.append(f"coalesce({chosen.reads(column)}, {spare.reads(column)})")
        told.append(Found(*named, chosen.name, rows, certainty))
    if not found:
        return Reading("NULL::TIMESTAMP")
    return Reading(first_matching(column, [layout for layout, _ in found], readings), together(told))


def _order_of(
    connection: duckdb.DuckDBPyConnection, table: str, column: str, layouts: Sequence[Layout]
) -> tuple[bool, str]:
    """Whether the day comes before the month, and how certain that is."""
    if not layouts:
        return True, "certain"
    day = first_matching(column, layouts, [layout.reads(column) for layout in layouts])
    month = first_matching(column, layouts, [layout.other.reads(column) for layout in layouts if layout.other])
    query = (
        "SELECT count(*) FILTER (day IS NOT NULL AND month IS NULL),"
        " count(*) FILTER (month IS NOT NULL AND day IS NULL)"
        f" FROM (SELECT {day} AS day, {month} AS month FROM {table})"
    )
    [(days, months)] = connection.execute(query, bound(query, zone="UTC")).fetchall()
    certainty = "assumed" if days == months == 0 else "mixed" if days and months else "certain"
    return days >= months, certainty
