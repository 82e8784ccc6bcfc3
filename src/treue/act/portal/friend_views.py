"""The link that a member passes on to friends, and what came of it."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from treue.act.loyalty import wording
from treue.act.portal.access import Here, members
from treue.act.referrals import advocates, reading
from treue.act.referrals.reading import Standing
from treue.design import qr


@require_http_methods(["GET", "HEAD", "POST"])
@members
def friends(request: HttpRequest, here: Here) -> HttpResponse:
    """Whoever wants a link gets it by the button: nobody is made an advocate by looking."""
    scheme = advocates.scheme_of(here.member.programme)
    if scheme is None or not scheme.is_open or here.member.left_at is not None:
        raise Http404
    if request.method == "POST":
        advocates.ensure(member=here.member, at=here.now)
        return redirect("portal_friends")
    found = reading.of_member(here.member, base=settings.PUBLIC_URL)
    context = {
        "promises": _promises(scheme.advocate_points, scheme.friend_points, has_welcome=scheme.welcome_id is not None),
        "standing": found,
        "drawing": qr.draw(found.link) if found else None,
        "came": _came(found) if found else [],
    }
    return render(request, "portal/friends.html", {"here": here, "at": "home", **context})


def _promises(own: int, theirs: int, *, has_welcome: bool) -> list[str]:
    said = []
    if own:
        said.append(_("%(points)s for you once your friend keeps an order.") % {"points": wording.points(own)})
    if theirs:
        said.append(_("%(points)s for your friend, too.") % {"points": wording.points(theirs)})
    if has_welcome:
        said.append(_("A voucher welcomes your friend."))
    return said


def _came(standing: Standing) -> list[str]:
    """What came of it so far, in sentences."""
    if not standing.friends:
        return [_("Nobody came by it yet.")]
    count = wording.number(standing.friends)
    came = ngettext("%(count)s friend came by it.", "%(count)s friends came by it.", standing.friends)
    said = [came % {"count": count}]
    if standing.waiting:
        waits = ngettext(
            "%(count)s of them ordered; the points come when the time to return is over.",
            "%(count)s of them ordered; the points come when the time to return is over.",
            standing.waiting,
        )
        said.append(waits % {"count": wording.number(standing.waiting)})
    if standing.points:
        said.append(_("You got %(points)s for them.") % {"points": wording.points(standing.points)})
    return said
