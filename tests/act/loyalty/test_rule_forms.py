"""A rule in a form: all that rules can say goes in and comes out as it was; what cannot be is said at its field."""

from dataclasses import dataclass
from decimal import Decimal

import pytest
from django.http import QueryDict
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.act.loyalty.earning_twin import CATEGORIES, SEGMENTS, TIERS, rule_sets
from treue.act.loyalty.earning.rules import DeedKind, ForDeed, Goods, Multiplier, PerAmount, Rule, RuleSet
from treue.act.loyalty.setup.common_form import CommonForm
from treue.act.loyalty.setup.rule_form import DEEDS, RuleEntry

HERE = {
    "categories": {each: each for each in CATEGORIES if each},
    "tiers": {each: each for each in TIERS},
    "segments": {each: each for each in SEGMENTS},
}
BASE = PerAmount(
    name="base", points=1, amount=Decimal("1.00"), multipliers=(Multiplier(factor=Decimal(2), weekdays=(5, 0)),)
)
RULES = RuleSet(currency="EUR", zone="Europe/Berlin", rules=(BASE,))
words = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=40).filter(
    lambda text: text.strip() == text
)


@st.composite
def deeds(draw: st.DrawFn) -> ForDeed:
    deed = draw(st.sampled_from(DeedKind))
    event = draw(words) if deed is DeedKind.EVENT else None
    qualifying = draw(st.none() | st.integers(0, 9))
    return ForDeed(name="deed", points=draw(st.integers(1, 1_000_000)), deed=deed, event=event, qualifying=qualifying)


def sent(form: object) -> list[tuple[str, str]]:
    """What a browser sends of a form as it stands there."""
    found = []
    for field in form:
        value = field.value()
        if isinstance(value, list | tuple):
            found += [(field.html_name, str(each)) for each in value]
        elif value is True:
            found.append((field.html_name, "on"))
        elif value is not None and value is not False:
            found.append((field.html_name, str(value)))
    return found


def posted(entry: RuleEntry, **changed: str) -> QueryDict:
    data = QueryDict(mutable=True)
    pairs = sent(entry.form)
    if entry.multipliers is not None:
        pairs += sent(entry.multipliers.management_form)
        pairs += [pair for form in entry.multipliers for pair in sent(form)]
    for name, value in pairs:
        data.appendlist(name, value)
    for name, value in changed.items():
        data.setlist(name.replace("__", "-"), value if isinstance(value, list) else [value])
    return data


@dataclass
class Filled:
    entry: RuleEntry
    rule: Rule | None


def filled(rule: Rule, rules: RuleSet = RULES, **changed: str) -> Filled:
    about = {"kind": rule.kind, "rule": rule, "revision": 0, **HERE}
    entry = RuleEntry(posted(RuleEntry(None, **about), **changed), **about)
    return Filled(entry, entry.rule(rule.name, rules))


@pytest.mark.parametrize("language", ["en", "de"])
@settings(max_examples=60, deadline=None)
@given(rules=rule_sets())
def test_every_rule_for_orders_comes_out_of_the_form_as_it_went_in(language: str, rules: RuleSet) -> None:
    with override(language):
        for rule in rules.rules:
            assert filled(rule, rules).rule == rule


@settings(max_examples=60, deadline=None)
@given(rule=deeds())
def test_every_rule_for_a_deed_comes_out_of_the_form_as_it_went_in(rule: ForDeed) -> None:
    assert filled(rule).rule == rule


@settings(max_examples=40, deadline=None)
@given(product=words, name=words)
def test_words_of_any_kind_survive(product: str, name: str) -> None:
    once = Multiplier(factor=Decimal("1.333"), segments=("gone",), tiers=(product,), name=name)
    rule = BASE.model_copy(update={"without": Goods(products=(product,)), "multipliers": (once,)})
    assert filled(rule).rule == rule


@settings(max_examples=40, deadline=None)
@given(rules=rule_sets())
def test_what_holds_for_all_rules_comes_out_as_it_went_in(rules: RuleSet) -> None:
    about = {"rules": rules, "revision": 0, "products": {}, "categories": HERE["categories"]}
    data = QueryDict(mutable=True)
    for name, value in sent(CommonForm(None, **about)):
        data.appendlist(name, value)
    form = CommonForm(data, **about)
    assert form.is_valid(), form.errors
    assert form.rules() == rules


def test_the_number_is_written_as_it_was() -> None:
    assert str(filled(BASE).rule.amount) == "1.00"
    assert str(filled(BASE, amount="1").rule.amount) == "1.00"
    assert str(filled(BASE, amount="1.5").rule.amount) == "1.5"


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"points": "0"}, "points", "Enter a number from 1 to 1,000,000"),
        ({"points": "1.5"}, "points", "Enter a number from 1 to 1,000,000"),
        ({"amount": "0"}, "amount", "Enter an amount above zero"),
        ({"amount": "1.00001"}, "amount", "Enter an amount above zero"),
        ({"amount": ""}, "amount", "required"),
        ({"caps_day": "0"}, "caps_day", "Enter a number from 1 to 1,000,000,000,000"),
        ({"budget": "-5"}, "budget", "Enter a number from 1 to 1,000,000,000,000"),
        ({"qualifying": "-1"}, "qualifying", "Enter a number from 0 to 1,000,000"),
        ({"first_day": "2026-12-24", "last_day": "2026-12-01"}, "last_day", "The last day lies before the first"),
        ({"last_day": "9999-12-31"}, "last_day", "Enter an earlier day"),
        ({"first_day": "tomorrow"}, "first_day", "Enter a day, such as 2026-10-31"),
        ({"only_categories": ["Cheese"]}, "only_categories", "Cheese is not one of the available choices"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(changed: dict[str, str], field: str, sentence: str) -> None:
    found = filled(BASE, **changed)
    assert found.rule is None
    assert sentence in str(found.entry.form.errors[field])


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"m-0-weekdays": []}, "factor", "Say for whom or when it holds"),
        ({"m-0-factor": "0"}, "factor", "Enter a number from 0.001 to 100"),
        ({"m-0-factor": "1.0001"}, "factor", "Enter a number from 0.001 to 100"),
        ({"m-0-weekdays": ["7"]}, "weekdays", "7 is not one of the available choices"),
        ({"m-0-last_day": "2026-12-01", "m-0-first_day": "2026-12-02"}, "last_day", "before the first"),
    ],
)
def test_what_a_multiplier_cannot_be_is_said_at_its_field(changed: dict, field: str, sentence: str) -> None:
    found = filled(BASE, **{name.replace("-", "__"): value for name, value in changed.items()})
    assert found.rule is None
    assert sentence in str(found.entry.multipliers[0].errors[field])


def test_a_multiplier_is_added_and_removed() -> None:
    more = filled(BASE, m__1__factor="3", m__1__tiers=["Gold"])
    assert [str(each.factor) for each in more.rule.multipliers] == ["2", "3"]
    assert filled(BASE, m__0__DELETE="on").rule.multipliers == ()


def test_every_deed_can_be_chosen() -> None:
    assert set(DEEDS) == set(DeedKind), "a rule for another one would become one for the first of the list"


def test_a_deed_and_its_event_belong_together() -> None:
    review = ForDeed(name="review", points=5, deed=DeedKind.REVIEW)
    assert "Only an event" in str(filled(review, event="Cup Returned").entry.form.errors["event"])
    assert "Name the event" in str(filled(review, deed="event").entry.form.errors["event"])
