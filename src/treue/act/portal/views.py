"""What a member sees: points, vouchers, what happened, the card."""

import json

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from treue.act.loyalty import reading, tiering
from treue.act.portal import colours, contents, happened, icons, offline, presents, sales, showing, treats
from treue.act.portal.access import PATH, Here, anybody, members
from treue.act.portal.passes import views as passes
from treue.act.referrals import advocates
from treue.core import paging


@require_safe
@members
def home(request: HttpRequest, here: Here) -> HttpResponse:
    rank = tiering.rank_of(here.member, here.now)
    context = {
        **showing.home(here.member, rank, here.now),
        "tiles": treats.of(here.member, rank, here.now, treats.AT_HOME),
        "sales": sales.at_home(here.member, rank, here.now),
        "may_refer": _may_refer(here),
        "may_submit": contents.may_submit(here.member),
        "cards": presents.today(here.member, here.now),
    }
    return render(request, "portal/home.html", {"here": here, "at": "home", **context})


def _may_refer(here: Here) -> bool:
    scheme = advocates.scheme_of(here.member.programme)
    return scheme is not None and scheme.is_open and here.member.left_at is None


@require_safe
@members
def points(request: HttpRequest, here: Here) -> HttpResponse:
    """All that ever happened."""
    journals, pager = paging.in_order(request, reading.journals(here.member), "-happened_at", "-pk")
    context = {"here": here, "at": "points", "entries": happened.of(here.member, journals), "pager": pager}
    context["gifts"] = presents.got(here.member)
    return render(request, "portal/points.html", context)


@require_safe
@members
def card(request: HttpRequest, here: Here) -> HttpResponse:
    context = {"here": here, "at": "card", "wallets": passes.offered(here), **showing.card(here.member)}
    return render(request, "portal/card.html", context)


@require_safe
@anybody
def style(request: HttpRequest, here: Here) -> HttpResponse:
    return HttpResponse(colours.style_sheet(here.portal.palette), content_type="text/css; charset=utf-8")


@require_safe
@anybody
def manifest(request: HttpRequest, here: Here) -> HttpResponse:
    """By which a phone puts the portal on its home screen, under the shop's name."""
    told = {
        "name": here.shop.name,
        "short_name": here.shop.name,
        "id": PATH,
        "start_url": reverse("portal_card"),
        "scope": PATH,
        "display": "standalone",
        "lang": here.language,
        "theme_color": here.portal.colour_card,
        "background_color": here.portal.colour_card,
        "icons": [*_pictures(), {"src": reverse("portal_icon"), "sizes": "any", "type": "image/svg+xml"}],
    }
    return HttpResponse(json.dumps(told), content_type="application/manifest+json")


def _pictures() -> list[dict[str, str]]:
    """The letter leaves room around, so that a phone may cut a circle out."""
    return [
        {
            "src": reverse("portal_icon_png", args=[size]),
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": "any maskable",
        }
        for size in icons.SIZES
    ]


@require_safe
@anybody
def icon_png(request: HttpRequest, here: Here, size: int) -> HttpResponse:
    if size not in icons.SIZES:
        raise Http404
    picture = icons.png(icons.letter(here.shop.name), here.portal.colour_card, size)
    return HttpResponse(picture, content_type="image/png")


@require_safe
@anybody
def icon(request: HttpRequest, here: Here) -> HttpResponse:
    context = {"colour": here.portal.colour_card, "letter": (here.shop.name.strip() or "T")[0].upper()}
    return render(request, "portal/icon.svg", context, content_type="image/svg+xml")


@require_safe
@anybody
def worker(request: HttpRequest, here: Here) -> HttpResponse:
    return HttpResponse(offline.worker(), content_type="text/javascript; charset=utf-8")
