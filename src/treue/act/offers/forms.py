"""The forms of offers and of prices."""

from collections.abc import Mapping
from datetime import UTC, datetime

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from treue.act.loyalty.models import Programme
from treue.act.offers.models import LONGEST_HEAD_START_HOURS, Offer
from treue.act.offers.planning import MOST, Terms
from treue.act.offers.price_files import MOST_BYTES
from treue.act.offers.wording import KINDS
from treue.act.vouchers.forms import Listed
from treue.core.shop.fields import Amount
from treue.understand.profile.consent_forms import LocalMoment
from treue.understand.segments.wording import GROUPS

BENEFITS = {
    Offer.Benefit.PERCENT: _("Percent off"),
    Offer.Benefit.AMOUNT: _("An amount off"),
    Offer.Benefit.PRICE: _("A price of its own"),
}
EXEMPT = {
    Offer.Exempt.NO: _("Show the lowest price of the 30 days before"),
    Offer.Exempt.PERISHABLE: _("Not asked for: the goods would spoil soon"),
    Offer.Exempt.INDIVIDUAL: _("Not asked for: an individual reduction, for a segment alone"),
    Offer.Exempt.NO_REDUCTION: _("Not asked for: everybody will pay as much later"),
}


def _count(label: object, help_text: object, most: int = MOST) -> forms.IntegerField:
    return forms.IntegerField(label=label, help_text=help_text, required=False, min_value=1, max_value=most)


class OfferForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("As members read it."))
    description = forms.CharField(
        label=_("Description"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    kind = forms.ChoiceField(
        label=_("What it is"),
        choices=list(KINDS.items()),
        help_text=_("A flash sale lasts three days at most; early access needs a head start."),
    )
    products = Listed(
        label=_("Products"), longest=80, help_text=_("Item codes, one per line. Without products and categories: all.")
    )
    categories = Listed(label=_("Categories"), longest=120, help_text=_("One per line."))
    benefit = forms.ChoiceField(label=pgettext_lazy("an offer", "What it gives"), choices=list(BENEFITS.items()))
    percent = Amount(label=_("Percent"), required=False, max_digits=5, decimal_places=2)
    amount = Amount(label=_("Amount"), required=False, max_digits=13, decimal_places=4)
    starts_at = LocalMoment(label=_("Begin"), help_text=_("In the shop's time."))
    ends_at = LocalMoment(label=_("End"), help_text=_("In the shop's time."))
    lowest_tier = forms.ChoiceField(label=_("Lowest tier"), required=False)
    segment = forms.ChoiceField(label=_("Segment"), required=False, help_text=_("Instead of a tier."))
    head_start_hours = _count(
        _("Head start in hours"),
        _("Members from the tier in the next field on may buy so much earlier."),
        LONGEST_HEAD_START_HOURS,
    )
    head_start_tier = forms.ChoiceField(label=_("Head start from tier"), required=False)
    units = _count(_("How many pieces there are in all"), _("Empty: without end."))
    most_per_member = _count(_("Most pieces for each member"), _("Empty: without end."))
    budget = Amount(label=_("Budget"), required=False, max_digits=13, decimal_places=4)
    exempt = forms.ChoiceField(
        label=_("Lowest price of 30 days"),
        required=False,
        choices=list(EXEMPT.items()),
        help_text=_("The law asks for it beside every reduction that is for members in general."),
    )
    is_shown_to_others = forms.BooleanField(
        label=_("Members whose tier is too low see it, as a reason to rise"), required=False
    )

    def __init__(self, *args: object, programme: Programme, tiers: Mapping[str, str], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        shop = programme.shop
        self.zone, self.currency = shop.tz, shop.currency
        self.fields["amount"].help_text = gettext("What is taken off, or the price, in %(currency)s.") % {
            "currency": shop.currency
        }
        self.fields["budget"].help_text = gettext("What it may take off in all, in %(currency)s.") % {
            "currency": shop.currency
        }
        for name in ("lowest_tier", "head_start_tier"):
            gone = str(self.initial.get(name) or "")
            former = [(gone, gone)] if gone and gone not in tiers else []
            self.fields[name].choices = [
                ("", pgettext_lazy("a tier, a campaign or a group", "none")),
                *tiers.items(),
                *former,
            ]
        self.fields["segment"].choices = [
            ("", _("All members")),
            *((code, each.name) for code, each in GROUPS.items()),
        ]

    def clean(self) -> dict[str, object]:
        cleaned = super().clean()
        for name in ("starts_at", "ends_at"):
            if cleaned.get(name):
                cleaned[name] = self._there(name, cleaned[name])
        return cleaned

    def _there(self, name: str, typed: datetime) -> datetime | None:
        """The moment; of an hour that the clock shows twice the first. None where it jumps over it, or is far away."""
        if not 2000 <= typed.year < 2100:
            self.add_error(name, ValidationError(gettext("Enter day and time, such as 2026-11-28T14:30")))
            return None
        moment = typed.replace(tzinfo=self.zone).astimezone(UTC)
        if moment.astimezone(self.zone).replace(tzinfo=None) != typed:
            self.add_error(name, ValidationError(gettext("The clocks jump over this time. Take another one.")))
            return None
        return moment

    def terms(self) -> Terms:
        """What was filled in; whether it can be, `planning` says."""
        given = dict(self.cleaned_data)
        is_share = given["benefit"] == Offer.Benefit.PERCENT
        given["percent" if not is_share else "amount"] = None
        return Terms(
            **{**given, "head_start_hours": given["head_start_hours"] or 0},
            currency=self.currency,
        )

    def refuse(self, field: str) -> None:
        """Say at the field that it cannot be as it is."""
        shown = {"currency": "amount"}.get(field, field)
        self.add_error(shown, gettext("This cannot be, or not together with the rest."))


def values_of(offer: Offer) -> dict[str, object]:
    """What the form shows of a draft."""
    zone = offer.programme.shop.tz
    plain = (
        *("name", "description", "kind", "benefit", "percent", "amount", "lowest_tier", "segment", "head_start_tier"),
        *("units", "most_per_member", "budget", "exempt", "is_shown_to_others"),
    )
    return {name: getattr(offer, name) for name in plain} | {
        "products": "\n".join(offer.products),
        "categories": "\n".join(offer.categories),
        "head_start_hours": offer.head_start_hours or None,
        "starts_at": offer.starts_at.astimezone(zone),
        "ends_at": offer.ends_at.astimezone(zone),
    }


class PricesForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV with the columns product, price, from; and, where you like, currency and audience."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv"}),
        max_length=None,
        allow_empty_file=True,  # reading says it better
    )

    def clean_file(self) -> bytes:
        return self.cleaned_data["file"].read(MOST_BYTES + 1)
