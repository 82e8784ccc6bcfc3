"""A customer's gifts, and a surprise from a colleague."""

import secrets

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from treue.act.gifts import errors, figures, giving, sentences, showing
from treue.act.gifts.forms import GiveForm
from treue.act.loyalty import reading
from treue.core import paging
from treue.core.customers.models import Customer
from treue.core.shop.setup import ensure_shop
from treue.core.staff.permissions import requires
from treue.core.staff.roles import Permission
from treue.design import formats
from treue.understand.metrics.scope.basis import active_language
from treue.understand.profile.heading import find, gone, heading


@require_GET
@requires(Permission.SEE_CUSTOMERS)
def member_gifts(request: HttpRequest, number: int) -> HttpResponse:
    customer = find(ensure_shop(), number)
    if customer is None:
        return gone(request, number)
    found = reading.member_of(customer)
    context = {**heading(customer, request.user, section="customer_gifts"), "member": found, "born": _born(customer)}
    if found is not None:
        them, pager = paging.newest_first(request, figures.of_member(found))
        form = GiveForm(initial={"key": secrets.token_urlsafe(16)}, programme=found.programme)
        can_give = request.user.may(Permission.GIVE_GIFTS) and found.left_at is None
        context |= {
            "gifts": showing.of_member(them, figures.used(them)) if them else None,
            "pager": pager,
            "form": form if can_give and form.fields["plan"].queryset.exists() else None,
        }
    return render(request, "gifts/member.html", context)


@require_POST
@requires(Permission.GIVE_GIFTS)
def give(request: HttpRequest, number: int) -> HttpResponse:
    customer = get_object_or_404(Customer, shop=ensure_shop(), pk=number)
    found = reading.member_of(customer)
    form = GiveForm(request.POST, programme=found.programme) if found else None
    if form is None or not form.is_valid():
        return redirect("customer_gifts", number)
    about = {"plan": form.cleaned_data["plan"], "member": found, "now": timezone.now(), "by": request.user}
    try:
        giving.give_surprise(key=f"by hand {form.cleaned_data['key']}", **about)
        messages.success(request, _("It is given."))
    except errors.KeyReused:
        messages.error(request, _("This form was sent before for something else."))
    except errors.Refusal as error:
        messages.error(request, sentences.refusal(error))
    return redirect("customer_gifts", number)


def _born(customer: Customer) -> str:
    return formats.day(customer.birthday, active_language()) if customer.birthday else ""
