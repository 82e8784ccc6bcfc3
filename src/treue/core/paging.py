"""Long lists paged by key, mostly newest first: page 1,000 costs no more than page 1, and new rows shift nothing."""

from collections.abc import Sequence
from typing import TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import get_language, ngettext

from treue.design import formats
from treue.design.tables import Pager, address

Row = TypeVar("Row", bound=Model)
ROWS_PER_PAGE = 50


def newest_first(request: HttpRequest, rows: QuerySet[Row], *, size: int = ROWS_PER_PAGE) -> tuple[list[Row], Pager]:
    """The page that ?before= or ?after= (an id) asks for, and the links to its neighbours."""
    before, after = _key(request, "before"), _key(request, "after")
    if after is not None:
        page = list(rows.filter(pk__gt=after).order_by("pk")[:size])[::-1]
    else:
        older = rows.filter(pk__lt=before) if before is not None else rows
        page = list(older.order_by("-pk")[:size])
    return page, _pager(request, rows, page)


def in_order(
    request: HttpRequest, rows: QuerySet[Row], *order: str, size: int = ROWS_PER_PAGE
) -> tuple[list[Row], Pager]:
    """The same in another order, by fields as `order_by` takes them; no two rows may be equal in all of them.

    An id that is gone leads to the first page.
    """
    before, after = (rows.filter(pk=_key(request, name)).first() for name in ("before", "after"))
    turned = [name.removeprefix("-") if name.startswith("-") else f"-{name}" for name in order]
    if after is not None:
        page = list(rows.filter(_beyond(after, turned)).order_by(*turned)[:size])[::-1]
    else:
        later = rows.filter(_beyond(before, order)) if before is not None else rows
        page = list(later.order_by(*order)[:size])
    return page, _pager(request, rows, page, order, turned)


def _beyond(row: Row, order: Sequence[str]) -> Q:
    """What comes after a row in an order."""
    beyond, alike = Q(pk__in=()), Q()
    for name in order:
        field, way = name.removeprefix("-"), "lt" if name.startswith("-") else "gt"
        value = getattr(row, field)
        beyond |= alike & Q(**{f"{field}__{way}": value})
        alike &= Q(**{field: value})
    return beyond


def _pager(
    request: HttpRequest,
    rows: QuerySet[Row],
    page: list[Row],
    order: Sequence[str] = ("-pk",),
    turned: Sequence[str] = ("pk",),
) -> Pager:
    count = rows.count()
    number = formats.number(count, (get_language() or "en")[:2])
    text = ngettext("%(number)s entry", "%(number)s entries", count) % {"number": number}
    if not page:
        return Pager(text)
    newer = rows.filter(_beyond(page[0], turned)).exists()
    older = rows.filter(_beyond(page[-1], order)).exists()
    return Pager(
        text,
        previous_url=address(request.GET, after=str(page[0].pk)) if newer else "",
        next_url=address(request.GET, before=str(page[-1].pk)) if older else "",
    )


def _key(request: HttpRequest, name: str) -> int | None:
    given = request.GET.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) <= 18 else None
