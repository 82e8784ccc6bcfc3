"""A rule's multipliers, each a form of its own."""

from collections.abc import Mapping
from decimal import Decimal

from django import forms
from django.forms.formsets import DELETION_FIELD_NAME
from django.utils.translation import gettext_lazy as _

from treue.act.loyalty.earning.rules import Multiplier
from treue.act.loyalty.earning.when_and_whom import WEEKDAYS
from treue.act.loyalty.setup.rule_fields import Choices, Picked, Spanning, as_before, day, days_of, in_order, period_of
from treue.core.shop.fields import Amount

MOST = 20
NO_FACTOR = dict.fromkeys(
    ("min_value", "max_value", "max_digits", "max_decimal_places", "max_whole_digits"),
    _("Enter a number from 0.001 to 100, with at most three decimals"),
)
CONDITIONS = ("tiers", "segments", "weekdays", "first_day", "last_day")


class MultiplierForm(Spanning):
    factor = Amount(
        label=_("How many times as much"),
        min_value=Decimal("0.001"),
        max_value=Decimal(100),
        max_digits=6,
        decimal_places=3,
        error_messages=NO_FACTOR,
    )
    name = forms.CharField(label=_("Name of the campaign"), max_length=120, required=False, strip=False)
    tiers = Picked(_("Only for the tiers"))
    segments = Picked(_("Only for the segments"))
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Only on"),
        choices=list(enumerate(WEEKDAYS)),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    first_day = day(_("First day"))
    last_day = day(_("Last day"))

    def __init__(self, *args: object, tiers: Choices, segments: Choices, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        for name, there in (("tiers", tiers), ("segments", segments)):
            self.fields[name].offer(there, self.initial.get(name) or [])
            if not self.fields[name].choices:
                del self.fields[name]

    def clean(self) -> dict[str, object]:
        values = super().clean()
        if self.has_changed() and not self.errors and not any(values.get(name) for name in CONDITIONS):
            self.add_error("factor", _("Say for whom or when it holds: what always holds is another number of points"))
        return values

    def document(self) -> dict[str, object]:
        said, before = self.cleaned_data, self.initial
        picked = {
            name: in_order(said.get(name, []), before.get(name) or []) for name in ("tiers", "segments", "weekdays")
        }
        factor = str(as_before(said["factor"], before.get("factor")))
        return {"name": said["name"], "factor": factor, **picked, **period_of(said)}


class MultiplierFormSet(forms.BaseFormSet):
    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields[DELETION_FIELD_NAME].label = _("Remove this multiplier")

    def documents(self) -> list[dict[str, object]]:
        """Without those that were removed, and the empty one below them."""
        return [each.document() for each in self.forms if self._is_meant(each)]

    def _is_meant(self, form: forms.Form) -> bool:
        return bool(form.cleaned_data.get("factor")) and not form.cleaned_data.get(DELETION_FIELD_NAME)


Multipliers = forms.formset_factory(
    MultiplierForm, formset=MultiplierFormSet, extra=1, can_delete=True, max_num=MOST, validate_max=True
)


def values_of(one: Multiplier) -> dict[str, object]:
    picked = {name: list(getattr(one, name)) for name in ("tiers", "segments", "weekdays")}
    return {"name": one.name, "factor": one.factor, **picked, **days_of(one)}


def formset(
    data: Mapping[str, object] | None, multipliers: tuple[Multiplier, ...], *, tiers: Choices, segments: Choices
) -> MultiplierFormSet:
    initial = [values_of(each) for each in multipliers]
    return Multipliers(data, initial=initial, prefix="m", form_kwargs={"tiers": tiers, "segments": segments})
