"""The way of a file: upload, assign columns, dry run, import, result, undo."""

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRefresh

from treue.core import paging
from treue.core.jobs import work
from treue.core.jobs.errors import JobError
from treue.core.shop.setup import ensure_shop
from treue.core.staff.permissions import requires
from treue.core.staff.roles import Permission
from treue.design import formats
from treue.design.figures import Link
from treue.listen.imports import (
    assigning,
    failures,
    importing,
    intake,
    leaning,
    non_products,
    probing,
    showing,
    undoing,
)
from treue.listen.imports.errors import ImportProblem
from treue.listen.imports.forms import ColumnsForm, UploadForm
from treue.listen.imports.models import Import
from treue.listen.imports.sentences import failure, foreseen, is_useless, language, outcome
from treue.listen.imports.standing import MOVING, may_cancel, standing

TOO_MUCH = 413
NOT_READABLE = 422
State = Import.State


def steps() -> list[str]:
    return [_("File"), _("Columns"), _("Dry run"), _("Import")]


def crumbs() -> list[Link]:
    return [Link(_("Import"), reverse("imports"))]


def task_of(import_id: int) -> Import:
    tasks = Import.objects.select_related("job", "started_by", "batch", "shop")
    return get_object_or_404(tasks, pk=import_id, shop=ensure_shop())


@requires(Permission.IMPORT)
@require_GET
def imports(request: HttpRequest) -> HttpResponse:
    here = Import.objects.filter(shop=ensure_shop()).select_related("job", "started_by")
    tasks, pager = paging.in_order(request, here.with_moment(), "-moment", "-pk")
    moving = here.filter(job__state__in=MOVING)
    context = {
        "cards": [showing.card(task, request.user) for task in moving],
        "table": showing.list_of(tasks) if tasks else None,
        "pager": pager,
    }
    return render(request, "imports/imports.html", context)


@requires(Permission.IMPORT)
def upload(request: HttpRequest) -> HttpResponse:
    """Take a file in. What is wrong with it is said beside it, and nothing of it is kept."""
    form, status = UploadForm(request.POST or None, request.FILES or None), 200
    refused = request.scope.get("treue.refused") if hasattr(request, "scope") else None
    if refused is not None:
        form, status = UploadForm({"what": Import.What.ORDERS}), TOO_MUCH
        form.errors["file"] = form.error_class([failure(refused)])
    elif request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            task = intake.take_in(
                shop=ensure_shop(),
                what=form.cleaned_data["what"],
                name=file.name,
                blocks=file.chunks(),
                size=file.size,
                by=request.user,
            )
        except (ImportProblem, JobError) as error:
            form.add_error("file", failure(error))
            status = TOO_MUCH if isinstance(error, failures.NotEnoughSpace) else NOT_READABLE
        else:
            return redirect("import_columns", task.pk)
    elif request.method == "POST":
        status = NOT_READABLE
    context = {
        "form": form,
        "steps": steps(),
        "crumbs": crumbs(),
        "limit": formats.filesize(settings.UPLOAD_LIMIT, language()),
    }
    return render(request, "imports/upload.html", context, status=status)


@requires(Permission.IMPORT)
def columns(request: HttpRequest, import_id: int) -> HttpResponse:
    """Confirm or change what was guessed; then the dry run begins."""
    task = task_of(import_id)
    if not task.preview or not standing(task).may_assign:
        return redirect(showing.page_of(task))
    form, status = ColumnsForm(request.POST or None, task=task), 200
    if request.method == "POST":
        if form.is_valid():
            chosen = form.cleaned_data["columns"]
            return _led_on(request, task, lambda: probing.start(task=task, by=request.user, columns=chosen))
        status = NOT_READABLE
    context = {
        "task": task,
        "form": form,
        "rows": assigning.rows(task, form),
        "note": assigning.in_short(task, form),
        "missing": [] if form.errors else assigning.missing(task),
        "preview": showing.preview_of(task),
        "sheets": [(name, name) for name in task.preview["sheets"]] if len(task.preview["sheets"]) > 1 else [],
        "sheet": task.preview["sheet"],
        "about": showing.about_file(task),
        "steps": steps(),
        "crumbs": crumbs(),
    }
    return render(request, "imports/columns.html", context, status=status)


@requires(Permission.IMPORT)
@require_POST
def sheet(request: HttpRequest, import_id: int) -> HttpResponse:
    """Read another sheet of a workbook."""
    task, wanted = task_of(import_id), request.POST.get("sheet", "")
    return _led_on(request, task, lambda: intake.read_sheet(task=task, sheet=wanted), "import_columns")


@requires(Permission.IMPORT)
@require_POST
def probe(request: HttpRequest, import_id: int) -> HttpResponse:
    task = task_of(import_id)
    return _led_on(request, task, lambda: probing.start(task=task, by=request.user))


@requires(Permission.IMPORT)
@require_GET
def check(request: HttpRequest, import_id: int) -> HttpResponse:
    """The dry run, and what it found."""
    task = task_of(import_id)
    if task.state != State.MAPPING or not task.stored_as:
        return redirect("import_result", task.pk)
    found = task.probe
    context = {
        "task": task,
        "stands": standing(task),
        "card": showing.card(task, request.user) if task.job else None,
        "found": found,
        "about": showing.about_file(task),
        "steps": steps(),
        "crumbs": crumbs(),
    }
    if found:
        context |= {
            "sentence": foreseen(found),
            "is_useless": is_useless(found),
            "facts": showing.facts_of(found),
            "reasons": showing.reasons_of(task, found),
            "doubts": showing.doubts_about(task, found),
            "candidates": showing.candidates_of(found),
            "orders_that_count": showing.orders_that_count(found),
            "without_rate": showing.currencies_without_rate(task, found),
            "may_enter_rates": request.user.may(Permission.EDIT_SHOP),
        }
    return render(request, "imports/check.html", context)


@requires(Permission.IMPORT)
@require_POST
def non_product(request: HttpRequest, import_id: int) -> HttpResponse:
    """Remember a code as no product, and see what that changes."""
    task = task_of(import_id)
    code = request.POST.get("code", "").strip()
    if non_products.add(shop=task.shop, code=code, by=request.user):
        messages.success(request, _("“%(code)s” is left out from now on.") % {"code": code})
    return _led_on(request, task, lambda: probing.start(task=task, by=request.user))


@requires(Permission.IMPORT)
@require_POST
def start(request: HttpRequest, import_id: int) -> HttpResponse:
    task = task_of(import_id)
    return _led_on(request, task, lambda: importing.start(task=task, by=request.user))


def _led_on(request: HttpRequest, task: Import, deed: Callable[[], object], page: str = "") -> HttpResponse:
    """Do it, or say why not; then go to where the import stands."""
    try:
        deed()
    except failures.MovedOn as error:
        messages.info(request, failure(error))
    except (ImportProblem, JobError) as error:
        messages.error(request, failure(error))
    task.refresh_from_db()
    return redirect(page, task.pk) if page else redirect(showing.page_of(task))


@requires(Permission.IMPORT)
@require_GET
def result(request: HttpRequest, import_id: int) -> HttpResponse:
    """An import while it runs, and what became of it."""
    task = task_of(import_id)
    if task.state == State.MAPPING and task.stored_as:
        return redirect(showing.page_of(task))
    stands = standing(task)
    context = {
        "task": task,
        "stands": stands,
        "card": showing.card(task, request.user) if stands.moves else None,
        "about": showing.about_file(task, named=False),
        "undo": showing.undo_question(task),
        "leaning": leaning.before_undoing(task) if stands.may_undo else [],
        "undone_since": leaning.since_importing(task),
        "steps": steps(),
        "crumbs": crumbs(),
    }
    if not stands.moves:
        context |= dict(zip(("notice_kind", "notice"), showing.ending_of(task, stands), strict=True))
    if task.summary:
        context |= {
            "sentence": outcome(task.summary),
            "done_by": showing.done_by(task),
            "pending": showing.figures_pending(task),
            "facts": showing.facts_of(task.summary),
            "reasons": showing.reasons_of(task, task.summary),
        }
    return render(request, "imports/result.html", context)


@requires(Permission.IMPORT)
@require_GET
def card(request: HttpRequest, import_id: int) -> HttpResponse:
    """The job's card, fetched anew while it moves; when it is over the page shows the outcome."""
    task = task_of(import_id)
    if not standing(task).moves:
        return HttpResponseClientRefresh()
    return render(request, "imports/_card.html", {"job": showing.card(task, request.user)})


@requires(Permission.IMPORT)
@require_POST
def cancel(request: HttpRequest, import_id: int) -> HttpResponse:
    task = task_of(import_id)
    if standing(task).moves and may_cancel(task):
        work.cancel(job=task.job, by=request.user)
        messages.success(request, _("The work on “%(name)s” is being cancelled.") % {"name": task.file_name})
    return redirect(showing.page_of(task))


@requires(Permission.IMPORT)
def undo(request: HttpRequest, import_id: int) -> HttpResponse:
    """Ask, and take the import back."""
    task = task_of(import_id)
    if request.method == "POST":
        return _led_on(request, task, lambda: undoing.start(task=task, by=request.user))
    if not standing(task).may_undo:
        return redirect(showing.page_of(task))
    context = {
        "task": task,
        "question": showing.undo_question(task),
        "leaning": leaning.before_undoing(task),
        "crumbs": crumbs(),
    }
    return render(request, "imports/undo.html", context)
