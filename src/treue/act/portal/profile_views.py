"""What the shop knows of a member, as the member sees it: preferences, consents, a copy, and the end of it."""

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from treue.act.portal import completing, joining, limits, presents, profile
from treue.act.portal.access import BROWSER_COOKIE, REQUEST_COOKIE, SESSION_COOKIE, Here, forgotten, members, posted
from treue.act.portal.errors import TooOften
from treue.act.portal.forms import BirthdayForm, DeleteForm, MemberPreferences, NameForm
from treue.act.portal.refusing import sentence
from treue.core.customers import consent, erasure, export, preferences, writing
from treue.core.customers.consent_proof import Proof
from treue.core.customers.errors import ErasureError
from treue.core.customers.models import ConsentRecord
from treue.core.shop.locking import ShopIsBeingWritten

SOURCE = "portal"


@require_safe
@members
def page(request: HttpRequest, here: Here) -> HttpResponse:
    return profile_page(request, here)


@require_POST
@members
def prefer(request: HttpRequest, here: Here) -> HttpResponse:
    customer = here.signed_in.customer
    form = MemberPreferences(request.POST, said=preferences.of(customer))
    if not form.is_valid():
        return profile_page(request, here, form=form)
    preferences.change(customer=customer, values=form.cleaned_data, now=here.now, source=SOURCE)
    return done("preferences")


@require_POST
@members
def tell_birthday(request: HttpRequest, here: Here) -> HttpResponse:
    """As it is entered, or none any more. When a gift comes of it `gifts.anniversaries` says: not twice a year."""
    form = BirthdayForm(request.POST)
    if not form.is_valid():
        return profile_page(request, here, birthday_form=form)
    told = {"birthday": form.cleaned_data["birthday"]}
    writing.change(customer_id=here.signed_in.customer.pk, shop=here.shop, values=told, now=here.now)
    return done("completed" if completing.tell(member=here.member, now=here.now) else "birthday")


@require_POST
@members
def agree(request: HttpRequest, here: Here) -> HttpResponse:
    """To advertising by e-mail, by the text in force, which must be the one that the page showed."""
    text = joining.advertising_text(here.shop, here.language, here.now)
    if text is None or request.POST.get("text") != str(text.pk):
        return redirect("portal_profile")
    proof = Proof(confirmed_at=here.signed_in.session.began_at, ip=here.machine, form=request.path)
    joining.agree(customer=here.signed_in.customer, text=text, proof=proof, now=here.now)
    return done("agreed")


@require_POST
@members
def withdraw(request: HttpRequest, here: Here) -> HttpResponse:
    customer = here.signed_in.customer
    asked = (request.POST.get("purpose"), request.POST.get("channel"))
    holding = [each.record for each in consent.standing(customer) if each.is_allowed]
    for record in holding:
        if (record.purpose, record.channel) == asked:
            consent.withdraw(
                customer=customer,
                purpose=record.purpose,
                channel=record.channel,
                happened_at=here.now,
                source=ConsentRecord.Source.FORM,
                proof=Proof(ip=here.machine, form=request.path),
            )
            return done("withdrawn")
    return redirect("portal_profile")


@require_POST
@members
def copy(request: HttpRequest, here: Here) -> HttpResponse:
    """All that is stored about them."""
    customer = here.signed_in.customer
    try:
        limits.count(limits.COPIES, f"customer {customer.pk}", here.now)
    except TooOften as refused:
        return profile_page(request, here, problem=sentence(refused), status=429)
    file = export.export(customer=customer, by=None, now=here.now)
    return FileResponse(file, as_attachment=True, filename=_("my-data.json"), content_type="application/json")


@require_http_methods(["GET", "HEAD", "POST"])
@members
def delete(request: HttpRequest, here: Here) -> HttpResponse:
    """Be forgotten: by somebody who has entered a code just now, and who says that they are sure."""
    is_fresh = here.signed_in.is_fresh(here.now)
    form = DeleteForm(posted(request))
    if request.method == "POST" and is_fresh and form.is_valid():
        try:
            receipt = erasure.erase(customer=here.signed_in.customer, by=None)
        except ShopIsBeingWritten:
            form.add_error(None, _("The shop is reading in a file just now. Please try again in a few minutes."))
        except ErasureError:
            return forgotten(redirect("portal_sign_in"), SESSION_COOKIE)
        else:
            page = render(request, "portal/deleted.html", {"here": here, "receipt": receipt})
            return forgotten(page, SESSION_COOKIE, REQUEST_COOKIE, BROWSER_COOKIE)
    context = {"here": here, "at": "profile", "form": form, "is_fresh": is_fresh, "lost": profile.lost(here.member)}
    return render(request, "portal/delete.html", context)


def done(what: str) -> HttpResponse:
    return redirect(f"{reverse('portal_profile')}?done={what}")


def profile_page(
    request: HttpRequest,
    here: Here,
    *,
    form: MemberPreferences | None = None,
    naming: NameForm | None = None,
    birthday_form: BirthdayForm | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    customer = here.signed_in.customer
    text, what = joining.advertising_text(here.shop, here.language, here.now), request.GET.get("done", "")
    context = {
        "here": here,
        "at": "profile",
        "said": completing.thanks(here.member) if what == "completed" else profile.done(what),
        "promise": completing.promise(here.member, here.now),
        "problem": problem,
        "form": form or MemberPreferences(said=preferences.of(customer)),
        "naming": naming or NameForm(initial={"name": customer.name}),
        "birthday_form": birthday_form or _asked_for_birthday(here),
        "facts": profile.facts(here.member, here.signed_in),
        "consents": profile.consents(customer, here.shop),
        "offered": text if text and not profile.has_agreed(customer, text) else None,
    }
    return render(request, "portal/profile.html", context, status=status)


def _asked_for_birthday(here: Here) -> BirthdayForm | None:
    """Only where the shop has a use for it, or has it already."""
    born = here.signed_in.customer.birthday
    asks = born is not None or presents.congratulates(here.member, here.now)
    return BirthdayForm(initial={"birthday": born}) if asks else None
