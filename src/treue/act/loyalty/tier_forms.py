"""What is entered about a tier by hand, and about what a tier gives."""

from collections.abc import Mapping, Sequence

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from treue.act.loyalty.tiers.benefits import LONGEST_TEXT, MOST_BENEFITS, MOST_HOURS

GRANT_REASONS = [
    ("goodwill", _("Goodwill")),
    ("status match", _("Has as much in another programme")),
    ("correction", _("Correction")),
]
MOST_OWN = MOST_BENEFITS - 3


class GrantForm(forms.Form):
    """names: of the tiers that can be given, by code."""

    level = forms.ChoiceField(label=_("Tier"))
    last_day = forms.DateField(
        label=_("Until"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Its last day. Two years at most."),
        error_messages=dict.fromkeys(("required", "invalid"), _("Enter the last day")),
    )
    reason = forms.ChoiceField(label=_("Reason"), choices=GRANT_REASONS)
    key = forms.CharField(widget=forms.HiddenInput, max_length=80)

    def __init__(self, *args: object, names: Mapping[str, str], **kwargs: object) -> None:
        super().__init__(*args, auto_id="grant_%s", **kwargs)
        self.fields["level"].choices = list(names.items())


class BenefitFields:
    """The fields of one tier of a form."""

    def __init__(self, place: int) -> None:
        self.place = place

    def fields(self) -> dict[str, forms.Field]:
        named = {"number": self.place}
        own = {"required": False, "widget": forms.Textarea(attrs={"rows": 2}), "max_length": 1_000}
        return {
            self._name("delivery"): forms.BooleanField(
                label=gettext("Free delivery with tier %(number)s") % named, required=False
            ),
            self._name("birthday"): forms.BooleanField(
                label=gettext("A gift for the birthday with tier %(number)s") % named, required=False
            ),
            self._name("hours"): forms.IntegerField(
                label=gettext("Hours of early access with tier %(number)s") % named,
                required=False,
                min_value=1,
                max_value=MOST_HOURS,
                widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
                error_messages=dict.fromkeys(
                    ("invalid", "min_value", "max_value"), gettext("Enter a number from 1 to 336")
                ),
            ),
            self._name("own"): forms.CharField(
                label=gettext("What else tier %(number)s gives") % named, help_text=gettext("A line for each."), **own
            ),
            self._name("own_de"): forms.CharField(
                label=gettext("What else tier %(number)s gives, in German") % named,
                help_text=gettext("As many lines; empty: the same words."),
                **own,
            ),
        }

    def problem(self, values: Mapping[str, object]) -> tuple[str, str] | None:
        """The field in which something is wrong, and what."""
        own, german = self._lines(values, "own"), self._lines(values, "own_de")
        if any(len(each) > LONGEST_TEXT for each in (*own, *german)):
            return self._name("own"), gettext("A line has 80 characters at most")
        if len(own) > MOST_OWN:
            return self._name("own"), gettext("A tier has five lines at most")
        if german and len(german) != len(own):
            return self._name("own_de"), gettext("Write as many lines in German")
        return None

    def document(self, values: Mapping[str, object]) -> list[dict[str, object]]:
        """As `tiers.as_json` reads it."""
        found: list[dict[str, object]] = []
        if values.get(self._name("delivery")):
            found.append({"kind": "free_delivery"})
        if hours := values.get(self._name("hours")):
            found.append({"kind": "early_access", "hours": hours})
        if values.get(self._name("birthday")):
            found.append({"kind": "birthday_gift"})
        own = self._lines(values, "own")
        german = self._lines(values, "own_de") or own
        texts = zip(own, german, strict=True)
        return [*found, *({"kind": "own", "texts": {"en": each, "de": its}} for each, its in texts)]

    def initial(self, benefits: Sequence[Mapping[str, object]]) -> dict[str, object]:
        """What the fields show of a document."""
        kinds = {each["kind"]: each for each in benefits}
        texts = [each["texts"] for each in benefits if each["kind"] == "own"]
        return {
            self._name("delivery"): "free_delivery" in kinds,
            self._name("birthday"): "birthday_gift" in kinds,
            self._name("hours"): kinds.get("early_access", {}).get("hours"),
            self._name("own"): "\n".join(each["en"] for each in texts),
            self._name("own_de"): "\n".join(each["de"] for each in texts),
        }

    def _name(self, what: str) -> str:
        return f"{what}_{self.place}"

    def _lines(self, values: Mapping[str, object], what: str) -> list[str]:
        lines = str(values.get(self._name(what)) or "").splitlines()
        return [each.strip() for each in lines if each.strip()]


def can_be_shown(benefits: Sequence[Mapping[str, object]]) -> bool:
    """Whether the fields can say all of it: they have no other words for the usual kinds."""
    own = [each for each in benefits if each["kind"] == "own"]
    return len(own) <= MOST_OWN and not any("texts" in each for each in benefits if each["kind"] != "own")
