"""The page of the funnel, and its table for a spreadsheet."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from treue.act.loyalty import reading
from treue.act.loyalty.funnel import reading as kept
from treue.act.loyalty.funnel import showing
from treue.act.loyalty.tasks import FUNNEL
from treue.core.jobs import work
from treue.core.shop.setup import ensure_shop
from treue.core.staff.permissions import requires
from treue.core.staff.roles import Permission
from treue.design import spreadsheet
from treue.understand.metrics.scope.basis import active_language


@require_GET
@requires(Permission.SEE_FIGURES)
def funnel(request: HttpRequest) -> HttpResponse:
    shop = ensure_shop()
    programme = reading.programme_of(shop)
    found = kept.of(programme) if programme else None
    context: dict[str, object] = {
        "programme": programme,
        "may_manage": request.user.may(Permission.MANAGE_PROGRAMME),
        "found": found,
    }
    if found is not None:
        context |= {
            "sentence": showing.sentence(found),
            "figures": showing.figures(found),
            "cohorts": showing.cohorts(found),
            "times": showing.times(found),
            "computed": showing.computed(found, shop.tz),
        }
    return render(request, "loyalty/funnel.html", context)


@require_POST
@requires(Permission.MANAGE_PROGRAMME)
def again(request: HttpRequest) -> HttpResponse:
    """Reckon it now, without waiting for the night."""
    shop = ensure_shop()
    if reading.programme_of(shop) is None:
        raise Http404
    work.start(FUNNEL, by=request.user, lock=f"{FUNNEL}.{shop.pk}", shop_id=shop.pk)
    messages.success(request, _("It is being reckoned. Load this page again in a minute."))
    return redirect("programme_funnel")


@require_GET
@requires(Permission.SEE_FIGURES)
def csv(request: HttpRequest) -> StreamingHttpResponse:
    programme = reading.programme_of(ensure_shop())
    found = kept.of(programme) if programme else None
    if found is None:
        raise Http404
    head, rows = showing.rows(found)
    content = spreadsheet.pieces(head, rows, language=active_language())
    return spreadsheet.download(request, f"treue-funnel-{found.kept_at:%Y-%m-%d}.csv", content)
