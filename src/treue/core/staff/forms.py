"""Forms about colleagues."""

from django import forms
from django.contrib.auth.forms import SetPasswordMixin
from django.utils.translation import gettext_lazy as _

from treue.core.staff.models import User
from treue.core.staff.roles import Role, Scope

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


class Invite(forms.Form):
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    role = forms.ChoiceField(label=_("Role"), choices=Role, initial=Role.ANALYST)
    language = forms.ChoiceField(label=_("Language of the mail"), choices=LANGUAGES)

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()


class ChangeRole(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=Role)


class AddKey(forms.Form):
    NO_END = 0

    name = forms.CharField(
        label=_("Name"), max_length=60, help_text=_("Which program uses it, such as “till” or “accounts”.")
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        choices=[
            (Scope.READ, _("Read customers, orders and events")),
            (Scope.WRITE, _("Write customers and orders, and erase customers")),
        ],
        widget=forms.CheckboxSelectMultiple,
        initial=[Scope.READ],
    )
    days = forms.TypedChoiceField(
        label=_("Valid"),
        choices=[
            (NO_END, _("Until it is revoked")),
            (30, _("30 days")),
            (90, _("90 days")),
            (365, _("One year")),
        ],
        coerce=int,
    )


class Accept(PasswordPair, forms.ModelForm):
    """An invited colleague's name, language and password; address and role are the invitation's."""

    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)

    class Meta:
        model = User
        fields = ("name", "language")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True
        self.fields["name"].widget.attrs["autocomplete"] = "name"

    def account(self) -> User:
        """The account to be, not yet saved."""
        user = self.save(commit=False)
        user.set_password(self.cleaned_data["password1"])
        return user
