"""Finding out in which ways the values of a column are written.

A layout is one way of writing a value: a pattern that a value matches as a whole, and the SQL that reads it. The
patterns of a column's layouts exclude one another or stand in order, so that each value is read in the way it
is written, whatever its neighbours are. Pattern and SQL are constants of this program; values never enter them.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import duckdb

EXAMPLES = 10_000
FIRST_LOOK = 2_000
Classify = Callable[[str], Sequence["Layout"]]


@dataclass(frozen=True)
class Layout:
    """sql: an expression with {text} where the value stands; NULL if the value is not readable after all.

    other: the second way to read such a value, where there are two and the column has to decide.
    """

    name: str
    pattern: str
    sql: str
    other: "Layout | None" = None

    def reads(self, text: str) -> str:
        return self.sql.replace("{text}", text)

    def matches(self, text: str) -> str:
        return f"regexp_full_match({text}, {quoted(self.pattern)})"


@dataclass(frozen=True)
class Found:
    """A layout that a column holds. certainty: certain, mixed (values contradict one another) or assumed."""

    field: str
    column: str
    layout: str
    rows: int
    certainty: str = "certain"


@dataclass(frozen=True)
class Reading:
    """How to read a column: SQL over the table it stands in, and what was found out on the way."""

    sql: str
    found: tuple[Found, ...] = ()
    currency: str = "NULL"


def quoted(constant: str) -> str:
    return "'" + constant.replace("'", "''") + "'"


def discover(
    connection: duckdb.DuckDBPyConnection, table: str, column: str, classify: Classify
) -> list[tuple[Layout, int]]:
    """The layouts of a column with their numbers of rows, in an order in which their patterns may be tried.

    Most columns hold one layout, and their first values show it; only what no layout of these matches is
    looked at again, one example for each shape (digits taken as equal).
    """
    first = f"SELECT DISTINCT value FROM (SELECT {column} AS value FROM {table} LIMIT {FIRST_LOOK})"
    layouts = _classified(connection, first, classify, [])
    counts, unread = _counted(connection, table, column, layouts)
    if unread:
        examples = f"SELECT any_value({column}) FROM {table} WHERE {_none_matches(column, layouts)}"
        shapes = f"GROUP BY translate({column}, '0123456789', '0000000000') LIMIT {EXAMPLES}"
        more = _classified(connection, f"{examples} {shapes}", classify, layouts)
        if len(more) > len(layouts):
            counts, _ = _counted(connection, table, column, more)
    return counts


def _classified(
    connection: duckdb.DuckDBPyConnection, query: str, classify: Classify, known: Iterable[Layout]
) -> list[Layout]:
    layouts = dict.fromkeys(known)
    for (text,) in connection.execute(query).fetchall():
        if text is not None:
            layouts.update(dict.fromkeys(classify(text)))
    return list(layouts)


def _counted(
    connection: duckdb.DuckDBPyConnection, table: str, column: str, layouts: Sequence[Layout]
) -> tuple[list[tuple[Layout, int]], int]:
    """The rows of each layout that has any, and the rows of none."""
    which = first_matching(column, layouts, [str(place) for place in range(len(layouts))])
    query = f"""
        SELECT layout, count(*) FROM (SELECT {which} AS layout FROM {table} WHERE {column} IS NOT NULL)
        GROUP BY layout ORDER BY layout NULLS FIRST"""
    found = connection.execute(query).fetchall()
    unread = sum(rows for place, rows in found if place is None)
    return [(layouts[place], rows) for place, rows in found if place is not None], unread


def _none_matches(column: str, layouts: Sequence[Layout]) -> str:
    return " AND ".join([f"{column} IS NOT NULL", *(f"NOT {layout.matches(column)}" for layout in layouts)])


def first_matching(column: str, layouts: Sequence[Layout], then: Sequence[str]) -> str:
    """SQL: what the first layout that a value matches says; NULL where none does."""
    cases = " ".join(
        f"WHEN {layout.matches(column)} THEN {result}" for layout, result in zip(layouts, then, strict=True)
    )
    return f"CASE {cases} END" if cases else "NULL"


def together(found: Iterable[Found]) -> tuple[Found, ...]:
    """Layouts of one name (a sign before or behind is no difference to the reader) as one, most rows first."""
    sums: dict[Found, int] = {}
    for one in found:
        key = replace(one, rows=0)
        sums[key] = sums.get(key, 0) + one.rows
    ordered = sorted(sums.items(), key=lambda item: (-item[1], item[0].layout))
    return tuple(replace(found, rows=rows) for found, rows in ordered)


def bound(query: str, **values: object) -> dict[str, object]:
    """Those of the values that the query names; DuckDB refuses the others."""
    return {name: value for name, value in values.items() if f"${name}" in query}
