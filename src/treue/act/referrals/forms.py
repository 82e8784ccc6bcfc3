"""What is entered about referrals."""

from django import forms
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from treue.act.loyalty.forms import MOST_POINTS, whole
from treue.act.referrals.models import Scheme
from treue.act.referrals.schemes import Terms
from treue.act.vouchers.models import Campaign
from treue.core.shop.fields import Amount
from treue.core.shop.models import Shop

POINTS = _("Enter a number from 0 to 1,000,000")
FIELDS = ("advocate_points", "friend_points", "minimum", "most_per_year", "window_days", "review_from", "landing")


class SchemeForm(forms.Form):
    advocate_points = whole(_("Points for who refers"), 0, MOST_POINTS, sentence=POINTS)
    friend_points = whole(
        _("Points for the friend"),
        0,
        MOST_POINTS,
        sentence=POINTS,
        help_text=_("Once they are a member; 0 for none."),
    )
    welcome = forms.ModelChoiceField(
        label=_("Voucher for the friend, at once"),
        queryset=Campaign.objects.none(),
        required=False,
        empty_label=pgettext_lazy("a tier, a campaign or a group", "none"),
        help_text=_("Of a campaign that has a code of their own for everybody."),
    )
    minimum = Amount(
        label=_("Minimum of the order"),
        min_value=0,
        max_digits=13,
        decimal_places=2,
        help_text=_("What the friend must keep of it, in the shop's currency. 0 for none."),
    )
    is_first_only = forms.BooleanField(label=_("Only the first purchase counts"), required=False)
    window_days = whole(
        _("Days to buy"),
        1,
        365,
        sentence=_("Enter a number from 1 to 365"),
        help_text=_("From the moment on in which the friend came."),
    )
    most_per_year = whole(
        _("Rewards of one member in a year"),
        1,
        1_000_000,
        required=False,
        sentence=_("Enter a number from 1 to 1,000,000"),
        help_text=_("In a calendar year. Empty: without end. The friend is rewarded in any case."),
    )
    review_from = whole(
        _("Score from which a colleague looks first"),
        1,
        101,
        sentence=_("Enter a number from 1 to 101"),
        help_text=_("100 is the highest. 50: the same telephone or browser is enough. 101: nobody looks."),
    )
    landing = forms.CharField(
        label=_("Where links lead to"),
        max_length=500,
        validators=[URLValidator(schemes=["https", "http"], message=_("Enter a whole address, such as https://…"))],
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
        help_text=_("A page of your shop that says what the friend gets. The code is added to its address."),
    )
    is_open = forms.BooleanField(label=_("Members can refer friends"), required=False)

    def __init__(self, *args: object, shop: Shop, scheme: Scheme | None, **kwargs: object) -> None:
        kwargs["initial"] = _initial(scheme)
        super().__init__(*args, **kwargs)
        self.fields["welcome"].queryset = Campaign.objects.filter(shop=shop, kind=Campaign.Kind.UNIQUE).order_by("name")

    def clean(self) -> dict[str, object]:
        values = super().clean()
        has_points = values.get("advocate_points") or values.get("friend_points")
        if not self.errors and not has_points and not values.get("welcome"):
            self.add_error("advocate_points", _("Say what at least one of the two gets"))
        return values

    def terms(self) -> Terms:
        return Terms(**self.cleaned_data)


def _initial(scheme: Scheme | None) -> dict[str, object]:
    if scheme is None:
        return {"window_days": 30, "review_from": 50, "is_first_only": True, "is_open": True}
    values = {name: getattr(scheme, name) for name in FIELDS}
    return values | {"is_open": scheme.is_open, "is_first_only": scheme.is_first_only, "welcome": scheme.welcome_id}


class DecisionForm(forms.Form):
    """reason: needed to refuse."""

    reason = forms.CharField(
        label=_("Why"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Needed to refuse. It stays with the referral; the customers do not see it."),
    )
