"""Recency, frequency and monetary value: every customer in fifths of the shop, and in a group that has a name."""

from datetime import date

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from treue.science.errors import MissingColumn, WrongColumnType
from treue.science.purchases import day_number, histories

FIFTHS = 5
MIDDLE = 3
FEWEST_CUSTOMERS = 5
QUINTILES = {
    "recency_days": "recency_quintile",
    "frequency": "frequency_quintile",
    "monetary": "monetary_quintile",
}
NOT_YET, GONE = "not yet", "gone"

# From the closest to the one of whom least is left. A better quintile, of whichever measure, never leads further down.
GROUPS = {
    "C": "champions",
    "L": "loyal",
    "P": "promising",
    "N": "new",
    "A": "need attention",
    "R": "at risk",
    "H": "hibernating",
    "X": "lost",
}
# Rows: recency, from 5 (the latest) to 1. Columns: frequency, from 1 to 5.
SPENT_LITTLE = (
    "NPPPL",
    "NPPPL",
    "AAAAL",
    "HHHRR",
    "XXHHR",
)
SPENT_SOME = (
    "NPPLL",
    "NPPLL",
    "AAAAL",
    "HHRRR",
    "XHHRR",
)
SPENT_MUCH = (
    "NPLCC",
    "NPLLC",
    "AAALL",
    "HRRRR",
    "HHRRR",
)
BY_MONETARY = {1: SPENT_LITTLE, 2: SPENT_LITTLE, 3: SPENT_SOME, 4: SPENT_MUCH, 5: SPENT_MUCH}


def scores(orders: ir.Table, *, as_of: date) -> ir.Table:
    """A row per customer: `customer_id`, the three measures, a quintile of each, and `group`.

    orders: as `purchases.purchases` asks for them. as_of: last day included.
    - `recency_days`: days from the last purchase to as_of (the models' recency, first to last purchase, is another);
    - `frequency`: days with a purchase, count: all orders of a day are one, as in the models;
    - `monetary`: what was spent on all of them (decimal 38,4);
    - `recency_quintile`, `frequency_quintile`, `monetary_quintile`: 1 to 5, 5 the latest, most frequent, largest;
    - `group`: one of GROUPS, by the quintiles alone.

    A quintile is one more than the whole fifths of the shop's customers whose value is worse: 5 means that at least
    four fifths are worse. So equal values have equal quintiles, in whichever order and on whichever engine they are
    read, and who bought once is in the first of frequency. One that many share is larger than a fifth.
    Where fifths mean nothing (fewer than FEWEST_CUSTOMERS, or one value for all) everybody is in the MIDDLE, but who
    bought once stays in the first of frequency. Without purchases there are no rows.
    Raises MissingColumn, WrongColumnType, MomentsWithZone.
    """
    return scores_of(histories(orders, as_of), as_of=as_of)


def scores_of(customers: ir.Table, *, as_of: date) -> ir.Table:
    """The same where each customer's history up to as_of was worked out before (`purchases.histories`)."""
    customers = customers.select(
        "customer_id",
        recency_days=day_number(as_of) - customers.last_day,
        frequency=customers.purchase_days,
        monetary=customers.spent,
    )
    customers = customers.mutate(**{quintile: _quintile(customers, measure) for measure, quintile in QUINTILES.items()})
    grouped = customers.inner_join(_cells(), list(QUINTILES.values()))
    return grouped.select("customer_id", *QUINTILES, *QUINTILES.values(), "group")


def migration(before: ir.Table, after: ir.Table) -> ir.Table:
    """How many customers went from which group to which: `from_group`, `to_group`, `customers`.

    before, after: `scores` of an earlier and a later day, a row per customer each. Who had not bought before comes
    from 'not yet'; who is not in the later one, because erased or merged since, goes to 'gone'. Pairs with nobody have
    no row.
    Raises MissingColumn, WrongColumnType.
    """
    _require_groups(before, after)
    earlier = before.select(earlier_id="customer_id", from_group="group")
    later = after.select(later_id="customer_id", to_group="group")
    pairs = earlier.outer_join(later, earlier.earlier_id == later.later_id)
    return pairs.group_by(
        from_group=ibis.ifelse(pairs.earlier_id.isnull(), NOT_YET, pairs.from_group),
        to_group=ibis.ifelse(pairs.later_id.isnull(), GONE, pairs.to_group),
    ).agg(customers=ibis._.count())


def group_of(recency: int, frequency: int, monetary: int) -> str:
    """The group of three quintiles, 1 to 5 each."""
    return GROUPS[BY_MONETARY[monetary][FIFTHS - recency][frequency - 1]]


def _quintile(customers: ir.Table, measure: str) -> ir.IntegerValue:
    """By the rank of the value: a join with a table of values would count every customer once more per measure. No
    division, which engines round differently."""
    value, everybody = customers[measure], ibis.window()
    worst_first = value.desc() if measure == "recency_days" else value
    worse = ibis.rank().over(ibis.window(order_by=worst_first)).cast("int64")
    shop = customers.count().over(everybody).cast("int64")
    fifths = [(worse * FIFTHS >= shop * whole).cast("int64") for whole in range(1, FIFTHS)]
    too_few = (shop < FEWEST_CUSTOMERS) | (value.min().over(everybody) == value.max().over(everybody))
    once = value == 1 if measure == "frequency" else ibis.literal(False)
    quintile: ir.IntegerValue = ibis.cases((once, 1), (too_few, MIDDLE), else_=1 + sum(fifths)).cast("int64")
    return quintile


def _cells() -> ir.Table:
    fifths = range(1, FIFTHS + 1)
    rows = [(r, f, m, group_of(r, f, m)) for r in fifths for f in fifths for m in fifths]
    return ibis.memtable(pa.table(dict(zip((*QUINTILES.values(), "group"), zip(*rows, strict=True), strict=True))))


def _require_groups(before: ir.Table, after: ir.Table) -> None:
    for scored in (before, after):
        for column in ("customer_id", "group"):
            if column not in scored.columns:
                raise MissingColumn(column, scored.columns)
    earlier, later = before.customer_id.type(), after.customer_id.type()
    if earlier.copy(nullable=True) != later.copy(nullable=True):
        raise WrongColumnType("customer_id", str(later), str(earlier))
