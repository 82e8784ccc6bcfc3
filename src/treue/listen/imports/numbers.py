"""Numbers as shops write them: 1.234,56 and 1,234.56, € 12,50 and (12.50) and 12.50-.

1.234 can be read in two ways. Values of the same column that can be read in one only decide which mark is the
decimal one; where none does, three digits behind a mark are thousands.
"""

import re
from functools import cache
from itertools import chain

import duckdb

from .layouts import Found, Layout, Reading, discover, first_matching, quoted, together

LARGEST = 1e12  # beyond it lies no shop's amount, and sums would leave the columns that money is kept in
NO_BREAK = "\u00a0\u202f"
GROUP = " '’" + NO_BREAK
BLANK = f"[ {NO_BREAK}]?"
SYMBOLS = {
    "EUR": ("€", "EUR", "Euro"),
    "USD": ("US$", "$", "USD"),
    "GBP": ("£", "GBP"),
    "CHF": ("CHF", "SFr.", "Fr."),
    "PLN": ("PLN", "zł"),
    "CZK": ("CZK", "Kč"),
    "DKK": ("DKK",),
    "SEK": ("SEK",),
    "NOK": ("NOK",),
    "JPY": ("JPY", "¥"),
}


def _one_of(symbols: tuple[str, ...]) -> str:
    return f"(?i:{'|'.join(map(re.escape, symbols))})"


Core = tuple[str, str, str]  # its name, its pattern, SQL of a plain number for DuckDB to cast
WHOLE: Core = ("1234", r"\d+", "{text}")
POINT_OR_GROUP: Core = ("1.234", r"[1-9]\d{0,2}\.\d{3}", "replace({text}, '.', '')")
POINT: Core = ("1234.56", r"(?:\d+\.\d*|\.\d+)", "{text}")
COMMA_OR_GROUP: Core = ("1,234", r"[1-9]\d{0,2},\d{3}", "replace({text}, ',', '')")
COMMA: Core = ("1234,56", r"(?:\d+,\d*|,\d+)", "replace({text}, ',', '.')")
COMMA_GROUPS: Core = (
    "1,234.56",
    r"\d{1,3}(?:(?:,\d{3})+\.\d*|(?:,\d{3}){2,})",
    "replace({text}, ',', '')",
)
POINT_GROUPS: Core = (
    "1.234,56",
    r"\d{1,3}(?:(?:\.\d{3})+,\d*|(?:\.\d{3}){2,})",
    "replace(replace({text}, '.', ''), ',', '.')",
)
SPACE_GROUPS: Core = (
    "1 234,56",
    rf"\d{{1,3}}(?:[{GROUP}]\d{{3}})+(?:[.,]\d*)?",
    f"replace(regexp_replace({{text}}, {quoted(f'[{GROUP}]')}, '', 'g'), ',', '.')",
)
DASHED: Core = (
    "1.234,–",
    r"(?:\d+|\d{1,3}(?:\.\d{3})+),[-–—]{1,2}",
    "replace(regexp_replace({text}, ',[-–—]+$', ''), '.', '')",
)
POWER: Core = ("1.2E+03", r"\d+(?:\.\d+)?[eE][-+]?\d+", "{text}")
FAMILIES = (  # two cores of one family look alike but for their digits
    (WHOLE,),
    (POINT_OR_GROUP, POINT),
    (COMMA_OR_GROUP, COMMA),
    (COMMA_GROUPS,),
    (POINT_GROUPS,),
    (SPACE_GROUPS,),
    (DASHED,),
    (POWER,),
)
PROOF_OF_POINT, PROOF_OF_COMMA = {"1234.56", "1,234.56"}, {"1234,56", "1.234,56"}

MONEY = _one_of(tuple(chain.from_iterable(SYMBOLS.values())))
BARE = ("[-+]?", "")
DRESSED = (f"(?:[-+−] ?(?:{MONEY}{BLANK})?|(?:{MONEY}{BLANK})?[-+−]?)", f"{BLANK}{MONEY}?(?: ?[-−])?")
IN_BRACKETS = (rf"\({BLANK}(?:{MONEY}{BLANK})?", rf"{BLANK}{MONEY}?{BLANK}\)")
MINUS_BEFORE, MINUS_BEHIND = "^[^0-9]*[-−(]", "[^,–—-][-−]$"


def layouts_of(text: str) -> list[Layout]:
    """The layouts a number may be written in, or nothing."""
    for before, behind in (BARE, DRESSED, IN_BRACKETS):
        for family in FAMILIES:
            if any(re.fullmatch(before + core[1] + behind, text) for core in family):
                return [_layout(core, before, behind) for core in family]
    return []


@cache
def _layout(core: Core, before: str, behind: str) -> Layout:
    pattern = f"{before}({core[1]}){behind}"
    other = {POINT_OR_GROUP: POINT, COMMA_OR_GROUP: COMMA}.get(core)
    return Layout(
        core[0],
        pattern,
        _sql(core[2], pattern, bare=(before, behind) == BARE),
        other and Layout(other[0], pattern, _sql(other[2], pattern, bare=(before, behind) == BARE)),
    )


def _sql(plain: str, pattern: str, *, bare: bool) -> str:
    if bare:
        return f"try_cast({plain} AS DOUBLE)"
    digits = plain.replace("{text}", f"regexp_extract({{text}}, {quoted(f'^{pattern}$')}, 1)")
    minus = " OR ".join(f"regexp_matches({{text}}, {quoted(mark)})" for mark in (MINUS_BEFORE, MINUS_BEHIND))
    return f"CASE WHEN {minus} THEN -1 ELSE 1 END * try_cast({digits} AS DOUBLE)"


def reading_of(connection: duckdb.DuckDBPyConnection, table: str, column: str, *, named: tuple[str, str]) -> Reading:
    """How to read a text column of numbers. named: the field and the file's own name of the column.

    The SQL gives doubles, NULL where a value is no number. currency: the one written beside it, if any is.
    """
    found = discover(connection, table, column, layouts_of)
    points = sum(rows for layout, rows in found if layout.name in PROOF_OF_POINT)
    commas = sum(rows for layout, rows in found if layout.name in PROOF_OF_COMMA)
    readings, told = [], []
    for layout, rows in found:
        decimal = points > commas if layout.name == POINT_OR_GROUP[0] else commas > points
        chosen = layout.other if layout.other and decimal else layout
        readings.append(chosen.reads(column))
        told.append(Found(*named, chosen.name, rows, _certainty(layout, points, commas)))
    layouts = [layout for layout, _ in found]
    dressed = any(not layout.pattern.startswith(BARE[0] + "(") for layout in layouts)
    if not found:
        return Reading("NULL::DOUBLE")
    return Reading(first_matching(column, layouts, readings), together(told), _currency(column) if dressed else "NULL")


def _certainty(layout: Layout, points: int, commas: int) -> str:
    if not layout.other and layout.name not in PROOF_OF_POINT | PROOF_OF_COMMA:
        return "certain"
    if points and commas:
        return "mixed"
    return "certain" if points or commas else "assumed"


def _currency(column: str) -> str:
    cases = " ".join(
        f"WHEN regexp_matches({column}, {quoted(_one_of(symbols))}) THEN {quoted(code)}"
        for code, symbols in SYMBOLS.items()
    )
    return f"CASE {cases} END"
