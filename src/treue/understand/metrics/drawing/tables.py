"""The figures as tables: periods and cohorts, and what the dimensions are called."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from treue.design import formats
from treue.design.tables import Cell, Column, Table
from treue.science.figures import PeriodFigures
from treue.understand.metrics.counts.cohorts import CohortLike, first_day
from treue.understand.metrics.scope.basis import Basis


def dimension_label(dimension: str) -> str:
    return {
        "channel": _("Channel of the first order"),
        "country": _("Country of the first order"),
        "category": _("Category of the first order"),
    }[dimension]


def period_head(basis: Basis) -> str:
    return {"month": _("Month"), "quarter": _("Quarter"), "year": _("Year")}[basis.unit]


def periods(timeline: Sequence[PeriodFigures], basis: Basis, **options: str) -> Table:
    """Every period with its counts and rates, the latest first."""
    columns = [
        Column(period_head(basis)),
        *(
            Column(label, numeric=True)
            for label in (
                _("At start"),
                _("Retained"),
                _("Lost"),
                _("New"),
                _("Won back"),
                _("At end"),
                _("Retention"),
                _("Churn"),
                _("Repeat-purchase rate"),
                _("Orders"),
                _("Revenue"),
            )
        ),
    ]
    rows = [_period_row(period, basis) for period in reversed(timeline)]
    return Table(_("Figures by period"), columns, rows, **options)


def _period_row(period: PeriodFigures, basis: Basis) -> list[str | Cell]:
    """Rates of a warm-up period are not known, and of a running one nothing that its end decides."""
    note = "" if period.complete else _("still running")
    if period.complete and period.warm_up:
        note = _("warm-up")
    return [
        Cell(basis.name(period.start), sub=note),
        basis.number(period.customers_start),
        basis.number(_at_end(period, period.retained)),
        basis.number(_at_end(period, period.lost)),
        basis.number(period.new),
        basis.number(period.won_back),
        basis.number(_at_end(period, period.customers_end)),
        _rate(period, period.retention_rate, period.customers_start, basis),
        _rate(period, period.churn_rate, period.customers_start, basis),
        _rate(period, period.repeat_purchase_rate, period.buyers, basis),
        basis.number(period.orders),
        basis.money_short(period.revenue),
    ]


def _at_end(period: PeriodFigures, count: int | None) -> int | None:
    return count if period.complete else None


def _rate(period: PeriodFigures, rate: float | None, cases: int, basis: Basis) -> str:
    return basis.rate(rate if period.complete else None, cases)


def cohorts(rows: Sequence[CohortLike], basis: Basis, **options: str) -> Table:
    """Every cohort with the counts behind the heat map."""
    months = max((len(row.retained) for row in rows), default=1)
    columns = [
        Column(_("First order")),
        Column(_("Customers"), numeric=True),
        Column(_("With a second order so far"), numeric=True),
        *(Column(f"+{k}", numeric=True) for k in range(1, months)),
    ]
    return Table(
        _("Cohorts by month of the first order"), columns, [_cohort_row(r, months, basis) for r in rows], **options
    )


def _cohort_row(row: CohortLike, months: int, basis: Basis) -> list[str | Cell]:
    counts = [basis.number(count) for count in row.retained[1:]]
    share = 100 * row.repeaters / row.size if row.size else None
    return [
        formats.period(first_day(row.cohort), basis.language, "month"),
        basis.number(row.size),
        basis.rate(share, row.size),
        *counts,
        *[""] * (months - 1 - len(counts)),
    ]
