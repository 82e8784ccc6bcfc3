"""What is entered about the books."""

from datetime import date
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from treue.act.loyalty.models import BookTerms
from treue.core.shop import fields

EARLIEST = date(1970, 2, 1)
NO_WORTH = dict.fromkeys(
    ("min_value", "max_digits", "max_decimal_places", "max_whole_digits"),
    _("Enter an amount above zero, with at most six decimals"),
)
NO_RATE = dict.fromkeys(
    ("min_value", "max_value", "max_digits", "max_decimal_places", "max_whole_digits"),
    _("Enter a number from −50 to 50, with at most two decimals"),
)
NO_SHARE = dict.fromkeys(
    ("min_value", "max_value", "max_digits", "max_decimal_places", "max_whole_digits"),
    _("Enter a number from 0 to 100, with at most two decimals"),
)


class DayForm(forms.Form):
    """Of which day. today: of the shop."""

    as_of = forms.DateField(
        label=_("End of the day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        error_messages={"invalid": _("Enter a day up to today, such as 2026-10-31")},
    )

    def __init__(self, *args: object, today: date, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["as_of"].widget.attrs["max"] = today.isoformat()

    def clean_as_of(self) -> date:
        day = self.cleaned_data["as_of"]
        if not EARLIEST <= day <= self.today:
            raise ValidationError(self.fields["as_of"].error_messages["invalid"])
        return day


def _worth(label: object, help_text: object, *, required: bool = True) -> fields.Amount:
    return fields.Amount(
        label=label,
        help_text=help_text,
        required=required,
        min_value=Decimal("0.000001"),
        max_digits=12,
        decimal_places=6,
        error_messages=NO_WORTH,
    )


def _rate(label: object, help_text: object) -> fields.Percent:
    return fields.Percent(
        label=label,
        help_text=help_text,
        required=False,
        min_value=Decimal("-0.5"),
        max_value=Decimal("0.5"),
        max_digits=5,
        decimal_places=4,
        error_messages=NO_RATE,
    )


class TermsForm(forms.ModelForm):
    value_per_point = _worth(
        _("Value of a point"), _("What it buys at your prices, in the shop's currency: 0.01 where 100 points buy 1.00.")
    )
    cost_per_point = _worth(
        _("Cost of a point"),
        _("What that costs you, for the German books. Empty: as much as its value."),
        required=False,
    )
    cost_increase = _rate(
        _("Rise of costs a year in percent"), _("By how much rewards become dearer. Empty: not at all.")
    )
    interest_rate = _rate(
        _("Market interest rate in percent"),
        _("The Bundesbank's for the term, by which what is redeemed later than in a year is discounted. Empty: none."),
    )
    assumed_redemption = fields.Percent(
        label=_("Assumed redemption in percent"),
        required=False,
        min_value=0,
        max_value=1,
        max_digits=5,
        decimal_places=4,
        error_messages=NO_SHARE,
        help_text=_("Of the points issued; it holds as long as your own cannot tell. Empty: all are redeemed."),
    )

    class Meta:
        model = BookTerms
        fields = ("value_per_point", "cost_per_point", "cost_increase", "interest_rate", "assumed_redemption")

    def clean_cost_increase(self) -> Decimal:
        return self.cleaned_data["cost_increase"] or Decimal(0)

    def clean_interest_rate(self) -> Decimal:
        return self.cleaned_data["interest_rate"] or Decimal(0)


class CloseForm(forms.Form):
    month = forms.DateField(widget=forms.HiddenInput, input_formats=["%Y-%m-%d"])
