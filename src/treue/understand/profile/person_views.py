"""One customer's page, and one order of theirs."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_GET

from treue.core.commerce.models import Order
from treue.core.customers.models import Customer
from treue.core.shop.models import Shop
from treue.core.shop.setup import ensure_shop
from treue.core.staff.permissions import requires
from treue.core.staff.roles import Permission
from treue.design import formats
from treue.design.figures import Link
from treue.design.tables import Pager
from treue.understand.metrics.counts import reading
from treue.understand.metrics.scope.basis import active_language
from treue.understand.metrics.scope.whose import label
from treue.understand.profile import order_tables, orders, person, portrait
from treue.understand.profile.filtering import last_day
from treue.understand.profile.heading import find, gone, heading, local
from treue.understand.recommendations import panel as wishes
from treue.understand.segments import portrayal
from treue.understand.value import outlook


@require_GET
@requires(Permission.SEE_CUSTOMERS)
def customer(request: HttpRequest, number: int) -> HttpResponse:
    shop = ensure_shop()
    found = find(shop, number)
    if found is None:
        return gone(request, number)
    today = timezone.localdate(timezone=shop.tz)
    known = person.read(found, shop, last_day(shop, reading.current(shop)))
    page = orders.page(found, before=_number(request, "before"), after=_number(request, "after"))
    context = {
        **heading(found, request.user, section="customer", first=known.first),
        "sentence": portrait.sentence(known, today),
        "figures": portrait.figures(known, shop.currency, today),
        "outlook": outlook.of(found, with_money=request.user.may(Permission.SEE_FIGURES)),
        "wishes": wishes.of(found),
        "standing": portrayal.of(found),
        "chart": portrait.chart(known, shop.currency),
        "facts": _facts(found, known, shop),
        "orders": order_tables.listed(page.orders, shop, known.as_of) if page.orders else None,
        "orders_count": ngettext("%(count)s order in all", "%(count)s orders in all", known.orders)
        % {"count": formats.number(known.orders, active_language())},
        "pager": _pager(page),
    }
    return render(request, "profile/customer.html", context)


@require_GET
@requires(Permission.SEE_CUSTOMERS)
def order(request: HttpRequest, number: int, order_id: int) -> HttpResponse:
    shop = ensure_shop()
    owner = find(shop, number)
    if owner is None:
        return gone(request, number)
    found = get_object_or_404(Order.objects.select_related("channel", "batch"), customer=owner, pk=order_id)
    lines = orders.lines(found, after=_number(request, "after") or 0)
    returned = orders.refunds(found)
    context = {
        "order": found,
        "title": _("Order %(number)s") % {"number": found.number},
        "crumbs": [
            Link(pgettext("the room", "Customers"), reverse("customers")),
            Link(str(owner), reverse("customer", args=[owner.pk])),
        ],
        "counts": orders.is_purchase(found),
        "facts": order_tables.facts(found, shop),
        "lines": order_tables.lines(found, lines, shop),
        "pager": Pager("", next_url=f"?after={lines.more_after}" if lines.more_after else "", previous_url=""),
        "has_more": lines.more_after is not None,
        "refunds": order_tables.refunds(returned, shop) if returned else None,
    }
    return render(request, "profile/order.html", context)


def _number(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _facts(customer: Customer, known: person.Person, shop: Shop) -> list[tuple[str, str]]:
    """What is known of a person beside their figures; what is not known is left out."""
    language = active_language()
    buying = getattr(customer, "buying", None)
    signed_up = local(customer.signed_up_at, shop)
    facts = [
        (_("Phone"), customer.phone),
        (_("City"), customer.city),
        (_("Country"), formats.country(customer.country, language)),
        (_("Birthday"), formats.day(customer.birthday, language) if customer.birthday else ""),
        (_("Signed up"), formats.day(signed_up, language) if signed_up else ""),
        (_("First channel"), label("channel", buying.channel, language) if buying else ""),
        (_("First country"), label("country", buying.country, language) if buying else ""),
        (_("First category"), label("category", buying.category, language) if buying else ""),
        (_("Taken back"), formats.money(known.refunded, language, shop.currency) if known.refunded else ""),
        (
            _("Refunds without an order"),
            formats.number(known.unmatched_refunds, language) if known.unmatched_refunds else "",
        ),
    ]
    return [(name, value) for name, value in facts if value]


def _pager(page: orders.OrderPage) -> Pager | None:
    if page.newer is None and page.older is None:
        return None
    return Pager(
        "",
        previous_url=f"?before={page.newer}#orders" if page.newer else "",
        next_url=f"?after={page.older}#orders" if page.older else "",
    )
