"""Long lists paged by key, mostly newest first: page 1,000 costs no more than page 1, and new rows shift nothing."""

from collections.abc import Sequence
from typing import TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from treue.design import formats
from treue.design.tables import Pager, address

Row = TypeVar("Row", bound=Model)
ROWS_PER_PAGE = 50
MOST_COUNTED = 10_000


def newest_first(request: HttpRequest, rows: QuerySet[Row], *, size: int = ROWS_PER_PAGE) -> tuple[list[Row], Pager]:
    """The page that ?before= or ?after= (an id) asks for, and the links to its neighbours."""
    before, after = _key(request, "before"), _key(request, "after")
    older = None if before is None else Q(pk__lt=before)
    newer = None if after is None else Q(pk__gt=after)
    return _page(request, rows, ("-pk",), older, newer, size)


def in_order(
    request: HttpRequest, rows: QuerySet[Row], *order: str, size: int = ROWS_PER_PAGE
) -> tuple[list[Row], Pager]:
    """The same in another order, by fields as `order_by` takes them; no two rows may be equal in all of them.

    An id that is gone leads to the first page.
    """
    before, after = _row(request, rows, "before"), _row(request, rows, "after")
    later = None if before is None else _beyond(before, order)
    earlier = None if after is None else _beyond(after, _turned(order))
    return _page(request, rows, order, later, earlier, size)


def _page(
    request: HttpRequest, rows: QuerySet[Row], order: Sequence[str], later: Q | None, earlier: Q | None, size: int
) -> tuple[list[Row], Pager]:
    """later: what comes after the row where it begins; earlier: what comes before the one where it ends; neither for
    the first page. One row too many says whether there is a next page; before the first there is none."""
    is_backwards = earlier is not None
    begin, way = (earlier, _turned(order)) if is_backwards else (later, order)
    found = list((rows if begin is None else rows.filter(begin)).order_by(*way)[: size + 1])
    page, goes_on = found[:size], len(found) > size
    came = bool(page) and begin is not None and rows.filter(_beyond(page[0], _turned(way))).exists()
    if is_backwards:
        return page[::-1], _pager(request, rows, page[::-1], before=goes_on, after=came)
    return page, _pager(request, rows, page, before=came, after=goes_on)


def _beyond(row: Row, order: Sequence[str]) -> Q:
    """What comes after a row in an order: not before it by the first field, for an index to begin there."""
    beyond, alike = Q(pk__in=()), Q()
    for name in order:
        field, way = name.removeprefix("-"), _way(name)
        value = getattr(row, field)
        beyond |= alike & Q(**{f"{field}__{way}": value})
        alike &= Q(**{field: value})
    first = order[0].removeprefix("-")
    return Q(**{f"{first}__{_way(order[0])}e": getattr(row, first)}) & beyond


def _way(name: str) -> str:
    return "lt" if name.startswith("-") else "gt"


def _turned(order: Sequence[str]) -> list[str]:
    return [name.removeprefix("-") if name.startswith("-") else f"-{name}" for name in order]


def _pager(request: HttpRequest, rows: QuerySet[Row], page: list[Row], *, before: bool, after: bool) -> Pager:
    """before, after: whether there is a page before this one, and one after it."""
    is_all = bool(page) and not before and not after
    count = len(page) if is_all else rows.order_by()[: MOST_COUNTED + 1].count()
    return Pager(
        _counted(count),
        previous_url=address(request.GET, after=str(page[0].pk)) if before else "",
        next_url=address(request.GET, before=str(page[-1].pk)) if after else "",
    )


def _counted(count: int) -> str:
    """Nobody reads a list so long to its end, and to count a million takes longer than to find the page."""
    number = formats.number(min(count, MOST_COUNTED), (get_language() or "en")[:2])
    if count > MOST_COUNTED:
        return _("more than %(number)s entries") % {"number": number}
    return ngettext("%(number)s entry", "%(number)s entries", count) % {"number": number}


def _row(request: HttpRequest, rows: QuerySet[Row], name: str) -> Row | None:
    key = _key(request, name)
    return None if key is None else rows.filter(pk=key).first()


def _key(request: HttpRequest, name: str) -> int | None:
    given = request.GET.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) <= 18 else None
