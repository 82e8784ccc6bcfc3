"""The manager's morning page: what the figures say, made ready to print."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from treue.core.shop.models import Shop
from treue.design import formats
from treue.design.figures import Figure, Finding
from treue.design.tables import Table
from treue.science.calendar import Unit
from treue.science.figures import PeriodFigures, TotalFigures
from treue.understand.metrics import cards, charts, findings, kinds, reading, tables, titles, windows
from treue.understand.metrics.basis import Basis
from treue.understand.metrics.charts import Chart, HeatChart
from treue.understand.metrics.comparison import Choice, chosen, latest
from treue.understand.metrics.models import Note, Snapshot
from treue.understand.metrics.reading import Filters

UNITS: tuple[Unit, ...] = ("month", "quarter", "year")
PERIODS_TO_CHOOSE = 36
SLICES_COMPARED = 5
COHORTS_SHOWN = 12
FIRST = (
    *(kinds.RETENTION, kinds.CUSTOMERS, kinds.LOST, kinds.REPEAT_IN_PERIOD),
    *(kinds.ORDER_VALUE, kinds.FREQUENCY, kinds.CLV),
)
Option = tuple[str, str]


@dataclass(frozen=True)
class Selection:
    """What the address asks for; what it asks for wrongly gives way to the usual."""

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


@dataclass(frozen=True)
class Choices:
    """What the filters offer, each as (value, text)."""

    units: Sequence[Option]
    periods: Sequence[Option]
    against: Sequence[Option]
    channels: Sequence[Option]
    countries: Sequence[Option]
    categories: Sequence[Option]


@dataclass(frozen=True)
class Cockpit:
    morning: str
    sub: str
    warm_up: str
    selection: Selection
    choices: Choices
    period: str
    against: str
    figures: Sequence[Figure]
    repeat_rates: Sequence[Figure]
    retention: Chart
    churn: Chart
    movement: Chart
    cohorts: HeatChart
    findings: Sequence[Finding]
    slices: Sequence[Table] = field(default_factory=list)
    suggested_window: int | None = None


def build(shop: Shop, snapshot: Snapshot, selection: Selection, query: str) -> Cockpit:
    """Everything on the page for one selection. query: the address' query string, carried into the CSV links."""
    basis = Basis(selection.unit, snapshot.window_days, snapshot.as_of, snapshot.currency)
    timeline = reading.timeline(snapshot, selection.unit, selection.filters)
    rows = reading.cohorts(snapshot, selection.filters)
    choice = chosen(timeline, selection.start, selection.against) if selection.start else latest(timeline)
    parts = _parts(snapshot, selection)
    notes = [(note.day, note.text) for note in Note.objects.filter(shop=shop)]
    return Cockpit(
        morning=titles.morning(choice, basis),
        sub=_sub(snapshot, choice, basis),
        warm_up=windows.warm_up(timeline, basis) if choice.current and choice.current.warm_up else "",
        selection=selection,
        choices=_choices(snapshot, timeline, choice, basis),
        period=choice.current.start.isoformat() if choice.current else "",
        against=choice.previous.start.isoformat() if choice.previous else "",
        figures=[
            *(cards.card(kind, choice, basis) for kind in FIRST),
            _ltv_to_cac(snapshot, selection, choice, basis),
        ],
        repeat_rates=[*cards.repeat_rates(choice, rows, basis), cards.card(kinds.LIFETIME, choice, basis)],
        retention=charts.retention(timeline, basis, notes=notes),
        churn=charts.churn(timeline, basis, notes=notes),
        movement=charts.movement(timeline, basis),
        cohorts=charts.cohorts(rows[-COHORTS_SHOWN:], basis),
        findings=findings.findings(timeline, parts, basis),
        slices=[
            tables.slices(dimension, parts[dimension], basis, csv_url=_csv(f"by_{dimension}", query))
            for dimension in parts
        ],
        suggested_window=snapshot.suggested_window,
    )


def _csv(name: str, query: str) -> str:
    address = reverse("figures_csv", args=[name])
    return f"{address}?{query}" if query else address


@dataclass(frozen=True)
class NamedPart:
    """A slice beside the others, under the name a person reads; None where it is unknown."""

    value: str | None
    figures: TotalFigures
    periods: Sequence[PeriodFigures]


def _parts(snapshot: Snapshot, selection: Selection) -> dict[str, list[NamedPart]]:
    """Per dimension that is known and not filtered already, its largest values with their own course."""
    parts = {}
    for dimension in reading.DIMENSIONS:
        if dimension in selection.filters.active:
            continue
        found = reading.breakdown(snapshot, dimension, selection.filters, unit=selection.unit, most=SLICES_COMPARED)
        if any(part.value for part in found):
            parts[dimension] = [NamedPart(part.value and label(part.key), part.figures, part.periods) for part in found]
    return parts


def _sub(snapshot: Snapshot, choice: Choice, basis: Basis) -> str:
    text = _("Orders up to %(day)s.") % {"day": formats.weekday_long(snapshot.as_of, basis.language)}
    if choice.current is None:
        return text
    last = {
        "month": _("Last whole month: %(period)s."),
        "quarter": _("Last whole quarter: %(period)s."),
        "year": _("Last whole year: %(period)s."),
    }[basis.unit]
    return f"{text} {last % {'period': basis.name(choice.current.start)}}"


def _choices(snapshot: Snapshot, timeline: Sequence[PeriodFigures], choice: Choice, basis: Basis) -> Choices:
    complete = [period.start for period in reversed(timeline) if period.complete][:PERIODS_TO_CHOOSE]
    offered = reading.choices(snapshot)
    named = [(start.isoformat(), basis.name(start)) for start in complete]
    current = choice.current.start.isoformat() if choice.current else ""
    return Choices(
        units=[("month", _("Months")), ("quarter", _("Quarters")), ("year", _("Years"))],
        periods=named,
        against=[option for option in named if option[0] < current] or [("", formats.NOTHING)],
        channels=_options(_("All channels"), offered.channel, basis),
        countries=_options(_("All countries"), offered.country, basis),
        categories=_options(_("All categories"), offered.category, basis),
    )


def _options(everything: str, found: Sequence[reading.Choice], basis: Basis) -> list[Option]:
    if not found:
        return []
    return [("", everything), *((one.value, f"{label(one.value)} ({basis.number(one.customers)})") for one in found)]


def label(value: str) -> str:
    """The name of a slice's value, the two special ones in words."""
    return {reading.UNKNOWN: _("unknown"), reading.OTHER: _("Other")}.get(value, value)


def _ltv_to_cac(snapshot: Snapshot, selection: Selection, choice: Choice, basis: Basis) -> Figure:
    margin = reading.margin(snapshot, selection.filters).share
    periods = reading.acquisition(snapshot, selection.unit, selection.filters)
    spent = next((one for one in periods if choice.current and one.start == choice.current.start), None)
    return cards.ltv_to_cac(
        choice,
        basis,
        margin=margin,
        cost=spent.cost if spent else None,
        new_customers=spent.new_customers if spent else None,
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
