"""How allauth behaves here: nobody signs up, colleagues are invited; its sentences and mails are ours."""

import io

import qrcode
from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from qrcode.image.svg import SvgPathFillImage

from treue.core.staff.letters import absolute
from treue.core.staff.models import User
from treue.web.accounts import mails

# allauth says more than these; what is not listed here is plain from the page itself.
TOASTS = {
    "account/messages/password_changed.txt": _("Your password is changed. All your other devices were signed out."),
    "account/messages/password_set.txt": _("Your password is set."),
    "mfa/messages/totp_activated.txt": _("Two-factor sign-in is on."),
    "mfa/messages/totp_deactivated.txt": _("Two-factor sign-in is off."),
    "mfa/messages/recovery_codes_generated.txt": _("Your recovery codes are new. Please keep them in a safe place."),
}


class StaffAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("E-mail address and password do not go together. Please check both."),
        "enter_current_password": _("This is not your current password."),
        "incorrect_code": _("This code is not right or no longer valid. Enter the one your app shows now."),
        "incorrect_password": _("This is not your password."),
        "too_many_login_attempts": _("Too many wrong entries. Please wait five minutes and try again."),
        "rate_limited": _("Too many wrong entries. Please wait five minutes and try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_safe_url(self, url: str) -> bool:
        """Only addresses of this console: a path, whatever host the request came in by."""
        return url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def pre_authenticate(self, request: HttpRequest, **credentials: object) -> None:
        """Wrong passwords are counted by axes, with a page that says so; allauth's count is for codes."""

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: object, **kwargs: object
    ) -> None:
        text = TOASTS.get(message_template or "")
        if text:
            messages.success(request, text)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("profile")

    def get_reset_password_from_key_url(self, key: str) -> str:
        user, _dash, token = key.partition("-")
        return absolute(reverse("account_reset_password_from_key", args=[user, token]))

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, str]) -> None:
        mails.password_reset(user, link=context["password_reset_url"])

    def send_notification_mail(self, template_prefix: str, user: User, *args: object, **kwargs: object) -> None:
        mails.security_notice(template_prefix, user)


class TwoFactorAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": StaffAdapter.error_messages["incorrect_code"],
    }

    def build_totp_svg(self, url: str) -> str:
        """On white in both themes: many cameras read no light code on dark ground."""
        drawing = io.BytesIO()
        qrcode.make(url, image_factory=SvgPathFillImage).save(drawing)
        return drawing.getvalue().decode()
