"""What every page of the console carries: navigation, the shop, how fresh the data are."""

from collections.abc import Sequence

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from treue.core.shop.models import Shop
from treue.core.staff.models import User
from treue.core.staff.roles import Permission
from treue.design.navigation import Item, Navigation, Person, loop
from treue.understand.metrics.models import Snapshot
from treue.understand.metrics.scope import coverage

Entry = tuple[str, str, Permission]


def shell(request: HttpRequest) -> dict[str, object]:
    """Template context: `nav`, `shop`, `snapshot`, `freshness` (a sentence), `demo` (the banner of a demo shop)."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    ours = Shop.objects.order_by("pk")
    snapshots = Snapshot.objects.select_related("shop").filter(is_current=True, shop=ours.values("pk")[:1])
    snapshot = snapshots.first()
    shop = snapshot.shop if snapshot else ours.first()
    return {
        "shop": shop,
        "snapshot": snapshot,
        "nav": navigation(request, user),
        "freshness": freshness(shop, snapshot),
        "demo": demo_banner(shop, user),
    }


def navigation(request: HttpRequest, user: User) -> Navigation:
    def granted(*entries: Entry) -> tuple[Item, ...]:
        shown = [(label, reverse(name)) for label, name, permission in entries if user.may(permission)]
        here = _here(request, [url for _label, url in shown])
        return tuple(Item(label=label, url=url, current=url == here) for label, url in shown)

    today = granted((_("Today"), "cockpit", Permission.SEE_FIGURES))
    return Navigation(
        today=today[0] if today else None,
        stations=loop(
            listen=granted(
                (_("Import"), "imports", Permission.IMPORT), (_("Sources"), "sources", Permission.MANAGE_SOURCES)
            ),
            understand=granted(
                (pgettext("the room", "Customers"), "customers", Permission.SEE_CUSTOMERS),
                (pgettext("the room", "Segments"), "segments", Permission.SEE_FIGURES),
                (pgettext("the room", "Value"), "value", Permission.SEE_FIGURES),
                (_("Recommendations"), "recommendations", Permission.SEE_FIGURES),
            ),
            act=granted(
                (_("Programme"), "programme", Permission.SEE_FIGURES),
                (_("Members"), "programme_members", Permission.SEE_CUSTOMERS),
                (_("Rewards"), "rewards", Permission.SEE_REWARDS),
                (_("Gifts"), "gifts", Permission.SEE_GIFTS),
                (_("Member offers"), "offers", Permission.SEE_OFFERS),
                (_("Vouchers"), "vouchers", Permission.SEE_VOUCHERS),
                (_("Referrals"), "referrals", Permission.SEE_REFERRALS),
                (pgettext("the room", "Members' content"), "content", Permission.MODERATE_CONTENT),
                (_("Partners"), "partners", Permission.SEE_PARTNERS),
            ),
        ),
        foot=granted(
            (_("Jobs"), "jobs", Permission.SEE_JOBS),
            (_("Log"), "log", Permission.SEE_LOG),
            (_("Webhooks"), "webhooks", Permission.MANAGE_WEBHOOKS),
            (_("Settings"), "settings", Permission.EDIT_SHOP),
            (_("Staff"), "staff", Permission.MANAGE_STAFF),
            (_("Audit log"), "audit", Permission.SEE_AUDIT),
            (_("Mail"), "mail", Permission.SEE_MAIL),
            (_("API keys"), "keys", Permission.MANAGE_KEYS),
        ),
        person=Person(name=str(user), role=user.get_role_display()),
    )


def _here(request: HttpRequest, urls: Sequence[str]) -> str:
    """The entry under which the page is: of several the nearest; "" where it is none of them."""
    above = [url for url in urls if (request.path == url if url == "/" else request.path.startswith(url))]
    return max(above, key=len, default="")


def freshness(shop: Shop | None, snapshot: Snapshot | None) -> str:
    """How fresh the data are, as a sentence; "" while there are no orders."""
    if shop is None or snapshot is None or snapshot.first_order is None:
        return ""
    return coverage.freshness(shop, snapshot)


def demo_banner(shop: Shop | None, user: User) -> dict[str, str] | None:
    if shop is None or not shop.is_demo:
        return None
    may_remove = user.may(Permission.EDIT_SHOP)
    return {
        "text": _("This is a demo shop with invented customers."),
        "url": reverse("demo_remove") if may_remove else "",
        "label": _("Remove the demo shop") if may_remove else "",
    }
