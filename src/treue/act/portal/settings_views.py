"""Settings: the members' portal."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from treue.act.loyalty import reading
from treue.act.portal import setting_up
from treue.act.portal.forms import PortalForm
from treue.core.jobs import outbox
from treue.core.shop.setup import ensure_shop
from treue.core.shop.tabs import tabs
from treue.core.staff.letters import absolute
from treue.core.staff.permissions import requires
from treue.core.staff.roles import Permission


@requires(Permission.MANAGE_PROGRAMME)
@require_http_methods(["GET", "HEAD", "POST"])
def portal(request: HttpRequest) -> HttpResponse:
    shop = ensure_shop()
    found = setting_up.of(shop)
    form = PortalForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        setting_up.save(portal=form.instance, by=request.user)
        messages.success(request, _("The portal is saved."))
        return redirect("settings_portal")
    context = {
        "form": form,
        "link": absolute(reverse("portal_home")),
        "is_open": setting_up.of(shop).is_on,
        "has_programme": reading.programme_of(shop) is not None,
        "mail_leaves": outbox.leaves(),
    }
    return render(request, "portal/settings.html", context | tabs("settings_portal"))
