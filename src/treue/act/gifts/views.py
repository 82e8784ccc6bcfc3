"""The pages of gifts: all plans, one of them with its last gifts, and the form."""

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from treue.act.gifts import errors, expecting, figures, plans, sentences, showing, tasks
from treue.act.gifts.forms import PlanForm, values_of
from treue.act.gifts.models import Draw, Gift, Plan
from treue.act.loyalty import reading
from treue.act.loyalty.days import day_of
from treue.act.loyalty.models import Programme
from treue.core import paging, spoken
from treue.core.shop.models import Shop
from treue.core.shop.setup import ensure_shop
from treue.core.staff.permissions import requires
from treue.core.staff.roles import Permission

MOST_DRAWS, MOST_WAITING = 12, 20


@require_GET
@requires(Permission.SEE_GIFTS)
def gifts(request: HttpRequest) -> HttpResponse:
    shop = ensure_shop()
    today = _today(shop)
    them, pager = paging.newest_first(request, plans.of(shop))
    ahead = {each.pk: expecting.of(each, today) for each in them}
    context = {
        "programme": reading.programme_of(shop),
        "table": showing.listed(them, figures.of(them, today), ahead, today) if them else None,
        "pager": pager,
        "may_edit": request.user.may(Permission.EDIT_GIFTS),
        "may_manage": request.user.may(Permission.MANAGE_PROGRAMME),
    }
    return render(request, "gifts/gifts.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_GIFTS)
def new_plan(request: HttpRequest) -> HttpResponse:
    programme = reading.programme_of(ensure_shop())
    return redirect("gifts") if programme is None else _edit(request, programme, None)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_GIFTS)
def edit_plan(request: HttpRequest, plan_id: int) -> HttpResponse:
    found = _found(plan_id)
    return _edit(request, found.programme, found)


def _edit(request: HttpRequest, programme: Programme, found: Plan | None) -> HttpResponse:
    """The form says in sentences what was filled in, and what it would come to; saved is what was said."""
    tiers = sentences.tiers_of(programme)
    initial = values_of(found) if found else {}
    form = PlanForm(request.POST or None, initial=initial, programme=programme, tiers=tiers)
    answer = spoken.answered(
        request,
        form,
        say=lambda: _said(form, programme, tiers),
        impossible=errors.ImpossiblePlan,
        save=lambda: _saved(request, form, programme, found),
    )
    if answer.saved is not None:
        messages.success(request, _("“%(name)s” is saved.") % {"name": answer.saved.name})
        return redirect("gift_plan", plan_id=answer.saved.pk)
    ahead = expecting.of_terms(programme, form.terms(), _today(programme.shop), found) if answer.said else None
    expected = sentences.expected(ahead, form.currency) if ahead else ""
    return render(request, "gifts/edit.html", {"form": form, "expected": expected, "plan": found, **answer.context})


def _said(form: PlanForm, programme: Programme, tiers: sentences.Tiers) -> str:
    """Raises ImpossiblePlan."""
    terms = form.terms()
    plans.require_possible(programme, terms)
    return sentences.of(terms, tiers)


def _saved(request: HttpRequest, form: PlanForm, programme: Programme, found: Plan | None) -> Plan | None:
    """None where it cannot be, which the form says."""
    try:
        if found is not None:
            return plans.change(plan=found, terms=form.terms(), by=request.user)
        return plans.add(programme=programme, terms=form.terms(), by=request.user, now=timezone.now())
    except errors.NameTaken:
        form.add_error("name", _("There is a plan of this name."))
    except errors.GivenAlready as error:
        form.refuse_limit(error.field)
    return None


@require_GET
@requires(Permission.SEE_GIFTS)
def plan(request: HttpRequest, plan_id: int) -> HttpResponse:
    found = _found(plan_id)
    today, with_members = _today(found.programme.shop), request.user.may(Permission.SEE_CUSTOMERS)
    about = ("plan__campaign", "plan__reward", "plan__programme__shop", "code__campaign", "claim__reward")
    rows = Gift.objects.filter(plan=found).select_related(*about, "member__customer")
    them, pager = paging.newest_first(request, rows.exclude(state=Gift.State.WAITING, tries__gt=0))
    failed = list(rows.filter(state=Gift.State.WAITING, tries__gt=0).order_by("-pk")[:MOST_WAITING])
    context = {
        "plan": found,
        "sentence": sentences.of(found, sentences.tiers_of(found.programme)),
        "expected": sentences.expected(expecting.of(found, today), found.currency),
        "state": showing.state(found, today),
        "facts": showing.facts(found, figures.of([found], today)[found.pk]),
        "gifts": showing.gifts(them, figures.used(them), with_members=with_members) if them else None,
        "failed": showing.waiting(failed, with_members=with_members) if failed else None,
        "draws": _draws(found) if found.is_drawn else None,
        "pager": pager,
        "may_edit": request.user.may(Permission.EDIT_GIFTS),
    }
    return render(request, "gifts/plan.html", context)


def _draws(found: Plan) -> object:
    them = list(Draw.objects.filter(plan=found).order_by("-day")[:MOST_DRAWS])
    chosen: dict[int, list[int]] = {}
    for draw, member in Gift.objects.filter(draw__in=them).values_list("draw", "member"):
        chosen.setdefault(draw, []).append(member)
    return showing.draws(them, chosen) if them else None


@require_POST
@requires(Permission.EDIT_GIFTS)
def stop(request: HttpRequest, plan_id: int) -> HttpResponse:
    if plans.stop(plan=_found(plan_id), by=request.user):
        messages.success(request, _("It is stopped: nobody gets anything of it any more."))
    return redirect("gift_plan", plan_id)


@require_POST
@requires(Permission.EDIT_GIFTS)
def resume(request: HttpRequest, plan_id: int) -> HttpResponse:
    found = _found(plan_id)
    if plans.resume(plan=found, by=request.user):
        tasks.start(found.programme.shop)
        messages.success(request, _("It goes on. Who had a day within the last five days gets the gift now."))
    return redirect("gift_plan", plan_id)


def _today(shop: Shop) -> date:
    return day_of(timezone.now(), shop.tz)


def _found(plan_id: int) -> Plan:
    return get_object_or_404(plans.of(ensure_shop()), pk=plan_id)
