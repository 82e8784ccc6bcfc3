"""What is entered about tiers and a member's points."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from treue.act.loyalty.tier_forms import BenefitFields, can_be_shown

MOST_POINTS = 1_000_000
MOST_TIERS = 4
REASONS = [("goodwill", _("Goodwill")), ("correction", _("Correction"))]
WHOLE = {"inputmode": "numeric", "autocomplete": "off"}


def whole(
    label: object, least: int, most: int, *, sentence: object, required: bool = True, help_text: object = ""
) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=least,
        max_value=most,
        required=required,
        widget=forms.TextInput(attrs=WHOLE),
        help_text=help_text,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), sentence),
    )


class TierForm(forms.Form):
    """Tiers: what is counted, over what time, and from how much on."""

    measure = forms.ChoiceField(
        label=_("What is counted"),
        choices=[
            ("spend", _("what a member spends")),
            ("points", _("qualifying points")),
            ("orders", _("orders")),
        ],
    )
    window = forms.ChoiceField(
        label=_("Over what time"),
        choices=[("calendar_year", _("a calendar year")), ("rolling", _("the last twelve months"))],
        help_text=_("A tier that was reached lasts until the end of the next calendar year, or twelve months."),
    )
    downgrade = forms.ChoiceField(
        label=_("If it is not reached again"),
        choices=[
            ("at_once", _("to the tier that was reached")),
            ("one_step", _("one tier down")),
            ("never", _("it stays")),
        ],
    )
    grace_days = whole(
        _("Days of grace"),
        0,
        366,
        sentence=_("Enter a number from 0 to 366"),
        help_text=_("For so long after its end a tier holds and can still be kept."),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        for place in range(1, MOST_TIERS + 1):
            named = {"number": place}
            self.fields[f"name_{place}"] = forms.CharField(
                label=gettext("Tier %(number)s") % named, max_length=40, required=place == 1
            )
            self.fields[f"name_de_{place}"] = forms.CharField(
                label=gettext("Tier %(number)s in German") % named, max_length=40, required=False
            )
            self.fields[f"threshold_{place}"] = forms.DecimalField(
                label=gettext("Tier %(number)s from") % named,
                min_value=0,
                max_value=MOST_POINTS * 1000,
                decimal_places=2,
                localize=True,
                required=place == 1,
            )
            self.fields |= BenefitFields(place).fields()

    def clean(self) -> dict[str, object]:
        """Each tier asks for more than the one before, and has a name and a threshold or neither."""
        values = super().clean()
        before: Decimal | None = None
        for place in range(1, MOST_TIERS + 1):
            name, least = values.get(f"name_{place}"), values.get(f"threshold_{place}")
            if self.errors.keys() & {f"name_{place}", f"threshold_{place}"}:
                continue
            if bool(name) != (least is not None):
                self.add_error(f"threshold_{place}", _("A tier needs a name and a threshold"))
            elif name and before is not None and least <= before:
                self.add_error(f"threshold_{place}", _("Each tier asks for more than the one before"))
            before = least if least is not None else before
            if problem := BenefitFields(place).problem(values):
                self.add_error(*problem)
        return values

    def document(self, valid_from: date) -> dict[str, object]:
        """The rules as `tiers.as_json` reads them."""
        values = self.cleaned_data
        is_rolling = values["window"] == "rolling"
        return {
            "valid_from": valid_from.isoformat(),
            "levels": [_level(values, place) for place in range(1, MOST_TIERS + 1) if values[f"name_{place}"]],
            "measure": values["measure"],
            "window": {"kind": "rolling", "months": 12} if is_rolling else {"kind": "calendar_year"},
            "term": {"kind": "months", "months": 12} if is_rolling else {"kind": "until_next_year_ends"},
            "grace_days": values["grace_days"],
            "downgrade": values["downgrade"],
        }


def _level(values: Mapping[str, object], place: int) -> dict[str, object]:
    least, name = values[f"threshold_{place}"], values[f"name_{place}"]
    found = {
        "code": slugify(name) or f"tier-{place}",
        "names": {"en": name, "de": values[f"name_de_{place}"] or name},
        "threshold": str(least) if values["measure"] == "spend" else int(least),
    }
    benefits = BenefitFields(place).document(values)
    return found | {"benefits": benefits} if benefits else found


def values_of(document: Mapping[str, object]) -> dict[str, object]:
    """What the form shows of rules that it can say; {} of others."""
    levels = document["levels"]
    kinds = document["window"]["kind"], document["term"]["kind"]
    if not all(can_be_shown(each.get("benefits", [])) for each in levels):
        return {}
    if len(levels) > MOST_TIERS or kinds not in (("calendar_year", "until_next_year_ends"), ("rolling", "months")):
        return {}
    values = {name: document[name] for name in ("measure", "downgrade", "grace_days")} | {"window": kinds[0]}
    for place, level in enumerate(levels, start=1):
        values |= {
            f"name_{place}": level["names"]["en"],
            f"name_de_{place}": level["names"]["de"],
            f"threshold_{place}": Decimal(str(level["threshold"])),
        }
        values |= BenefitFields(place).initial(level.get("benefits", []))
    return values


class AdjustForm(forms.Form):
    """A correction by hand."""

    points = whole(
        _("Points"),
        -MOST_POINTS,
        MOST_POINTS,
        sentence=_("Enter a number from −1,000,000 to 1,000,000"),
        help_text=_("With a minus to take them away."),
    )
    reason = forms.ChoiceField(label=_("Reason"), choices=REASONS)
    key = forms.CharField(widget=forms.HiddenInput, max_length=80)

    def clean_points(self) -> int:
        points = self.cleaned_data["points"]
        if points == 0:
            raise forms.ValidationError(_("Enter at least one point"))
        return points
