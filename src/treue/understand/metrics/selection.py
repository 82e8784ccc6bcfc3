"""What a person looks at in the cockpit: which periods, whose customers; and what the filters offer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _

from treue.design import formats
from treue.science.calendar import Unit
from treue.science.figures import PeriodFigures
from treue.understand.metrics.counts import reading
from treue.understand.metrics.counts.reading import Filters
from treue.understand.metrics.models import Snapshot
from treue.understand.metrics.scope import comparison
from treue.understand.metrics.scope.basis import Basis
from treue.understand.metrics.scope.comparison import Choice
from treue.understand.metrics.scope.whose import label

UNITS: tuple[Unit, ...] = ("month", "quarter", "year")
PERIODS_TO_CHOOSE = 36
Option = tuple[str, str]
Timeline = Sequence[PeriodFigures]


@dataclass(frozen=True)
class Selection:
    """What the address asks for; what it asks for wrongly gives way to the usual. start, against: days in a period."""

    unit: Unit
    filters: Filters
    start: date | None = None
    against: date | None = None

    @classmethod
    def of(cls, query: QueryDict) -> "Selection":
        asked = query.get("unit", "month")
        return cls(
            unit=asked if asked in UNITS else "month",
            filters=Filters.of(query),
            start=_day(query.get("period", "")),
            against=_day(query.get("against", "")),
        )

    @property
    def for_everybody(self) -> str:
        """The same periods of all customers, as a query string."""
        periods = (("period", self.start), ("against", self.against))
        return urlencode({"unit": self.unit, **{name: day.isoformat() for name, day in periods if day}})


@dataclass(frozen=True)
class Offer:
    """What the filters offer, each as (value, text), and what is chosen of it; "" stands for the usual."""

    units: Sequence[Option]
    periods: Sequence[Option]
    period: str
    against: Sequence[Option]
    against_period: str
    channels: Sequence[Option]
    countries: Sequence[Option]
    categories: Sequence[Option]


def choose(timeline: Timeline, selection: Selection) -> Choice:
    """The complete period that holds the day asked for, against an earlier one; else the latest and the one before."""
    complete = [period for period in timeline if period.complete]
    current = _holding(selection.start, complete)
    if current is None and complete:
        current = complete[-1]
    if current is None:
        return Choice()
    against = _holding(selection.against, [period for period in complete if period.start < current.start])
    return comparison.chosen(timeline, current.start, against.start if against else None)


def _holding(day: date | None, periods: Timeline) -> PeriodFigures | None:
    return next((period for period in periods if day and period.start <= day < period.end), None)


def up_to(choice: Choice, timeline: Timeline) -> Timeline:
    """The timeline as it stood after the chosen period, so that titles and findings speak of what the cards show.

    The latest period keeps the running one behind it.
    """
    last = choice.current
    if last is None or not any(period.complete and period.start > last.start for period in timeline):
        return timeline
    return [period for period in timeline if period.start <= last.start]


def offer(snapshot: Snapshot, timeline: Timeline, choice: Choice, basis: Basis) -> Offer:
    """The usual of each has no value, so that a kept address goes on meaning the latest."""
    asked = basis.filters
    starts = [period.start for period in reversed(timeline) if period.complete]
    current = choice.current.start if choice.current else None
    earlier = [start for start in starts if current and start < current]
    found = reading.choices(snapshot)
    return Offer(
        units=[("month", _("Months")), ("quarter", _("Quarters")), ("year", _("Years"))],
        periods=_named(starts, basis),
        period=_value(current, starts),
        against=_named(earlier, basis),
        against_period=_value(choice.previous.start if choice.previous else None, earlier),
        channels=options("channel", found.channel, asked.channel, basis.language),
        countries=options("country", found.country, asked.country, basis.language),
        categories=options("category", found.category, asked.category, basis.language),
    )


def _named(starts: Sequence[date], basis: Basis) -> list[Option]:
    """Periods to choose from, the latest first and without a value."""
    named = [(_value(start, starts), basis.name(start)) for start in starts[:PERIODS_TO_CHOOSE]]
    return named or [("", formats.NOTHING)]


def _value(start: date | None, starts: Sequence[date]) -> str:
    return "" if start is None or start == starts[0] else start.isoformat()


def options(dimension: str, found: Sequence[reading.Choice], asked: str, language: str) -> list[Option]:
    """All, then each value with how many customers it leaves; nothing where nothing is known.

    asked: what the address asks for. It is offered even where it is not found (any more), so that a page never
    filters by what it does not show; how many customers that leaves is not known here.
    """
    missing = [asked] if asked and asked not in [one.value for one in found] else []
    if not found and not missing:
        return []
    everything = {"channel": _("All channels"), "country": _("All countries"), "category": _("All categories")}
    counted = ((one.value, formats.number(one.customers, language)) for one in found)
    return [
        ("", everything[dimension]),
        *((value, f"{label(dimension, value, language)} ({count})") for value, count in counted),
        *((value, label(dimension, value, language)) for value in missing),
    ]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
