"""The pages of rewards: the catalogue, one of it, and what was redeemed."""

import secrets

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from treue.act.loyalty import reading
from treue.act.loyalty.models import Programme
from treue.act.rewards import catalogue, errors, redeeming, sentences, showing
from treue.act.rewards.forms import CancelForm, FindForm, RewardForm, values_of
from treue.act.rewards.models import Claim, Reward
from treue.core import paging, spoken
from treue.core.shop.setup import ensure_shop
from treue.core.staff.permissions import requires
from treue.core.staff.roles import Permission


@require_GET
@requires(Permission.SEE_REWARDS)
def rewards(request: HttpRequest) -> HttpResponse:
    shop, now = ensure_shop(), timezone.now()
    them, pager = paging.newest_first(request, catalogue.of(shop))
    context = {
        "programme": reading.programme_of(shop),
        "table": showing.listed(them, catalogue.figures(them, now=now), now) if them else None,
        "pager": pager,
        "may_edit": request.user.may(Permission.EDIT_REWARDS),
        "may_manage": request.user.may(Permission.MANAGE_PROGRAMME),
        "find": FindForm(),
    }
    return render(request, "rewards/rewards.html", context)


@require_POST
@requires(Permission.SEE_REWARDS)
def find_claim(request: HttpRequest) -> HttpResponse:
    """By the number that the portal tells a member to say at the counter."""
    form = FindForm(request.POST)
    number = form.cleaned_data["number"] if form.is_valid() else None
    if Claim.objects.filter(pk=number, programme__shop=ensure_shop()).exists():
        return redirect("reward_claim", number)
    messages.error(request, _("No reward was redeemed under this number."))
    return redirect("rewards")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_REWARDS)
def new_reward(request: HttpRequest) -> HttpResponse:
    programme = reading.programme_of(ensure_shop())
    return redirect("rewards") if programme is None else _edit(request, programme, None)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_REWARDS)
def edit_reward(request: HttpRequest, reward_id: int) -> HttpResponse:
    found = _found(reward_id)
    return _edit(request, found.programme, found)


def _edit(request: HttpRequest, programme: Programme, found: Reward | None) -> HttpResponse:
    """The form says in sentences what was filled in; saved is what was said."""
    tiers = sentences.tiers_of(programme)
    initial = values_of(found) if found else {}
    form = RewardForm(request.POST or None, initial=initial, programme=programme, tiers=tiers)
    answer = spoken.answered(
        request,
        form,
        say=lambda: _said(form, programme, tiers),
        impossible=errors.ImpossibleReward,
        save=lambda: _saved(request, form, programme, found),
    )
    if answer.saved is not None:
        messages.success(request, _("“%(name)s” is saved.") % {"name": answer.saved.name})
        return redirect("reward", reward_id=answer.saved.pk)
    return render(request, "rewards/edit.html", {"form": form, "reward": found, **answer.context})


def _said(form: RewardForm, programme: Programme, tiers: sentences.Tiers) -> str:
    """Raises ImpossibleReward."""
    terms = form.terms()
    catalogue.require_possible(programme, terms)
    return sentences.of(terms, form.zone, tiers)


def _saved(request: HttpRequest, form: RewardForm, programme: Programme, found: Reward | None) -> Reward | None:
    """None where it cannot be, which the form says."""
    try:
        if found is not None:
            return catalogue.change(reward=found, terms=form.terms(), by=request.user)
        return catalogue.add(programme=programme, terms=form.terms(), by=request.user, now=timezone.now())
    except errors.NameTaken:
        form.add_error("name", _("There is a reward of this name."))
    except errors.GivenAlready as error:
        form.refuse_stock(error.given)
    return None


@require_GET
@requires(Permission.SEE_REWARDS)
def reward(request: HttpRequest, reward_id: int) -> HttpResponse:
    found, now = _found(reward_id), timezone.now()
    zone = found.programme.shop.tz
    rows = Claim.objects.filter(reward=found).select_related("reward", "member__customer")
    claims, pager = paging.newest_first(request, rows)
    with_members = request.user.may(Permission.SEE_CUSTOMERS)
    context = {
        "reward": found,
        "sentence": sentences.of(found, zone, sentences.tiers_of(found.programme)),
        "state": showing.state(found, now),
        "facts": showing.facts(found, catalogue.figures([found], now=now)[found.pk]),
        "claims": showing.claims(claims, zone, by_reward=False, with_members=with_members) if claims else None,
        "pager": pager,
        "may_edit": request.user.may(Permission.EDIT_REWARDS),
    }
    return render(request, "rewards/reward.html", context)


@require_GET
@requires(Permission.SEE_REWARDS)
def claim(request: HttpRequest, claim_id: int) -> HttpResponse:
    found = _claim(claim_id)
    may_give = request.user.may(Permission.GIVE_REWARDS)
    is_open = found.state == Claim.State.REDEEMED
    context = {
        "claim": found,
        "state": showing.claim_state(found),
        "facts": showing.claim_facts(found, found.programme.shop.tz, with_code=may_give),
        "may_see": request.user.may(Permission.SEE_CUSTOMERS),
        "may_hand_over": may_give and is_open and found.reward.is_fetched,
        "may_cancel": may_give and is_open,
        "form": CancelForm(initial={"key": secrets.token_urlsafe(16)}),
    }
    return render(request, "rewards/claim.html", context)


@require_POST
@requires(Permission.GIVE_REWARDS)
def hand_over(request: HttpRequest, claim_id: int) -> HttpResponse:
    try:
        redeeming.hand_over(claim=_claim(claim_id), now=timezone.now(), by=request.user)
        messages.success(request, _("It is handed over."))
    except errors.CancelledAlready:
        messages.info(request, _("It was cancelled before."))
    except errors.NothingToHandOver:
        messages.info(request, _("There is nothing to hand over."))
    return redirect("reward_claim", claim_id)


@require_POST
@requires(Permission.GIVE_REWARDS)
def cancel(request: HttpRequest, claim_id: int) -> HttpResponse:
    found, form = _claim(claim_id), CancelForm(request.POST)
    key = f"by hand {form.cleaned_data['key'] if form.is_valid() else secrets.token_urlsafe(16)}"
    try:
        redeeming.cancel(claim=found, key=key, now=timezone.now(), by=request.user)
        messages.success(request, sentences.cancelled(found))
    except errors.CancelledAlready:
        messages.info(request, _("It was cancelled before."))
    except (errors.HandedOverAlready, errors.CodeUsed) as error:
        messages.error(request, sentences.stays(found, error))
    except errors.KeyReused:
        messages.error(request, _("This form was sent before for something else."))
    return redirect("reward_claim", claim_id)


def _found(reward_id: int) -> Reward:
    return get_object_or_404(catalogue.of(ensure_shop()), pk=reward_id)


def _claim(claim_id: int) -> Claim:
    rows = Claim.objects.select_related("programme__shop", "reward", "member__customer", "code")
    return get_object_or_404(rows, pk=claim_id, programme__shop=ensure_shop())
