"""Long lists, newest first, paged by key: page 1,000 costs no more than page 1, and new rows shift nothing."""

from typing import TypeVar

from django.db.models import Model, QuerySet
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


def _pager(request: HttpRequest, rows: QuerySet[Row], page: list[Row]) -> Pager:
    count = rows.count()
    number = formats.number(count, (get_language() or "en")[:2])
    text = ngettext("%(number)s entry", "%(number)s entries", count) % {"number": number}
    if not page:
        return Pager(text)
    newer = rows.filter(pk__gt=page[0].pk).exists()
    older = rows.filter(pk__lt=page[-1].pk).exists()
    return Pager(
        text,
        previous_url=address(request.GET, after=str(page[0].pk)) if newer else "",
        next_url=address(request.GET, before=str(page[-1].pk)) if older else "",
    )


def _key(request: HttpRequest, name: str) -> int | None:
    given = request.GET.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) <= 18 else None
