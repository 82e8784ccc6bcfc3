"""The forms of gifts."""

from datetime import date

from django import forms
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from treue.act.gifts import plans, sentences
from treue.act.gifts.models import Plan
from treue.act.gifts.plans import MOST, MOST_DAYS, MOST_DAYS_BEFORE, MOST_MONTHS, Terms
from treue.act.gifts.wording import OCCASIONS
from treue.act.loyalty.days import day_of
from treue.act.loyalty.models import Programme
from treue.core.shop.fields import Amount


def _count(label: object, help_text: object, *, most: int = MOST, least: int = 1) -> forms.IntegerField:
    return forms.IntegerField(label=label, help_text=help_text, required=False, min_value=least, max_value=most)


def _day(label: object, help_text: object) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, help_text=help_text, required=False, widget=widget, input_formats=["%Y-%m-%d"])


class PlanForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("For you and your colleagues."))
    occasion = forms.ChoiceField(label=_("Occasion"), choices=list(OCCASIONS.items()))
    points = _count(_("Points"), _("Fill in this, a campaign of vouchers or a reward."))
    campaign = forms.ModelChoiceField(
        label=_("Campaign of vouchers"),
        queryset=None,
        required=False,
        empty_label=pgettext_lazy("a tier, a campaign or a group", "none"),
        help_text=_("Instead of points: each member gets a code of their own."),
    )
    reward = forms.ModelChoiceField(
        label=pgettext_lazy("what members get", "Reward"),
        queryset=None,
        required=False,
        empty_label=pgettext_lazy("a tier, a campaign or a group", "none"),
        help_text=_("Instead of points: for nothing, also where it is not offered for points."),
    )
    lasts_days = _count(
        _("Days to spend the points"), _("After the occasion. Empty: as the programme says."), most=MOST_DAYS
    )
    days_before = _count(_("Days before the occasion"), _("Empty: on the day itself."), most=MOST_DAYS_BEFORE, least=0)
    winners = _count(_("Members that are drawn"), _("Of a surprise: how many each time."))
    first_draw = _day(_("Day of the draw"), _("Of a surprise."))
    is_monthly = forms.BooleanField(label=_("Draw each month on this day"), required=False)
    months_apart = _count(
        _("Months before the same member is drawn again"), _("Empty: at once."), most=MOST_MONTHS, least=0
    )
    lowest_tier = forms.ChoiceField(label=_("Lowest tier"), required=False)
    group = forms.ChoiceField(label=pgettext_lazy("of customers", "Group"), required=False)
    cost = Amount(label=_("Cost"), max_digits=13, decimal_places=4, min_value=0, required=False)
    most_gifts = _count(_("How many there are in all"), _("Empty: without end."))
    budget = Amount(label=_("Budget"), max_digits=13, decimal_places=4, min_value=0, required=False)
    valid_from = _day(_("First day"), _("Empty: today."))
    valid_until = _day(_("Last day"), _("Empty: without end."))

    def __init__(self, *args: object, programme: Programme, tiers: sentences.Tiers, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        shop = programme.shop
        self.zone, self.currency = shop.tz, self.initial.get("currency") or shop.currency
        self.fields["campaign"].queryset = plans.campaigns_for_gifts(shop)
        self.fields["reward"].queryset = plans.rewards_for_gifts(programme)
        facts = {"currency": self.currency}
        cost = gettext("What one gift costs you at most, in %(currency)s. Empty: what the reward costs you.")
        self.fields["cost"].help_text = cost % facts
        self.fields["budget"].help_text = gettext("What all may cost, in %(currency)s. Empty: without end.") % facts
        gone = str(self.initial.get("lowest_tier") or "")
        former = [(gone, gone)] if gone and gone not in tiers else []
        self.fields["lowest_tier"].choices = [
            ("", pgettext_lazy("a tier, a campaign or a group", "none")),
            *tiers.items(),
            *former,
        ]
        self.fields["group"].choices = [("", _("All members")), *sentences.groups()]
        if "occasion" in self.initial:
            self.fields["occasion"].disabled = True

    def clean(self) -> dict[str, object]:
        given = super().clean()
        if given.get("cost") is None and "cost" not in self.errors:
            reward = given.get("reward")
            if reward is None or reward.currency != self.currency:
                self.add_error("cost", self.fields["cost"].error_messages["required"])
            else:
                given["cost"] = reward.cost
        return given

    def terms(self) -> Terms:
        """What was filled in; whether it can be, `plans` says."""
        given = dict(self.cleaned_data)
        numbers = {name: given.pop(name) or 0 for name in ("days_before", "months_apart")}
        begins = given.pop("valid_from") or self.initial.get("valid_from") or self._today()
        return Terms(**given, **numbers, currency=self.currency, valid_from=begins)

    def _today(self) -> date:
        return day_of(timezone.now(), self.zone)

    def refuse(self, field: str) -> None:
        """Say at the field that it cannot be as it is."""
        shown = "cost" if field == "currency" else field
        words = {
            "points": gettext("Fill in points, a campaign of vouchers or a reward, one of the three."),
            "winners": gettext("Of a surprise say how many members are drawn; other gifts are not drawn."),
            "first_draw": gettext("Of a surprise say on which day it is drawn; other gifts are not drawn."),
            "is_monthly": gettext("Surprises alone are drawn."),
            "months_apart": gettext("Surprises alone are drawn."),
            "lasts_days": gettext("A voucher ends with its campaign, and a reward has no days of its own."),
            "days_before": gettext("A surprise comes on the day on which it is drawn."),
        }
        self.add_error(shown, words.get(field) or gettext("This cannot be, or not together with the rest."))

    def refuse_limit(self, field: str) -> None:
        self.add_error(field, gettext("More than that was given already."))


def values_of(plan: Plan) -> dict[str, object]:
    """What the form shows of a plan."""
    return {name: getattr(plan, name) for name in Terms.__dataclass_fields__}


class GiveForm(forms.Form):
    """key: the same however often the form is sent."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=80)
    plan = forms.ModelChoiceField(label=_("Surprise"), queryset=None, empty_label=None)

    def __init__(self, *args: object, programme: Programme, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        of = Plan.objects.filter(programme=programme, occasion=Plan.Occasion.SURPRISE, is_active=True)
        self.fields["plan"].queryset = of.order_by("name")
