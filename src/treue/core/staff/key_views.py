"""Keys of the API: which there are, a new one, an end to one."""

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from treue.core.shop import clock
from treue.core.shop.models import Shop
from treue.core.shop.setup import ensure_shop
from treue.core.staff import keys as api_keys
from treue.core.staff.errors import KeyNameTaken
from treue.core.staff.forms import AddKey
from treue.core.staff.models import ApiKey
from treue.core.staff.permissions import requires
from treue.core.staff.roles import Permission, Scope
from treue.design.tables import Cell, Column, Table


@requires(Permission.MANAGE_KEYS)
def keys(request: HttpRequest) -> HttpResponse:
    """The keys, and the form that makes one. A new key's token is on the answer to the form and nowhere else."""
    here = ensure_shop()
    form = AddKey(request.POST or None)
    made = _add(request, form, here) if request.method == "POST" and form.is_valid() else None
    context = {"form": AddKey() if made else form, "made": made, "table": _table(here), "address": settings.PUBLIC_URL}
    return render(request, "staff/keys.html", context)


def _add(request: HttpRequest, form: AddKey, shop: Shop) -> dict[str, str] | None:
    """name and token of the new key."""
    asked = form.cleaned_data
    expires_at = timezone.now() + timedelta(days=asked["days"]) if asked["days"] else None
    try:
        key, token = api_keys.add(
            shop=shop, name=asked["name"], scopes=asked["scopes"], by=request.user, expires_at=expires_at
        )
    except KeyNameTaken:
        form.add_error("name", _("There is a key of this name. Revoke it first, or choose another name."))
        return None
    return {"name": key.name, "token": token}


@requires(Permission.MANAGE_KEYS)
@require_GET
def key(request: HttpRequest, key_id: int) -> HttpResponse:
    found = get_object_or_404(ApiKey.objects.select_related("created_by"), pk=key_id, shop=ensure_shop())
    zone = clock.zone()
    facts = [
        (_("Begins with"), found.prefix),
        (_("What it may do"), _scopes(found)),
        (_("Made by"), _maker(found)),
        (_("Made"), clock.printed(found.created_at, zone)),
        (_("Last used"), clock.printed(found.last_used_at, zone)),
        (_("Valid until"), clock.printed(found.expires_at, zone) if found.expires_at else _("Until it is revoked")),
    ]
    if found.revoked_at:
        facts.append((_("Revoked"), clock.printed(found.revoked_at, zone)))
    return render(request, "staff/key.html", {"key": found, "facts": facts, "state": _state(found)})


@requires(Permission.MANAGE_KEYS)
@require_POST
def revoke(request: HttpRequest, key_id: int) -> HttpResponse:
    found = get_object_or_404(ApiKey, pk=key_id, shop=ensure_shop())
    api_keys.revoke(key=found, by=request.user)
    messages.success(request, _("The key %(name)s is revoked.") % {"name": found.name})
    return redirect("keys")


def _table(shop: Shop) -> Table | None:
    """Those in force first."""
    zone = clock.zone()
    columns = [
        Column(_("Name")),
        Column(_("State"), corner=True),
        Column(_("What it may do")),
        Column(_("Made by")),
        Column(_("Last used")),
    ]
    known = ApiKey.objects.filter(shop=shop).select_related("created_by").order_by("name", "-pk")
    rows = [
        [
            Cell(each.name, url=reverse("key", args=[each.pk]), sub=f"{each.prefix}…"),
            _state(each),
            _scopes(each),
            _maker(each),
            clock.printed(each.last_used_at, zone),
        ]
        for each in sorted(known, key=lambda each: not each.is_in_force)
    ]
    return Table(_("API keys"), columns, rows, stack=True) if rows else None


def _state(key: ApiKey) -> Cell:
    if key.is_in_force:
        return Cell(_("In force"), badge="good")
    return Cell(_("Revoked") if key.revoked_at else _("Expired"), badge="plain")


def _scopes(key: ApiKey) -> str:
    return ", ".join(str(Scope(scope).label) for scope in key.scopes)


def _maker(key: ApiKey) -> str:
    return str(key.created_by) if key.created_by else _("Command line")
