"""Member offers in the portal."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from treue.act.loyalty import tiering
from treue.act.portal import sales
from treue.act.portal.access import Here, members


@require_safe
@members
def offers(request: HttpRequest, here: Here) -> HttpResponse:
    rank = tiering.rank_of(here.member, here.now)
    return render(
        request, "portal/offers.html", {"here": here, "at": "offers", **sales.of(here.member, rank, here.now)}
    )
