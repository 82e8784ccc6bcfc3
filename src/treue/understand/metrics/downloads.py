"""The cockpit's tables as rows for a spreadsheet: unrounded, machine-readable, in English field names."""

from collections.abc import Callable, Iterable, Sequence

from treue.design.spreadsheet import Value
from treue.understand.metrics.counts import reading
from treue.understand.metrics.models import Snapshot
from treue.understand.metrics.selection import Selection

Rows = tuple[Sequence[str], Iterable[Sequence[Value]]]

PERIOD_FIELDS = (
    *("start", "end", "complete", "warm_up", "customers_start", "customers_end", "retained", "lost", "new"),
    *("won_back", "retention_rate", "churn_rate", "buyers", "repeat_buyers", "repeat_purchase_rate", "orders"),
    *("revenue", "average_order_value", "purchase_frequency", "customer_lifetime_years", "clv"),
)


def periods(snapshot: Snapshot, selection: Selection) -> Rows:
    timeline = reading.timeline(snapshot, selection.unit, selection.filters)
    return PERIOD_FIELDS, ([getattr(period, name) for name in PERIOD_FIELDS] for period in timeline)


def cohorts(snapshot: Snapshot, selection: Selection) -> Rows:
    rows = reading.cohorts(snapshot, selection.filters)
    head = ("cohort", "size", "repeaters", "month", "customers", "orders", "revenue")
    cells = (
        (row.cohort, row.size, row.repeaters, k, customers, row.orders[k], row.revenue[k])
        for row in rows
        for k, customers in enumerate(row.retained)
    )
    return head, cells


def _by(dimension: str) -> Callable[[Snapshot, Selection], Rows]:
    """Every value of a dimension in every period."""

    def rows(snapshot: Snapshot, selection: Selection) -> Rows:
        parts = reading.breakdown(snapshot, dimension, selection.filters, unit=selection.unit)
        cells = (
            [part.value or "", *(getattr(period, name) for name in PERIOD_FIELDS)]
            for part in parts
            for period in part.periods
        )
        return (dimension, *PERIOD_FIELDS), cells

    return rows


TABLES: dict[str, Callable[[Snapshot, Selection], Rows]] = {
    "periods": periods,
    "cohorts": cohorts,
    **{f"by_{dimension}": _by(dimension) for dimension in reading.DIMENSIONS},
}
