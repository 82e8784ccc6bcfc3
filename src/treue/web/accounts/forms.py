"""allauth's forms in our words, and the forms of one's own account."""

from typing import ClassVar

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from django import forms
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from treue.core.staff.forms import LANGUAGES, PasswordPair
from treue.core.staff.models import User

Words = tuple[str | Promise, str | Promise]

EMAIL: Words = (_("E-mail address"), "")
PASSWORD: Words = (_("Password"), "")
NEW: dict[str, Words] = {
    "password1": (_("New password"), _("At least ten characters. A short sentence is easy to remember.")),
    "password2": (_("New password once more"), ""),
}
CODE: Words = (_("Code"), _("Six digits from your app, or one of your recovery codes."))


class Worded(forms.Form):
    """Gives allauth's fields our labels and hints, and takes the placeholders away."""

    words: ClassVar[dict[str, Words]] = {}

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        for name, (label, hint) in self.words.items():
            self.fields[name].label = label
            self.fields[name].help_text = hint
            self.fields[name].widget.attrs.pop("placeholder", None)


class SignIn(Worded, account.LoginForm):
    words: ClassVar = {"login": EMAIL, "password": PASSWORD}

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs["autocomplete"] = "username"


class AskForReset(Worded, account.ResetPasswordForm):
    words: ClassVar = {"email": EMAIL}


class ResetByLink(Worded, account.ResetPasswordKeyForm):
    words: ClassVar = NEW


class ChangePassword(Worded, account.ChangePasswordForm):
    words: ClassVar = {"oldpassword": (_("Current password"), "")} | NEW


class ConfirmPassword(Worded, account.ReauthenticateForm):
    words: ClassVar = {"password": PASSWORD}


class SignInCode(Worded, mfa.AuthenticateForm):
    words: ClassVar = {"code": CODE}


class ConfirmCode(Worded, mfa.ReauthenticateForm):
    words: ClassVar = {"code": CODE}


class ActivateApp(Worded, totp.ActivateTOTPForm):
    words: ClassVar = {"code": (_("Code"), _("The six digits that the app shows now."))}


class Begin(PasswordPair, forms.ModelForm):
    """Who signed in by a link and has no password yet says who they are and chooses one."""

    class Meta:
        model = User
        fields = ("name", "email")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True
        self.fields["name"].widget.attrs["autocomplete"] = "name"
        self.fields["email"].widget.attrs["autocomplete"] = "username"

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()


class Profile(forms.ModelForm):
    """Name, language and address; another address needs the password, where there is one."""

    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)
    password = forms.CharField(
        label=_("Current password"),
        help_text=_("Only needed to change the e-mail address."),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    class Meta:
        model = User
        fields = ("name", "language", "email")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.before = self.instance.email
        self.fields["name"].required = True
        self.fields["name"].widget.attrs["autocomplete"] = "name"
        self.fields["email"].help_text = _("You sign in with it, and mails go to it.")
        if not self.instance.has_usable_password():
            del self.fields["password"]
        self.initial["language"] = self.instance.language or settings.LANGUAGE_CODE

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()

    def clean(self) -> dict[str, object]:
        cleaned = super().clean()
        changes_address = cleaned.get("email", self.before) != self.before
        if changes_address and "password" in self.fields and not self.instance.check_password(cleaned["password"]):
            self.add_error("password", _("This is not your current password."))
        return cleaned
