"""The pages of statements: their lines, as a paper and as a file, closed by a person, disputed and decided."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from treue.act.partners import disputes, errors, figures, papers, sentences, settling, showing
from treue.act.partners.forms import CloseForm, DecideForm, DisputeForm
from treue.act.partners.models import Dispute, Line, Statement
from treue.core.shop.setup import ensure_shop
from treue.core.staff.permissions import requires
from treue.core.staff.roles import Permission
from treue.design import spreadsheet
from treue.understand.metrics.scope.basis import active_language


@require_GET
@requires(Permission.SEE_PARTNERS)
def statement(request: HttpRequest, partner_id: int, statement_id: int) -> HttpResponse:
    found = _found(partner_id, statement_id)
    account = settling.account(found)
    is_closed = found.state == Statement.State.CLOSED
    them = list(disputes.of(found.partner).filter(line__statement=found))
    waiting = {each.line_id: each for each in them if each.state == Dispute.State.OPEN}
    may_dispute = is_closed and request.user.may(Permission.EDIT_PARTNERS)
    shares = figures.issuers_of(found) if is_closed else {}
    context = {
        "statement": found,
        "partner": found.partner,
        "title": sentences.title(found),
        "sentence": sentences.who_pays(found, account.amount),
        "state": showing.statement_state(found),
        "lines": showing.lines(account, found, waiting, _addresses(found, account) if may_dispute else {}),
        "shares": showing.by_issuer(shares) if shares else None,
        "disputes": showing.disputes(them) if them else None,
        "close": CloseForm(initial={"seen": account.amount})
        if not is_closed and request.user.may(Permission.CLOSE_SETTLEMENTS)
        else None,
    }
    return render(request, "partners/statement.html", context)


@require_GET
@requires(Permission.SEE_PARTNERS)
def pdf(request: HttpRequest, partner_id: int, statement_id: int) -> HttpResponse:
    found = _found(partner_id, statement_id)
    content = papers.pdf(found, settling.account(found))
    response = HttpResponse(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{_file_name(found)}.pdf"'
    return response


@require_GET
@requires(Permission.SEE_PARTNERS)
def csv(request: HttpRequest, partner_id: int, statement_id: int) -> StreamingHttpResponse:
    found = _found(partner_id, statement_id)
    rows = papers.rows(found, settling.account(found))
    content = spreadsheet.pieces(papers.HEAD, rows, language=active_language())
    return spreadsheet.download(request, f"{_file_name(found)}.csv", content)


@require_POST
@requires(Permission.CLOSE_SETTLEMENTS)
def close(request: HttpRequest, partner_id: int, statement_id: int) -> HttpResponse:
    found, form = _found(partner_id, statement_id), CloseForm(request.POST)
    if not form.is_valid():
        return redirect("partner_statement", partner_id, statement_id)
    try:
        about = {"seen": form.cleaned_data["seen"], "by": request.user, "now": timezone.now()}
        made = settling.close(statement=found, **about)
        messages.success(request, _("It is closed, as statement No. %(number)s.") % {"number": made.number})
    except errors.StatementChanged as error:
        amount = {"amount": sentences.money(abs(error.amount), found.currency)}
        messages.error(request, _("Something was recorded meanwhile. It comes to %(amount)s now.") % amount)
    except errors.MonthBeforeOpen as error:
        messages.error(request, _("Close %(month)s first.") % {"month": sentences.month(error.month)})
    except errors.MonthNotOver:
        messages.error(request, _("The month is not over."))
    except errors.ClosedAlready:
        messages.info(request, _("A colleague was quicker: it is closed."))
    return redirect("partner_statement", partner_id, statement_id)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_PARTNERS)
def dispute_line(request: HttpRequest, partner_id: int, statement_id: int, line_id: int) -> HttpResponse:
    found = _found(partner_id, statement_id)
    line = get_object_or_404(Line.objects.select_related("corrects__statement"), statement=found, pk=line_id)
    line.statement = found
    form = DisputeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        about = {"reason": form.cleaned_data["reason"], "by": request.user, "by_partner": False}
        try:
            made = disputes.open_on(line=line, now=timezone.now(), **about)
            messages.success(request, _("The line is disputed. It waits for a decision."))
            return redirect("partner_dispute", made.pk)
        except errors.DisputedAlready:
            messages.info(request, _("A colleague was quicker: the line is disputed."))
            return redirect("partner_statement", partner_id, statement_id)
    context = {
        "form": form,
        "statement": found,
        "title": sentences.title(found),
        "line": sentences.line(line, found),
        "amount": sentences.money(line.amount, found.currency),
    }
    return render(request, "partners/dispute_line.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SEE_PARTNERS)
def dispute(request: HttpRequest, dispute_id: int) -> HttpResponse:
    """decision: "accept"; anything else rejects it."""
    rows = Dispute.objects.select_related(
        "line__statement__partner", "line__statement__programme__shop", "line__corrects__statement", "opened_by"
    )
    found = get_object_or_404(rows, pk=dispute_id, line__statement__programme__shop=ensure_shop())
    may_decide = found.state == Dispute.State.OPEN and request.user.may(Permission.CLOSE_SETTLEMENTS)
    currency = found.line.statement.currency
    form = DecideForm(request.POST or None, currency=currency, initial={"right_amount": found.line.amount})
    if request.method == "POST" and may_decide and form.is_valid() and _decided(request, found, form):
        return redirect("partner_dispute", found.pk)
    context = {
        "dispute": found,
        "statement": found.line.statement,
        "facts": showing.dispute_facts(found),
        "state": showing.dispute_state(found),
        "form": form if may_decide else None,
    }
    return render(request, "partners/dispute.html", context)


def _decided(request: HttpRequest, found: Dispute, form: DecideForm) -> bool:
    """Whether it is, by them or by somebody who was quicker."""
    about = {"dispute": found, "by": request.user, "now": timezone.now()}
    right, does_accept = form.cleaned_data["right_amount"], request.POST.get("decision") == "accept"
    if does_accept and right is None:
        form.add_error("right_amount", _("Say what the line should have been."))
        return False
    try:
        if does_accept:
            disputes.accept(right_amount=right, **about)
            messages.success(request, _("Accepted: the difference comes into the next statement."))
        else:
            disputes.reject(**about)
            messages.success(request, _("Rejected: the statement stays as it is."))
    except errors.DisputeDecided:
        messages.info(request, _("A colleague was quicker: it is decided."))
    return True


def _addresses(found: Statement, account: settling.Account) -> dict[int, str]:
    about = [found.partner_id, found.pk]
    return {each.pk: reverse("partner_line_dispute", args=[*about, each.pk]) for each in account.lines}


def _found(partner_id: int, statement_id: int) -> Statement:
    return get_object_or_404(settling.of(ensure_shop()), pk=statement_id, partner=partner_id)


def _file_name(found: Statement) -> str:
    return f"treue-{found.partner.code}-{found.month:%Y-%m}"
