"""Channels, countries or categories beside each other in one period, with what all others do and the whole.

Every column speaks of the same period, or says "so far"; counts add up to the last row, which is the cards' own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Self

from django.utils.translation import gettext as _

from treue.design.tables import Cell, Column, Table
from treue.science.figures import PeriodFigures, ratio, share
from treue.understand.metrics.drawing.tables import dimension_label
from treue.understand.metrics.groups.slices import SliceLike
from treue.understand.metrics.scope.basis import Basis
from treue.understand.metrics.scope.comparison import latest


@dataclass(frozen=True)
class Sums:
    """What adds up over slices."""

    customers_start: int = 0
    customers_end: int = 0
    retained: int = 0
    orders: int = 0
    revenue: Decimal = Decimal(0)
    customers_to_date: int = 0
    repeat_customers_to_date: int = 0
    orders_to_date: int = 0
    revenue_to_date: Decimal = Decimal(0)

    @classmethod
    def of(cls, period: PeriodFigures | None) -> Self:
        return cls(**{each.name: getattr(period, each.name) for each in fields(cls)}) if period else cls()

    def less(self, others: Iterable["Sums"]) -> "Sums":
        shown = list(others)
        return Sums(
            **{
                each.name: getattr(self, each.name) - sum(getattr(one, each.name) for one in shown)
                for each in fields(self)
            }
        )


def table(
    dimension: str,
    rows: Sequence[SliceLike],
    whole: PeriodFigures | None,
    basis: Basis,
    *,
    most: int | None = None,
    csv_url: str = "",
) -> Table:
    """The `most` values with the most customers so far, all others together, and the whole.

    whole: the complete period of which all speak.
    rows: each with its periods up to that one.
    """
    first = sorted(rows, key=lambda row: -row.figures.customers)[:most]
    shown = [(row.value or _("unknown"), Sums.of(latest(row.periods).current)) for row in first]
    total = Sums.of(whole)
    others = total.less(sums for _name, sums in shown)
    with_rates = whole is not None and whole.retention_rate is not None
    body = [_row(name, sums, basis, with_rates) for name, sums in shown]
    if others.customers_to_date > 0:
        body.append(_row(Cell(_("All others"), kind="muted"), others, basis, with_rates))
    return Table(
        dimension_label(dimension),
        _columns(dimension),
        body,
        caption=basis.named(basis.during(whole.start)) if whole else "",
        foot=_row(_("All together"), total, basis, with_rates),
        csv_url=csv_url,
    )


def _columns(dimension: str) -> list[Column]:
    words = (
        _("Customers"),
        _("Retention"),
        _("Orders"),
        _("Revenue"),
        _("Repeat-purchase rate so far"),
        _("Order value so far"),
    )
    name = {"channel": _("Channel"), "country": _("Country"), "category": _("Category")}[dimension]
    return [Column(name), *(Column(word, numeric=True) for word in words)]


def _row(name: str | Cell, sums: Sums, basis: Basis, with_rates: bool) -> list[str | Cell]:
    stayed = share(sums.retained, sums.customers_start) if with_rates else None
    return [
        name,
        basis.number(sums.customers_end),
        basis.rate(stayed, sums.customers_start),
        basis.number(sums.orders),
        basis.money_short(sums.revenue),
        basis.rate(share(sums.repeat_customers_to_date, sums.customers_to_date), sums.customers_to_date),
        basis.money(ratio(sums.revenue_to_date, sums.orders_to_date)),
    ]
