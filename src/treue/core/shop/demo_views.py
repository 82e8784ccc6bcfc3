"""Take the demo shop away: one button, which asks first."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from treue.core.jobs import work
from treue.core.shop.models import Shop
from treue.core.staff import audit
from treue.core.staff.permissions import requires
from treue.core.staff.roles import Permission


@requires(Permission.EDIT_SHOP)
@require_http_methods(["GET", "HEAD", "POST"])
def remove_demo(request: HttpRequest) -> HttpResponse:
    """Ask, and queue the removal; a second press finds nothing to do."""
    if request.method != "POST":
        demo = Shop.objects.filter(is_demo=True, is_leaving=False).first()
        return render(request, "shop/demo_removal.html", {"leaving": demo}) if demo else redirect("cockpit")
    with transaction.atomic():
        for shop in Shop.objects.select_for_update().filter(is_demo=True):
            shop.is_leaving = True
            shop.save(update_fields=["is_leaving"])
            audit.record("demo.removed", who=request.user, subject=f"shop {shop.pk}")
            work.start("shop.remove", by=request.user, shop_id=shop.pk)
    messages.success(request, _("The demo shop is being removed. Bring in your own orders as soon as you like."))
    return redirect("cockpit")
