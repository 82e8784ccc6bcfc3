"""The cockpit, its tables as CSV, and notes on the charts."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from treue.core.shop.setup import ensure_shop
from treue.core.staff.permissions import requires
from treue.core.staff.roles import Permission
from treue.design import spreadsheet
from treue.understand.metrics import cockpit, downloads, live, notes, today
from treue.understand.metrics.counts import reading
from treue.understand.metrics.forms import NoteForm
from treue.understand.metrics.models import Note
from treue.understand.metrics.scope.basis import active_language
from treue.understand.metrics.selection import Selection


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Everybody's first page: the cockpit, or what the person's role has instead."""
    if request.user.may(Permission.SEE_FIGURES):
        return show(request)
    return redirect("customers")


@require_GET
@requires(Permission.SEE_FIGURES)
def show(request: HttpRequest) -> HttpResponse:
    shop, now = ensure_shop(), timezone.now()
    snapshot = reading.current(shop)
    if snapshot is None or snapshot.first_order is None:
        empty = {"state": today.waiting_for(shop, request.user), "live": live.figures(shop, now)}
        return render(request, "metrics/empty.html", empty)
    query, selection = request.GET.urlencode(), Selection.of(request.GET)
    may_edit_shop = request.user.may(Permission.EDIT_SHOP)
    context = {
        "cockpit": cockpit.build(shop, snapshot, selection, query, may_edit_shop=may_edit_shop),
        "todo": today.todo(shop, request.user, now),
        "live": [] if selection.filters.active else live.figures(shop, now),
        "notes": Note.objects.filter(shop=shop),
        "note_form": NoteForm(),
        "may_edit_notes": request.user.may(Permission.EDIT_NOTES),
        "query": query,
    }
    return render(request, "metrics/cockpit.html", context)


@require_GET
@requires(Permission.SEE_FIGURES)
def live_figures(request: HttpRequest) -> HttpResponse:
    """What happened today so far, for a page that is open; for whoever comes without one, the page."""
    if not request.htmx:
        return redirect("cockpit")
    return render(request, "metrics/_live.html", {"live": live.figures(ensure_shop(), timezone.now())})


@require_GET
@requires(Permission.SEE_FIGURES)
def figures_csv(request: HttpRequest, name: str) -> StreamingHttpResponse:
    """One of the cockpit's tables with the figures unrounded, for the current selection."""
    snapshot = reading.current(ensure_shop())
    if snapshot is None or name not in downloads.TABLES:
        raise Http404
    head, rows = downloads.TABLES[name](snapshot, Selection.of(request.GET))
    content = spreadsheet.pieces(head, rows, language=active_language())
    return spreadsheet.download(request, f"treue-{name}-{snapshot.as_of}.csv", content)


@require_http_methods(["GET", "POST"])
@requires(Permission.EDIT_NOTES)
def note_new(request: HttpRequest) -> HttpResponse:
    form = NoteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        notes.write(shop=ensure_shop(), by=request.user, **form.cleaned_data)
        messages.success(request, _("The note is on the charts."))
        return redirect(reverse("cockpit") + "#notes")
    return render(request, "metrics/note.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
@requires(Permission.EDIT_NOTES)
def note_remove(request: HttpRequest, note_id: int) -> HttpResponse:
    notes.remove(note=get_object_or_404(Note, pk=note_id), by=request.user)
    messages.success(request, _("The note is gone."))
    return redirect(reverse("cockpit") + "#notes")
