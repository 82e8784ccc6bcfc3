"""The manager's morning page: what the figures say, made ready to print."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.urls import reverse
from django.utils.translation import gettext as _

from treue.core.shop.models import Shop
from treue.design.figures import Figure, Finding, Link
from treue.design.tables import Table
from treue.science.figures import PeriodFigures, TotalFigures
from treue.understand.metrics.counts import reading
from treue.understand.metrics.drawing import charts, titles
from treue.understand.metrics.drawing.charts import Chart, HeatChart
from treue.understand.metrics.figures import cards, cost_card, kinds
from treue.understand.metrics.groups import findings, slice_tables
from treue.understand.metrics.models import Note, Snapshot
from treue.understand.metrics.reports import windows
from treue.understand.metrics.scope import coverage
from treue.understand.metrics.scope.basis import Basis, active_language
from treue.understand.metrics.scope.comparison import Choice, latest
from treue.understand.metrics.scope.whose import label
from treue.understand.metrics.selection import Offer, Selection, choose, offer, up_to

SLICES_COMPARED = 5
COHORTS_SHOWN = 12
FIRST = (
    *(kinds.RETENTION, kinds.CUSTOMERS, kinds.LOST, kinds.REPEAT_IN_PERIOD),
    *(kinds.ORDER_VALUE, kinds.FREQUENCY, kinds.CLV),
)


@dataclass(frozen=True)
class Cockpit:
    """nobody: the filters leave no customer, so that there is nothing to show but how to clear them."""

    morning: str
    sub: str
    covered_in_part: str
    warm_up: str
    selection: Selection
    offer: Offer
    figures: Sequence[Figure]
    repeat_rates: Sequence[Figure]
    retention: Chart
    churn: Chart
    movement: Chart
    cohorts: HeatChart
    findings: Sequence[Finding]
    slices: Sequence[Table] = field(default_factory=list)
    suggested_window: int | None = None
    nobody: bool = False

    @property
    def has_churn(self) -> bool:
        """Whether the churn panel says more than the one of retention beside it says already."""
        return bool(self.churn.drawing or self.churn.said)

    @property
    def marks(self) -> list[Link]:
        """The sections of the page, in their order."""
        return [
            Link(_("Figures"), "#figures"),
            Link(_("Retention"), "#retention"),
            Link(_("Coming and going"), "#movement"),
            Link(_("Cohorts"), "#cohorts"),
            Link(_("Buying again"), "#repeat"),
            *([Link(_("Churn"), "#churn")] if self.has_churn else []),
            Link(_("Notes"), "#notes"),
            *([Link(_("Comparison"), "#slices")] if self.slices else []),
        ]


def build(shop: Shop, snapshot: Snapshot, selection: Selection, query: str, *, may_edit_shop: bool) -> Cockpit:
    """Everything on the page for one selection. query: the address' query string, carried into the CSV links.

    may_edit_shop: whether to lead to the settings that a figure waits for.
    """
    basis = Basis(selection.unit, snapshot.window_days, snapshot.as_of, snapshot.currency, selection.filters)
    whole = reading.timeline(snapshot, selection.unit, selection.filters)
    rows = reading.cohorts(snapshot, selection.filters)
    choice = choose(whole, selection)
    timeline = up_to(choice, whole)
    parts = _parts(snapshot, selection, choice)
    notes = [(note.day, note.text) for note in Note.objects.filter(shop=shop)]
    nobody = bool(selection.filters.active and whole and not whole[-1].customers_to_date)
    return Cockpit(
        morning=titles.nobody(basis) if nobody else titles.morning(choice, basis),
        sub=_sub(snapshot, latest(whole).current, basis, nobody=nobody),
        covered_in_part="" if nobody else coverage.remark(choice, snapshot.first_order, basis),
        warm_up=windows.warming(timeline, basis) if choice.current and choice.current.warm_up else "",
        selection=selection,
        offer=offer(snapshot, whole, choice, basis),
        figures=[
            *(cards.card(kind, choice, basis) for kind in FIRST),
            _ltv_to_cac(snapshot, selection, choice, basis, may_edit_shop),
        ],
        repeat_rates=[*cards.repeat_rates(choice, rows, basis), cards.card(kinds.LIFETIME, choice, basis)],
        retention=charts.retention(timeline, basis, notes=notes),
        churn=charts.churn(timeline, basis, notes=notes),
        movement=charts.movement(timeline, basis),
        cohorts=charts.cohorts(rows[-COHORTS_SHOWN:], basis),
        findings=findings.findings(timeline, nameable(parts), basis),
        slices=_slices(parts, choice, basis, query),
        suggested_window=snapshot.suggested_window if may_edit_shop else None,
        nobody=nobody,
    )


def _slices(parts: Mapping[str, Sequence["NamedPart"]], choice: Choice, basis: Basis, query: str) -> list[Table]:
    return [
        slice_tables.table(
            dimension,
            [part for part in rows if not part.is_rest],
            choice.current,
            basis,
            most=SLICES_COMPARED,
            csv_url=_csv(f"by_{dimension}", query),
        )
        for dimension, rows in parts.items()
    ]


def _csv(name: str, query: str) -> str:
    address = reverse("figures_csv", args=[name])
    return f"{address}?{query}" if query else address


@dataclass(frozen=True)
class NamedPart:
    """A slice beside the others, under the name a person reads; None where it is unknown. is_rest: what is put
    together because it is rare."""

    value: str | None
    figures: TotalFigures
    periods: Sequence[PeriodFigures]
    is_rest: bool = False


def nameable(parts: Mapping[str, Sequence[NamedPart]]) -> dict[str, list[NamedPart]]:
    """The same, the rest without its name: it counts among all others, but nobody can act on it."""
    return {
        dimension: [replace(part, value=None) if part.is_rest else part for part in rows]
        for dimension, rows in parts.items()
    }


def _parts(snapshot: Snapshot, selection: Selection, choice: Choice) -> dict[str, list[NamedPart]]:
    """Per dimension that is known and not filtered already, its largest values in the chosen period and the one
    before it."""
    found = reading.breakdowns(
        snapshot,
        [name for name in reading.DIMENSIONS if name not in selection.filters.active],
        selection.filters,
        unit=selection.unit,
        most=SLICES_COMPARED + 1,
        until=choice.current.start if choice.current else None,
    )
    return {
        dimension: [
            NamedPart(
                part.value and label(dimension, part.key, active_language()),
                part.figures,
                part.periods,
                is_rest=part.key == reading.OTHER,
            )
            for part in parts
        ]
        for dimension, parts in found.items()
        if any(part.value for part in parts)
    }


def _sub(snapshot: Snapshot, last_whole: PeriodFigures | None, basis: Basis, *, nobody: bool) -> str:
    """As of when, and what is filtered: on paper the filters are not seen."""
    reach = coverage.reach(last_whole, snapshot.first_order, basis)
    if basis.filters.active and not nobody:
        return _("Only customers%(which)s.") % {"which": basis.which} + f" {reach}"
    return reach


def _ltv_to_cac(snapshot: Snapshot, selection: Selection, choice: Choice, basis: Basis, may_edit_shop: bool) -> Figure:
    margin = reading.margin(snapshot, selection.filters).share
    shown = choice.history[-cards.SPARK_PERIODS :]
    earlier = [] if choice.previous is None or choice.previous in shown else [choice.previous]
    spent = reading.acquisition(snapshot, [*earlier, *shown], selection.filters)
    figure = cost_card.ltv_to_cac(choice, basis, margin=margin, spent=spent)
    if selection.filters.country or selection.filters.category:
        return replace(figure, sentence=_("Costs are entered by channel, so it is not known by country or category."))
    if may_edit_shop and spent and not spent[-1].cost:
        return replace(figure, next_step=Link(_("Enter costs"), reverse("settings_costs")))
    return figure
