"""What stands above every page of one customer: who they are, the sections, what can be done."""

from datetime import date, datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django_htmx.http import HttpResponseClientRedirect

from treue.core.customers import erasure
from treue.core.customers.models import Customer
from treue.core.shop.models import Shop
from treue.core.shop.setup import ensure_shop
from treue.core.staff.models import User
from treue.core.staff.roles import Permission
from treue.design import formats
from treue.design.figures import Link
from treue.understand.metrics.scope.basis import active_language

SECTIONS: dict[str, Promise | str] = {
    "customer": gettext_lazy("Overview"),
    "customer_timeline": gettext_lazy("Timeline"),
    "customer_consent": gettext_lazy("Consent and preferences"),
    "customer_identities": gettext_lazy("Identities"),
}


def also(section: str, label: Promise | str) -> None:
    """Let a room above have a section of its own; section: the name of its address, which takes a customer's id."""
    SECTIONS[section] = label


def find(shop: Shop, number: int) -> Customer | None:
    return Customer.objects.select_related("buying", "shop").filter(shop=shop, pk=number).first()


def gone(request: HttpRequest, number: int) -> HttpResponse:
    """Nobody is there any more. Who was merged into another is found there, on the section that was asked for; who may
    know that somebody was erased is led to the receipt."""
    merged = Customer.everyone.filter(shop=ensure_shop(), pk=number).select_related("merged_into").first()
    if merged is not None and merged.merged_into_id:
        return _led_on(request, merged, merged.merged_into_id)
    receipt = erasure.receipt_of(number)
    if receipt is None or not request.user.may(Permission.ERASE_PERSON):
        raise Http404
    return redirect("erasure", receipt.pk)


def _led_on(request: HttpRequest, merged: Customer, kept_id: int) -> HttpResponse:
    messages.info(request, _("%(absorbed)s was merged into this customer.") % {"absorbed": titled(merged)})
    section = request.resolver_match.url_name
    address = reverse(section if section in SECTIONS else "customer", args=[kept_id])
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


def titled(customer: Customer) -> str:
    """ "Anna Blau (C-1017)"; the number alone where no name is known."""
    return f"{customer.name} ({customer.number})" if customer.name else customer.number


def heading(customer: Customer, user: User, *, section: str, first: date | None = None) -> dict[str, object]:
    """Template context. section: the name of the open one's address. first: the day of the first order, if known."""
    return {
        "customer": customer,
        "name": str(customer),
        "crumbs": [Link(pgettext("the room", "Customers"), reverse("customers"))],
        "identities": identities(customer, first),
        "tabs": [Link(str(label), reverse(name, args=[customer.pk])) for name, label in SECTIONS.items()],
        "tab": reverse(section, args=[customer.pk]),
        "may_export": user.may(Permission.EXPORT_PERSON),
        "may_erase": user.may(Permission.ERASE_PERSON),
    }


def identities(customer: Customer, first: date | None = None) -> str:
    """ "No. 11930 · clara@example.org · customer since 14.03.2023"."""
    parts = [_("No. %(number)s") % {"number": customer.number}]
    if customer.email:
        parts.append(customer.email)
    day = local(customer.signed_up_at, customer.shop) or first or _first_order(customer)
    if day:
        parts.append(_("customer since %(day)s") % {"day": formats.day(day, active_language())})
    return " · ".join(parts)


def local(moment: datetime | None, shop: Shop) -> date | None:
    """The day of a moment in the shop's zone."""
    return moment.astimezone(shop.tz).date() if moment else None


def _first_order(customer: Customer) -> date | None:
    buying = getattr(customer, "buying", None)
    return local(buying.first_order_at, customer.shop) if buying else None
