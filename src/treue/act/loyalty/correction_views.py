"""Corrections by hand that wait for a second colleague."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from treue.act.loyalty import correction_showing, corrections, reading
from treue.act.loyalty.errors import CorrectionDecided, InsufficientPoints, OwnCorrection
from treue.act.loyalty.models import Correction
from treue.act.loyalty.wording import points
from treue.core.shop.setup import ensure_shop
from treue.core.staff.permissions import requires
from treue.core.staff.roles import Permission


@require_http_methods(["GET", "HEAD"])
@requires(Permission.ADJUST_POINTS)
def waiting(request: HttpRequest) -> HttpResponse:
    shop = ensure_shop()
    programme = reading.programme_of(shop)
    if programme is None:
        return redirect("programme")
    found = corrections.waiting(programme)[: correction_showing.MOST]
    context = {
        "corrections": [correction_showing.card(each, request.user, shop) for each in found],
        "limit": programme.correction_limit,
    }
    return render(request, "loyalty/corrections.html", context)


@require_POST
@requires(Permission.ADJUST_POINTS)
def decide(request: HttpRequest, correction: int) -> HttpResponse:
    """decision: "approve"; anything else refuses, or takes back what one asked for oneself."""
    found = get_object_or_404(Correction, pk=correction, member__programme__shop=ensure_shop())
    does_approve = request.POST.get("decision") == "approve"
    try:
        if does_approve:
            corrections.approve(correction=found, by=request.user, at=timezone.now())
            messages.success(request, _("The points are corrected."))
        else:
            corrections.refuse(correction=found, by=request.user, at=timezone.now())
            messages.success(request, _("Nothing was changed, and nobody waits for it any more."))
    except OwnCorrection:
        messages.error(request, _("You asked for it yourself. Somebody else has to look at it."))
    except CorrectionDecided:
        messages.info(request, _("A colleague was quicker: it is decided."))
    except InsufficientPoints as error:
        messages.error(
            request,
            _("There are only %(points)s by now. It waits on; refuse it, or ask for fewer.")
            % {"points": points(max(0, error.balance))},
        )
    return redirect("programme_corrections")
