"""One rule in a form with all that a rule can say. What the form does not change comes out as it went in."""

from collections.abc import Mapping

from django import forms
from django.utils.translation import gettext_lazy as _

from treue.act.loyalty.earning import documents
from treue.act.loyalty.earning.errors import Fault, RulesRefused
from treue.act.loyalty.earning.rules import MOST_POINTS, DeedKind, Rule, RuleSet, Stacking
from treue.act.loyalty.forms import whole
from treue.act.loyalty.setup import multiplier_forms
from treue.act.loyalty.setup.rule_fields import (
    Choices,
    Picked,
    Spanning,
    as_before,
    caps_of,
    caps_said,
    day,
    days_of,
    goods_of,
    goods_said,
    limit,
    money,
    period_of,
)

KINDS = {
    "per_amount": _("For every amount spent"),
    "per_unit": _("For every unit of some goods"),
    "per_order": _("For every order"),
    "first_purchase": _("For the first purchase"),
    "for_deed": _("For a deed"),
}
DEEDS = {
    DeedKind.REVIEW: _("a review"),
    DeedKind.SURVEY: _("an answered survey"),
    DeedKind.REFERRAL: _("a referred friend"),
    DeedKind.BIRTHDAY: _("the birthday"),
    DeedKind.PROFILE_COMPLETED: _("a completed profile"),
    DeedKind.VISIT: _("a visit"),
    DeedKind.CONTENT: _("a published text or photo"),
    DeedKind.EVENT: _("an event of your own"),
}
STACKING = {
    Stacking.MULTIPLY: _("they are multiplied with one another"),
    Stacking.HIGHEST: _("the highest counts"),
}
OF_ORDERS = ("is_qualifying_multiplied", "stacking")
GOODS = ("only_products", "only_categories", "without_products", "without_categories", "find")
OWN = {
    "per_amount": ("amount", "is_by_whole_amounts", *GOODS, *OF_ORDERS),
    "per_unit": ("only_products", "only_categories", "find", *OF_ORDERS),
    "per_order": ("minimum", *OF_ORDERS),
    "first_purchase": ("minimum", *OF_ORDERS),
    "for_deed": ("deed", "event"),
}
PLACES = {"caps.day": "caps_day", "caps.month": "caps_month", "caps.in_all": "caps_in_all"}


class RuleForm(Spanning):
    """products: of the shop that were found, with those chosen; categories: all of the shop."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)
    deed = forms.ChoiceField(
        label=_("For"),
        choices=list(DEEDS.items()),
        help_text=_(
            "Told by your server or by the API; what members publish Treue sees itself. Referrals and birthdays earn "
            "by this only what the API tells: they have a scheme and gifts of their own."
        ),
    )
    event = forms.CharField(
        label=_("Name of the event"),
        max_length=120,
        required=False,
        help_text=_("Of an event of your own, as in the log."),
    )
    points = whole(_("Points"), 1, MOST_POINTS, sentence=_("Enter a number from 1 to 1,000,000"))
    amount = money(_("for every"), _("In the shop's currency, of what the customer keeps."))
    is_by_whole_amounts = forms.BooleanField(
        label=_("Only for full amounts"),
        required=False,
        help_text=_("With a tick, 7.50 at 10 points for every 5.00 is 10, without one 15."),
    )
    minimum = money(_("For orders from"), _("What counts of the order. Empty: for any."), required=False)
    find = forms.CharField(
        label=_("Find products"), max_length=120, required=False, help_text=_("By code or name; then tick them below.")
    )
    only_products = Picked(_("Only on the products"), _("Nothing ticked here and below: on everything."))
    only_categories = Picked(_("Only on the categories"))
    without_products = Picked(_("But not on the products"))
    without_categories = Picked(_("But not on the categories"))
    first_day = day(_("First day"), _("Empty: at once."))
    last_day = day(_("Last day"), _("Until midnight in the shop's zone. Empty: without end."))
    caps_day = limit(_("Most points for a member a day"), _("Empty: without a limit."))
    caps_month = limit(_("Most points for a member a month"))
    caps_in_all = limit(_("Most points for a member in all"))
    budget = limit(
        _("Most points for all members together"), _("Then the rule gives nothing more. Empty: without a limit.")
    )
    qualifying = whole(
        _("Qualifying points"),
        0,
        MOST_POINTS,
        required=False,
        sentence=_("Enter a number from 0 to 1,000,000"),
        help_text=_("Where they are others than the points above. Empty: as many, without multipliers. 0: none."),
    )
    is_qualifying_multiplied = forms.BooleanField(label=_("Multipliers hold for qualifying points too"), required=False)
    stacking = forms.ChoiceField(label=_("Where several multipliers hold"), choices=list(STACKING.items()))

    def __init__(
        self, data: object, *, kind: str, rule: Rule | None, revision: int, products: Choices, categories: Choices
    ) -> None:
        known = values_of(rule) if rule else {"stacking": Stacking.MULTIPLY}
        super().__init__(data, initial=known | {"revision": revision})
        self.kind = kind
        for name in [name for names in OWN.values() for name in names if name not in OWN[kind]]:
            self.fields.pop(name, None)
        for name in [name for name in self.fields if name.startswith(("only_", "without_"))]:
            self.fields[name].offer(products if name.endswith("products") else categories, self.initial.get(name) or [])
            if not self.fields[name].choices:
                del self.fields[name]

    def clean(self) -> dict[str, object]:
        values = super().clean()
        if self.kind == "per_unit" and not (values.get("only_products") or values.get("only_categories")):
            self.add_error("find", _("Pick a product or a category"))
        if self.kind == "for_deed" and (values.get("deed") == DeedKind.EVENT) != bool(values.get("event")):
            is_event = values.get("deed") == DeedKind.EVENT
            self.add_error("event", _("Name the event") if is_event else _("Only an event of your own has a name"))
        return values

    def document(self, name: str) -> dict[str, object]:
        """The rule as JSON, without its multipliers. name: of the rule, which stays."""
        said = self.cleaned_data
        document = {
            "kind": self.kind,
            "name": name,
            "points": said["points"],
            "caps": caps_said(said),
            "budget": said["budget"],
            "qualifying": said["qualifying"],
            **period_of(said),
        }
        return document | self._own(said)

    def _own(self, said: Mapping[str, object]) -> dict[str, object]:
        own: dict[str, object] = {name: said[name] for name in OWN[self.kind] if name in PLAIN}
        for name in ("amount", "minimum"):
            if name in self.fields:
                value = as_before(said[name], self.initial.get(name))
                own[name] = None if value is None else str(value)
        for name in ("only", "without"):
            if f"{name}_products" in OWN[self.kind]:
                own[name] = goods_said(said, self.initial, name)
        if "event" in self.fields:
            own["event"] = said["event"] or None
        return own

    def refuse(self, faults: tuple[Fault, ...]) -> None:
        """Say at its field what the rules do not take, whatever the form did not see."""
        for each in faults:
            place = each.place.removeprefix("rules.0.")
            field = PLACES.get(place, place.partition(".")[0])
            self.add_error(field if field in self.fields else None, _("This cannot be, or not together with the rest."))


PLAIN = ("is_by_whole_amounts", "deed", "is_qualifying_multiplied", "stacking")


def values_of(rule: Rule) -> dict[str, object]:
    """What the form shows of a rule."""
    plain = ("points", "budget", "qualifying", "amount", "minimum", "event", *PLAIN)
    values = {name: getattr(rule, name) for name in plain if hasattr(rule, name)}
    for name in ("only", "without"):
        if hasattr(rule, name):
            values |= goods_of(getattr(rule, name), name)
    return values | caps_of(rule.caps) | days_of(rule)


class RuleEntry:
    """A rule with its multipliers as it is filled in."""

    def __init__(
        self,
        data: Mapping[str, object] | None,
        *,
        kind: str,
        rule: Rule | None,
        revision: int,
        products: Choices = {},  # noqa: B006 - it is only read
        categories: Choices = {},  # noqa: B006
        tiers: Choices = {},  # noqa: B006
        segments: Choices = {},  # noqa: B006
    ) -> None:
        goods = {"products": products, "categories": categories}
        self.form = RuleForm(data, kind=kind, rule=rule, revision=revision, **goods)
        self.multipliers = None
        if kind != "for_deed":
            known = rule.multipliers if rule else ()
            self.multipliers = multiplier_forms.formset(data, known, tiers=tiers, segments=segments)

    def rule(self, name: str, rules: RuleSet) -> Rule | None:
        """None where it cannot be, which the form says. rules: to whose currency and zone it belongs."""
        is_valid = self.form.is_valid()
        if self.multipliers is not None and not self.multipliers.is_valid():
            is_valid = False
        if not is_valid:
            return None
        document = self.form.document(name)
        if self.multipliers is not None:
            document["multipliers"] = self.multipliers.documents()
        about = {"format": 1, "currency": rules.currency, "zone": rules.zone}
        try:
            return documents.read({**about, "rules": [document]}).rules[0]
        except RulesRefused as error:
            self.form.refuse(error.faults)
            return None
