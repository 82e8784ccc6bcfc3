"""The operator's page of the log: how far each reaction is, what failed, what happened last."""

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
from treue.core.events import registry, showing, standing, steering
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
        return render_to_string("events/_buttons.html", {"failure": failure, "csrf_token": get_token(request)})

    return render(
        request,
        "events/log.html",
        {
            "reactions": showing.reactions(standing.reactions(), now, shop.tz),
            "failed": showing.failures(standing.failures(parked), shop.tz, buttons),
            "pager": pager,
            "latest": showing.latest(standing.latest(shop), shop.tz),
            "rhythm": showing.rhythm(standing.in_the_last_hour(shop, now)),
        },
    )


@requires(Permission.SEE_LOG)
@require_POST
def try_again(request: HttpRequest, parked_id: int) -> HttpResponse:
    failure = _failure(parked_id)
    if failure is None or failure.event is None:
        return _gone(request)
    still = steering.try_again(parked=failure.parked, by=request.user)
    values = {"event": failure.event.name, "reaction": failure.parked.reaction}
    if still:
        words = _("“%(event)s” failed again in %(reaction)s: %(error)s.")
        messages.warning(request, words % {**values, "error": still.error})
    else:
        messages.success(request, _("%(reaction)s has dealt with “%(event)s”.") % values)
    return redirect("log")


@requires(Permission.SEE_LOG)
@require_http_methods(["GET", "HEAD", "POST"])
def leave_out(request: HttpRequest, parked_id: int) -> HttpResponse:
    """Ask, and leave it out."""
    failure = _failure(parked_id)
    if failure is None:
        return _gone(request)
    if request.method != "POST":
        facts, consequence = showing.facts(failure, clock.zone()), showing.consequence(failure)
        return render(request, "events/leaving_out.html", {"facts": facts, "consequence": consequence})
    if not steering.leave_out(parked=failure.parked, by=request.user):
        return _gone(request)
    values = {"event": showing.name(failure), "reaction": failure.parked.reaction}
    messages.success(request, _("%(reaction)s leaves out “%(event)s”.") % values)
    return redirect("log")


def _failure(parked_id: int) -> Failure | None:
    """A failed event that something can be done about; None where it was dealt with or its reaction is gone."""
    found = standing.failures(standing.failed().filter(pk=parked_id, reaction__in=registry.REACTIONS))
    return found[0] if found else None


def _gone(request: HttpRequest) -> HttpResponse:
    messages.info(request, _("This event is no longer among the failed ones."))
    return redirect("log")
