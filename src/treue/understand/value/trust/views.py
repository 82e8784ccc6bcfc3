"""The page of the models, and its tables as CSV."""

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from treue.core.shop.setup import ensure_shop
from treue.core.staff.permissions import requires
from treue.core.staff.roles import Permission
from treue.design import spreadsheet
from treue.understand.metrics.scope.basis import active_language
from treue.understand.value import reading
from treue.understand.value.tabs import tabs
from treue.understand.value.trust import downloads, history, page


@require_GET
@requires(Permission.SEE_FIGURES)
def models(request: HttpRequest) -> HttpResponse:
    shop = ensure_shop()
    fit = reading.current(shop)
    table, pager = history.page(request, shop, page.csv_of("fits"))
    has_model = fit is not None and fit.has_scores
    context = {
        "tabs": tabs(),
        "page": page.of(fit) if has_model else None,
        "nothing": None if has_model else page.nothing(shop, fit, request.user),
        "job": page.at_work(shop, request.user),
        "history": table if table.rows else None,
        "pager": pager,
        "weeks_csv": page.csv_of("weeks"),
        "frequencies_csv": page.csv_of("frequencies"),
    }
    return render(request, "value/models.html", context)


@require_GET
@requires(Permission.SEE_FIGURES)
def models_csv(request: HttpRequest, name: str) -> StreamingHttpResponse:
    """One of the page's tables with the figures unrounded."""
    shop = ensure_shop()
    if name not in downloads.TABLES:
        raise Http404
    head, rows = downloads.TABLES[name](shop)
    content = spreadsheet.pieces(head, rows, language=active_language())
    return spreadsheet.download(request, f"treue-models-{name}.csv", content)
