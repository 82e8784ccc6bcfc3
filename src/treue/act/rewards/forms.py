"""The forms of rewards."""

from collections.abc import Mapping

from django import forms
from django.db.models import BigIntegerField
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from treue.act.loyalty.days import day_of, last_day_before
from treue.act.loyalty.models import Programme
from treue.act.loyalty.wording import number
from treue.act.rewards import catalogue
from treue.act.rewards.catalogue import MOST, Terms
from treue.act.rewards.models import Reward
from treue.act.rewards.wording import KINDS
from treue.act.vouchers.campaigns import day_begins, day_ends
from treue.core.shop.fields import Amount

SPANS = {Reward.Span.IN_ALL: _("In all"), Reward.Span.YEAR: _("In a calendar year")}


def _day(label: object, help_text: object) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, help_text=help_text, required=False, widget=widget, input_formats=["%Y-%m-%d"])


class RewardForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("As members read it."))
    description = forms.CharField(
        label=_("Description"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    kind = forms.ChoiceField(label=_("What it is"), choices=list(KINDS.items()))
    campaign = forms.ModelChoiceField(
        label=_("Campaign of vouchers"),
        queryset=None,
        required=False,
        empty_label=pgettext_lazy("a tier, a campaign or a group", "none"),
        help_text=_("Of a voucher: each member gets a code of their own. Only campaigns whose codes can be used once."),
    )
    points = forms.IntegerField(label=_("Points"), min_value=1, max_value=MOST, help_text=_("What members pay."))
    cost = Amount(label=_("Cost"), max_digits=13, decimal_places=4, min_value=0)
    stock = forms.IntegerField(
        label=_("How many there are in all"),
        required=False,
        min_value=0,
        max_value=MOST,
        help_text=_("Those that were given among them. Empty: without end."),
    )
    most_per_member = forms.IntegerField(
        label=_("Most for each member"), required=False, min_value=1, max_value=MOST, help_text=_("Empty: without end.")
    )
    span = forms.ChoiceField(label=_("That counts"), choices=list(SPANS.items()))
    lowest_tier = forms.ChoiceField(label=_("Lowest tier"), required=False)
    first_day = _day(_("First day"), _("Empty: at once."))
    last_day = _day(_("Last day"), _("Until midnight in the shop's zone. Empty: without end."))
    is_offered = forms.BooleanField(label=_("Members are offered it"), required=False, initial=True)

    def __init__(self, *args: object, programme: Programme, tiers: Mapping[str, str], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        shop = programme.shop
        self.zone, self.currency = shop.tz, shop.currency
        self.fields["campaign"].queryset = catalogue.campaigns_for_rewards(shop)
        self.fields["cost"].help_text = gettext("What one costs the shop, in %(currency)s.") % {
            "currency": shop.currency
        }
        gone = str(self.initial.get("lowest_tier") or "")
        former = [(gone, gone)] if gone and gone not in tiers else []
        self.fields["lowest_tier"].choices = [
            ("", pgettext_lazy("a tier, a campaign or a group", "none")),
            *tiers.items(),
            *former,
        ]

    def terms(self) -> Terms:
        """What was filled in; whether it can be, `catalogue` says."""
        given = dict(self.cleaned_data)
        first, last = given.pop("first_day"), given.pop("last_day")
        return Terms(
            **given,
            currency=self.initial.get("currency") or self.currency,
            valid_from=day_begins(first, self.zone) if first else None,
            valid_until=day_ends(last, self.zone) if last else None,
        )

    def refuse(self, field: str) -> None:
        """Say at the field that it cannot be as it is."""
        shown = {"valid_until": "last_day", "currency": "cost"}.get(field, field)
        self.add_error(shown, gettext("This cannot be, or not together with the rest."))

    def refuse_stock(self, given: int) -> None:
        words = ngettext("%(count)s was given already.", "%(count)s were given already.", given)
        self.add_error("stock", words % {"count": number(given)})


def values_of(reward: Reward) -> dict[str, object]:
    """What the form shows of a reward."""
    zone = reward.programme.shop.tz
    names = ("name", "description", "kind", "campaign", "points", "cost", "currency", "stock")
    values = {name: getattr(reward, name) for name in (*names, "most_per_member", "span", "lowest_tier", "is_offered")}
    return values | {
        "first_day": day_of(reward.valid_from, zone) if reward.valid_from else None,
        "last_day": last_day_before(reward.valid_until, zone) if reward.valid_until else None,
    }


class RedeemForm(forms.Form):
    """key: the same however often the form is sent. points: what was shown."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=80)
    points = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class FindForm(forms.Form):
    number = forms.IntegerField(
        label=_("Number"),
        min_value=1,
        max_value=BigIntegerField.MAX_BIGINT,
        help_text=_("What the member says at the counter, such as 000017."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


class CancelForm(forms.Form):
    key = forms.CharField(widget=forms.HiddenInput, max_length=80)
