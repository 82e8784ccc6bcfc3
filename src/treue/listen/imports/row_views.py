"""The rows set aside: a page to look through and a file to mend them by."""

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from treue.core.staff.permissions import requires
from treue.core.staff.roles import Permission
from treue.design import spreadsheet
from treue.design.figures import Link
from treue.design.tables import Pager, address
from treue.listen.imports import listing, showing
from treue.listen.imports.models import Import, SetAside
from treue.listen.imports.sentences import count, language
from treue.listen.imports.views import crumbs, task_of
from treue.listen.imports.wording import reason

ROWS_PER_PAGE = 50


@requires(Permission.IMPORT)
@require_GET
def rows(request: HttpRequest, import_id: int) -> HttpResponse:
    """By place in the file; ?reason= shows one reason, ?after= and ?before= a page next to a line."""
    task = task_of(import_id)
    counts = (task.summary or task.probe or {}).get("set_aside", {})
    wanted = request.GET.get("reason", "")
    rows = SetAside.objects.filter(of=task)
    if wanted in counts:
        rows = rows.filter(reason=wanted)
    shown = _page(request, rows)
    context = {
        "table": showing.rows_of(shown, of_one_reason=wanted in counts) if shown else None,
        "reason": reason(wanted) if wanted in counts else None,
        "pager": _pager(request, rows, shown, counts.get(wanted, sum(counts.values()))),
        "chips": _chips(counts, wanted),
        "csv_url": reverse("import_rows_csv", args=[task.pk]),
        "about": showing.about_file(task, named=False),
        "crumbs": [*crumbs(), Link(task.file_name, showing.page_of(task))],
    }
    return render(request, "imports/rows.html", context)


def _page(request: HttpRequest, rows: QuerySet[SetAside]) -> list[SetAside]:
    before = _line(request, "before")
    if before is not None:
        return list(rows.filter(line_no__lt=before).order_by("-line_no")[:ROWS_PER_PAGE])[::-1]
    return list(rows.filter(line_no__gt=_line(request, "after") or 0).order_by("line_no")[:ROWS_PER_PAGE])


def _line(request: HttpRequest, name: str) -> int | None:
    given = request.GET.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 18 else None


def _pager(request: HttpRequest, rows: QuerySet[SetAside], shown: list[SetAside], number: int) -> Pager:
    text = ngettext("%(count)s row in all", "%(count)s rows in all", number) % {"count": count(number)}
    if not shown:
        return Pager(text)
    earlier = rows.filter(line_no__lt=shown[0].line_no).exists()
    later = rows.filter(line_no__gt=shown[-1].line_no).exists()
    return Pager(
        text,
        previous_url=address(request.GET, before=str(shown[0].line_no), after="") if earlier else "",
        next_url=address(request.GET, after=str(shown[-1].line_no), before="") if later else "",
    )


def _chips(counts: dict[str, int], wanted: str) -> list[dict[str, object]]:
    chips = [{"label": _("All"), "url": "?", "current": wanted not in counts, "count": count(sum(counts.values()))}]
    for code, number in sorted(counts.items(), key=lambda item: -item[1]):
        chips.append(
            {"label": reason(code).name, "url": f"?reason={code}", "current": code == wanted, "count": count(number)}
        )
    return chips


@requires(Permission.IMPORT)
@require_GET
def rows_csv(request: HttpRequest, import_id: int) -> HttpResponse:
    task: Import = task_of(import_id)
    pieces = spreadsheet.pieces(listing.head(), listing.rows(task), language=language())
    return spreadsheet.download(request, f"import-{task.pk}-rows.csv", pieces)
