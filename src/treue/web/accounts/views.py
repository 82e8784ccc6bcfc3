"""Signing in by a link, the first steps after it, one's own profile, the language."""

from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views import i18n
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from treue.core.staff import sign_in_links
from treue.web.accounts import own_account
from treue.web.accounts.forms import Begin, Profile


@login_not_required
@never_cache
def welcome(request: HttpRequest, token: str) -> HttpResponse:
    """Sign in by a link. Only the button's POST spends it: mail scanners follow links, too."""
    if request.method == "POST":
        try:
            user = sign_in_links.redeem(token)
        except sign_in_links.LinkSpent:
            return render(request, "account/link_spent.html", status=410)
        after = "cockpit" if user.has_usable_password() else "account_set_password"
        return perform_login(request, user, redirect_url=reverse(after))
    if not sign_in_links.is_open(token):
        return render(request, "account/link_spent.html", status=410)
    return render(request, "account/welcome.html")


@sensitive_post_parameters("password1", "password2")
@never_cache
def begin(request: HttpRequest) -> HttpResponse:
    """Suggest a password to somebody who has none yet."""
    if request.user.has_usable_password():
        return redirect("profile")
    provisional = request.user.email == sign_in_links.PLACEHOLDER
    form = Begin(request.POST or None, instance=request.user, initial={"email": ""} if provisional else None)
    if request.method == "POST" and form.is_valid():
        user = own_account.begin(form)
        update_session_auth_hash(request, user)
        messages.success(request, _("Your account is set up. From now on you sign in with e-mail and password."))
        return redirect("cockpit")
    return render(request, "account/begin.html", {"form": form})


@never_cache
def profile(request: HttpRequest) -> HttpResponse:
    form = Profile(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        own_account.change(form)
        with override(request.user.language):
            messages.success(request, _("Your profile is saved."))
        return redirect("profile")
    if form.errors:
        request.user.refresh_from_db()
    return render(request, "account/profile.html", {"form": form, **own_account.facts(request.user)})


@require_POST
def sign_out_elsewhere(request: HttpRequest) -> HttpResponse:
    own_account.end_other_sessions(request.user)
    update_session_auth_hash(request, request.user)
    messages.success(request, _("All your other devices are signed out."))
    return redirect("profile")


@login_not_required
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Keep the chosen language in a cookie and, for somebody signed in, on the account."""
    response = i18n.set_language(request)
    chosen = request.POST.get("language")
    if request.user.is_authenticated and chosen in dict(settings.LANGUAGES):
        request.user.language = chosen
        request.user.save(update_fields=["language"])
    return response
