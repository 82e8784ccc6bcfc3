"""Settings: what winning new customers cost, by channel and month."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from treue.core import paging
from treue.core.commerce.models import Channel
from treue.core.shop import changes
from treue.core.shop.forms import CostForm
from treue.core.shop.models import AcquisitionCost, Shop
from treue.core.shop.setup import ensure_shop
from treue.core.shop.tabs import tabs
from treue.core.staff.permissions import requires
from treue.core.staff.roles import Permission
from treue.design import formats
from treue.design.tables import Cell, Column, Pager, Table


@requires(Permission.EDIT_SHOP)
def costs(request: HttpRequest) -> HttpResponse:
    here = ensure_shop()
    form = CostForm(request.POST or None, instance=AcquisitionCost(shop=here))
    if request.method == "POST" and form.is_valid():
        changes.enter_cost(cost=form.instance, by=request.user)
        messages.success(request, _("The costs are saved. The figures show them from now on."))
        return redirect("settings_costs")
    table, pager = _table(request, here)
    context = {"form": form, "table": table, "pager": pager, "channels": _channels(here)}
    return render(request, "shop/costs.html", context | tabs("settings_costs"))


@requires(Permission.EDIT_SHOP)
def cost(request: HttpRequest, cost_id: int) -> HttpResponse:
    here = ensure_shop()
    entered = get_object_or_404(AcquisitionCost, pk=cost_id, shop=here)
    form = CostForm(request.POST or None, instance=entered)
    if request.method == "POST" and form.is_valid():
        changes.enter_cost(cost=form.instance, by=request.user)
        messages.success(request, _("The costs are saved. The figures show them from now on."))
        return redirect("settings_costs")
    context = {"form": form, "cost_id": cost_id, "channels": _channels(here)}
    return render(request, "shop/cost.html", context | tabs("settings_costs"))


@requires(Permission.EDIT_SHOP)
@require_POST
def remove(request: HttpRequest, cost_id: int) -> HttpResponse:
    entered = get_object_or_404(AcquisitionCost, pk=cost_id, shop=ensure_shop())
    changes.remove_cost(cost=entered, by=request.user)
    messages.success(request, _("The costs are removed."))
    return redirect("settings_costs")


def _table(request: HttpRequest, shop: Shop) -> tuple[Table | None, Pager]:
    """The costs, the newest month first."""
    language = get_language() or "en"
    page, pager = paging.in_order(request, AcquisitionCost.objects.filter(shop=shop), "-month", "channel")
    columns = [Column(_("Month")), Column(_("Channel")), Column(_("Amount"), numeric=True, corner=True)]
    rows = [
        [
            Cell(formats.period(cost.month, language), url=reverse("settings_cost", args=[cost.pk])),
            cost.channel or _("All channels"),
            formats.money(cost.amount, language, shop.currency),
        ]
        for cost in page
    ]
    if not rows:
        return None, pager
    return Table(_("Acquisition costs"), columns, rows, caption=_("Newest month first."), stack=True), pager


def _channels(shop: Shop) -> list[str]:
    return list(Channel.objects.filter(shop=shop).exclude(name="").order_by("name").values_list("name", flat=True))
