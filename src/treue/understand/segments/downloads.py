"""The page's tables as rows for a spreadsheet: unrounded, with English field names."""

from collections.abc import Callable, Iterable, Sequence

from treue.design.spreadsheet import Value
from treue.understand.segments.models import Segmentation

Rows = tuple[Sequence[str], Iterable[Sequence[Value]]]

MAP = ("recency_quintile", "frequency_quintile", "group", "customers", "monetary", "segmentation__currency")
MOVES = ("months", "since", "from_group", "to_group", "customers")


def table_of_map(segmentation: Segmentation) -> Rows:
    cells = segmentation.cells.order_by("-recency_quintile", "frequency_quintile", "group")
    return (*MAP[:-2], "revenue", "currency"), cells.values_list(*MAP)


def table_of_moves(segmentation: Segmentation) -> Rows:
    """With every earlier day that the history reaches back to."""
    moves = segmentation.moves.order_by("months", "from_group", "to_group")
    return MOVES, moves.values_list(*MOVES)


TABLES: dict[str, Callable[[Segmentation], Rows]] = {"map": table_of_map, "migrations": table_of_moves}
