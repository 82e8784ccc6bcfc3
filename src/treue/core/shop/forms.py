"""The forms of the settings."""

import re

from django import forms
from django.utils.translation import gettext_lazy as _

from treue.core.shop import fields
from treue.core.shop.models import AcquisitionCost, ExchangeRate, NonProduct, Shop

SHORTEST_WINDOW, LONGEST_WINDOW = 7, 1830
MOST_CODES = 1000
NO_SHARE = dict.fromkeys(
    ("min_value", "max_value", "max_digits", "max_decimal_places", "max_whole_digits"),
    _("Enter a number from 0 to 100, with at most two decimals"),
)
LONGEST_CODE = NonProduct._meta.get_field("code").max_length


class ShopForm(forms.ModelForm):
    zone = fields.Zone(
        label=_("Time zone"),
        help_text=_("Days and months begin at midnight there. Times without offset in files are read in it."),
    )
    currency = fields.Currency(
        label=_("Currency"),
        help_text=_("Amounts are not converted when you change it."),
    )
    window_days = forms.IntegerField(
        label=_("Activity window in days"),
        min_value=SHORTEST_WINDOW,
        max_value=LONGEST_WINDOW,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), _("Enter a number from 7 to 1830")),
        help_text=_(
            "Whoever ordered within so many days is a customer. Retention can be told only from that long after the "
            "first order on: until then is warm-up. Shops with frequent purchases take 90 or 180, others 365."
        ),
    )
    margin = fields.Percent(
        label=_("Margin in percent"),
        min_value=0,
        max_value=1,
        max_digits=6,
        decimal_places=4,
        error_messages=NO_SHARE,
        help_text=_("What is left of revenue after the cost of goods. For products without costs of their own."),
    )
    discount_rate = fields.Percent(
        label=_("Discount rate a year in percent"),
        min_value=0,
        max_value=1,
        max_digits=6,
        decimal_places=4,
        error_messages=NO_SHARE,
        help_text=_(
            "How much less money is worth that comes a year later. What customers will be worth is reckoned by it."
        ),
    )

    class Meta:
        model = Shop
        fields = (
            *("name", "zone", "currency", "window_days", "margin", "discount_rate", "drop_duplicates"),
            "report_rhythm",
        )
        help_texts = {
            "drop_duplicates": _("Usually two equal lines are two items. From the next import on."),
            "report_rhythm": _("To all administrators and managers."),
        }


class RateForm(forms.ModelForm):
    """One currency's rate; a currency that has one already gets the new one."""

    currency = fields.Currency(label=_("Currency"))
    rate = fields.Amount(
        label=_("One unit is worth"),
        min_value=0,
        max_digits=18,
        decimal_places=8,
        help_text=_("In the shop's currency. For a dollar at 92 cents: 0.92"),
    )

    class Meta:
        model = ExchangeRate
        fields = ("currency", "rate")

    def clean_currency(self) -> str:
        code = self.cleaned_data["currency"]
        if code == self.instance.shop.currency:
            raise forms.ValidationError(_("This is the shop's own currency; it needs no rate"), code="own")
        return code

    def clean_rate(self) -> object:
        rate = self.cleaned_data["rate"]
        if rate == 0:
            raise forms.ValidationError(_("Enter a rate above zero"), code="zero")
        return rate


class NonProductsForm(forms.Form):
    codes = forms.CharField(
        label=_("Item codes"),
        required=False,
        help_text=_("One per line, such as POST or BANK CHARGES. Capitals and small letters make no difference."),
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false", "autocapitalize": "off"}),
    )

    def clean_codes(self) -> list[str]:
        """Each code once, as it was first written."""
        written = [code.strip() for code in re.split(r"[\r\n;]+", self.cleaned_data["codes"])]
        codes = list({code.upper(): code for code in reversed(written) if code}.values())[::-1]
        if len(codes) > MOST_CODES:
            raise forms.ValidationError(_("At most %(most)s codes, please"), params={"most": MOST_CODES})
        for code in codes:
            if len(code) > LONGEST_CODE:
                raise forms.ValidationError(
                    _("“%(code)s…” is too long for a code; at most %(most)s characters, please"),
                    params={"code": code[:20], "most": LONGEST_CODE},
                )
        return codes


class CostForm(forms.ModelForm):
    channel = forms.CharField(
        label=_("Channel"),
        max_length=60,
        required=False,
        help_text=_("As in your orders. Left empty, the costs are for all channels together."),
        widget=forms.TextInput(attrs={"list": "channels", "autocomplete": "off"}),
    )
    month = fields.Month(label=_("Month"))
    amount = fields.Amount(
        label=_("Amount"),
        min_value=0,
        max_digits=18,
        decimal_places=2,
        help_text=_("What winning new customers cost in this month, in the shop's currency."),
    )

    class Meta:
        model = AcquisitionCost
        fields = ("channel", "month", "amount")

    def clean(self) -> dict[str, object]:
        cleaned = super().clean()
        same = AcquisitionCost.objects.filter(
            shop=self.instance.shop, channel=cleaned.get("channel", ""), month=cleaned.get("month")
        )
        if same.exclude(pk=self.instance.pk).exists():
            self.add_error("month", _("There is an amount for this channel and month already; change that one"))
        return cleaned
