"""The pages of vouchers: campaigns, their codes, what was redeemed."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from treue.act.vouchers import campaigns, codes, errors, making, sentences, showing, tasks
from treue.act.vouchers.forms import CampaignForm, LookUpForm, MakeForm
from treue.act.vouchers.models import Batch, Campaign, Code, Redemption
from treue.core import paging, spoken
from treue.core.jobs import watching
from treue.core.shop.models import Shop
from treue.core.shop.setup import ensure_shop
from treue.core.staff import audit
from treue.core.staff.permissions import requires
from treue.core.staff.roles import Permission
from treue.design import spreadsheet
from treue.understand.metrics.scope.basis import active_language

LATEST = 10


@requires(Permission.SEE_VOUCHERS)
@require_GET
def vouchers(request: HttpRequest) -> HttpResponse:
    shop, now = ensure_shop(), timezone.now()
    them, pager = paging.newest_first(request, Campaign.objects.filter(shop=shop))
    figures = campaigns.figures(them)
    context = {
        "table": showing.listed(them, figures, shop.tz, now) if them else None,
        "pager": pager,
        "form": LookUpForm(),
        "may_edit": request.user.may(Permission.EDIT_VOUCHERS),
    }
    return render(request, "vouchers/vouchers.html", context)


@requires(Permission.EDIT_VOUCHERS)
@require_http_methods(["GET", "HEAD", "POST"])
def new_campaign(request: HttpRequest) -> HttpResponse:
    """The form says in sentences what was filled in; made is what was said."""
    shop = ensure_shop()
    form = CampaignForm(request.POST or None, zone=shop.tz, currency=shop.currency)
    answer = spoken.answered(
        request,
        form,
        say=lambda: _said(form),
        impossible=errors.ImpossibleCampaign,
        save=lambda: _made(request, form, shop),
    )
    if answer.saved is not None:
        messages.success(request, _("The campaign “%(name)s” is made.") % {"name": answer.saved.name})
        return redirect("voucher_campaign", campaign_id=answer.saved.pk)
    return render(request, "vouchers/new.html", {"form": form, **answer.context})


def _said(form: CampaignForm) -> str:
    """Raises ImpossibleCampaign."""
    terms = form.terms()
    campaigns.require_possible(terms)
    return sentences.of(terms, form.zone)


def _made(request: HttpRequest, form: CampaignForm, shop: Shop) -> Campaign | None:
    """None where it cannot be, which the form says."""
    try:
        return campaigns.add(shop=shop, terms=form.terms(), by=request.user, now=timezone.now())
    except errors.CampaignNameTaken:
        form.add_error("name", _("There is a campaign of this name."))
    except errors.CodeTaken:
        form.add_error("text", _("There is such a code already."))
    return None


@requires(Permission.SEE_VOUCHERS)
@require_GET
def campaign(request: HttpRequest, campaign_id: int) -> HttpResponse:
    return _campaign(request, _found(campaign_id), MakeForm())


def _campaign(request: HttpRequest, found: Campaign, form: MakeForm) -> HttpResponse:
    zone, now = found.shop.tz, timezone.now()
    rows = Redemption.objects.filter(campaign=found).select_related("code")
    redeemed, pager = paging.newest_first(request, rows)
    latest = list(found.codes.order_by("-pk")[:LATEST])
    may_edit, may_see = request.user.may(Permission.EDIT_VOUCHERS), request.user.may(Permission.SEE_CUSTOMERS)
    context = {
        "campaign": found,
        "sentence": sentences.of(found, zone),
        "state": showing.state(found, now),
        "facts": showing.facts(found, campaigns.figures([found])[found.pk]),
        "redemptions": showing.redemptions(redeemed, zone, with_orders=may_see) if redeemed else None,
        "pager": pager,
        "codes": showing.latest_codes(latest, zone) if latest else None,
        "jobs": [watching.card(job, request.user) for job in watching.moving() if _is_about(job, found)],
        "form": form if may_edit and found.kind == Campaign.Kind.UNIQUE else None,
        "may_end": may_edit and (found.valid_until is None or now < found.valid_until),
        "may_export": request.user.may(Permission.EXPORT_CODES),
    }
    return render(request, "vouchers/campaign.html", context)


def _is_about(job: object, found: Campaign) -> bool:
    if job.kind != tasks.MAKE:
        return False
    return Batch.objects.filter(pk=job.arguments.get("batch_id"), campaign=found).exists()


@requires(Permission.EDIT_VOUCHERS)
@require_POST
def make_codes(request: HttpRequest, campaign_id: int) -> HttpResponse:
    found, form = _found(campaign_id), MakeForm(request.POST)
    if form.is_valid():
        try:
            making.order(campaign=found, by=request.user, now=timezone.now(), **form.cleaned_data)
        except errors.TooManyCodes as error:
            words = _("The campaign has room for %(left)s more codes.")
            form.add_error("count", words % {"left": showing.number(error.left)})
        except errors.ImpossibleCampaign:
            form.add_error(None, _("Everybody has the same code."))
        else:
            messages.success(request, _("The codes are being made."))
            return redirect("voucher_campaign", campaign_id=found.pk)
    return _campaign(request, found, form)


@requires(Permission.EXPORT_CODES)
@require_GET
def codes_csv(request: HttpRequest, campaign_id: int) -> StreamingHttpResponse:
    """Every code, in full. Who took them out of the house is in the audit log."""
    found = _found(campaign_id)
    audit.record("voucher.codes_exported", who=request.user, subject=f"campaign {found.pk}")
    rows = found.codes.order_by("pk").values_list("text", "state", "uses", "most_uses").iterator(chunk_size=5_000)
    lines = ((codes.grouped(text), *rest) for text, *rest in rows)
    content = spreadsheet.pieces(("code", "state", "uses", "most_uses"), lines, language=active_language())
    return spreadsheet.download(request, f"treue-codes-{found.pk}.csv", content)


@requires(Permission.EDIT_VOUCHERS)
@require_POST
def end_campaign(request: HttpRequest, campaign_id: int) -> HttpResponse:
    found = _found(campaign_id)
    if campaigns.end(campaign=found, by=request.user, now=timezone.now()):
        messages.success(request, _("“%(name)s” has ended: nothing of it can be redeemed any more.") % {"name": found})
    return redirect("voucher_campaign", campaign_id=found.pk)


@requires(Permission.SEE_VOUCHERS)
@require_http_methods(["GET", "HEAD", "POST"])
def look_up(request: HttpRequest) -> HttpResponse:
    """One code. It comes in the body: an address would stand in the server's log. Who comes without one, such as with a
    bookmark, is led to where it is entered."""
    if request.method != "POST":
        return redirect("vouchers")
    shop, form = ensure_shop(), LookUpForm(request.POST)
    code = _with_campaign().filter(shop=shop, text=codes.plain(request.POST.get("text", ""))).first()
    context: dict[str, object] = {"form": LookUpForm(), "code": code}
    if code is not None:
        context |= {
            "shown": codes.masked(code.text),
            "state": showing.code_state(code),
            "campaign_state": showing.state(code.campaign, timezone.now()),
            "facts": showing.code_facts(code, shop.tz),
            "sentence": sentences.of(code.campaign, shop.tz),
            "may_cancel": code.state == Code.State.GIVEN and request.user.may(Permission.EDIT_VOUCHERS),
        }
    else:
        context["is_mistyped"] = form.is_valid() and codes.is_mistyped(codes.plain(form.cleaned_data["text"]))
    return render(request, "vouchers/look_up.html", context)


@requires(Permission.EDIT_VOUCHERS)
@require_POST
def cancel_code(request: HttpRequest, code_id: int) -> HttpResponse:
    code = get_object_or_404(_with_campaign(), pk=code_id, shop=ensure_shop())
    if making.cancel(code=code, by=request.user):
        messages.success(request, _("The code is cancelled: nobody can redeem it any more."))
    return redirect("voucher_campaign", campaign_id=code.campaign_id)


def _found(campaign_id: int) -> Campaign:
    return get_object_or_404(Campaign.objects.select_related("shop"), pk=campaign_id, shop=ensure_shop())


def _with_campaign() -> QuerySet[Code]:
    return Code.objects.select_related("campaign")
