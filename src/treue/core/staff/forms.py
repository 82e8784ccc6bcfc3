"""Forms about colleagues."""

from django import forms
from django.contrib.auth.forms import SetPasswordMixin
from django.utils.translation import gettext_lazy as _

from treue.core.staff.models import User

LANGUAGES = [("de", "Deutsch"), ("en", "English")]  # each in itself, as in the language switch


class PasswordPair(SetPasswordMixin, forms.Form):
    """Part of a form about a person: a password, typed twice, checked against the rules and the person."""

    password1, password2 = SetPasswordMixin.create_password_fields(label1=_("Password"), label2=_("Password once more"))
    password1.help_text = _("At least ten characters. A short sentence is easy to remember.")
    password2.help_text = ""

    instance: User

    def clean(self) -> dict[str, object]:
        self.validate_passwords()
        return super().clean()

    def _post_clean(self) -> None:
        super()._post_clean()
        self.validate_password_for_user(self.instance, "password1")
