"""The rows set aside: a page to look through and a file to mend them by."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
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
    """By place in the file; ?reason= shows one reason, ?page= goes on after a line number."""
    task = task_of(import_id)
    counts = (task.summary or task.probe or {}).get("set_aside", {})
    wanted = request.GET.get("reason", "")
    rows = SetAside.objects.filter(of=task)
    if wanted in counts:
        rows = rows.filter(reason=wanted)
    after = int(page) if (page := request.GET.get("page", "")).isdecimal() and len(page) < 18 else 0
    shown = list(rows.filter(line_no__gt=after).order_by("line_no", "pk")[: ROWS_PER_PAGE + 1])
    context = {
        "table": showing.rows_of(shown[:ROWS_PER_PAGE], of_one_reason=wanted in counts) if shown else None,
        "reason": reason(wanted) if wanted in counts else None,
        "pager": _pager(request, shown, counts, wanted, after),
        "chips": _chips(counts, wanted),
        "csv_url": reverse("import_rows_csv", args=[task.pk]),
        "about": showing.about_file(task, named=False),
        "crumbs": [*crumbs(), Link(task.file_name, showing.page_of(task))],
    }
    return render(request, "imports/rows.html", context)


def _pager(request: HttpRequest, shown: list[SetAside], counts: dict[str, int], wanted: str, after: int) -> Pager:
    number = counts.get(wanted, sum(counts.values()))
    more = len(shown) > ROWS_PER_PAGE
    following = address(request.GET, page=str(shown[ROWS_PER_PAGE - 1].line_no)) if more else ""
    first = address(request.GET, page="") if after else ""
    return Pager(_("%(count)s rows in all") % {"count": count(number)}, previous_url=first, next_url=following)


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
