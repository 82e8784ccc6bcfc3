"""The operator's page of the log: how far each reaction is, what failed, what happened."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from treue.core import paging
from treue.core.events import event_views, registry, showing, standing, steering, stuck, wording
from treue.core.events.standing import Failure
from treue.core.shop import clock
from treue.core.shop.setup import ensure_shop
from treue.core.staff.permissions import requires
from treue.core.staff.roles import Permission


@requires(Permission.SEE_LOG)
@require_GET
def log(request: HttpRequest) -> HttpResponse:
    shop, now = ensure_shop(), timezone.now()
    parked, pager = paging.newest_first(request, standing.failed())

    def buttons(failure: Failure) -> SafeString:
        way = wording.way_out(failure.parked.reaction, failure.parked.error, request.user)
        context = {"failure": failure, "way": way, "csrf_token": get_token(request)}
        return render_to_string("events/_buttons.html", context)

    return render(
        request,
        "events/log.html",
        {
            "stuck": showing.halts(stuck.places(), shop.tz, request.user),
            "reactions": showing.reactions(standing.reactions(), now, shop.tz),
            "failed": showing.failures(
                standing.failures(parked),
                shop.tz,
                buttons,
                names_customers=request.user.may(Permission.SEE_CUSTOMERS),
            ),
            "pager": pager,
            "rhythm": showing.rhythm(standing.in_the_last_hour(shop, now)),
            **event_views.asked_for(request, shop),
        },
    )


@requires(Permission.SEE_LOG)
@require_POST
def try_again(request: HttpRequest, parked_id: int) -> HttpResponse:
    failure = _failure(parked_id)
    if failure is None or failure.event is None:
        return _gone(request)
    still = steering.try_again(parked=failure.parked, by=request.user)
    values = {"event": failure.event.name, "reaction": wording.name_of(failure.parked.reaction)}
    if still:
        said = wording.sentence_of(still.reaction, still.error, failure.currency) or f"{still.error}."
        messages.warning(request, _("%(reaction)s: “%(event)s” failed again. %(error)s") % {**values, "error": said})
    else:
        messages.success(request, _("%(reaction)s: “%(event)s” is dealt with.") % values)
    return redirect("log")


@requires(Permission.SEE_LOG)
@require_http_methods(["GET", "HEAD", "POST"])
def leave_out(request: HttpRequest, parked_id: int) -> HttpResponse:
    """Ask, and leave it out."""
    failure = _failure(parked_id)
    if failure is None:
        return _gone(request)
    if request.method != "POST":
        may_see = request.user.may(Permission.SEE_CUSTOMERS)
        facts = showing.facts(failure, clock.zone(), names_customers=may_see)
        context = {
            "facts": facts,
            "consequence": showing.consequence(failure),
            "way": wording.way_out(failure.parked.reaction, failure.parked.error, request.user),
        }
        return render(request, "events/leaving_out.html", context)
    if not steering.leave_out(parked=failure.parked, by=request.user):
        return _gone(request)
    values = {"event": showing.name(failure), "reaction": wording.name_of(failure.parked.reaction)}
    messages.success(request, _("%(reaction)s: “%(event)s” is left out.") % values)
    return redirect("log")


def _failure(parked_id: int) -> Failure | None:
    """A failed event that something can be done about; None where it was dealt with or its reaction is gone."""
    found = standing.failures(standing.failed().filter(pk=parked_id, reaction__in=registry.REACTIONS))
    return found[0] if found else None


def _gone(request: HttpRequest) -> HttpResponse:
    messages.info(request, _("This event is no longer among the failed ones."))
    return redirect("log")
