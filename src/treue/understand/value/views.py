"""What the customers are worth, who is at risk and whose next purchase is due; both lists as CSV."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_GET

from treue.core.shop.models import Shop
from treue.core.shop.setup import ensure_shop
from treue.core.staff import audit
from treue.core.staff.permissions import requires
from treue.core.staff.roles import Permission
from treue.design import formats, spreadsheet
from treue.design.figures import Link
from treue.design.tables import Pager
from treue.understand.metrics.scope.basis import active_language
from treue.understand.value import list_tables, lists, reading, worth_downloads, worth_page
from treue.understand.value.lists import PAGE, Page, Position, Ranking
from treue.understand.value.models import LEAST_RISK, Fit, Worth
from treue.understand.value.tabs import tabs

FEW = 10  # that stand on the page itself
MOST_PAGES = 1_000_000
NOBODY = Page((), has_previous=False, has_more=False)


@require_GET
@requires(Permission.SEE_FIGURES)
def value(request: HttpRequest) -> HttpResponse:
    shop = ensure_shop()
    summed = _summed(shop)
    if summed is None:
        why = worth_page.nothing(shop, reading.current(shop), request.user)
        return render(request, "value/value.html", {"tabs": tabs(), "nothing": why})
    context = {
        "tabs": tabs(),
        "picture": worth_page.picture(summed),
        "amounts_csv": reverse("value_csv", args=["amounts"]),
        "tenths_csv": reverse("value_csv", args=["tenths"]),
        "is_moving": worth_page.is_moving(shop),
        **(_lists(shop, summed) if request.user.may(Permission.SEE_CUSTOMERS) else {}),
    }
    return render(request, "value/value.html", context)


@require_GET
@requires(Permission.SEE_FIGURES)
def value_csv(request: HttpRequest, name: str) -> StreamingHttpResponse:
    """How the value is spread, unrounded."""
    summed = _summed(ensure_shop())
    if summed is None or name not in worth_downloads.TABLES:
        raise Http404
    head, rows = worth_downloads.TABLES[name](summed)
    content = spreadsheet.pieces(head, rows, language=active_language())
    return spreadsheet.download(request, f"treue-value-{name}-{summed.fit.until}.csv", content)


@require_GET
@requires(Permission.SEE_CUSTOMERS, Permission.SEE_FIGURES)
def at_risk(request: HttpRequest) -> HttpResponse:
    """Everybody who may have left, the list that a manager calls."""
    summed = _summed(ensure_shop())
    if summed is None:
        return redirect("value")
    page = lists.at_risk(summed.fit).page(_position(request)) if summed.fit.tells_of_leaving else NOBODY
    context = {
        "title": _("Customers at risk"),
        "sub": _(
            "Whose risk of leaving is at least %(risk)s, ranked by value at stake: the value of the next 12 months × "
            "that risk."
        )
        % {"risk": formats.share(LEAST_RISK, active_language())},
        "table": list_tables.at_risk(summed.fit, page.scores) if page.scores else None,
        "pager": _pager(request, page, summed.at_risk),
        "empty": _no_risk(summed.fit),
        "csv_url": _csv(request, "value_at_risk_csv"),
    }
    return render(request, "value/list.html", context | _crumbs())


@require_GET
@requires(Permission.SEE_CUSTOMERS, Permission.SEE_FIGURES)
def due(request: HttpRequest) -> HttpResponse:
    """Whose next purchase is due this week."""
    shop = ensure_shop()
    summed = _summed(shop)
    if summed is None:
        return redirect("value")
    ranking = lists.due(summed.fit)
    page = ranking.page(_position(request))
    context = {
        "title": _("Next purchases due this week"),
        "sub": _about_due(summed.fit),
        "table": list_tables.due(summed.fit, page.scores) if page.scores else None,
        "pager": _pager(request, page, ranking.count()),
        "empty": _("No next purchase is due this week."),
        "csv_url": _csv(request, "value_due_csv"),
    }
    return render(request, "value/list.html", context | _crumbs())


@require_GET
@requires(Permission.EXPORT_CUSTOMERS, Permission.SEE_FIGURES)
def at_risk_csv(request: HttpRequest) -> StreamingHttpResponse:
    summed = _summed(ensure_shop())
    if summed is None or not summed.fit.tells_of_leaving:
        raise Http404
    return _saved(request, "at-risk", lists.at_risk)


@require_GET
@requires(Permission.EXPORT_CUSTOMERS, Permission.SEE_FIGURES)
def due_csv(request: HttpRequest) -> StreamingHttpResponse:
    if _summed(ensure_shop()) is None:
        raise Http404
    return _saved(request, "due", lists.due)


def _summed(shop: Shop) -> Worth | None:
    """Of the fit in force; None as long as there is none that says something."""
    return Worth.objects.select_related("fit__shop").filter(fit__shop=shop, fit__is_current=True).first()


def _saved(request: HttpRequest, name: str, list_of: Callable[[Fit], Ranking]) -> StreamingHttpResponse:
    """A whole list. Who took persons out of the house is in the audit log."""
    shop = ensure_shop()
    audit.record("customers.exported", who=request.user, subject=f"shop {shop.pk}", list=name)
    content = spreadsheet.pieces(list_tables.HEAD, list_tables.rows(shop, list_of), language=active_language())
    return spreadsheet.download(request, f"treue-value-{name}-{timezone.localdate(timezone=shop.tz)}.csv", content)


def _lists(shop: Shop, summed: Worth) -> dict[str, object]:
    """The beginning of both lists."""
    fit = summed.fit
    risks = lists.at_risk(fit).page(size=FEW) if fit.tells_of_leaving else None
    waiting = lists.due(fit)
    soon = waiting.page(size=FEW)
    return {
        "may_see_names": True,
        "risks": list_tables.at_risk(fit, risks.scores) if risks and risks.scores else None,
        "risks_count": _risks(summed.at_risk),
        "no_risk": _no_risk(fit),
        "due": list_tables.due(fit, soon.scores, caption=_about_due(fit)) if soon.scores else None,
        "due_count": _count(waiting.count()),
    }


def _about_due(fit: Fit) -> str:
    language = active_language()
    first, last = lists.due_days(fit)
    return _(
        "From %(first)s to %(last)s, by value: the day by which they buy with a probability of one half, if they stay."
    ) % {"first": formats.day(first, language), "last": formats.day(last, language)}


def _no_risk(fit: Fit) -> str:
    if fit.tells_of_leaving:
        return _("Nobody has anything at stake.")
    return _("Your orders do not tell whether anybody leaves, so it is not known what is at stake.")


def _count(customers: int) -> str:
    text = ngettext("%(count)s customer", "%(count)s customers", customers)
    return text % {"count": formats.number(customers, active_language())}


def _risks(customers: int) -> str:
    return _("%(customers)s with a risk of %(share)s and more") % {
        "customers": _count(customers),
        "share": formats.share(LEAST_RISK, active_language()),
    }


def _crumbs() -> dict[str, object]:
    return {"crumbs": [Link(pgettext("the room", "Value"), reverse("value"))]}


def _csv(request: HttpRequest, name: str) -> str:
    return reverse(name) if request.user.may(Permission.EXPORT_CUSTOMERS) else ""


def _position(request: HttpRequest) -> Position:
    def number(name: str) -> int | None:
        text = request.GET.get(name, "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None

    return Position(after=number("after"), before=number("before"), page=min(max(number("page") or 1, 1), MOST_PAGES))


def _pager(request: HttpRequest, page: Page, count: int) -> Pager:
    language = active_language()
    number = max(_position(request).page, 2) if page.has_previous else 1
    first = (number - 1) * PAGE + 1
    last = first + len(page.scores) - 1
    text = _("%(first)s to %(last)s of %(count)s") % {
        "first": formats.number(first, language),
        "last": formats.number(last, language),
        "count": formats.number(max(count, last), language),
    }
    ids = [each.customer_id for each in page.scores]
    return Pager(
        text,
        previous_url=f"?before={ids[0]}&page={number - 1}" if page.has_previous and ids else "",
        next_url=f"?after={ids[-1]}&page={number + 1}" if page.has_more else "",
    )
