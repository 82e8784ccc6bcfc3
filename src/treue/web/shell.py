"""What every page of the console carries: navigation, the shop, how fresh the data are, running work."""

from dataclasses import dataclass, field

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from treue.core.shop.models import Shop
from treue.core.staff.roles import Permission
from treue.understand.metrics.models import Snapshot


@dataclass(frozen=True)
class Item:
    label: str
    url: str
    current: bool = False
    count: int = 0


@dataclass(frozen=True)
class Station:
    label: str
    items: list[Item] = field(default_factory=list)

    @property
    def current(self) -> bool:
        return any(item.current for item in self.items)


def shell(request: HttpRequest) -> dict[str, object]:
    """Template context: `nav_today`, `nav` (four stations), `nav_foot`, `shop`, `snapshot`."""
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return {}
    shop = Shop.objects.first()
    return {
        "shop": shop,
        "snapshot": Snapshot.objects.filter(shop=shop, is_current=True).first() if shop else None,
        "nav_today": _item(request, _("Today"), "cockpit", Permission.SEE_FIGURES),
        "nav": stations(request),
        "nav_foot": _granted(
            request,
            (_("Jobs"), "jobs", Permission.SEE_JOBS),
            (_("Settings"), "settings", Permission.EDIT_SHOP),
            (_("Staff"), "staff", Permission.MANAGE_STAFF),
            (_("Audit log"), "audit", Permission.SEE_AUDIT),
            (_("Mail"), "mail", Permission.SEE_MAIL),
        ),
    }


def stations(request: HttpRequest) -> list[Station]:
    return [
        Station(_("Listen"), _granted(request, (_("Import"), "imports", Permission.IMPORT))),
        Station(_("Understand"), _granted(request, (_("Customers"), "customers", Permission.SEE_CUSTOMERS))),
        Station(_("Act")),
        Station(_("Prove")),
    ]


def _granted(request: HttpRequest, *entries: tuple[str, str, Permission]) -> list[Item]:
    items = (_item(request, *entry) for entry in entries)
    return [item for item in items if item is not None]


def _item(request: HttpRequest, label: str, name: str, permission: Permission) -> Item | None:
    if not request.user.may(permission):
        return None
    url = reverse(name)
    here = request.path == url if url == "/" else request.path.startswith(url)
    return Item(label=label, url=url, current=here)
