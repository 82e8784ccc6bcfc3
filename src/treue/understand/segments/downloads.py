"""The page's tables as rows for a spreadsheet: unrounded, with English field names."""

from collections.abc import Callable, Iterable, Sequence

from treue.design.spreadsheet import Value
from treue.understand.segments import mapping, reading
from treue.understand.segments.models import Segmentation, Worth

Rows = tuple[Sequence[str], Iterable[Sequence[Value]]]

MAP = ("recency_quintile", "frequency_quintile", "group", "customers", "monetary", "segmentation__currency")
GROUPS = ("group", "customers", "revenue", "currency", "value_of_12_months", "value_currency", "value_as_of")
MOVES = ("months", "since", "from_group", "to_group", "customers")


def table_of_map(segmentation: Segmentation) -> Rows:
    cells = segmentation.cells.order_by("-recency_quintile", "frequency_quintile", "group")
    return (*MAP[:-2], "revenue", "currency"), cells.values_list(*MAP)


def table_of_groups(segmentation: Segmentation) -> Rows:
    """value_of_12_months: what the models expect of those in the group, up to another day than that of the groups."""
    sums = mapping.groups(list(segmentation.cells.all()))
    worths = reading.worths(segmentation)
    return GROUPS, (
        (group, those.customers, those.revenue, segmentation.currency, *_worth(worths.get(group)))
        for group, those in sums.items()
    )


def _worth(worth: Worth | None) -> tuple[Value, Value, Value]:
    return (worth.value, worth.fit.currency, worth.fit.until) if worth else (None, None, None)


def table_of_moves(segmentation: Segmentation) -> Rows:
    """With every earlier day that the history reaches back to."""
    moves = segmentation.moves.order_by("months", "from_group", "to_group")
    return MOVES, moves.values_list(*MOVES)


TABLES: dict[str, Callable[[Segmentation], Rows]] = {
    "map": table_of_map,
    "groups": table_of_groups,
    "migrations": table_of_moves,
}
