"""What a member writes and photographs for others: submit, see what became of it, withdraw."""

import secrets

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from treue.act.content import errors, reading, sentences, serving, submitting, terms, withdrawing
from treue.act.content.models import Photo, Submission
from treue.act.content.submitting import Agreement
from treue.act.loyalty.errors import NoSuchMember
from treue.act.portal import contents, limits
from treue.act.portal.access import Here, members
from treue.act.portal.content_forms import SubmissionForm
from treue.act.portal.errors import TooOften
from treue.act.portal.refusing import sentence
from treue.core.customers.consent_proof import Proof
from treue.core.customers.models import ConsentRecord

MOST_SHOWN = 60


@require_safe
@members
def listed(request: HttpRequest, here: Here) -> HttpResponse:
    rows = reading.of_member(here.member).order_by("-pk")[:MOST_SHOWN]
    context = {
        "items": contents.listed(list(rows), here.shop),
        "may_submit": contents.may_submit(here.member),
        "said": contents.done(request.GET.get("done", "")),
    }
    return render(request, "portal/contents.html", {"here": here, "at": "home", **context})


@require_http_methods(["GET", "HEAD", "POST"])
@members
def new(request: HttpRequest, here: Here) -> HttpResponse:
    """Sent twice, the same form submits once."""
    text = terms.text(here.shop, here.language, here.now)
    if text is None or not contents.may_submit(here.member):
        return redirect("portal_contents")
    about = {"member": here.member, "text": text, "product": request.GET.get("product", "")}
    if request.method != "POST":
        return _ask(request, here, SubmissionForm(**about, initial={"key": secrets.token_urlsafe(16)}))
    form = SubmissionForm(request.POST, request.FILES, **about)
    if not form.is_valid():
        return _ask(request, here, form)
    try:
        limits.count(limits.SUBMISSIONS, f"customer {here.member.customer_id}", here.now)
        proof = Proof(confirmed_at=here.signed_in.session.began_at, ip=here.machine, form=request.path)
        agreed = Agreement(text, ConsentRecord.Source.FORM, proof)
        key = f"portal {here.member.pk} {form.cleaned_data['key']}"
        submitting.submit(member=here.member, draft=form.draft(), agreed=agreed, key=key, now=here.now)
    except TooOften as refused:
        return _ask(request, here, form, problem=sentence(refused), status=429)
    except errors.Refusal as refused:
        return _ask(request, here, form, problem=sentences.refusal(refused), status=409)
    except errors.KeyReused:
        return _ask(request, here, form, problem=_("This form was sent before for something else."), status=409)
    except NoSuchMember:  # merged or erased since the page was asked for: it opens as who they are now
        return redirect("portal_contents")
    return redirect(f"{reverse('portal_contents')}?done=submitted")


@require_safe
@members
def one(request: HttpRequest, here: Here, submission_id: int) -> HttpResponse:
    context = contents.one(_theirs(here, submission_id), here.shop, here.now)
    return render(request, "portal/content.html", {"here": here, "at": "home", **context})


@require_POST
@members
def withdraw(request: HttpRequest, here: Here, submission_id: int) -> HttpResponse:
    source = ConsentRecord.Source.FORM
    try:
        withdrawing.withdraw(submission=_theirs(here, submission_id), now=here.now, source=source)
    except Submission.DoesNotExist:
        return redirect("portal_contents")
    return redirect(f"{reverse('portal_contents')}?done=withdrawn")


@require_safe
@members
def photo(request: HttpRequest, here: Here, submission_id: int, ordinal: int, size: str) -> HttpResponse:
    """Their own alone."""
    theirs = _theirs(here, submission_id)
    return serving.privately(get_object_or_404(Photo, submission=theirs, ordinal=ordinal), size)


def _theirs(here: Here, submission_id: int) -> Submission:
    return get_object_or_404(reading.of_member(here.member), pk=submission_id)


def _ask(
    request: HttpRequest, here: Here, form: SubmissionForm, *, problem: str = "", status: int = 200
) -> HttpResponse:
    context = {"here": here, "at": "home", "form": form, "problem": problem, "promise": contents.promise(here.member)}
    return render(request, "portal/content_new.html", context, status=status)
