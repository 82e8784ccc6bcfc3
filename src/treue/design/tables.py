"""Tables: columns, sort links, rows of cells, and paging by a key."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.safestring import SafeString

# What belongs to a place in a list and must not survive a new order or filter.
POSITION = ("after", "before", "page")


@dataclass(frozen=True)
class Column:
    """label: the head. sort: its name in ?sort=, where one can sort by it. full, corner: where the cell stands
    when a row is stacked on a phone (the whole width; the upper right corner)."""

    label: str
    numeric: bool = False
    sort: str = ""
    full: bool = False
    corner: bool = False
    descending_first: bool = False


@dataclass(frozen=True)
class Cell:
    """text with, where wanted, a link, a second line, an avatar, or drawn as a badge.

    kind: words for the style sheet ("muted", "mono", "good", "bad"). badge: "plain", "good", "warn", "bad",
    "info" or "honey".
    """

    text: str | SafeString
    url: str = ""
    sub: str = ""
    kind: str = ""
    badge: str = ""
    avatar: str = ""


@dataclass(frozen=True)
class Head:
    label: str
    css: str
    url: str = ""
    sorted: str = ""

    @property
    def arrow(self) -> str:
        return {"ascending": " ▲", "descending": " ▼"}.get(self.sorted, "")


@dataclass(frozen=True)
class Placed:
    """A cell with what its column says about it."""

    cell: Cell
    label: str
    css: str


class Table:
    """A table ready to draw. The first cell of a row is its head (the name, and the link).

    label: what the scrolling region is called. caption: how many of how many, order, as of when.
    rows, foot: texts or Cells. stack: becomes a list of cards on a phone (people); otherwise it scrolls.
    sort, query: the current order ("-revenue") and request.GET, for the links in the head.
    """

    def __init__(
        self,
        label: str,
        columns: Sequence[Column],
        rows: Iterable[Sequence[str | Cell]],
        *,
        caption: str = "",
        foot: Sequence[str | Cell] | None = None,
        stack: bool = False,
        sort: str = "",
        query: QueryDict | None = None,
        csv_url: str = "",
    ) -> None:
        self.label = label
        self.caption = caption
        self.stack = stack
        self.csv_url = csv_url
        self.columns = tuple(columns)
        self.heads = [head(column, sort, query) for column in self.columns]
        self.rows = [self._placed(row) for row in rows]
        self.foot = self._placed(foot) if foot else None

    def _placed(self, row: Sequence[str | Cell]) -> list[Placed]:
        return [_place(cell, column) for cell, column in zip(row, self.columns, strict=True)]


@dataclass(frozen=True)
class Pager:
    """Back and forth through a long list: "1 bis 50 von 18.489"."""

    text: str
    previous_url: str = ""
    next_url: str = ""


def head(column: Column, sort: str, query: QueryDict | None) -> Head:
    """The head of a column; pressing the sorted one turns its order round."""
    css = "num" if column.numeric else ""
    if not column.sort:
        return Head(column.label, css)
    current = {"": "", column.sort: "ascending", f"-{column.sort}": "descending"}.get(sort, "")
    first_down = column.descending_first or column.numeric
    descending = current == "ascending" if current else first_down
    return Head(column.label, css, sorted=current, url=address(query, sort=("-" if descending else "") + column.sort))


def address(query: QueryDict | None, **changes: str) -> str:
    """This page's query string with changes ("" removes a name), back at the beginning of the list."""
    kept = query.copy() if query is not None else QueryDict(mutable=True)
    for name in POSITION:
        kept.pop(name, None)
    for name, value in changes.items():
        kept[name] = value
    for name in [name for name in kept if not any(kept.getlist(name))]:
        del kept[name]
    return f"?{kept.urlencode()}"


def _place(cell: str | Cell, column: Column) -> Placed:
    whole = cell if isinstance(cell, Cell) else Cell(cell)
    words = (
        "num" if column.numeric else "",
        "full" if column.full else "",
        "corner" if column.corner else "",
        whole.kind,
    )
    return Placed(whole, column.label, " ".join(filter(None, words)))
