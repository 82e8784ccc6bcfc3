"""Rules as JSON: what is written is read again, and what is wrong is refused with its place."""

import json
from decimal import Decimal

import pytest
from hypothesis import given, settings

from tests.act.loyalty.earning_twin import rule_sets
from treue.act.loyalty.earning import documents
from treue.act.loyalty.earning.errors import Fault, RulesRefused
from treue.act.loyalty.earning.rules import Caps, DeedKind, ForDeed, Goods, PerAmount, RuleSet

BASE = PerAmount(name="base", points=1, amount=Decimal("1.10"), only=Goods(categories=("Tee & Gebäck",)))
REVIEW = ForDeed(name="review", points=20, deed=DeedKind.REVIEW, caps=Caps(day=40), budget=10_000)
RULES = RuleSet(currency="EUR", zone="Europe/Berlin", rules=(BASE, REVIEW))
TWICE = {"factor": "2", "tiers": ["Gold"]}


@settings(max_examples=100, deadline=None)
@given(rule_sets())
def test_what_is_written_is_read_again(rules: RuleSet) -> None:
    text = json.dumps(documents.written(rules))
    assert documents.read(text) == documents.read(json.loads(text)) == rules
    assert documents.written(documents.read(text)) == documents.written(rules)


def test_money_keeps_its_decimals_and_defaults_are_written_out() -> None:
    first = documents.written(RULES)["rules"][0]
    assert (first["amount"], first["stacking"], first["qualifying"]) == ("1.10", "multiply", None)


def changed(place: str, value: object) -> dict:
    """The document of RULES with another value at one place; `...` takes it away."""
    document = json.loads(json.dumps(documents.written(RULES)))
    *steps, last = (int(each) if each.isdigit() else each for each in place.split("."))
    inner = document
    for step in steps:
        inner = inner[step]
    inner[last] = value
    if value is ...:
        del inner[last]
    return document


@pytest.mark.parametrize(
    ("place", "value", "code", "limit"),
    [
        ("rulez", [], "extra_forbidden", ""),
        ("zone", ..., "missing", ""),
        ("zone", "Europe/Nowhere", "unknown_zone", ""),
        ("zone", "../etc/passwd", "unknown_zone", ""),
        ("zone", "Europe", "unknown_zone", ""),
        ("currency", "euro", "string_pattern_mismatch", "^[A-Z]{3}$"),
        ("format", 2, "literal_error", "1"),
        ("rules.0.points", 0, "greater_than_equal", "1"),
        ("rules.0.points", 1.5, "int_type", ""),
        ("rules.0.points", True, "int_type", ""),
        ("rules.0.points", 10**7, "less_than_equal", "1000000"),
        ("rules.0.name", "Base rule", "string_pattern_mismatch", "^[a-z][a-z0-9_-]*$"),
        ("rules.0.amount", "0", "greater_than_equal", "0.0001"),
        ("rules.0.amount", "NaN", "finite_number", ""),
        ("rules.0.amount", "1.00001", "decimal_max_places", "4"),
        ("rules.0.only.categories", ["Tea", "Tea"], "twice", ""),
        ("rules.0.qualifying", -1, "greater_than_equal", "0"),
        ("rules.1.caps.day", 0, "greater_than_equal", "1"),
        ("rules.1.budget", 0, "greater_than_equal", "1"),
        ("rules.1.multipliers", [], "extra_forbidden", ""),
    ],
)
def test_what_is_impossible_is_refused_with_its_place(place: str, value: object, code: str, limit: str) -> None:
    assert faults(changed(place, value)) == (Fault(place, code, limit),)


@pytest.mark.parametrize(
    ("changed_place", "value", "place", "code"),
    [
        ("rules.0.kind", "per_moon", "rules.0", "union_tag_invalid"),
        ("rules.0.multipliers", [{"factor": "2"}], "rules.0.multipliers.0", "always"),
        ("rules.0.multipliers", [TWICE | {"factor": "0"}], "rules.0.multipliers.0.factor", "greater_than"),
        ("rules.0.multipliers", [TWICE | {"weekdays": [7]}], "rules.0.multipliers.0.weekdays.0", "less_than_equal"),
        ("rules.1.valid_from", "2027-02-29", "rules.1.valid_from", "date_parsing"),
        ("rules.1.deed", "event", "rules.1", "event_and_deed"),
        ("rules.1.event", "Recycled", "rules.1", "event_and_deed"),
        ("rules.1.name", "base", "", "same_name"),
    ],
)
def test_what_does_not_go_together_is_refused_where_it_stands(
    changed_place: str, value: object, place: str, code: str
) -> None:
    (found,) = faults(changed(changed_place, value))
    assert (found.place, found.code) == (place, code)


@pytest.mark.parametrize("until", ["2028-02-29", "2028-02-28"])
def test_what_ends_before_it_begins_is_refused(until: str) -> None:
    document = changed("rules.0.valid_from", "2028-02-29")
    document["rules"][0]["valid_until"] = until
    assert faults(document) == (Fault("rules.0", "ends_before_it_begins"),)


def faults(document: object) -> tuple[Fault, ...]:
    with pytest.raises(RulesRefused) as refused:
        documents.read(document)
    return refused.value.faults


def test_all_that_is_wrong_is_said_at_once() -> None:
    found = faults({"currency": "EUR", "rules": [{"kind": "for_deed", "points": 0}]})
    assert [each.place for each in found] == ["zone", "rules.0.name", "rules.0.points", "rules.0.deed"]


@pytest.mark.parametrize("text", ["", "[", "[]", "null", b"\xff", '{"rules": ' + "[" * 500])
def test_what_is_no_document_is_refused(text: str | bytes) -> None:
    with pytest.raises(RulesRefused):
        documents.read(text)
