"""A customer's points: what they have, what waits, what happened, and what colleagues change by hand."""

import secrets

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from treue.act.loyalty import (
    corrections,
    families,
    granting,
    member_showing,
    membership,
    reading,
    tier_showing,
    tiering,
)
from treue.act.loyalty.errors import InsufficientPoints, KeyReused, NotInForce
from treue.act.loyalty.forms import AdjustForm
from treue.act.loyalty.models import Correction
from treue.act.loyalty.tier_forms import GrantForm
from treue.act.loyalty.wording import points
from treue.core.customers.models import Customer
from treue.core.shop.setup import ensure_shop
from treue.core.staff.permissions import requires
from treue.core.staff.roles import Permission
from treue.understand.profile.heading import find, gone, heading


@require_GET
@requires(Permission.SEE_CUSTOMERS)
def member(request: HttpRequest, number: int) -> HttpResponse:
    found = find(ensure_shop(), number)
    return page(request, found) if found else gone(request, number)


@require_POST
@requires(Permission.EDIT_CUSTOMERS)
def join(request: HttpRequest, number: int) -> HttpResponse:
    shop = ensure_shop()
    customer = get_object_or_404(Customer, shop=shop, pk=number)
    programme = reading.programme_of(shop)
    if programme is None:
        messages.info(request, _("There is no loyalty programme yet."))
        return redirect("customer_loyalty", number)
    membership.join(programme=programme, customer=customer, at=timezone.now(), by=request.user)
    messages.success(request, _("Welcome: from now on orders earn points."))
    return redirect("customer_loyalty", number)


@require_POST
@requires(Permission.EDIT_CUSTOMERS)
def leave(request: HttpRequest, number: int) -> HttpResponse:
    customer = get_object_or_404(Customer, shop=ensure_shop(), pk=number)
    found = reading.member_of(customer)
    try:
        if found is not None:
            membership.leave(member=found, at=timezone.now(), by=request.user)
            messages.success(request, _("The membership has ended. What is there can still be redeemed."))
    except NotInForce:
        messages.info(request, _("The membership had ended before."))
    return redirect("customer_loyalty", number)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ADJUST_POINTS)
def adjust(request: HttpRequest, number: int) -> HttpResponse:
    """Whoever opens the address anew, as after an error in the form, comes to the page it stands on."""
    customer = get_object_or_404(Customer, shop=ensure_shop(), pk=number)
    found = reading.member_of(customer)
    if request.method != "POST" or found is None:
        return redirect("customer_loyalty", number)
    form = AdjustForm(request.POST)
    if not form.is_valid():
        return page(request, customer, adjusting=form)
    try:
        made = corrections.correct(member=found, by=request.user, at=timezone.now(), **form.cleaned_data)
    except InsufficientPoints as error:
        form.add_error("points", _("There are only %(points)s.") % {"points": points(max(0, error.balance))})
        return page(request, customer, adjusting=form)
    except KeyReused:
        messages.error(request, _("This form was sent before with something else in it. Look at the history."))
        return redirect("customer_loyalty", number)
    if made.state == Correction.State.WAITING:
        messages.info(request, _("That is more than one may correct alone. It waits for a second colleague."))
    else:
        messages.success(request, _("The points are corrected."))
    return redirect("customer_loyalty", number)


def page(
    request: HttpRequest, customer: Customer, *, adjusting: AdjustForm | None = None, giving: GrantForm | None = None
) -> HttpResponse:
    """adjusting, giving: a form that was sent and has errors."""
    family = families.of(customer)
    found = family[-1] if family else None
    context = {
        **heading(customer, request.user, section="customer_loyalty"),
        "programme": found.programme if found else reading.programme_of(customer.shop),
        "member": found,
        "may_manage": request.user.may(Permission.MANAGE_PROGRAMME),
        "may_edit": request.user.may(Permission.EDIT_CUSTOMERS),
        "may_adjust": request.user.may(Permission.ADJUST_POINTS),
    }
    if found is not None:
        now, given = timezone.now(), granting.in_family(family)
        rank = tiering.rank_in(family, given, now)
        context |= member_showing.page(request, found, rank, now)
        context |= tier_showing.panel(found, rank.version, given, now)
        context["limit"] = member_showing.correction_limit(found.programme)
        key = {"key": secrets.token_urlsafe(16)}
        context["adjusting"] = adjusting or AdjustForm(initial=key)
        context["giving"] = giving or GrantForm(names=tier_showing.names(rank.version), initial=key)
    return render(request, "loyalty/member.html", context)
