"""The pages of content: the queue, one submission with the decision, and what members can submit."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from treue.act.content import errors, moderating, reading, serving, showing, signals, terms
from treue.act.content.forms import DecisionForm, TermsForm
from treue.act.content.models import Photo, Submission
from treue.act.content.wording import STATES
from treue.act.loyalty import reading as loyalty
from treue.act.loyalty.models import Programme
from treue.core import paging
from treue.core.customers.consent_wording import language_name
from treue.core.shop.setup import ensure_shop
from treue.core.staff.permissions import requires
from treue.core.staff.roles import Permission

State = Submission.State


@require_safe
@requires(Permission.MODERATE_CONTENT)
def content(request: HttpRequest) -> HttpResponse:
    """What waits longest stands first; of what was decided, the newest."""
    shop = ensure_shop()
    programme, wanted = loyalty.programme_of(shop), request.GET.get("state", State.PENDING)
    if wanted not in (*State.values, showing.REPORTED):
        wanted = State.PENDING
    context = {"programme": programme, "may_manage": request.user.may(Permission.MANAGE_PROGRAMME)}
    if programme is not None:
        them, pager = _page(request, programme, wanted)
        products = reading.product_names(shop, [each.product for each in them])
        caption = _("Those that wait longest first.") if wanted == State.PENDING else _("Newest first.")
        context |= {
            "is_open": terms.of(programme).is_open,
            "tabs": showing.tabs(reading.counts(programme), reverse("content")),
            "current": f"{reverse('content')}?state={wanted}",
            "table": showing.listed(them, products, shop.tz, caption=caption) if them else None,
            "pager": pager,
            "is_queue": wanted == State.PENDING,
        }
    return render(request, "content/content.html", context)


def _page(request: HttpRequest, programme: Programme, wanted: str) -> tuple[list[Submission], object]:
    rows = reading.of(programme)
    if wanted == State.PENDING:
        return paging.in_order(request, rows.filter(state=wanted), "pk")
    chosen: QuerySet[Submission] = reading.reported(rows) if wanted == showing.REPORTED else rows.filter(state=wanted)
    return paging.newest_first(request, chosen)


@require_safe
@requires(Permission.MODERATE_CONTENT)
def item(request: HttpRequest, submission_id: int) -> HttpResponse:
    return _item(request, _found(submission_id))


@require_POST
@requires(Permission.MODERATE_CONTENT)
def decide(request: HttpRequest, submission_id: int) -> HttpResponse:
    """After it comes the next that waits, so that a queue is worked off without going back."""
    found, form = _found(submission_id), DecisionForm(request.POST)
    if not form.is_valid():
        return _item(request, found, form=form)
    about = {"submission": found, "seen": form.cleaned_data["seen"], "by": request.user}
    decision = request.POST.get("decision")
    try:
        if decision == "publish":
            moderating.publish(**about, now=timezone.now())
            messages.success(request, _("It is published."))
        elif decision == "reject":
            moderating.reject(**about, reason=form.cleaned_data["reason"], now=timezone.now())
            messages.success(request, _("It is rejected. The member reads why."))
        elif decision == "keep":
            moderating.keep(**about)
            messages.success(request, _("It stays published."))
    except errors.WithoutReason:
        form.add_error("reason", _("Say why, so that the member knows"))
        return _item(request, found, form=form)
    except errors.DecidedMeanwhile as meanwhile:
        messages.info(request, _decided_meanwhile(meanwhile))
        return redirect("content_item", submission_id)
    except (errors.Withdrawn, Submission.DoesNotExist):
        messages.info(request, _("Its author withdrew it meanwhile. Nothing of it is shown."))
    following = reading.next_pending(found.programme, after=found.pk)
    return redirect("content_item", following.pk) if following else redirect("content")


def _decided_meanwhile(error: errors.DecidedMeanwhile) -> str:
    state = str(STATES[error.state])
    if error.by:
        return _("%(colleague)s was quicker: it is “%(state)s” now. Nothing was changed by you.") % {
            "colleague": error.by,
            "state": state,
        }
    return _("Somebody was quicker: it is “%(state)s” now. Nothing was changed by you.") % {"state": state}


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_PROGRAMME)
def settings(request: HttpRequest) -> HttpResponse:
    shop, now = ensure_shop(), timezone.now()
    programme = loyalty.programme_of(shop)
    if programme is None:
        return redirect("content")
    form = TermsForm(request.POST if request.method == "POST" else None, instance=terms.of(programme))
    if request.method == "POST" and form.is_valid():
        terms.save(programme=programme, **form.cleaned_data, now=now, by=request.user)
        messages.success(request, _("Saved."))
        return redirect("content_settings")
    texts = [(each.language, language_name(each.language), each.version, each.text) for each in terms.texts(shop, now)]
    proposed = [(language, language_name(language), "", said) for language, said in terms.proposed().items()]
    context = {
        "form": form,
        "texts": texts or proposed,
        "is_proposed": not texts,
        "may_write": request.user.may(Permission.EDIT_SHOP),
    }
    return render(request, "content/settings.html", context)


@require_safe
@requires(Permission.MODERATE_CONTENT)
def photo(request: HttpRequest, submission_id: int, ordinal: int, size: str) -> HttpResponse:
    """In every state."""
    rows = Photo.objects.filter(submission__programme__shop=ensure_shop(), submission=submission_id)
    return serving.privately(get_object_or_404(rows, ordinal=ordinal), size)


@require_safe
@login_not_required
def public_photo(request: HttpRequest, token: str, size: str) -> HttpResponse:
    """For everybody, as long as it is published."""
    found = reading.photo(token)
    if found is None:
        raise Http404
    return serving.publicly(request, found, size)


def _found(submission_id: int) -> Submission:
    programme = loyalty.programme_of(ensure_shop())
    rows = reading.with_proof(reading.of(programme)) if programme else Submission.objects.none()
    return get_object_or_404(rows.select_related("consent__text"), pk=submission_id)


def _item(request: HttpRequest, found: Submission, *, form: DecisionForm | None = None) -> HttpResponse:
    shop = found.programme.shop
    products = reading.product_names(shop, [found.product])
    is_there = found.state != State.WITHDRAWN
    context = {
        "submission": found,
        "title": showing.title(found),
        "state": showing.state(found),
        "facts": showing.facts(found, products, shop.tz),
        "signals": signals.of(found),
        "reports": showing.reports(found, shop.tz),
        "pictures": showing.pictures(found, "content_photo"),
        "form": (form or DecisionForm(initial={"seen": found.revision})) if is_there else None,
        "may_publish": found.state != State.PUBLISHED,
        "may_reject": found.state != State.REJECTED,
        "may_see": request.user.may(Permission.SEE_CUSTOMERS),
    }
    return render(request, "content/item.html", context)
