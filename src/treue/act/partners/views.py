"""The pages of partners: which there are, one of them, what is agreed, and its keys."""

from datetime import date
from operator import attrgetter

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from treue.act.loyalty import reading
from treue.act.loyalty.models import Programme
from treue.act.partners import disputes, errors, figures, merchants, settling, showing
from treue.act.partners.forms import AgreementForm, PartnerForm, PartnerKeyForm
from treue.act.partners.legs import month_of
from treue.act.partners.models import Agreement, Leg, Partner
from treue.core import paging
from treue.core.shop.models import Shop
from treue.core.shop.setup import ensure_shop
from treue.core.staff import keys
from treue.core.staff.errors import KeyNameTaken
from treue.core.staff.models import ApiKey
from treue.core.staff.permissions import requires
from treue.core.staff.roles import Permission, Scope
from treue.design import formats
from treue.design.tables import Table
from treue.understand.metrics.scope.basis import active_language

LATEST = 10
_MOMENT = attrgetter("happened_at", "pk")  # a till that was cut off tells late


@require_GET
@requires(Permission.SEE_PARTNERS)
def partners(request: HttpRequest) -> HttpResponse:
    shop = ensure_shop()
    them, pager = paging.in_order(request, merchants.of(shop), "name", "pk")
    context = {
        "programme": reading.programme_of(shop),
        "table": _listed(them, shop) if them else None,
        "pager": pager,
        "may_edit": request.user.may(Permission.EDIT_PARTNERS),
        "may_manage": request.user.may(Permission.MANAGE_PROGRAMME),
    }
    return render(request, "partners/partners.html", context)


def _listed(them: list[Partner], shop: Shop) -> Table:
    running, month, previous = _months(shop.tz)
    open_ = figures.open_amounts(them, running)
    return showing.listed(them, figures.months(them, previous), month, previous, open_)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_PARTNERS)
def new_partner(request: HttpRequest) -> HttpResponse:
    programme = reading.programme_of(ensure_shop())
    return redirect("partners") if programme is None else _edit(request, programme, None)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_PARTNERS)
def edit_partner(request: HttpRequest, partner_id: int) -> HttpResponse:
    found = found_or_404(partner_id)
    return _edit(request, found.programme, found)


def _edit(request: HttpRequest, programme: Programme, found: Partner | None) -> HttpResponse:
    initial = {name: getattr(found, name) for name in ("name", "code", "email", "state")} if found else {}
    form = PartnerForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            if found is None:
                about = {"profile": form.profile(), "by": request.user, "now": timezone.now()}
                saved = merchants.add(programme=programme, **about)
            else:
                saved = merchants.change(partner=found, profile=form.profile(), by=request.user)
            messages.success(request, _("“%(name)s” is saved.") % {"name": saved.name})
            return redirect("partner", saved.pk)
        except errors.NameTaken as error:
            form.refuse(error.field)
    return render(request, "partners/edit.html", {"form": form, "partner": found})


@require_GET
@requires(Permission.SEE_PARTNERS)
def partner(request: HttpRequest, partner_id: int) -> HttpResponse:
    found = found_or_404(partner_id)
    shop = found.programme.shop
    running, month, previous = _months(shop.tz)
    agreed = list(Agreement.objects.filter(partner=found).order_by("-valid_from", "-pk"))
    statements, pager = paging.newest_first(request, settling.of(shop).filter(partner=found))
    legs = sorted(Leg.objects.filter(partner=found).order_by("-pk")[:LATEST], key=_MOMENT, reverse=True)
    them = list(disputes.of(found)[:LATEST])
    known = list(ApiKey.objects.filter(shop=shop, partner=found.pk).order_by("-pk"))
    context = {
        "partner": found,
        "state": showing.state(found),
        "figures": showing.figures(
            figures.months([found], previous)[found.pk],
            month,
            previous,
            figures.open_amounts([found], running)[found.pk],
            figures.last_closed(found),
            shop.currency,
        ),
        "agreements": showing.agreements(agreed, merchants.found_on(found, _today(shop.tz))) if agreed else None,
        "statements": showing.statements(statements, settling.amounts(statements)) if statements else None,
        "pager": pager,
        "legs": showing.legs(legs, shop.tz) if legs else None,
        "disputes": showing.disputes(them) if them else None,
        "keys": showing.keys(known, shop.tz) if known else None,
        "may_edit": request.user.may(Permission.EDIT_PARTNERS),
        "may_key": request.user.may(Permission.MANAGE_KEYS),
    }
    return render(request, "partners/partner.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_PARTNERS)
def new_agreement(request: HttpRequest, partner_id: int) -> HttpResponse:
    found, now = found_or_404(partner_id), timezone.now()
    earliest = merchants.earliest_day(found, now)
    last = Agreement.objects.filter(partner=found).order_by("valid_from", "pk").last()
    fields = ("issue_price", "redemption_price", "monthly_fee", "fee_rate")
    initial = {name: getattr(last, name).normalize() for name in fields} if last else {}
    about = {"earliest": earliest, "currency": found.programme.shop.currency, "initial": initial}
    form = AgreementForm(request.POST or None, **about)
    if request.method == "POST" and form.is_valid():
        try:
            made = merchants.agree(partner=found, terms=form.terms(), by=request.user, now=now)
            day = {"day": formats.day_long(made.valid_from, active_language())}
            messages.success(request, _("The agreement holds from %(day)s on.") % day)
            return redirect("partner", found.pk)
        except errors.AgreementBeginsTooEarly as error:
            day = {"day": formats.day_long(error.earliest, active_language())}
            form.add_error("valid_from", _("It can begin on %(day)s at the earliest: what is past stays.") % day)
    return render(request, "partners/agreement.html", {"form": form, "partner": found})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_KEYS)
def new_key(request: HttpRequest, partner_id: int) -> HttpResponse:
    """The new key's token is on the answer to the form and nowhere else."""
    found = found_or_404(partner_id)
    form, made = PartnerKeyForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        about = {"scopes": [Scope.READ, Scope.WRITE], "by": request.user, "partner": found.pk}
        try:
            key, token = keys.add(shop=found.programme.shop, name=form.cleaned_data["name"], **about)
            form, made = PartnerKeyForm(), {"name": key.name, "token": token}
        except KeyNameTaken:
            form.add_error("name", _("There is a key of this name. Revoke it first, or choose another name."))
    return render(request, "partners/key.html", {"form": form, "made": made, "partner": found})


def found_or_404(partner_id: int) -> Partner:
    return get_object_or_404(merchants.of(ensure_shop()), pk=partner_id)


def _today(zone: object) -> date:
    return timezone.localdate(timezone=zone)


def _months(zone: object) -> tuple[date, date, date]:
    """The running one, and the last two that are over."""
    running = month_of(timezone.now(), zone)
    return running, figures.before(running), figures.before(figures.before(running))
