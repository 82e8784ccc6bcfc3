"""The shop's customers: search, order, page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from treue.core.customers.models import Customer
from treue.core.shop.models import Shop
from treue.core.shop.setup import ensure_shop
from treue.core.staff.permissions import requires
from treue.core.staff.roles import Permission
from treue.design import formats
from treue.design.tables import Cell, Column, Pager, Table, address
from treue.understand.profile.listing import PAGE, Listing, Page, Position
from treue.understand.profile.searching import Search
from treue.understand.profile.sorting import Sort

LONGEST_SEARCH = 120


@require_GET
@requires(Permission.SEE_CUSTOMERS)
def customers(request: HttpRequest) -> HttpResponse:
    shop = ensure_shop()
    words = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH]
    sort = Sort.of(request.GET.get("sort", ""))
    page = Listing(shop, Search(words=words), sort, known={}).page(_position(request))
    context = {
        "words": words,
        "table": _table(request, shop, page, sort) if page.ids else None,
        "pager": _pager(request, page),
        "may_import": request.user.may(Permission.IMPORT),
    }
    return render(request, "profile/customers.html", context)


def _position(request: HttpRequest) -> Position:
    def number(name: str) -> int | None:
        text = request.GET.get(name, "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None

    return Position(after=number("after"), before=number("before"), page=max(number("page") or 1, 1))


def _table(request: HttpRequest, shop: Shop, page: Page, sort: Sort) -> Table:
    found = Customer.objects.select_related("buying").in_bulk(page.ids)
    columns = [
        Column(_("Customer"), sort="name", full=True),
        Column(_("Last order"), sort="last", numeric=True),
        Column(_("First order"), sort="first", numeric=True),
        Column(_("Orders"), sort="orders", numeric=True),
        Column(_("Revenue"), sort="revenue", numeric=True),
    ]
    rows = [_row(found[number], shop) for number in page.ids if number in found]
    return Table(_("Customers"), columns, rows, stack=True, sort=str(sort), query=request.GET)


def _row(customer: Customer, shop: Shop) -> list[str | Cell]:
    language = get_language() or "en"
    person = Cell(str(customer), sub=customer.email or customer.number, avatar=str(customer))
    buying = getattr(customer, "buying", None)
    if buying is None:
        return [person, formats.NOTHING, formats.NOTHING, "0", formats.NOTHING]
    return [
        person,
        formats.day(buying.last_order_at.astimezone(shop.tz).date(), language),
        formats.day(buying.first_order_at.astimezone(shop.tz).date(), language),
        formats.number(buying.orders, language),
        formats.money(buying.revenue, language, shop.currency),
    ]


def _pager(request: HttpRequest, page: Page) -> Pager:
    language = get_language() or "en"
    facts = {
        "first": formats.number(page.first, language),
        "last": formats.number(page.first + len(page.ids) - 1, language),
        "count": formats.number(page.count, language) if page.count is not None else "",
    }
    counted = _("%(first)s to %(last)s of %(count)s") if page.count is not None else _("%(first)s to %(last)s")
    number = (page.first - 1) // PAGE + 1
    return Pager(
        counted % facts,
        previous_url=_turned(request, before=page.ids[0], page=number - 1) if page.has_previous else "",
        next_url=_turned(request, after=page.ids[-1], page=number + 1) if page.has_next else "",
    )


def _turned(request: HttpRequest, **place: int) -> str:
    return address(request.GET, **{name: str(value) for name, value in place.items()})
