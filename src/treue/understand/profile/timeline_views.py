"""A customer's timeline: a page, and the older part of it as a fragment."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from treue.core.shop.setup import ensure_shop
from treue.core.staff.permissions import requires
from treue.core.staff.roles import Permission
from treue.design.figures import Link
from treue.design.tables import address
from treue.understand.profile import happenings, happenings_wording, heading, timeline
from treue.understand.profile.happenings_wording import Kind


@require_GET
@requires(Permission.SEE_CUSTOMERS)
def customer_timeline(request: HttpRequest, number: int) -> HttpResponse:
    shop = ensure_shop()
    found = heading.find(shop, number)
    if found is None:
        return heading.gone(request, number)
    kind = request.GET.get("kind", "")
    behind = timeline.Place.parse(request.GET.get("before", ""))
    page = timeline.read(found, only=happenings_wording.only(kind), behind=behind)
    is_fragment = bool(request.htmx) and behind is not None
    context = {
        "days": happenings.days(page.events, found, behind=behind if is_fragment else None),
        "older_url": address(request.GET, before=str(page.older)) if page.older else "",
        "moved": "" if page.older else happenings_wording.moved(shop),
        "latest_url": address(request.GET, before="") if behind else "",
    }
    if is_fragment:
        answer = render(request, "profile/_happenings.html", context)
    else:
        context |= {**heading.heading(found, request.user, section="customer_timeline"), **_kinds(request, kind)}
        answer = render(request, "profile/timeline.html", context)
    patch_vary_headers(answer, ["HX-Request"])
    return answer


def _kinds(request: HttpRequest, kind: str) -> dict[str, object]:
    """What the timeline can be narrowed down to, and what an empty one says."""
    names = {
        "": (_("Everything"), ""),
        Kind.PURCHASES: (_("Purchases"), _("No purchases among the events.")),
        Kind.BEHAVIOUR: (_("Behaviour"), _("Nothing is known of what this customer did in the shop.")),
        Kind.CONTACT: (_("Messages and consent"), _("No message and no consent among the events.")),
    }
    chosen = kind if kind in names else ""
    addresses = {each: address(request.GET, kind=each, before="") for each in names}
    return {
        "kinds": [Link(label, addresses[each]) for each, (label, _empty) in names.items()],
        "kind_url": addresses[chosen],
        "empty": names[chosen][1],
    }
