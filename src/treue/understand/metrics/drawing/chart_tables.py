"""The table below each chart of periods: what is drawn, as numbers, the latest first."""

from collections.abc import Callable, Sequence

from django.utils.translation import gettext as _

from treue.design.tables import Cell, Column, Table
from treue.science.figures import PeriodFigures
from treue.understand.metrics.drawing import tables
from treue.understand.metrics.scope.basis import Basis

Row = Callable[[PeriodFigures], list[str]]


def churn(timeline: Sequence[PeriodFigures], basis: Basis) -> Table:
    def row(period: PeriodFigures) -> list[str]:
        lost, rate = (period.lost, period.churn_rate) if period.complete else (None, None)
        start = period.customers_start
        return [basis.number(start), basis.number(lost), basis.rate(rate, start)]

    return _table(timeline, (_("At start"), _("Lost"), _("Churn")), row, basis)


def movement(timeline: Sequence[PeriodFigures], basis: Basis) -> Table:
    """Nobody is lost in a running period before its end."""

    def row(period: PeriodFigures) -> list[str]:
        lost = period.lost if period.complete else None
        return [basis.number(count) for count in (period.new, period.won_back, lost)]

    return _table(timeline, (_("New"), _("Won back"), _("Lost")), row, basis)


def _table(timeline: Sequence[PeriodFigures], heads: Sequence[str], row: Row, basis: Basis) -> Table:
    columns = [Column(tables.period_head(basis)), *(Column(head, numeric=True) for head in heads)]
    rows = [[_name(period, basis), *row(period)] for period in reversed(timeline)]
    return Table(_("Figures by period"), columns, rows)


def _name(period: PeriodFigures, basis: Basis) -> Cell:
    return Cell(basis.name(period.start), sub="" if period.complete else _("still running"))
