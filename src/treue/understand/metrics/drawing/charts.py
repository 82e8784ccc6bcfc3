"""The cockpit's charts, drawn from figures: retention, churn, movement, cohorts.

At most the last 24 periods are drawn. A warm-up period has no rate, so the line begins after it, and the subtitle
says so; the running period is hatched and never compared.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from treue.design import formats
from treue.design.charts import Bar, Drawing, Heat, Note, Point, Target, bars_up_down, heat, line
from treue.design.charts import Cohort as HeatRow
from treue.design.tables import Table
from treue.science.figures import PeriodFigures
from treue.understand.metrics.counts.cohorts import CohortLike, first_day, settled
from treue.understand.metrics.drawing import chart_tables, few_periods, tables, titles
from treue.understand.metrics.figures import margins
from treue.understand.metrics.scope.basis import Basis

MOST_PERIODS = 24
MOST_COHORTS = 13
MOST_MONTHS_AFTER = 12
Timeline = Sequence[PeriodFigures]


@dataclass(frozen=True)
class Chart:
    """title: the finding. sub: what is drawn. drawing: None where there is nothing to draw; then `sub` says why,
    and `said` what is known, as (period, words)."""

    title: str
    sub: str
    drawing: Drawing | None
    table: Table | None = None
    said: few_periods.Said = ()


@dataclass(frozen=True)
class HeatChart:
    title: str
    sub: str
    heat: Heat | None


def retention(
    timeline: Timeline, basis: Basis, *, notes: Sequence[tuple[date, str]] = (), target: Target | None = None
) -> Chart:
    """The customer retention rate of every period."""
    return _rate_chart(
        timeline,
        basis,
        value=lambda period: period.retention_rate,
        title=titles.retention_title(timeline, basis),
        name=titles.retention_name(basis),
        notes=notes,
        target=target,
        table=tables.periods,
    )


def churn(timeline: Timeline, basis: Basis, *, notes: Sequence[tuple[date, str]] = ()) -> Chart:
    """The churn rate of every period."""
    return _rate_chart(
        timeline,
        basis,
        value=lambda period: period.churn_rate,
        title=titles.churn_title(timeline, basis),
        name=titles.churn_name(basis),
        notes=notes,
        series=2,
        table=chart_tables.churn,
    )


def movement(timeline: Timeline, basis: Basis) -> Chart:
    """New and won back above the line, lost below it."""
    drawn = [period for period in timeline if not period.warm_up][-MOST_PERIODS:]
    title = titles.movement_title(timeline, basis)
    known = [period for period in drawn if period.complete]
    if not known:
        said = few_periods.buyers(timeline, basis)
        if not said:
            return Chart(title, few_periods.why_nothing(timeline, basis), None)
        return Chart(basis.named(_who_ordered(basis)), few_periods.why_only_buyers(), None, said=said)
    if len(known) < few_periods.FEWEST_BARS:
        sub = _subtitle(basis.named(titles.movement_name(basis)), known, timeline, basis)
        return Chart(title, sub, None, said=few_periods.movements(known, basis))
    if not any(period.new or period.won_back or period.lost for period in known):
        return Chart(title, few_periods.why_no_movement(), None)
    drawing = bars_up_down(
        [_bar(period, basis) for period in drawn],
        title=_movement_told(known[-1], basis),
        labels=(_("new"), _("back"), _("lost")),
        language=basis.language,
        open_label=_running(drawn[-1], basis),
    )
    sub = _subtitle(basis.named(titles.movement_name(basis)), drawn, timeline, basis)
    return Chart(title, sub, drawing, chart_tables.movement(drawn, basis))


def cohorts(rows: Sequence[CohortLike], basis: Basis) -> HeatChart:
    """Of the first-time buyers of a month: how many bought again in the months after."""
    shown = [row for row in rows if row.size][-MOST_COHORTS:]
    months_after = min(max((len(row.retained) for row in shown), default=0) - 1, MOST_MONTHS_AFTER)
    title = titles.cohort_title(rows, basis)
    if months_after < 1:
        return HeatChart(title, _("This needs two complete months since the first order."), None)
    picture = heat(
        [_heat_row(row, months_after, basis) for row in shown],
        head=_("First order"),
        size_head=_("Customers"),
        columns=[f"+{k}" for k in range(1, months_after + 1)],
        caption=_("Share of the first-time buyers of a month who bought again in the months after, in percent"),
        print_cell=basis.number,
        print_edge=lambda value: formats.rate(value, basis.language, decimals=0),
    )
    return HeatChart(title, _cohort_subtitle(rows, shown, basis), picture)


# Rates over time


def _rate_chart(
    timeline: Timeline,
    basis: Basis,
    *,
    value: Callable[[PeriodFigures], float | None],
    title: str,
    name: str,
    notes: Sequence[tuple[date, str]] = (),
    target: Target | None = None,
    series: int = 1,
    table: Callable[[Timeline, Basis], Table],
) -> Chart:
    drawn = [period for period in timeline if not period.warm_up][-MOST_PERIODS:]
    complete = [period for period in drawn if period.complete]
    known = [period for period in complete if period.customers_start >= margins.FEWEST_CASES]
    if not known:
        return Chart(
            title, few_periods.why_no_rate(basis) if complete else few_periods.why_nothing(timeline, basis), None
        )
    if len(known) < few_periods.FEWEST_ON_A_LINE:
        sub = few_periods.why_no_line(len(known), complete[-1], basis)
        return Chart(title, sub, None, table(drawn, basis), few_periods.rates(known, value, basis))
    drawing = line(
        [_point(period, value(period) if period in known else None, basis) for period in drawn],
        title=_told(basis.named(name), known, value, basis),
        language=basis.language,
        target=target,
        notes=[note for note in (_note(drawn, day, text, basis) for day, text in notes) if note],
        open_label=_running(drawn[-1], basis),
        series=series,
    )
    what = _("%(rate)s in percent, %(customers)s") % {"rate": name, "customers": basis.customers}
    sub = _subtitle(what, drawn, timeline, basis)
    if drawing.axis_from:
        sub = _("%(what)s The axis begins at %(value)s.") % {"what": sub, "value": drawing.axis_from}
    return Chart(title, sub, drawing, table(drawn, basis))


def _point(period: PeriodFigures, value: float | None, basis: Basis) -> Point:
    enough = period.complete and value is not None
    return Point(
        tick=formats.period_short(period.start, basis.language, basis.unit),
        name=basis.name(period.start),
        value=value if enough else None,
        text=basis.rate(value) if enough else formats.NOTHING,
        detail=_("%(lost)s of %(start)s left")
        % {"lost": basis.number(period.lost), "start": basis.number(period.customers_start)},
        complete=period.complete,
        group="" if basis.unit == "year" else str(period.start.year),
    )


def _told(name: str, seen: Timeline, value: Callable[[PeriodFigures], float | None], basis: Basis) -> str:
    """What the picture shows, for a person who cannot see it."""
    low, high = min(seen, key=value), max(seen, key=value)
    return _(
        "%(name)s, %(span)s: lowest %(low)s (%(low_period)s), highest %(high)s (%(high_period)s), last %(value)s."
    ) % {
        "name": name,
        "span": basis.span(seen[0].start, seen[-1].start),
        "low": basis.rate(value(low)),
        "low_period": basis.name(low.start),
        "high": basis.rate(value(high)),
        "high_period": basis.name(high.start),
        "value": basis.rate(value(seen[-1])),
    }


def _note(drawn: Timeline, day: date, text: str, basis: Basis) -> Note | None:
    """A note at its place between the points; a point stands in the middle of its period."""
    for index, period in enumerate(drawn):
        if period.start <= day < period.end:
            share = (day - period.start).days / (period.end - period.start).days
            return Note(max(index + share - 0.5, 0), f"{text} ({basis.day(day)})")
    return None


# Movement and cohorts


def _movement_told(last: PeriodFigures, basis: Basis) -> str:
    return _("%(name)s. %(period)s: %(new)s new, %(won_back)s won back, %(lost)s lost.") % {
        "name": basis.named(titles.movement_name(basis)),
        "period": basis.name(last.start),
        "new": basis.number(last.new),
        "won_back": basis.number(last.won_back),
        "lost": basis.number(last.lost),
    }


def _bar(period: PeriodFigures, basis: Basis) -> Bar:
    """Who is lost in a running period is not known before its end: everyone may still order."""
    return Bar(
        tick=formats.period_short(period.start, basis.language, basis.unit),
        name=basis.name(period.start),
        up=(period.new, period.won_back),
        down=period.lost if period.complete else None,
        complete=period.complete,
        group="" if basis.unit == "year" else str(period.start.year),
    )


def _heat_row(row: CohortLike, months_after: int, basis: Basis) -> HeatRow:
    values = [100 * count / row.size for count in row.retained[1 : months_after + 1]]
    label = formats.period_tick(first_day(row.cohort), basis.language, "month")
    return HeatRow(label, row.size, basis.number(row.size), values)


def _cohort_subtitle(rows: Sequence[CohortLike], shown: Sequence[CohortLike], basis: Basis) -> str:
    sentence = _("First-time buyers%(which)s who bought again in month +1, +2, …, in percent.") % {"which": basis.which}
    known = settled(rows, basis.window_days)
    unsettled = sum(row not in known for row in shown)
    if not known or not unsettled:
        return sentence
    return f"{sentence} " + ngettext(
        "The first cohort may hold customers from before the data begin, so no title speaks of it.",
        "The first %(count)s cohorts may hold customers from before the data begin, so no title speaks of them.",
        unsettled,
    ) % {"count": basis.number(unsettled)}


# Words around a chart


def _subtitle(name: str, shown: Timeline, timeline: Timeline, basis: Basis) -> str:
    sentence = _("%(what)s, %(span)s.") % {"what": name, "span": basis.span(shown[0].start, shown[-1].start)}
    left_out = sum(period.warm_up for period in timeline)
    if not left_out or timeline[left_out].start < shown[0].start:
        return sentence
    return f"{sentence} " + {
        "month": ngettext(
            "The first month is missing: it lies in the warm-up.",
            "The first %(count)s months are missing: they lie in the warm-up.",
            left_out,
        ),
        "quarter": ngettext(
            "The first quarter is missing: it lies in the warm-up.",
            "The first %(count)s quarters are missing: they lie in the warm-up.",
            left_out,
        ),
        "year": ngettext(
            "The first year is missing: it lies in the warm-up.",
            "The first %(count)s years are missing: they lie in the warm-up.",
            left_out,
        ),
    }[basis.unit] % {"count": basis.number(left_out)}


def _running(last: PeriodFigures, basis: Basis) -> str:
    if last.complete:
        return ""
    return _("%(period)s is still running") % {"period": formats.period_name(last.start, basis.language, basis.unit)}


def _who_ordered(basis: Basis) -> str:
    return {
        "month": _("Who ordered, by month"),
        "quarter": _("Who ordered, by quarter"),
        "year": _("Who ordered, by year"),
    }[basis.unit]
