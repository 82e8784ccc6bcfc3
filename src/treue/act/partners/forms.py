"""The forms of partners."""

from datetime import date

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from treue.act.partners.merchants import Profile, Terms
from treue.act.partners.models import Partner
from treue.core.shop.fields import Amount, Percent
from treue.design.formats import precision

FIRST, LAST = date(1900, 1, 1), date(2199, 12, 31)


class PartnerForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("As members and statements read it."))
    code = forms.RegexField(
        r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$",
        label=_("Short name"),
        max_length=20,
        help_text=_("By which its programs know it: small letters, digits and hyphens."),
        error_messages={"invalid": _("Use small letters, digits and hyphens, such as cafe-blatt.")},
    )
    email = forms.EmailField(label=_("Contact e-mail"), required=False, help_text=_("Of its office."))
    state = forms.ChoiceField(
        label=_("State"),
        choices=Partner.State.choices,
        help_text=_("A paused partner neither issues nor redeems; what it did can be undone."),
    )

    def profile(self) -> Profile:
        return Profile(**self.cleaned_data)

    def refuse(self, field: str) -> None:
        self.add_error(field, gettext("Another partner has it."))


class AgreementForm(forms.Form):
    valid_from = forms.DateField(
        label=_("Valid from"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
    )
    issue_price = Amount(label=_("Price of a point issued"), max_digits=9, decimal_places=6, min_value=0)
    redemption_price = Amount(label=_("Price of a point redeemed"), max_digits=9, decimal_places=6, min_value=0)
    monthly_fee = Amount(label=_("Fee a month"), max_digits=11, decimal_places=2, min_value=0, initial=0)
    fee_rate = Percent(
        label=_("Fee on points issued, in percent"), max_digits=5, decimal_places=4, min_value=0, max_value=1, initial=0
    )

    def __init__(self, *args: object, earliest: date, currency: str, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        about = {"currency": currency}
        self.fields["valid_from"].help_text = gettext("What is past stays as it was. The first day possible is shown.")
        self.fields["valid_from"].initial = earliest
        self.fields["issue_price"].help_text = gettext("What the partner pays for each, in %(currency)s.") % about
        self.fields["redemption_price"].help_text = (
            gettext("What the partner is paid for each, in %(currency)s.") % about
        )
        self.fields["monthly_fee"].help_text = (
            gettext("In %(currency)s, for each month on whose last day the agreement holds.") % about
        )
        self.fields["fee_rate"].help_text = gettext("Of what the partner pays for points issued.")

    def clean_valid_from(self) -> date:
        day = self.cleaned_data["valid_from"]
        if not FIRST <= day <= LAST:
            raise forms.ValidationError(gettext("Enter a day between the years 1900 and 2199."))
        return day

    def terms(self) -> Terms:
        return Terms(**self.cleaned_data)


class PartnerKeyForm(forms.Form):
    name = forms.CharField(
        label=_("Name"), max_length=60, help_text=_("Which of the partner's programs uses it, such as “till”.")
    )


class CloseForm(forms.Form):
    """seen: the amount that was shown."""

    seen = forms.DecimalField(widget=forms.HiddenInput, max_digits=18, decimal_places=4)


class DisputeForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What is wrong with the line. The partner reads it too; name no customers."),
    )


class DecideForm(forms.Form):
    """In the currency's own coins: what cannot be paid would be rounded in the correction."""

    def __init__(self, *args: object, currency: str, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        help_text = gettext("What the line should have been, in %(currency)s; below zero where the partner is paid.")
        self.fields["right_amount"] = Amount(
            label=_("Right amount"),
            max_digits=16,
            decimal_places=precision(currency),
            required=False,
            help_text=help_text % {"currency": currency},
        )
