"""Versions of the rules as JSON and back. Spending is written as text, "500.00", so that no cent is lost on the way.

    {"valid_from": "2026-01-01",
     "levels": [{"code": "gold", "names": {"en": "Gold", "de": "Gold"}, "threshold": "1000.00",
                 "benefits": [{"kind": "early_access", "hours": 24},
                              {"kind": "own", "texts": {"en": "Tea on the house", "de": "Tee aufs Haus"}}]}],
     "measure": "spend",
     "window": {"kind": "rolling", "months": 12},
     "term": {"kind": "until_next_year_ends"},
     "grace_days": 30,
     "downgrade": "one_step"}

measure: points, spend, orders. window: calendar_year, or rolling with its months. term: until_next_year_ends, or
months with their number. downgrade: at_once, one_step, never. benefits, which need not be there: free_delivery,
birthday_gift, early_access with its hours, own; with texts where they are not the usual ones, and of own always.
"""

import re
from collections.abc import Mapping
from decimal import Decimal

from treue.act.loyalty.fields import WrongValue, choice, count, day, fields_of, list_of, name
from treue.act.loyalty.tiers.benefits import Benefit, BenefitKind
from treue.act.loyalty.tiers.rules import (
    Amount,
    CalendarYear,
    Downgrade,
    ForMonths,
    Level,
    Measure,
    RollingMonths,
    RuleVersion,
    Term,
    UntilNextYearEnds,
    Window,
)

CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
MONEY = re.compile(r"\d{1,12}(\.\d{1,4})?", re.ASCII)
FIELDS = ("valid_from", "levels", "measure", "window", "term", "grace_days", "downgrade")


def written(version: RuleVersion) -> dict[str, object]:
    """As JSON holds it; `read` makes the same of it again."""
    return {
        "valid_from": version.valid_from.isoformat(),
        "levels": [_written_level(level, version.measure) for level in version.levels],
        "measure": version.measure.value,
        "window": _written_window(version.window),
        "term": _written_term(version.term),
        "grace_days": version.grace_days,
        "downgrade": version.downgrade.value,
    }


def read(value: object) -> RuleVersion:
    """Raises MissingField, UnknownField, WrongValue, and what RuleVersion raises."""
    fields = fields_of("rules", value, FIELDS, prefix="")
    measure = choice("measure", fields["measure"], Measure)
    levels = list_of("levels", fields["levels"])
    return RuleVersion(
        valid_from=day("valid_from", fields["valid_from"]),
        levels=tuple(_level(f"levels.{index}", level, measure) for index, level in enumerate(levels)),
        measure=measure,
        window=_window(fields["window"]),
        term=_term(fields["term"]),
        grace_days=count("grace_days", fields["grace_days"]),
        downgrade=choice("downgrade", fields["downgrade"], Downgrade),
    )


def _written_level(level: Level, measure: Measure) -> dict[str, object]:
    threshold = f"{Decimal(level.threshold):f}" if measure is Measure.SPEND else level.threshold
    found = {"code": level.code, "names": {"en": level.name_en, "de": level.name_de}, "threshold": threshold}
    return found | {"benefits": [_written_benefit(each) for each in level.benefits]} if level.benefits else found


def _written_benefit(benefit: Benefit) -> dict[str, object]:
    found: dict[str, object] = {"kind": benefit.kind.value}
    if benefit.hours is not None:
        found["hours"] = benefit.hours
    return found | {"texts": {"en": benefit.text_en, "de": benefit.text_de}} if benefit.text_en else found


def _written_window(window: Window) -> dict[str, object]:
    return (
        {"kind": "rolling", "months": window.months} if isinstance(window, RollingMonths) else {"kind": "calendar_year"}
    )


def _written_term(term: Term) -> dict[str, object]:
    return (
        {"kind": "months", "months": term.months} if isinstance(term, ForMonths) else {"kind": "until_next_year_ends"}
    )


def _level(place: str, value: object, measure: Measure) -> Level:
    needed = ("code", "names", "threshold")
    fields = fields_of(place, value, (*needed, "benefits") if _has(value, "benefits") else needed)
    names = fields_of(f"{place}.names", fields["names"], ("en", "de"))
    code = fields["code"]
    if not isinstance(code, str) or not CODE.fullmatch(code):
        raise WrongValue(f"{place}.code", code, "a word of small letters, digits, - and _")
    return Level(
        code=code,
        name_en=name(f"{place}.names.en", names["en"]),
        name_de=name(f"{place}.names.de", names["de"]),
        threshold=_threshold(f"{place}.threshold", fields["threshold"], measure),
        benefits=_benefits(f"{place}.benefits", fields.get("benefits", [])),
    )


def _benefits(place: str, value: object) -> tuple[Benefit, ...]:
    return tuple(_benefit(f"{place}.{index}", each) for index, each in enumerate(list_of(place, value)))


def _benefit(place: str, value: object) -> Benefit:
    fields = fields_of(place, value, ("kind", *(each for each in ("hours", "texts") if _has(value, each))))
    kind = choice(f"{place}.kind", fields["kind"], BenefitKind)
    texts = fields_of(f"{place}.texts", fields["texts"], ("en", "de")) if "texts" in fields else {}
    words = {f"text_{language}": name(f"{place}.texts.{language}", each) for language, each in texts.items()}
    return Benefit(kind=kind, hours=fields.get("hours"), **words)


def _has(value: object, field: str) -> bool:
    return isinstance(value, Mapping) and field in value


def _threshold(place: str, value: object, measure: Measure) -> Amount:
    if measure is not Measure.SPEND:
        return count(place, value)
    if not isinstance(value, str) or not MONEY.fullmatch(value):
        raise WrongValue(place, value, 'an amount as text, such as "500.00"')
    return Decimal(value)


def _window(value: object) -> Window:
    months = _kind("window", value, without_months="calendar_year", with_months="rolling")
    return CalendarYear() if months is None else RollingMonths(months)


def _term(value: object) -> Term:
    months = _kind("term", value, without_months="until_next_year_ends", with_months="months")
    return UntilNextYearEnds() if months is None else ForMonths(months)


def _kind(place: str, value: object, *, without_months: str, with_months: str) -> int | None:
    """The number of months; None for the kind that has none."""
    kind = value.get("kind") if isinstance(value, Mapping) else None
    fields = fields_of(place, value, ("kind", "months") if kind == with_months else ("kind",))
    if kind not in (without_months, with_months):
        raise WrongValue(f"{place}.kind", kind, f"{without_months} or {with_months}")
    return count(f"{place}.months", fields["months"]) if kind == with_months else None
