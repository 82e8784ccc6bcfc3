"""The groups of customers: the map, who moves between them, who is in them."""

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from treue.core.shop.setup import ensure_shop
from treue.core.staff import audit
from treue.core.staff.permissions import requires
from treue.core.staff.roles import Permission
from treue.design import spreadsheet
from treue.design.figures import Link
from treue.understand.metrics.scope.basis import active_language
from treue.understand.segments import downloads, mapping, member_tables, members, moving, portrayal, reading, waiting
from treue.understand.segments.wording import GROUPS, group_at


@require_GET
@requires(Permission.SEE_FIGURES)
def segments(request: HttpRequest) -> HttpResponse:
    shop = ensure_shop()
    current = reading.current(shop)
    if current is None or not current.customers:
        return render(request, "segments/empty.html", {"state": waiting.of(shop, request.user, current)})
    cells = list(current.cells.all())
    offered = moving.comparisons(current)
    comparison = moving.chosen(offered, request.GET.get("months", ""))
    context = {
        "sentence": moving.sentence(current, comparison),
        "sub": mapping.reach(current),
        "options": moving.options(offered),
        "comparison": comparison,
        "map": mapping.drawn(cells),
        "groups": mapping.listed(current, cells, with_links=request.user.may(Permission.SEE_CUSTOMERS)),
        "moves": moving.drawn(current, comparison) if comparison else None,
    }
    return render(request, "segments/segments.html", context)


@require_GET
@requires(Permission.SEE_FIGURES)
def segments_csv(request: HttpRequest, name: str) -> StreamingHttpResponse:
    """One of the page's tables, unrounded."""
    current = reading.current(ensure_shop())
    if current is None or name not in downloads.TABLES:
        raise Http404
    head, rows = downloads.TABLES[name](current)
    content = spreadsheet.pieces(head, rows, language=active_language())
    return spreadsheet.download(request, f"treue-segments-{name}-{current.as_of}.csv", content)


@require_GET
@requires(Permission.SEE_CUSTOMERS)
def segment(request: HttpRequest, group: str) -> HttpResponse:
    shop, found = ensure_shop(), _group(group)
    current = reading.current(shop)
    page = members.page(members.of(current, found), after=_number(request, "after"), before=_number(request, "before"))
    unwanted = reading.unwanted(shop, among=[row.customer_id for row in page.rows])
    words = GROUPS[found]
    may_see_figures = request.user.may(Permission.SEE_FIGURES)
    sums = mapping.groups(current.cells.all())[found] if current and may_see_figures else None
    label = pgettext("the room", "Segments")
    context = {
        "title": _("Group “%(group)s”") % {"group": words.name},
        "sub": member_tables.reach(words, current) if current else words.meaning,
        "advice": words.advice,
        "crumbs": [Link(label, reverse("segments"))] if may_see_figures else [],
        "table": member_tables.listed(page, unwanted, portrayal.yesterday(shop)) if page.rows else None,
        "pager": member_tables.pager(page, sums) if current else None,
        "csv_url": reverse("segment_csv", args=[group]) if request.user.may(Permission.EXPORT_CUSTOMERS) else "",
    }
    return render(request, "segments/segment.html", context)


@require_GET
@requires(Permission.EXPORT_CUSTOMERS)
def segment_csv(request: HttpRequest, group: str) -> StreamingHttpResponse:
    """Everybody in a group. Who took persons out of the house is in the audit log."""
    shop, found = ensure_shop(), _group(group)
    audit.record("segments.exported", who=request.user, subject=f"shop {shop.pk}", group=found)
    current = reading.current(shop)
    day = current.as_of if current else timezone.localdate(timezone=shop.tz)
    lines = members.lines(shop, found, reading.unwanted(shop))
    content = spreadsheet.pieces(members.HEAD, lines, language=active_language())
    return spreadsheet.download(request, f"treue-{group}-{day}.csv", content)


def _group(address: str) -> str:
    group = group_at(address)
    if group is None:
        raise Http404
    return group


def _number(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
