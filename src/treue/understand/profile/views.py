"""The shop's customers: search, filter, order, page, save as CSV."""

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from treue.core.customers.models import Customer
from treue.core.shop.models import Shop
from treue.core.shop.setup import ensure_shop
from treue.core.staff import audit
from treue.core.staff.permissions import requires
from treue.core.staff.roles import Permission
from treue.design import formats, spreadsheet
from treue.design.tables import Cell, Column, Pager, Table, address
from treue.understand.metrics.counts import reading
from treue.understand.metrics.scope.basis import active_language
from treue.understand.profile import filtering, listfile
from treue.understand.profile.filtering import Asked
from treue.understand.profile.listing import PAGE, Listing, Page, Position
from treue.understand.profile.sorting import Sort

MOST_PAGES = 1_000_000


@require_GET
@requires(Permission.SEE_CUSTOMERS)
def customers(request: HttpRequest) -> HttpResponse:
    shop = ensure_shop()
    asked = Asked.of(request.GET)
    if asked.addressed != request.GET.get("revenue_from", ""):
        return redirect(reverse("customers") + address(request.GET, revenue_from=asked.addressed))
    snapshot = reading.current(shop)
    found = reading.choices(snapshot) if snapshot else reading.Choices()
    sort = Sort.of(request.GET.get("sort", ""))
    search = asked.search(filtering.last_day(shop, snapshot))
    page = Listing(shop, search, sort, filtering.known(found)).page(_position(request))
    may_export = request.user.may(Permission.EXPORT_CUSTOMERS)
    context = {
        "asked": asked,
        "offer": filtering.offer(found, asked, window_days=shop.window_days, language=active_language()),
        "currency": formats.unit_of(shop.currency, active_language()),
        "filtered": search.active,
        "table": _table(request, shop, page, sort) if page.ids else None,
        "pager": _pager(request, page),
        "csv_url": reverse("customers_csv") + address(request.GET) if may_export else "",
        "may_import": request.user.may(Permission.IMPORT),
        "may_see_erasures": request.user.may(Permission.ERASE_PERSON),
    }
    return render(request, "profile/customers.html", context)


@require_GET
@requires(Permission.EXPORT_CUSTOMERS)
def customers_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Everybody whom the list would show, in its order. Who took persons out of the house is in the audit log."""
    shop = ensure_shop()
    snapshot = reading.current(shop)
    found = reading.choices(snapshot) if snapshot else reading.Choices()
    search = Asked.of(request.GET).search(filtering.last_day(shop, snapshot))
    listing = Listing(shop, search, Sort.of(request.GET.get("sort", "")), filtering.known(found))
    audit.record("customers.exported", who=request.user, subject=f"shop {shop.pk}", filtered=search.active)
    content = spreadsheet.pieces(listfile.HEAD, listfile.rows(shop, listing), language=active_language())
    return spreadsheet.download(request, f"treue-customers-{timezone.localdate(timezone=shop.tz)}.csv", content)


def _position(request: HttpRequest) -> Position:
    def number(name: str) -> int | None:
        text = request.GET.get(name, "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None

    return Position(after=number("after"), before=number("before"), page=min(max(number("page") or 1, 1), MOST_PAGES))


def _table(request: HttpRequest, shop: Shop, page: Page, sort: Sort) -> Table:
    found = Customer.objects.select_related("buying").defer("words", "name_key", "buying__words").in_bulk(page.ids)
    columns = [
        Column(_("Customer"), sort="name", full=True),
        Column(_("Last order"), sort="last", numeric=True),
        Column(_("First order"), sort="first", numeric=True),
        Column(_("Orders"), sort="orders", numeric=True),
        Column(_("Revenue"), sort="revenue", numeric=True),
    ]
    rows = [_row(found[number], shop) for number in page.ids if number in found]
    return Table(pgettext("the room", "Customers"), columns, rows, stack=True, sort=str(sort), query=request.GET)


def _row(customer: Customer, shop: Shop) -> list[str | Cell]:
    language = active_language()
    url = reverse("customer", args=[customer.pk])
    person = Cell(str(customer), url=url, sub=customer.email or customer.number, avatar=str(customer))
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
    language = active_language()
    facts = {
        "first": formats.number(page.first, language),
        "last": formats.number(page.first + len(page.ids) - 1, language),
        "count": formats.number(page.most_counted if page.count is None else page.count, language),
    }
    exactly, roughly = _("%(first)s to %(last)s of %(count)s"), _("%(first)s to %(last)s of more than %(count)s")
    counted = roughly if page.count is None else exactly
    number = (page.first - 1) // PAGE + 1
    return Pager(
        counted % facts,
        previous_url=_turned(request, before=page.ids[0], page=number - 1) if page.has_previous else "",
        next_url=_turned(request, after=page.ids[-1], page=number + 1) if page.has_next else "",
    )


def _turned(request: HttpRequest, **place: int) -> str:
    return address(request.GET, **{name: str(value) for name, value in place.items()})
