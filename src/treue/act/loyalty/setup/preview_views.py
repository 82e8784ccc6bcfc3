"""The last step: everything in sentences, tried on the orders of the last year, and published."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from treue.act.loyalty import reading, replay_showing
from treue.act.loyalty.earning import sentences
from treue.act.loyalty.models import Draft
from treue.act.loyalty.setup import drafts, showing, trying
from treue.act.loyalty.setup.errors import ChangedMeanwhile, NothingToPublish
from treue.act.loyalty.setup.forms import RevisionForm
from treue.act.loyalty.setup.naming import Names
from treue.act.loyalty.setup.plan import Plan, plan_of
from treue.act.loyalty.tasks import NIGHT
from treue.core.jobs import watching, work
from treue.core.jobs.models import Job
from treue.core.shop.setup import ensure_shop
from treue.core.staff.permissions import requires
from treue.core.staff.roles import Permission


@require_GET
@requires(Permission.MANAGE_PROGRAMME)
def preview(request: HttpRequest) -> HttpResponse:
    shop, now = ensure_shop(), timezone.now()
    draft = drafts.of(shop)
    plan = plan_of(shop, draft)
    names = Names(shop, plan.rules, plan.tiers)
    job = trying.found(shop, draft.job if draft else None)
    context = {
        "programme": reading.programme_of(shop),
        "steps": showing.links(),
        "current": len(showing.STEPS),
        "name": plan.name,
        "revision": draft.revision if draft else 0,
        "is_open": bool(draft and draft.is_open),
        "is_begun": drafts.is_begun(shop, draft),
        "unpublished": showing.unpublished(draft),
        "at_it": showing.at_it(draft, shop) if draft and drafts.is_others(draft, request.user, now) else "",
        "rules": [showing.rule(each, plan.rules.currency, names) for each in plan.rules.rules],
        "terms": sentences.terms(plan.rules, names.called),
        "settings": showing.settings(plan, shop),
        "tiers": showing.tiers(plan.tiers, shop),
        "worth": showing.worth(plan, shop),
        "can_be_tried": trying.can_be_tried(shop, now),
        **_tried(request, job, plan),
    }
    return render(request, "loyalty/set_up_preview.html", context)


def _tried(request: HttpRequest, job: Job | None, plan: Plan) -> dict[str, object]:
    """What the last trial came to, how far it is, or that it was of something else."""
    if job is None:
        return {}
    if not trying.is_of(job, plan):
        return {"is_old": True}
    if job.state != Job.State.DONE:
        return {"job": watching.card(job, request.user)}
    if not job.result["orders"]:
        return {}
    return {
        "cost": replay_showing.sentence(job.result),
        "figures": replay_showing.figures(job),
        "comparison": replay_showing.comparison(job.result),
        "moves": replay_showing.moves(job),
        "computed": replay_showing.computed(job),
    }


@require_POST
@requires(Permission.MANAGE_PROGRAMME)
def try_it(request: HttpRequest) -> HttpResponse:
    shop, now = ensure_shop(), timezone.now()
    draft = drafts.of(shop) or Draft.objects.get_or_create(shop=shop)[0]
    job = trying.start(shop=shop, plan=plan_of(shop, draft), now=now, by=request.user)
    drafts.tried(draft, job.pk)
    back = "programme_rules" if request.POST.get("next") == "rules" else "preview"
    return redirect(back) if back == "programme_rules" else redirect(showing.address(back))


@require_POST
@requires(Permission.MANAGE_PROGRAMME)
def publish(request: HttpRequest) -> HttpResponse:
    shop = ensure_shop()
    is_new = reading.programme_of(shop) is None
    if not drafts.is_begun(shop, drafts.of(shop)):
        messages.error(request, _("Give the programme a name first."))
        return redirect("programme_set_up")
    try:
        is_other = drafts.publish(shop=shop, **_asked(request))
    except NothingToPublish:
        messages.info(request, _("There is nothing to publish: it was published before."))
    except ChangedMeanwhile as error:
        messages.error(request, showing.meanwhile(error, shop))
        return redirect(showing.address("preview"))
    else:
        work.start(NIGHT, by=request.user, lock=f"{NIGHT}.{shop.pk}", shop_id=shop.pk)
        messages.success(request, _published(is_new=is_new, is_other=is_other))
    return redirect("programme")


@require_POST
@requires(Permission.MANAGE_PROGRAMME)
def drop(request: HttpRequest) -> HttpResponse:
    shop = ensure_shop()
    try:
        drafts.drop(shop=shop, **_asked(request))
    except ChangedMeanwhile as error:
        messages.error(request, showing.meanwhile(error, shop))
        return redirect(showing.address("preview"))
    messages.success(request, _("The draft is gone. What is in force stays as it is."))
    return redirect("programme")


def _asked(request: HttpRequest) -> dict[str, object]:
    form = RevisionForm(request.POST)
    return {"revision": form.cleaned_data["revision"] if form.is_valid() else -1, "now": timezone.now()} | {
        "by": request.user
    }


def _published(*, is_new: bool, is_other: bool) -> str:
    if is_new:
        return _("The programme has begun. Orders of members earn points from now on.")
    if is_other:
        return _("It is published. The new rules hold for orders from now on; earlier ones keep theirs.")
    return _("The programme is saved.")
