"""The public address of a link: it leads on to the shop."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from treue.act.referrals import advocates, knocking, visiting
from treue.core.shop.setup import ensure_shop

AHEAD = ("Sec-Purpose", "Purpose", "X-Moz")


@login_not_required
@require_safe
def follow_link(request: HttpRequest, code: str) -> HttpResponse:
    """Who opens too many at once comes to the shop as well, but without a code; so nobody finds out which there are."""
    scheme, now = advocates.scheme_of_shop(ensure_shop()), timezone.now()
    if scheme is None:
        raise Http404
    address = scheme.landing
    if knocking.may_pass(request.META.get("REMOTE_ADDR", ""), now=now):
        is_counted = request.method == "GET" and not _looks_ahead(request)
        address = visiting.open_link(scheme, code, is_counted=is_counted, now=now)
    answer = HttpResponseRedirect(address)
    answer["Cache-Control"] = "no-store"
    answer["X-Robots-Tag"] = "noindex"
    return answer


def _looks_ahead(request: HttpRequest) -> bool:
    """A browser that fetches a page before anybody asked for it."""
    said = " ".join(request.headers.get(name, "") for name in AHEAD).lower()
    return "prefetch" in said or "preview" in said
