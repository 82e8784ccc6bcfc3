"""Who is at the door: each page of the portal says whom it lets in. Staff's sign-in counts for nothing here."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import wraps

from csp.constants import SELF
from csp.decorators import csp_update
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache

from treue.act.loyalty import reading
from treue.act.loyalty.models import Member
from treue.act.portal import addressing, sessions
from treue.act.portal.models import Portal
from treue.act.portal.sessions import SignedIn
from treue.core.shop.models import Shop
from treue.understand.metrics.scope.basis import active_language

PATH = "/m/"
SESSION_COOKIE = settings.SESSION_COOKIE_NAME.replace("session", "member")
REQUEST_COOKIE = settings.SESSION_COOKIE_NAME.replace("session", "member_code")
ADDRESS_COOKIE = settings.SESSION_COOKIE_NAME.replace("session", "member_address")
BROWSER_COOKIE = settings.SESSION_COOKIE_NAME.replace("session", "member_browser")


@dataclass(frozen=True)
class Here:
    """What a page of the portal knows of who asks for it."""

    portal: Portal
    now: datetime
    language: str
    machine: str
    signed_in: SignedIn | None = None
    member: Member | None = None

    @property
    def shop(self) -> Shop:
        return self.portal.shop


View = Callable[..., HttpResponse]


def anybody(view: View) -> View:
    """A page that opens without a sign-in. There is nothing at all while the portal is off."""

    @wraps(view)
    def opened(request: HttpRequest, **kwargs: object) -> HttpResponse:
        here = _here(request)
        with addressing.spoken(here.portal, here.language):
            request.LANGUAGE_CODE = here.language
            return view(request, here, **kwargs)

    return login_not_required(never_cache(csp_update({"manifest-src": [SELF]})(opened)))


def signed_in(view: View) -> View:
    """A page for who confirmed an address, member or not."""

    @wraps(view)
    def opened(request: HttpRequest, here: Here, **kwargs: object) -> HttpResponse:
        if here.signed_in is None:
            return forgotten(redirect("portal_sign_in"), SESSION_COOKIE)
        return view(request, here, **kwargs)

    return anybody(opened)


def members(view: View) -> View:
    """A page for members, and those who were: others are asked whether they want to join."""

    @wraps(view)
    def opened(request: HttpRequest, here: Here, **kwargs: object) -> HttpResponse:
        customer = here.signed_in.customer
        member = reading.member_of(customer) if customer else None
        if member is None:
            return redirect("portal_join")
        return view(request, replace(here, member=member), **kwargs)

    return signed_in(opened)


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, an empty form included."""
    return request.POST if request.method == "POST" else None


def remember(response: HttpResponse, name: str, token: str, *, seconds: int) -> HttpResponse:
    """Give the browser a cookie that no script reads and that is sent to the portal alone."""
    response.set_cookie(
        name, token, max_age=seconds, path=PATH, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
    )
    return response


def forgotten(response: HttpResponse, *names: str) -> HttpResponse:
    for name in names:
        response.delete_cookie(name, path=PATH, samesite="Lax")
    return response


def _here(request: HttpRequest) -> Here:
    open_ones = Portal.objects.select_related("shop").filter(shop__is_leaving=False, is_on=True)
    portal = open_ones.filter(shop__programme__isnull=False).order_by("pk").first()
    if portal is None:
        raise Http404
    now = timezone.now()
    token = request.COOKIES.get(SESSION_COOKIE, "")
    return Here(
        portal=portal,
        now=now,
        language=active_language(),
        machine=request.META.get("REMOTE_ADDR", ""),
        signed_in=sessions.of(token, shop_id=portal.shop_id, now=now),
    )
