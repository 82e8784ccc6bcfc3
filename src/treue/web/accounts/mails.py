"""Mails about one's own account."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from treue.core.staff.letters import Button, absolute, in_language, post
from treue.core.staff.models import User

NOTICES = {
    "account/email/password_changed": gettext_lazy("The password of your account was changed."),
    "account/email/password_reset": gettext_lazy("The password of your account was changed."),
    "account/email/password_set": gettext_lazy("A password was set for your account."),
    "mfa/email/totp_activated": gettext_lazy("Two-factor sign-in was switched on for your account."),
    "mfa/email/totp_deactivated": gettext_lazy("Two-factor sign-in was switched off for your account."),
    "mfa/email/recovery_codes_generated": gettext_lazy("New recovery codes were made for your account."),
}


def password_reset(user: User, *, link: str) -> None:
    with in_language(user.language):
        post(
            to=user.email,
            subject=_("Choose a new password for Treue"),
            paragraphs=[
                _("Somebody, probably you, asked for a new password for your account %(email)s.")
                % {"email": user.email},
                _("The link works for three days and only once. If it was not you, there is nothing to do."),
            ],
            button=Button(_("Choose a new password"), link),
        )


def security_notice(occasion: str, user: User) -> None:
    """Tell the owner of an account what changed about its security; nothing for occasions that say little."""
    if occasion not in NOTICES:
        return
    with in_language(user.language):
        sentence = str(NOTICES[occasion])
        post(
            to=user.email,
            subject=_("A change to your Treue account"),
            paragraphs=[
                sentence,
                _("If it was not you, choose a new password at once and tell your administrator."),
            ],
            button=Button(_("Choose a new password"), absolute(reverse("account_reset_password"))),
        )


def address_changed(user: User, *, before: str) -> None:
    """Tell the old address that the account is no longer reached by it."""
    with in_language(user.language):
        post(
            to=before,
            subject=_("A change to your Treue account"),
            paragraphs=[
                _("Your account now uses the address %(email)s to sign in.") % {"email": user.email},
                _("If it was not you, tell your administrator at once."),
            ],
        )
