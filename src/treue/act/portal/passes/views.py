"""The member's card for the wallet of their phone. Whose card it is follows from the session alone."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from treue.act.portal.access import Here, members
from treue.act.portal.passes import apple, content, google, signing_keys


@require_safe
@members
def apple_pass(request: HttpRequest, here: Here) -> HttpResponse:
    keys = signing_keys.apple(here.now)
    if keys is None:
        raise Http404
    file = apple.written(content.of(here.member, here.portal, here.now), keys)
    name = _("member-card.pkpass")
    kept = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(file, content_type=apple.CONTENT_TYPE, headers=kept)


@require_safe
@members
def google_pass(request: HttpRequest, here: Here) -> HttpResponse:
    """Away to Google, which shows the card and asks whether to keep it."""
    keys = signing_keys.google()
    if keys is None:
        raise Http404
    found = content.of(here.member, here.portal, here.now)
    return HttpResponseRedirect(google.link(found, keys, shop_id=here.portal.shop_id, now=here.now))


def offered(here: Here) -> dict[str, bool]:
    """Which wallets the card can go to; none for who left."""
    takes_part = here.member.left_at is None
    return {
        "apple": takes_part and signing_keys.apple(here.now) is not None,
        "google": takes_part and signing_keys.google() is not None,
    }
