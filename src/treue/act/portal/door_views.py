"""The door of the portal: in by a code that comes by mail, and out again."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from treue.act.loyalty import reading
from treue.act.portal import browsers, codes, completing, joining, sessions
from treue.act.portal.access import (
    BROWSER_COOKIE,
    REQUEST_COOKIE,
    SESSION_COOKIE,
    Here,
    anybody,
    forgotten,
    posted,
    remember,
    signed_in,
)
from treue.act.portal.errors import CodeIsOver, NobodysAddress, NotTaken, TooOften, WrongCode
from treue.act.portal.forms import AddressForm, CodeForm, JoinForm
from treue.act.portal.refusing import sentence
from treue.core.customers.consent_proof import Proof


@require_http_methods(["GET", "HEAD", "POST"])
@anybody
def sign_in(request: HttpRequest, here: Here) -> HttpResponse:
    """Ask for a code. The answer is the same whether anybody has the address."""
    if here.signed_in and request.method != "POST":
        return redirect("portal_home")
    form = AddressForm(posted(request), shop=here.shop)
    status = 200
    if request.method == "POST" and form.is_valid():
        about = {"email": form.cleaned_data["email"], "language": here.language, "machine": here.machine}
        about |= {"browser": request.COOKIES.get(BROWSER_COOKIE, ""), "former": request.COOKIES.get(REQUEST_COOKIE, "")}
        try:
            token = codes.ask(shop=here.shop, now=here.now, **about)
        except TooOften as refused:
            form.add_error(None, sentence(refused))
            status = 429
        else:
            seconds = int(codes.LIVES.total_seconds())
            return remember(redirect("portal_code"), REQUEST_COOKIE, token, seconds=seconds)
    return render(request, "portal/sign_in.html", {"here": here, "form": form}, status=status)


@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
@anybody
def code(request: HttpRequest, here: Here) -> HttpResponse:
    """Enter the code, in the browser that asked for it."""
    token = request.COOKIES.get(REQUEST_COOKIE, "")
    form = CodeForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            entered = codes.enter(token=token, code=form.cleaned_data["code"], machine=here.machine, now=here.now)
            session = sessions.begin(entered, now=here.now)
        except (TooOften, WrongCode, CodeIsOver, NobodysAddress) as refused:
            form.add_error(None if isinstance(refused, TooOften) else "code", sentence(refused))
        else:
            if here.signed_in:
                sessions.end(here.signed_in)
            seconds = int(sessions.LASTS.total_seconds())
            response = remember(redirect("portal_home"), SESSION_COOKIE, session, seconds=seconds)
            mark, known_seconds = browsers.mark(here.shop, entered.email), int(browsers.KNOWN.total_seconds())
            return forgotten(remember(response, BROWSER_COOKIE, mark, seconds=known_seconds), REQUEST_COOKIE)
    waiting = codes.waiting(token, here.now)
    if waiting is None and not form.errors:
        return redirect("portal_sign_in")
    context = {"here": here, "form": form, "email": waiting.email if waiting else "", "is_over": waiting is None}
    return render(request, "portal/code.html", context)


@require_POST
@anybody
def sign_out(request: HttpRequest, here: Here) -> HttpResponse:
    if here.signed_in:
        sessions.end(here.signed_in)
    return forgotten(redirect("portal_sign_in"), SESSION_COOKIE, REQUEST_COOKIE)


@require_POST
@signed_in
def sign_out_everywhere(request: HttpRequest, here: Here) -> HttpResponse:
    sessions.end_everywhere(here.signed_in)
    return forgotten(redirect("portal_sign_in"), SESSION_COOKIE, REQUEST_COOKIE)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def join(request: HttpRequest, here: Here) -> HttpResponse:
    """Become a member, or come back."""
    customer = here.signed_in.customer
    member = reading.member_of(customer) if customer else None
    if member is not None and member.left_at is None:
        return redirect("portal_home")
    text = joining.advertising_text(here.shop, here.language, here.now) if member is None else None
    form = JoinForm(posted(request), asks_name=customer is None, text=text)
    if request.method == "POST" and (form.is_valid() or not form.fields):
        given = form.cleaned_data if form.fields else {}
        proof = Proof(confirmed_at=here.signed_in.session.began_at, ip=here.machine, form=request.path)
        try:
            made = joining.join(
                portal=here.portal,
                signed_in=here.signed_in,
                name=given.get("name", "").strip(),
                agreed=text if given.get("agrees") else None,
                proof=proof,
                now=here.now,
            )
        except (NotTaken, NobodysAddress) as refused:
            form.add_error(None, sentence(refused))
        else:
            if made is not None and given.get("name"):
                completing.tell(member=made, now=here.now)
            return redirect("portal_home")
    context = {
        "here": here,
        "form": form,
        "programme": reading.programme_of(here.shop),
        "note": here.portal.note(here.language),
        "is_back": member is not None,
        "may_join": customer is not None or here.portal.takes_strangers,
    }
    return render(request, "portal/join.html", context)
