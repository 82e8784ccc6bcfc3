"""The pages of announced prices: look a product up, upload, withdraw what was never asked for."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from treue.act.loyalty.wording import number
from treue.act.offers import errors, price_files, prices, pricing, showing
from treue.act.offers.forms import PricesForm
from treue.act.offers.models import Price
from treue.act.offers.price_files import Fault, Lines, Unreadable
from treue.act.vouchers.sentences import money
from treue.core import paging
from treue.core.shop.models import Shop
from treue.core.shop.setup import ensure_shop
from treue.core.staff.permissions import requires
from treue.core.staff.roles import Permission
from treue.design import spreadsheet
from treue.design.tables import Pager, address
from treue.understand.metrics.scope.basis import active_language

MOST_FOUND, SOURCE = 50, "file"


@require_GET
@requires(Permission.SEE_OFFERS)
def product_prices(request: HttpRequest) -> HttpResponse:
    shop = ensure_shop()
    product, text = _asked(request, "product"), _asked(request, "q")
    may_edit = request.user.may(Permission.EDIT_OFFERS)
    context = {
        "q": text,
        "product": product,
        "has_prices": Price.objects.filter(shop=shop).exists(),
        "may_edit": may_edit,
    }
    context |= _history(request, shop, product, may_edit=may_edit) if product else _found(request, shop, text)
    return render(request, "offers/prices.html", context)


def _found(request: HttpRequest, shop: Shop, text: str) -> dict[str, object]:
    """A page of products by code: what comes after ?before=, or before ?after=, as in other lists."""
    later, earlier = _asked(request, "before") or None, _asked(request, "after") or None
    is_backwards = earlier is not None
    about = {"beyond": earlier if is_backwards else later, "backwards": is_backwards}
    found = prices.found(shop, text, most=MOST_FOUND + 1, **about)
    them, goes_on = found[:MOST_FOUND], len(found) > MOST_FOUND
    came = bool(them) and about["beyond"] is not None and _is_beyond(shop, text, them[0], backwards=not is_backwards)
    if is_backwards:
        them, came, goes_on = them[::-1], goes_on, came
    now = timezone.now()
    book = pricing.book(shop, [code for code, _name in them], among=[], at=now)
    return {
        "found": showing.products(them, book, now) if them else None,
        "pager": Pager(
            "",
            previous_url=address(request.GET, after=them[0][0]) if came else "",
            next_url=address(request.GET, before=them[-1][0]) if goes_on else "",
        ),
    }


def _is_beyond(shop: Shop, text: str, product: tuple[str, str], *, backwards: bool) -> bool:
    return bool(prices.found(shop, text, most=1, beyond=product[0], backwards=backwards))


def _asked(request: HttpRequest, name: str) -> str:
    """What PostgreSQL can be asked for, and no longer than a code or a name."""
    return request.GET.get(name, "").replace("\0", "").strip()[:250]


def _history(request: HttpRequest, shop: Shop, product: str, *, may_edit: bool) -> dict[str, object]:
    them, pager = paging.in_order(request, prices.of(shop, product), "-valid_from", "-pk")
    withdraw_at = {each.pk: reverse("price", args=[each.pk]) for each in them if may_edit and not each.withdrawn_at}
    return {
        "name": prices.names(shop, [product]).get(product, product),
        "table": showing.history(them, shop.tz, withdraw_at) if them else None,
        "pager": pager,
        "lowest": _lowest(shop, product),
    }


def _lowest(shop: Shop, product: str) -> str:
    """What would stand beside a reduction that began now."""
    now = timezone.now()
    found = pricing.book(shop, [product], among=[], at=now).lowest(product, now)
    return money(found.price, shop.currency) if found else ""


@require_GET
@requires(Permission.SEE_OFFERS)
def prices_csv(request: HttpRequest) -> StreamingHttpResponse:
    """All that was announced of a product."""
    shop = ensure_shop()
    rows = prices.of(shop, _asked(request, "product"))
    head = ("product", "price", "currency", "from", "audience", "source", "recorded_at", "withdrawn_at")
    lines = (
        (
            *(
                each.product,
                each.amount,
                each.currency,
                each.valid_from.astimezone(shop.tz),
                each.audience,
                each.source,
            ),
            *(each.recorded_at.astimezone(shop.tz), each.withdrawn_at and each.withdrawn_at.astimezone(shop.tz)),
        )
        for each in rows
    )
    content = spreadsheet.pieces(head, lines, language=active_language())
    return spreadsheet.download(request, "prices.csv", content)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_OFFERS)
def upload_prices(request: HttpRequest) -> HttpResponse:
    shop = ensure_shop()
    is_sent = request.method == "POST"
    form = PricesForm(request.POST, request.FILES) if is_sent else PricesForm()
    if is_sent and form.is_valid():
        faults = _upload(request, shop, form.cleaned_data["file"])
        if not faults:
            return redirect("prices")
        for each in faults:
            form.add_error("file", each)
    context = {"form": form, "currency": shop.currency}
    return render(request, "offers/upload.html", context, status=422 if form.errors else 200)


def _upload(request: HttpRequest, shop: Shop, content: bytes) -> list[str]:
    """Returns why nothing was saved; [] where all was."""
    try:
        lines = price_files.read(content, shop=shop, language=active_language())
    except Unreadable as error:
        more = error.count - len(error.faults)
        said = [_fault(each) for each in error.faults]
        return [*said, *([_("%(count)s more lines cannot be read.") % {"count": number(more)}] if more else [])]
    try:
        done = prices.announce(shop=shop, prices=lines.prices, source=SOURCE, now=timezone.now(), by=request.user)
    except (errors.PriceKnownOtherwise, errors.ImpossiblePrice) as error:
        return [_conflict(lines, error)]
    words = ngettext("%(count)s price is new.", "%(count)s prices are new.", done.new) % {"count": number(done.new)}
    messages.success(request, f"{words} {_('%(count)s were known.') % {'count': number(done.known)}}")
    return []


def _conflict(lines: Lines, error: errors.PriceKnownOtherwise | errors.ImpossiblePrice) -> str:
    line = number(lines.numbers[error.place])
    words = _("Line %(line)s: another price was announced from the same moment on. Withdraw that one first.")
    return words % {"line": line}


def _fault(fault: Fault) -> str:
    words = {
        "too large": _("The file is too large: 4 MB at most."),
        "too many rows": _("The file has too many lines: 50,000 at most."),
        "not text": _("This is no text file. Save it as CSV."),
        "empty": _("There is no price in the file."),
        "two columns": _("Two columns have the same meaning. Leave one of them out."),
        "head": _("The first line must name the columns product, price and from."),
        "quotes": _("Line %(line)s: quotation marks do not match."),
        "product": _("Line %(line)s: the item code is missing, or longer than 80 characters."),
        "amount": _("Line %(line)s: the price is no amount above 0, with the currency's decimals."),
        "valid_from": _("Line %(line)s: the day is none, such as 2026-11-28 or 28.11.2026 14:30."),
        "currency": _("Line %(line)s: prices are in the shop's currency."),
        "audience": _("Line %(line)s: the audience is everybody or members."),
    }
    return words[fault.what] % {"line": number(fault.line)}


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_OFFERS)
def price(request: HttpRequest, price_id: int) -> HttpResponse:
    """Asks whether it was never asked for, and withdraws it."""
    shop = ensure_shop()
    found = get_object_or_404(Price, shop=shop, pk=price_id)
    back = f"{reverse('prices')}?{urlencode({'product': found.product})}"
    if request.method == "POST":
        try:
            prices.withdraw(price=found, now=timezone.now(), by=request.user)
            messages.success(request, _("The price is withdrawn."))
        except errors.WithdrawnAlready:
            messages.info(request, _("It was withdrawn before."))
        return redirect(back)
    table = showing.history([found], shop.tz, {})
    return render(request, "offers/price.html", {"price": found, "table": table, "back": back})
