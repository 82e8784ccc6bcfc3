"""A member changes their name, and the address by which they sign in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from treue.act.portal import changing, codes, completing
from treue.act.portal.access import ADDRESS_COOKIE, Here, forgotten, members, posted, remember
from treue.act.portal.errors import AddressTaken, CodeIsOver, TooOften, WrongCode
from treue.act.portal.forms import CodeForm, NameForm, NewAddressForm
from treue.act.portal.profile_views import done, profile_page
from treue.act.portal.refusing import sentence


@require_POST
@members
def rename(request: HttpRequest, here: Here) -> HttpResponse:
    form = NameForm(request.POST)
    if not form.is_valid():
        return profile_page(request, here, naming=form)
    changing.rename(customer=here.signed_in.customer, name=form.cleaned_data["name"], now=here.now)
    return done("completed" if completing.tell(member=here.member, now=here.now) else "name")


@require_http_methods(["GET", "HEAD", "POST"])
@members
def address(request: HttpRequest, here: Here) -> HttpResponse:
    """Ask for a code to a new address: who has entered a code of the old one just now. The answer is the same whoever
    has the new one."""
    is_fresh = here.signed_in.is_fresh(here.now)
    former = changing.address_now(here.signed_in.customer)
    form = NewAddressForm(posted(request), shop=here.shop, former=former)
    status = 200
    if request.method == "POST" and is_fresh and form.is_valid():
        about = {"email": form.cleaned_data["email"], "language": here.language, "machine": here.machine}
        try:
            kept = changing.ask(signed_in=here.signed_in, now=here.now, **about)
        except TooOften as refused:
            form.add_error(None, sentence(refused))
            status = 429
        else:
            seconds = int(codes.LIVES.total_seconds())
            return remember(redirect("portal_address_code"), ADDRESS_COOKIE, kept, seconds=seconds)
    context = {"here": here, "at": "profile", "form": form, "is_fresh": is_fresh}
    return render(request, "portal/address.html", context, status=status)


@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
@members
def address_code(request: HttpRequest, here: Here) -> HttpResponse:
    """Enter the code that came to the new address."""
    kept, form = request.COOKIES.get(ADDRESS_COOKIE, ""), CodeForm(posted(request))
    if request.method == "POST" and form.is_valid():
        about = {"signed_in": here.signed_in, "portal": here.portal, "machine": here.machine, "now": here.now}
        try:
            changing.confirm(kept=kept, code=form.cleaned_data["code"], **about)
        except (TooOften, WrongCode, CodeIsOver, AddressTaken) as refused:
            form.add_error(None if isinstance(refused, TooOften) else "code", sentence(refused))
        else:
            return forgotten(redirect(f"{reverse('portal_profile')}?done=email"), ADDRESS_COOKIE)
    waiting = changing.waiting(kept, here.signed_in, here.now)
    if waiting is None and not form.errors:
        return redirect("portal_address")
    context = {"here": here, "at": "profile", "form": form, "email": waiting.email if waiting else ""}
    return render(request, "portal/address_code.html", context)
