"""The row that names the columns: where it is, and whether it is one at all."""

import re
from collections import Counter
from collections.abc import Sequence

from .errors import DuplicateHeader, NoHeader, TooManyColumns

LOOK_AT_ROWS = 30
NUMBER = re.compile(r"[-+]?[\d.,\s]*\d[\d.,\s]*")
MOMENT_OR_ADDRESS = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{2,4}\b.*|[^@\s]+@[^@\s]+\.[^@\s]+", re.DOTALL)


def find_heading(rows: Sequence[Sequence[str | None]]) -> int | None:
    """Index of the heading among the first rows, or None where all are empty.

    Exports like to begin with a title or a date of export: a row filled less than half as wide as most of the
    first rows is not yet the heading.
    """
    filled = [sum(1 for cell in row if cell and cell.strip()) for row in rows[:LOOK_AT_ROWS]]
    widths = Counter(cells for cells in filled if cells)
    usual = max(widths, key=lambda cells: (widths[cells], -cells), default=0)
    return next((index for index, cells in enumerate(filled) if cells and cells * 2 >= usual), None)


def column_names(cells: Sequence[str], *, limit: int, check_values: bool = True) -> tuple[str, ...]:
    """The cells of the heading as unique names; a nameless fourth column is called "#4".

    A first row with a date or an address in it, or mostly of numbers, is a row of values (NoHeader).
    """
    if len(cells) > limit:
        raise TooManyColumns(len(cells), limit)
    names = tuple(" ".join(cell.split()) or f"#{place}" for place, cell in enumerate(cells, 1))
    if check_values:
        _refuse_values([name for name in names if not name.startswith("#")])
    for name, count in Counter(names).items():
        if count > 1:
            raise DuplicateHeader(name, tuple(place for place, other in enumerate(names, 1) if other == name))
    return names


def _refuse_values(names: Sequence[str]) -> None:
    numbers = sum(1 for name in names if NUMBER.fullmatch(name))
    if any(MOMENT_OR_ADDRESS.fullmatch(name) for name in names) or numbers * 2 > len(names):
        raise NoHeader(tuple(names[0].split() if len(names) == 1 else names))
