"""The forms of vouchers."""

import re
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from treue.act.vouchers.campaigns import Terms, day_begins, day_ends
from treue.act.vouchers.codes import LONGEST_PREFIX
from treue.act.vouchers.making import MOST_OF_A_BATCH
from treue.act.vouchers.models import LONGEST_CODE, Campaign
from treue.core.shop.fields import Amount

BENEFITS = {
    Campaign.Benefit.AMOUNT: _("An amount off"),
    Campaign.Benefit.PERCENT: _("Percent off"),
    Campaign.Benefit.PRODUCT: _("A product free"),
    Campaign.Benefit.DELIVERY: _("Delivery free"),
}
KINDS = {Campaign.Kind.UNIQUE: _("Each code once, many codes"), Campaign.Kind.MULTI: _("One code for everybody")}
MATCHES = {Campaign.Match.ANY: _("At least one of them"), Campaign.Match.ALL: _("Each of them")}
SEPARATOR = re.compile(r"[\n;]")
MOST_LISTED = 1000


class Listed(forms.CharField):
    """Texts, one per line or parted by semicolons."""

    def __init__(self, *, longest: int, **kwargs: object) -> None:
        super().__init__(required=False, widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}), **kwargs)
        self.longest = longest

    def clean(self, value: str) -> list[str]:
        found = [" ".join(each.split()) for each in SEPARATOR.split(super().clean(value) or "")]
        found = list(dict.fromkeys(each for each in found if each))
        if len(found) > MOST_LISTED or any(len(each) > self.longest for each in found):
            raise ValidationError(_("One per line, please; too many or too long"))
        return found


def _day(label: object, help_text: object) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, help_text=help_text, required=False, widget=widget, input_formats=["%Y-%m-%d"])


def _count(label: object, help_text: object = "") -> forms.IntegerField:
    return forms.IntegerField(label=label, help_text=help_text, required=False, min_value=1, max_value=MOST_OF_A_BATCH)


class CampaignForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("What you call it here."))
    benefit = forms.ChoiceField(label=_("What it gives"), choices=list(BENEFITS.items()))
    amount = Amount(label=_("Amount"), required=False, max_digits=13, decimal_places=4)
    percent = Amount(label=_("Percent"), required=False, max_digits=5, decimal_places=2)
    product = forms.CharField(
        label=_("Code of the free product"), max_length=80, required=False, help_text=_("The shop's item code.")
    )
    kind = forms.ChoiceField(label=_("Codes"), choices=list(KINDS.items()))
    text = forms.CharField(
        label=_("The code for everybody"),
        max_length=LONGEST_CODE,
        required=False,
        help_text=_("At least four letters and digits, such as SUMMER25."),
    )
    keeps_rest = forms.BooleanField(
        label=_("An amount may be used in parts"),
        required=False,
        help_text=_("What a basket does not need stays on the code."),
    )
    minimum = Amount(label=_("Minimum basket"), required=False, max_digits=13, decimal_places=4)
    products = Listed(label=_("Only for these products"), longest=80, help_text=_("Item codes, one per line."))
    categories = Listed(label=_("Only for these categories"), longest=120, help_text=_("One per line."))
    match = forms.ChoiceField(label=_("Of these there must be in the basket"), choices=list(MATCHES.items()))
    is_combinable = forms.BooleanField(label=_("May be combined with other vouchers"), required=False)
    exclusive_group = forms.CharField(
        label=_("Group"), max_length=60, required=False, help_text=_("Of vouchers of one group an order has only one.")
    )
    first_day = _day(_("First day"), _("Empty: at once."))
    last_day = _day(_("Last day"), _("Until midnight in the shop's zone. Empty: without end."))
    most_redemptions = _count(_("Redemptions in all"))
    most_per_customer = _count(_("Redemptions per customer"), _("Then a till has to say whose order it is."))
    most_codes = _count(_("Codes in all"))
    budget = Amount(label=_("Budget"), required=False, max_digits=13, decimal_places=4)

    def __init__(self, *args: object, zone: ZoneInfo, currency: str, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.zone, self.currency = zone, currency
        self.fields["amount"].help_text = self.fields["budget"].help_text = currency

    def terms(self) -> Terms:
        """What was filled in; whether it can be, `campaigns.add` says."""
        given = dict(self.cleaned_data)
        first, last = given.pop("first_day"), given.pop("last_day")
        is_word = given["kind"] == Campaign.Kind.MULTI
        return Terms(
            **given,
            currency=self.currency,
            uses_per_code=None if is_word or given["keeps_rest"] else 1,
            valid_from=day_begins(first, self.zone) if first else None,
            valid_until=day_ends(last, self.zone) if last else None,
        )

    def refuse(self, field: str) -> None:
        """Say at the field that it cannot be as it is."""
        shown = {"valid_until": "last_day", "currency": "amount", "uses_per_code": "kind"}.get(field, field)
        self.add_error(shown, _("This cannot be, or not together with the rest."))


class MakeForm(forms.Form):
    count = forms.IntegerField(label=_("How many"), min_value=1, max_value=MOST_OF_A_BATCH)
    prefix = forms.RegexField(
        label=_("In front of each"),
        regex=r"^[A-Za-z0-9]*$",
        max_length=LONGEST_PREFIX,
        required=False,
        help_text=_("Letters and digits, such as TEA. May be empty."),
    )


class LookUpForm(forms.Form):
    text = forms.CharField(
        label=_("Code"),
        max_length=2 * LONGEST_CODE,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
        help_text=_("As it is printed; dashes and case do not matter."),
    )
