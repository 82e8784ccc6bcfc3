"""What the guided sequence asks, a form for each step.

A form knows how to fill itself from a plan, and what part of the draft it makes of what was entered.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from treue.act.loyalty.earning import documents
from treue.act.loyalty.earning.rules import MOST_POINTS, DeedKind, PerAmount, RuleSet
from treue.act.loyalty.expiry import LONGEST_MONTHS, After, AfterInactivity, Never, OnDayOfYear, Policy, written
from treue.act.loyalty.forms import TierForm, values_of, whole
from treue.act.loyalty.setup import simple
from treue.act.loyalty.setup.plan import NAME, RETURNS, RULES, TIERS, WORTH, Plan
from treue.act.loyalty.setup.rule_fields import money
from treue.act.loyalty.tiers import as_json
from treue.act.loyalty.tiers.errors import TierError
from treue.core.shop.fields import Amount

UP_TO_A_MILLION = _("Enter a number from 0 to 1,000,000")
SOME_DAY = date(2000, 1, 1)  # tiers begin on the day on which they are published
Parts = Mapping[str, object]


class StepForm(forms.Form):
    """revision: of the draft that was seen. used: names that rules had."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, data: object, *, plan: Plan, revision: int, used: Iterable[str] = ()) -> None:
        super().__init__(data, initial=self.values(plan) | {"revision": revision})
        self.plan, self.used = plan, used

    @classmethod
    def values(cls, plan: Plan) -> dict[str, object]:
        raise NotImplementedError

    def parts(self) -> Parts:
        """Of the draft, once everything is valid."""
        raise NotImplementedError


class PurchasesForm(StepForm):
    name = forms.CharField(label=_("Name of the programme"), max_length=80)
    points = whole(
        _("Points"),
        0,
        MOST_POINTS,
        sentence=UP_TO_A_MILLION,
        help_text=_("0: purchases earn by other rules alone."),
    )
    amount = money(
        _("for every full amount of"),
        _("In the shop's currency, of what the customer keeps: what comes back takes its points along."),
    )

    @classmethod
    def values(cls, plan: Plan) -> dict[str, object]:
        rule = simple.spending_of(plan.rules)
        points, amount = (rule.points, rule.amount) if rule else (0, Decimal(1))
        return {"name": plan.name, "points": points, "amount": amount}

    def parts(self) -> Parts:
        return {NAME: self.cleaned_data["name"]} | _rules(self.plan, self.rules())

    def rules(self) -> RuleSet:
        given = {name: self.cleaned_data[name] for name in ("points", "amount")}
        return simple.with_spending(self.plan.rules, **given, used=self.used)

    @property
    def rule(self) -> PerAmount | None:
        """The rule as it is filled in; that of the plan where that cannot be."""
        return simple.spending_of(self.rules() if self.is_bound and self.is_valid() else self.plan.rules)


class ReturnsForm(StepForm):
    return_days = whole(
        _("Days to return an order"),
        0,
        365,
        sentence=_("Enter a number from 0 to 365"),
        help_text=_("For so long the points of an order are pending; then they can be spent. 0: at once."),
    )
    expiry_kind = forms.ChoiceField(
        label=_("Points expire"),
        choices=[
            ("never", _("never")),
            ("after_months", _("so many months after they can be spent")),
            ("after_inactivity", _("so many months after the member last bought or redeemed")),
            ("on_day_of_year", _("at the end of the next calendar year")),
        ],
        help_text=_("Of points that are earned from now on."),
    )
    expiry_months = whole(
        _("Months until they expire"),
        1,
        LONGEST_MONTHS,
        required=False,
        sentence=_("Enter a number from 1 to 240"),
        help_text=_("Where they expire after so many months."),
    )
    debt_limit = whole(
        _("Points below zero"),
        0,
        MOST_POINTS,
        required=False,
        sentence=UP_TO_A_MILLION,
        help_text=_(
            "How far a return may take a balance below zero, where its points were spent already. Empty: as far as it "
            "takes. 0: never; the shop bears it then. Nobody redeems points while they are below zero."
        ),
    )
    correction_limit = whole(
        _("Points by hand without a second colleague"),
        0,
        MOST_POINTS,
        required=False,
        sentence=UP_TO_A_MILLION,
        help_text=_(
            "How many points a colleague gives or takes of one member within a day. Beyond that a second one has to "
            "agree. Empty: as many as they like."
        ),
    )

    @classmethod
    def values(cls, plan: Plan) -> dict[str, object]:
        kept = {name: getattr(plan, name) for name in ("return_days", "debt_limit", "correction_limit")}
        return kept | {"expiry_kind": plan.expiry["kind"], "expiry_months": plan.expiry.get("months")}

    def clean(self) -> dict[str, object]:
        values = super().clean()
        is_missing = not values.get("expiry_months") and "expiry_months" not in self.errors
        if values.get("expiry_kind") in ("after_months", "after_inactivity") and is_missing:
            self.add_error("expiry_months", _("Say after how many months"))
        return values

    def parts(self) -> Parts:
        kept = {name: self.cleaned_data[name] for name in ("return_days", "debt_limit", "correction_limit")}
        is_same = all(self.cleaned_data[name] == self.initial[name] for name in ("expiry_kind", "expiry_months"))
        return {RETURNS: kept | {"expiry": self.plan.expiry if is_same else written(self._policy())}}

    def _policy(self) -> Policy:
        kind, months = self.cleaned_data["expiry_kind"], self.cleaned_data["expiry_months"]
        if kind in ("after_months", "after_inactivity"):
            return (After if kind == "after_months" else AfterInactivity)(months=months)
        return OnDayOfYear() if kind == "on_day_of_year" else Never()


class DeedsForm(StepForm):
    welcome = whole(
        _("Points for the first purchase"), 0, MOST_POINTS, sentence=UP_TO_A_MILLION, help_text=_("0 for none.")
    )
    review = whole(_("Points for a review"), 0, MOST_POINTS, sentence=UP_TO_A_MILLION)
    survey = whole(_("Points for an answered survey"), 0, MOST_POINTS, sentence=UP_TO_A_MILLION)
    profile_completed = whole(_("Points for a completed profile"), 0, MOST_POINTS, sentence=UP_TO_A_MILLION)
    visit = whole(_("Points for a visit"), 0, MOST_POINTS, sentence=UP_TO_A_MILLION)
    event = forms.CharField(
        label=_("An event of your own"),
        max_length=120,
        required=False,
        help_text=_("By its name in the log, such as “Cup Returned”. Only a server can tell of it."),
    )
    event_points = whole(_("Points for every such event"), 0, MOST_POINTS, sentence=UP_TO_A_MILLION)

    @classmethod
    def values(cls, plan: Plan) -> dict[str, object]:
        welcome, own = simple.welcome_of(plan.rules), simple.deed_of(plan.rules, DeedKind.EVENT)
        found = {kind.value: simple.deed_of(plan.rules, kind) for kind in simple.DEEDS}
        return {
            "welcome": welcome.points if welcome else 0,
            **{name: rule.points if rule else 0 for name, rule in found.items()},
            "event": own.event if own else "",
            "event_points": own.points if own else 0,
        }

    def clean_event(self) -> str:
        """A name of one line."""
        return " ".join(self.cleaned_data["event"].split())

    def clean(self) -> dict[str, object]:
        values = super().clean()
        if values.get("event_points") and not values.get("event"):
            self.add_error("event", _("Say which event earns these points"))
        if values.get("event") and values.get("event_points") == 0:
            self.add_error("event_points", _("Say how many points the event earns"))
        return values

    def parts(self) -> Parts:
        said, rules = self.cleaned_data, simple.with_welcome(self.plan.rules, self.cleaned_data["welcome"], self.used)
        for kind in simple.DEEDS:
            rules = simple.with_deed(rules, kind, said[kind.value], None, self.used)
        event = said["event"] or None
        return _rules(self.plan, simple.with_deed(rules, DeedKind.EVENT, said["event_points"], event, self.used))


class TiersForm(StepForm, TierForm):
    """Tiers, or none as long as there never were any."""

    has_tiers = forms.BooleanField(
        label=_("There are tiers"),
        required=False,
        help_text=_("With them, those who buy more get more. Without a tick the rest of this page is left out."),
    )
    field_order = ("has_tiers",)

    def __init__(self, data: object, *, plan: Plan, revision: int, used: Iterable[str] = (), must: bool) -> None:
        super().__init__(data, plan=plan, revision=revision, used=used)
        if must:
            del self.fields["has_tiers"]
        if not must and not self._wants():
            for field in self.fields.values():
                field.required = False

    @classmethod
    def values(cls, plan: Plan) -> dict[str, object]:
        if plan.tiers is None:
            return {"has_tiers": False, "grace_days": 30}
        return {"has_tiers": True, **values_of(plan.tiers)}

    def _wants(self) -> bool:
        return not self.is_bound or bool(self.data.get("has_tiers"))

    def clean(self) -> dict[str, object]:
        if "has_tiers" in self.fields and not self._wants():
            for name in [name for name in self.errors if name != "revision"]:
                del self.errors[name]
            return self.cleaned_data
        values = super().clean()
        if not self.errors:
            try:
                as_json.read(self.document(SOME_DAY))
            except TierError:
                self.add_error(None, _("Two tiers have names that are too much alike."))
        return values

    def parts(self) -> Parts:
        if "has_tiers" in self.fields and not self.cleaned_data["has_tiers"]:
            return {TIERS: None}
        return {TIERS: self.document(SOME_DAY)}


class WorthForm(StepForm):
    point_value = Amount(
        label=_("Value of a point"),
        min_value=Decimal("0.000001"),
        max_value=Decimal(1_000),
        decimal_places=6,
        help_text=_("What a member gets for it, at the shop's prices and in its currency."),
    )
    point_cost = Amount(
        label=_("Cost of a point"),
        min_value=Decimal("0.000001"),
        max_value=Decimal(1_000),
        decimal_places=6,
        help_text=_("What it costs the shop when a point is redeemed, in the shop's currency."),
    )
    redeemed_percent = whole(
        _("How many of a hundred points are redeemed"),
        0,
        100,
        sentence=_("Enter a number from 0 to 100"),
        help_text=_("The others expire or are never used. Only the trial on last year's orders reckons with it."),
    )

    @classmethod
    def values(cls, plan: Plan) -> dict[str, object]:
        return {name: getattr(plan, name) for name in ("point_value", "point_cost", "redeemed_percent")}

    def parts(self) -> Parts:
        said = self.cleaned_data
        amounts = {name: str(said[name]) for name in ("point_value", "point_cost")}
        return {WORTH: amounts | {"redeemed_percent": said["redeemed_percent"]}}


class RevisionForm(forms.Form):
    """What is sent with a button: the draft that was seen."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)


def _rules(plan: Plan, rules: RuleSet) -> Parts:
    """Nothing where they are as before: the draft does not hold on to what nobody changed."""
    return {} if rules == plan.rules else {RULES: documents.written(rules)}
