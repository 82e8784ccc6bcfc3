"""The fields of which forms of rules are made, and the way from a rule to what stands in them and back."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from treue.act.loyalty.earning.rules import MOST_AT_ALL, Caps, Goods, Lasting
from treue.act.loyalty.forms import whole
from treue.core.shop.fields import Amount

ONE_DAY = timedelta(days=1)
LEAST = Decimal("0.0001")
NO_AMOUNT = dict.fromkeys(
    ("min_value", "max_value", "max_digits", "max_decimal_places", "max_whole_digits"),
    _("Enter an amount above zero, with at most four decimals"),
)
Choices = Mapping[str, str]


def money(label: object, help_text: object = "", *, required: bool = True) -> Amount:
    return Amount(
        label=label,
        help_text=help_text,
        required=required,
        min_value=LEAST,
        max_digits=18,
        decimal_places=4,
        error_messages=NO_AMOUNT,
    )


def limit(label: object, help_text: object = "") -> forms.IntegerField:
    sentence = _("Enter a number from 1 to 1,000,000,000,000")
    return whole(label, 1, MOST_AT_ALL, sentence=sentence, required=False, help_text=help_text)


def day(label: object, help_text: object = "") -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(
        label=label,
        help_text=help_text,
        required=False,
        widget=widget,
        input_formats=["%Y-%m-%d"],
        error_messages={"invalid": _("Enter a day, such as 2026-10-31")},
    )


class Picked(forms.MultipleChoiceField):
    """Some of what there is. What was picked before may stay, also where the shop no longer has it."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, label: object, help_text: object = "") -> None:
        super().__init__(label=label, help_text=help_text, required=False)

    def offer(self, there: Choices, before: Iterable[str]) -> None:
        former = {each: each for each in before if each not in there}
        self.choices = [(key, label or key) for key, label in {**former, **there}.items()]


class Spanning(forms.Form):
    """A form with a first and a last day, both of them included."""

    def clean(self) -> dict[str, object]:
        values = super().clean()
        first, last = values.get("first_day"), values.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("The last day lies before the first"))
        if last == date.max:
            self.add_error("last_day", _("Enter an earlier day"))
        return values


def in_order(chosen: Sequence, before: Sequence) -> list:
    """What was there before in its order, then the rest: a form has an order of its own."""
    picked = set(chosen)
    return [each for each in before if each in picked] + [each for each in chosen if each not in set(before)]


def as_before(value: object, before: object) -> object:
    """The same amount as it was written before, so that a rule that nobody changed stays as it is."""
    return before if value is not None and value == before else value


def days_of(period: Lasting) -> dict[str, date | None]:
    return {
        "first_day": period.valid_from,
        "last_day": period.valid_until - ONE_DAY if period.valid_until else None,
    }


def period_of(said: Mapping[str, object]) -> dict[str, object]:
    """As JSON."""
    first, last = said["first_day"], said["last_day"]
    return {
        "valid_from": first.isoformat() if first else None,
        "valid_until": (last + ONE_DAY).isoformat() if last else None,
    }


def caps_of(caps: Caps) -> dict[str, int | None]:
    return {"caps_day": caps.day, "caps_month": caps.month, "caps_in_all": caps.in_all}


def caps_said(said: Mapping[str, object]) -> dict[str, object]:
    return {name: said[f"caps_{name}"] for name in ("day", "month", "in_all")}


def goods_of(goods: Goods, name: str) -> dict[str, list[str]]:
    return {f"{name}_products": list(goods.products), f"{name}_categories": list(goods.categories)}


def goods_said(said: Mapping[str, object], initial: Mapping[str, object], name: str) -> dict[str, list[str]]:
    return {
        each: in_order(said.get(f"{name}_{each}", []), initial.get(f"{name}_{each}") or [])
        for each in ("products", "categories")
    }
