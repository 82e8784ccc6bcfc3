"""The pages of member offers: the list, the form, one of them."""

from collections.abc import Sequence
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from treue.act.loyalty import reading
from treue.act.loyalty.models import Programme
from treue.act.loyalty.wording import number
from treue.act.offers import errors, figures, planning, prices, pricing, sentences, showing
from treue.act.offers.forms import OfferForm, values_of
from treue.act.offers.having import products_of
from treue.act.offers.models import Offer, RedeemedLine, Redemption
from treue.act.offers.pricing import Quote
from treue.core import paging, spoken
from treue.core.shop.setup import ensure_shop
from treue.core.staff.permissions import requires
from treue.core.staff.roles import Permission
from treue.design.tables import Table


@require_GET
@requires(Permission.SEE_OFFERS)
def offers(request: HttpRequest) -> HttpResponse:
    shop, now = ensure_shop(), timezone.now()
    them, pager = paging.newest_first(request, planning.of(shop))
    context = {
        "programme": reading.programme_of(shop),
        "table": showing.listed(them, figures.of(them), shop.tz, now) if them else None,
        "pager": pager,
        "may_edit": request.user.may(Permission.EDIT_OFFERS),
        "may_manage": request.user.may(Permission.MANAGE_PROGRAMME),
    }
    return render(request, "offers/offers.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_OFFERS)
def new_offer(request: HttpRequest) -> HttpResponse:
    programme = reading.programme_of(ensure_shop())
    return redirect("offers") if programme is None else _edit(request, programme, None)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_OFFERS)
def edit_offer(request: HttpRequest, offer_id: int) -> HttpResponse:
    found = _found(offer_id)
    if not found.is_draft:
        messages.info(request, _("What is published is not changed any more. You can stop it."))
        return redirect("offer", offer_id)
    return _edit(request, found.programme, found)


def _edit(request: HttpRequest, programme: Programme, found: Offer | None) -> HttpResponse:
    """The form says in sentences what was filled in; saved is what was said."""
    tiers = sentences.tiers_of(programme)
    form = OfferForm(request.POST or None, initial=values_of(found) if found else {}, programme=programme, tiers=tiers)
    answer = spoken.answered(
        request,
        form,
        say=lambda: _said(form, programme, tiers),
        impossible=errors.ImpossibleOffer,
        save=lambda: _saved(request, form, programme, found),
    )
    if answer.saved is not None:
        messages.success(request, _("“%(name)s” is saved as a draft.") % {"name": answer.saved.name})
        return redirect("offer", offer_id=answer.saved.pk)
    return render(request, "offers/edit.html", {"form": form, "offer": found, **answer.context})


def _said(form: OfferForm, programme: Programme, tiers: sentences.Tiers) -> str:
    """Raises ImpossibleOffer."""
    terms = form.terms()
    planning.require_possible(programme.shop, terms)
    return sentences.of(terms, form.zone, tiers)


def _saved(request: HttpRequest, form: OfferForm, programme: Programme, found: Offer | None) -> Offer | None:
    """None where it cannot be, which the form says."""
    try:
        if found is not None:
            return planning.change(offer=found, terms=form.terms(), by=request.user)
        return planning.add(programme=programme, terms=form.terms(), by=request.user, now=timezone.now())
    except errors.NameTaken:
        form.add_error("name", _("There is an offer of this name."))
    except errors.NotADraft:
        form.add_error(None, _("It was published meanwhile, and is not changed any more."))
    return None


@require_GET
@requires(Permission.SEE_OFFERS)
def offer(request: HttpRequest, offer_id: int) -> HttpResponse:
    found, now = _found(offer_id), timezone.now()
    zone = found.programme.shop.tz
    may_edit = request.user.may(Permission.EDIT_OFFERS)
    context = {
        "offer": found,
        "sentence": sentences.of(found, zone, sentences.tiers_of(found.programme)),
        "state": showing.state(found, now),
        "whom": showing.whom(found, figures.may(found), figures.may_early(found)),
        "may_edit": may_edit and found.is_draft,
        "may_publish": may_edit and found.is_draft and found.ends_at > now,
        "may_stop": may_edit and found.state == Offer.State.PUBLISHED and not found.is_over(now),
    }
    context |= _draft(found, now) if found.is_draft else _published(request, found, now)
    return render(request, "offers/offer.html", context)


def _draft(found: Offer, now: datetime) -> dict[str, object]:
    """What publishing would come to."""
    try:
        looked_at = planning.preview(found, now=now)
    except errors.NoProducts:
        return {"notes": [("bad", _("Nothing that you sell is in it: no product, or none with an announced price."))]}
    except errors.TooManyProducts as error:
        facts = {"count": number(error.count), "most": number(error.most)}
        return {"notes": [("bad", _("It is for %(count)s products; at most %(most)s can be in one offer.") % facts)]}
    return {"notes": showing.notes(looked_at), "products": _products(found, looked_at.quotes)}


def _published(request: HttpRequest, found: Offer, now: datetime) -> dict[str, object]:
    shop = found.programme.shop
    shown, count = products_of(found, showing.MOST_SHOWN)
    at = min(max(found.begins_at, now), found.ends_at)
    book = pricing.book(shop, shown, among=[found], at=at)
    having_it = RedeemedLine.objects.filter(offer=found).values("redemption")
    rows = Redemption.objects.filter(pk__in=having_it).select_related("member__customer")
    them, pager = paging.newest_first(request, rows)
    compared = figures.compared(found, now=now)
    with_members = request.user.may(Permission.SEE_CUSTOMERS)
    return {
        "facts": showing.facts(found, figures.of([found])[found.pk]),
        "comparison": showing.comparison(compared, found.currency) if compared else None,
        "products": _products(found, [book.quote(found, each, at) for each in shown], count),
        "redemptions": showing.redemptions(them, shop.tz, with_members=with_members) if them else None,
        "pager": pager,
    }


def _products(found: Offer, quotes: Sequence[Quote], count: int | None = None) -> Table:
    shop = found.programme.shop
    names = prices.names(shop, [each.product for each in quotes[: showing.MOST_SHOWN]])
    return showing.quotes(quotes, names, found.currency, shop.tz, count)


@require_POST
@requires(Permission.EDIT_OFFERS)
def publish_offer(request: HttpRequest, offer_id: int) -> HttpResponse:
    try:
        done = planning.publish(offer=_found(offer_id), by=request.user, now=timezone.now())
        messages.success(request, _("“%(name)s” is published.") % {"name": done.name})
    except errors.NoPriorPrice as error:
        facts = {"products": ", ".join(error.products[:5]), "count": number(error.count)}
        messages.error(
            request, _("Not published: prices are missing for %(count)s products, such as %(products)s.") % facts
        )
    except errors.NotRunning:
        messages.error(request, _("Not published: it would be over already."))
    except (errors.NoProducts, errors.TooManyProducts):
        messages.error(request, _("Not published: look at its products."))
    return redirect("offer", offer_id)


@require_POST
@requires(Permission.EDIT_OFFERS)
def stop_offer(request: HttpRequest, offer_id: int) -> HttpResponse:
    try:
        planning.stop(offer=_found(offer_id), by=request.user, now=timezone.now())
        messages.success(request, _("It is stopped. What was redeemed stays."))
    except errors.NotRunning:
        messages.info(request, _("It was not running any more."))
    return redirect("offer", offer_id)


@require_POST
@requires(Permission.EDIT_OFFERS)
def discard_offer(request: HttpRequest, offer_id: int) -> HttpResponse:
    try:
        planning.discard(offer=_found(offer_id), by=request.user)
        messages.success(request, _("The draft is discarded."))
    except errors.NotADraft:
        messages.error(request, _("It was published meanwhile, and is not changed any more."))
        return redirect("offer", offer_id)
    return redirect("offers")


def _found(offer_id: int) -> Offer:
    return get_object_or_404(planning.of(ensure_shop()), pk=offer_id)
