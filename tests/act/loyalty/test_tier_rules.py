"""Rules of tiers as JSON, and what is refused by name."""

import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given

from tests.act.loyalty.tier_cases import levels, version
from tests.act.loyalty.tier_strategies import FIRST, SOME, versions
from treue.act.loyalty.fields import MissingField, UnknownField, WrongValue
from treue.act.loyalty.tiers import CalendarYear, ForMonths, Measure, RollingMonths, Rules, RuleVersion
from treue.act.loyalty.tiers.as_json import read, written
from treue.act.loyalty.tiers.errors import (
    NoLevels,
    NotRising,
    NoVersions,
    RepeatedDay,
    RepeatedLevel,
)

GOLD = {"code": "gold", "names": {"en": "Gold", "de": "Gold"}, "threshold": "1000.00"}
SILVER = {"code": "silver", "names": {"en": "Silver", "de": "Silber"}, "threshold": "500.00"}
WRITTEN = {
    "valid_from": "2026-01-01",
    "levels": [SILVER, GOLD],
    "measure": "spend",
    "window": {"kind": "rolling", "months": 12},
    "term": {"kind": "until_next_year_ends"},
    "grace_days": 30,
    "downgrade": "one_step",
}


def test_rules_are_read_from_json() -> None:
    rules = read(WRITTEN)
    assert rules.valid_from == date(2026, 1, 1)
    assert [(level.code, level.name("de"), level.name("en"), level.threshold) for level in rules.levels] == [
        ("silver", "Silber", "Silver", Decimal(500)),
        ("gold", "Gold", "Gold", Decimal(1000)),
    ]
    assert (rules.measure, rules.window, rules.grace_days) == (Measure.SPEND, RollingMonths(12), 30)
    assert written(rules) == WRITTEN


@SOME
@given(versions(FIRST))
def test_what_is_written_is_read_as_the_same(rules: RuleVersion) -> None:
    assert read(json.loads(json.dumps(written(rules)))) == rules


def test_points_and_orders_are_whole_numbers() -> None:
    rules = version(measure=Measure.POINTS, window=CalendarYear(), term=ForMonths(6), levels=levels(a=0, b=7))
    assert written(rules)["levels"][1]["threshold"] == 7
    assert read(written(rules)) == rules


@pytest.mark.parametrize(
    ("changes", "error", "facts"),
    [
        ({"levels": []}, NoLevels, {}),
        ({"levels": [GOLD, SILVER]}, NotRising, {"code": "silver", "threshold": Decimal(500), "below": Decimal(1000)}),
        ({"levels": [SILVER, {**GOLD, "threshold": "500"}]}, NotRising, {"code": "gold"}),
        ({"levels": [SILVER, {**GOLD, "code": "silver"}]}, RepeatedLevel, {"code": "silver"}),
        ({"levels": {}}, WrongValue, {"place": "levels"}),
        ({"levels": ["gold"]}, WrongValue, {"place": "levels.0", "value": "gold"}),
        ({"levels": [{**GOLD, "code": "Gold!"}]}, WrongValue, {"place": "levels.0.code", "value": "Gold!"}),
        ({"levels": [{**GOLD, "threshold": 1000}]}, WrongValue, {"place": "levels.0.threshold", "value": 1000}),
        ({"levels": [{**GOLD, "threshold": "1e3"}]}, WrongValue, {"place": "levels.0.threshold"}),
        ({"levels": [{**GOLD, "threshold": "-1"}]}, WrongValue, {"place": "levels.0.threshold"}),
        ({"levels": [{**GOLD, "names": {"en": "Gold"}}]}, MissingField, {"place": "levels.0.names.de"}),
        ({"levels": [{**GOLD, "names": {"en": "Gold", "de": " "}}]}, WrongValue, {"place": "levels.0.names.de"}),
        ({"levels": [SILVER, {**GOLD, "colour": "red"}]}, UnknownField, {"place": "levels.1.colour"}),
        ({"measure": "visits"}, WrongValue, {"place": "measure", "value": "visits"}),
        ({"measure": "points"}, WrongValue, {"place": "levels.0.threshold"}),
        ({"window": {"kind": "rolling"}}, MissingField, {"place": "window.months"}),
        ({"window": {"kind": "rolling", "months": 0}}, WrongValue, {"place": "window.months", "value": 0}),
        ({"window": {"kind": "rolling", "months": True}}, WrongValue, {"place": "window.months"}),
        ({"window": {"kind": "calendar_year", "months": 3}}, UnknownField, {"place": "window.months"}),
        ({"window": {"kind": "lunar_year"}}, WrongValue, {"place": "window.kind", "value": "lunar_year"}),
        ({"window": "rolling"}, WrongValue, {"place": "window"}),
        ({"term": {"kind": "months", "months": 121}}, WrongValue, {"place": "term.months", "value": 121}),
        ({"grace_days": 367}, WrongValue, {"place": "grace_days", "value": 367}),
        ({"grace_days": -1}, WrongValue, {"place": "grace_days"}),
        ({"grace_days": "30"}, WrongValue, {"place": "grace_days"}),
        ({"downgrade": "softly"}, WrongValue, {"place": "downgrade"}),
        ({"valid_from": "2026-02-30"}, WrongValue, {"place": "valid_from", "value": "2026-02-30"}),
        ({"valid_from": "20260101"}, WrongValue, {"place": "valid_from"}),
        ({"valid_from": 20260101}, WrongValue, {"place": "valid_from"}),
        ({"until": "2027-01-01"}, UnknownField, {"place": "until"}),
    ],
)
def test_what_is_wrong_is_refused_with_its_place(changes: dict, error: type[Exception], facts: dict) -> None:
    with pytest.raises(error) as refused:
        read({**WRITTEN, **changes})
    assert {name: getattr(refused.value, name) for name in facts} == facts


def test_every_field_is_needed() -> None:
    for name in WRITTEN:
        with pytest.raises(MissingField) as refused:
            read({key: value for key, value in WRITTEN.items() if key != name})
        assert refused.value.place == name
    with pytest.raises(WrongValue) as refused:
        read([WRITTEN])
    assert refused.value.place == "rules"


def test_two_versions_may_not_begin_on_one_day_and_one_is_needed() -> None:
    with pytest.raises(RepeatedDay) as refused:
        Rules([version(), version(grace_days=3)])
    assert refused.value.valid_from == date(2024, 1, 1)
    with pytest.raises(NoVersions):
        Rules([])


def test_the_version_in_force_is_the_last_that_began() -> None:
    first, second = version(), version(valid_from=date(2025, 7, 1))
    rules = Rules([second, first])
    days = [date(2023, 12, 31), date(2024, 1, 1), date(2025, 6, 30), date(2025, 7, 1)]
    assert [rules.on(day) for day in days] == [None, first, first, second]
    assert rules.after(date(2025, 6, 30)) == (second,)
