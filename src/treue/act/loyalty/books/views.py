"""The page of the points as a liability: on any day, with both views of the books; what a point is worth; closing."""

from datetime import date

from django.contrib import messages
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from treue.act.loyalty import reading
from treue.act.loyalty.books import closing, downloads, page, standing, terms
from treue.act.loyalty.books.errors import MonthNotClosable, TermsMissing
from treue.act.loyalty.books.forms import CloseForm, DayForm, TermsForm
from treue.act.loyalty.books.statement import statement
from treue.act.loyalty.models import BookTerms, Programme
from treue.core.shop.setup import ensure_shop
from treue.core.staff.permissions import requires
from treue.core.staff.roles import Permission
from treue.design import formats, spreadsheet
from treue.understand.metrics.scope.basis import active_language


@require_http_methods(["GET", "HEAD"])
@requires(Permission.SEE_FIGURES)
def liability(request: HttpRequest) -> HttpResponse:
    programme = reading.programme_of(ensure_shop())
    may_manage = request.user.may(Permission.MANAGE_PROGRAMME)
    if programme is None:
        return render(request, "loyalty/liability.html", {"may_manage": may_manage})
    today = _today(programme)
    picking = DayForm({"as_of": request.GET.get("as_of", today.isoformat())}, today=today)
    day = picking.cleaned_data["as_of"] if picking.is_valid() else today
    found = statement(programme, day)
    context = {
        "programme": programme,
        "may_manage": may_manage,
        "picking": picking,
        "page": page.of(found, programme, standing.of(programme, day)),
        "as_of": day.isoformat(),
        "terms": _terms_form(programme) if may_manage else None,
        "to_close": page.closable(closing.to_close(programme, today), found) if may_manage else None,
    }
    return render(request, "loyalty/liability.html", context)


@require_GET
@requires(Permission.SEE_FIGURES)
def csv(request: HttpRequest, name: str) -> StreamingHttpResponse:
    """The books of a day, unrounded."""
    programme = reading.programme_of(ensure_shop())
    if programme is None or name not in downloads.TABLES:
        raise Http404
    today = _today(programme)
    picking = DayForm({"as_of": request.GET.get("as_of", today.isoformat())}, today=today)
    if not picking.is_valid():
        raise Http404
    day = picking.cleaned_data["as_of"]
    head, rows = downloads.TABLES[name](statement(programme, day), programme)
    content = spreadsheet.pieces(head, rows, language=active_language())
    return spreadsheet.download(request, f"treue-points-{name}-{day}.csv", content)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_PROGRAMME)
def save_terms(request: HttpRequest) -> HttpResponse:
    """Say what a point is worth, and what is assumed."""
    programme = reading.programme_of(ensure_shop())
    if programme is None:
        return redirect("programme")
    form = _terms_form(programme, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        terms.save(terms=form.instance, by=request.user)
        messages.success(request, _("The values are saved. Months that are closed stay as they are."))
        return redirect("liability")
    return render(request, "loyalty/liability_terms.html", {"form": form})


@require_POST
@requires(Permission.MANAGE_PROGRAMME)
def close_month(request: HttpRequest) -> HttpResponse:
    programme, form = reading.programme_of(ensure_shop()), CloseForm(request.POST)
    if programme is None or not form.is_valid():
        raise Http404
    month = form.cleaned_data["month"]
    try:
        made = closing.close(programme=programme, month=month, by=request.user, now=timezone.now())
    except TermsMissing:
        messages.error(request, _("Say first what a point is worth."))
    except MonthNotClosable:
        messages.error(request, _("Somebody closed it already, or a month before it is still open."))
    except OperationalError:
        messages.error(request, _("Points are being written at this moment. Try again in a minute."))
    else:
        said = {"month": formats.period(made.month, active_language())}
        messages.success(request, _("%(month)s is closed. Its figures stay as they are.") % said)
    return redirect("liability")


def _terms_form(programme: Programme, data: object = None) -> TermsForm:
    known = BookTerms.objects.filter(programme=programme).first()
    return TermsForm(data, instance=known or BookTerms(programme=programme))


def _today(programme: Programme) -> date:
    return timezone.localdate(timezone=programme.shop.tz)
