"""Tiers that colleagues give a member by hand, and end."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from treue.act.loyalty import granting, reading, tier_showing, tiering
from treue.act.loyalty.errors import GrantHasEnded, GrantTooLong, KeyReused, NotInForce, UnknownTier
from treue.act.loyalty.member_views import page
from treue.act.loyalty.tier_forms import GrantForm
from treue.core.customers.models import Customer
from treue.core.shop.setup import ensure_shop
from treue.core.staff.permissions import requires
from treue.core.staff.roles import Permission


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ADJUST_POINTS)
def grant(request: HttpRequest, number: int) -> HttpResponse:
    """Whoever opens the address anew, as after an error in the form, comes to the page it stands on."""
    customer = get_object_or_404(Customer, shop=ensure_shop(), pk=number)
    found = reading.member_of(customer)
    if request.method != "POST" or found is None:
        return redirect("customer_loyalty", number)
    now = timezone.now()
    form = GrantForm(request.POST, names=tier_showing.names(tiering.rules_on(found.programme, now)))
    if not form.is_valid():
        return page(request, customer, giving=form)
    try:
        granting.grant(member=found, at=now, by=request.user, **form.cleaned_data)
    except GrantTooLong:
        form.add_error("last_day", _("Enter a day from today on, within two years"))
        return page(request, customer, giving=form)
    except (UnknownTier, NotInForce, KeyReused):
        messages.error(request, _("That has changed meanwhile, so nothing was done. Look at the page, and try again."))
    else:
        messages.success(request, _("The tier is given."))
    return redirect("customer_loyalty", number)


@require_POST
@requires(Permission.ADJUST_POINTS)
def end(request: HttpRequest, number: int, grant_id: int) -> HttpResponse:
    customer = get_object_or_404(Customer, shop=ensure_shop(), pk=number)
    member = reading.member_of(customer)
    found = get_object_or_404(granting.of(member), pk=grant_id) if member else None
    if found is not None:
        try:
            granting.end(grant=found, at=timezone.now(), by=request.user)
            messages.success(request, _("It has ended. The tier is what was earned."))
        except GrantHasEnded:
            messages.info(request, _("It had ended before."))
    return redirect("customer_loyalty", number)
