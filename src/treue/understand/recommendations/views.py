"""How good the recommendations are, and what is recommended."""

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from treue.core.shop.setup import ensure_shop
from treue.core.staff.permissions import requires
from treue.core.staff.roles import Permission
from treue.design import spreadsheet
from treue.understand.metrics.counts import reading as counts
from treue.understand.metrics.scope.basis import active_language
from treue.understand.recommendations import offers, page, reading
from treue.understand.recommendations.models import Run


@require_GET
@requires(Permission.SEE_FIGURES)
def recommendations(request: HttpRequest) -> HttpResponse:
    shop = ensure_shop()
    run, snapshot = reading.current(shop), counts.current(shop)
    if run is None or run.status == Run.Status.NO_PURCHASES:
        return render(request, "recommendations/empty.html", {"run": run})
    shown = page.build(run, offers.first(run), reverse("recommendations_csv"), snapshot and snapshot.as_of)
    return render(request, "recommendations/recommendations.html", {"page": shown})


@require_GET
@requires(Permission.SEE_FIGURES)
def recommendations_csv(request: HttpRequest) -> StreamingHttpResponse:
    """All products with the number of customers to whom they are recommended."""
    run = reading.current(ensure_shop())
    if run is None:
        raise Http404
    content = spreadsheet.pieces(offers.HEAD, offers.rows(run), language=active_language())
    return spreadsheet.download(request, f"treue-recommendations-{run.until}.csv", content)
