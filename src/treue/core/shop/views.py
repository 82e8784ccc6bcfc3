"""Settings: the shop, exchange rates, non-products."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from treue.core.shop import changes, fields
from treue.core.shop.forms import NonProductsForm, RateForm, ShopForm
from treue.core.shop.models import ExchangeRate
from treue.core.shop.setup import ensure_shop
from treue.core.shop.tabs import tabs
from treue.core.staff.permissions import requires
from treue.core.staff.roles import Permission
from treue.design import formats


@requires(Permission.EDIT_SHOP)
def shop(request: HttpRequest) -> HttpResponse:
    form = ShopForm(request.POST or None, instance=ensure_shop())
    if request.method == "POST" and form.is_valid():
        refreshed = changes.change(shop=form.instance, values=form.cleaned_data, by=request.user)
        messages.success(request, _saved(refreshed=refreshed))
        return redirect("settings")
    context = {"form": form, "zones": fields.zones(), "currencies": fields.currencies(), **tabs("settings")}
    return render(request, "shop/shop.html", context)


@requires(Permission.EDIT_SHOP)
def rates(request: HttpRequest) -> HttpResponse:
    here = ensure_shop()
    form = RateForm(request.POST or None, instance=ExchangeRate(shop=here))
    if request.method == "POST" and form.is_valid():
        changes.set_rate(rate=form.instance, by=request.user)
        messages.success(request, _("The rate is saved. It holds for files that are imported from now on."))
        return redirect("settings_rates")
    entered = [
        (rate, formats.number(rate.rate, get_language() or "en", _decimals(rate)))
        for rate in here.rates.order_by("currency")
    ]
    context = {"form": form, "own": here.currency, "rates": entered, "currencies": fields.currencies()}
    return render(request, "shop/rates.html", context | tabs("settings_rates"))


@requires(Permission.EDIT_SHOP)
@require_POST
def remove_rate(request: HttpRequest, rate_id: int) -> HttpResponse:
    rate = get_object_or_404(ExchangeRate, pk=rate_id, shop=ensure_shop())
    changes.remove_rate(rate=rate, by=request.user)
    messages.success(request, _("The rate of %(currency)s is removed.") % {"currency": rate.currency})
    return redirect("settings_rates")


@requires(Permission.EDIT_SHOP)
def non_products(request: HttpRequest) -> HttpResponse:
    here = ensure_shop()
    codes = "\n".join(here.non_products.order_by("code").values_list("code", flat=True))
    form = NonProductsForm(request.POST or None, initial={"codes": codes})
    if request.method == "POST" and form.is_valid():
        changes.set_non_products(shop=here, codes=form.cleaned_data["codes"], by=request.user)
        messages.success(request, _("The list is saved. It holds for files that are imported from now on."))
        return redirect("settings_non_products")
    return render(request, "shop/non_products.html", {"form": form, **tabs("settings_non_products")})


def _saved(*, refreshed: bool) -> str:
    if refreshed:
        return _("The settings are saved. The figures are being computed anew; this takes a moment.")
    return _("The settings are saved.")


def _decimals(rate: ExchangeRate) -> int:
    """As many as the rate has, two at least."""
    return max(2, -rate.rate.normalize().as_tuple().exponent)
