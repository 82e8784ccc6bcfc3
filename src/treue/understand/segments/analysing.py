"""From a shop's purchases to where each customer stands, as expressions: on DuckDB here, on Spark elsewhere."""

from calendar import monthrange
from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from treue.core.lake.tables import Lake
from treue.science import rfm, rhythm
from treue.science.engine import kept
from treue.science.purchases import histories

MONTHS = (1, 3, 12)
FEWEST_DAYS_BEFORE = 90  # of orders, for groups of an earlier day to mean anything
COLUMNS = (
    *("customer_id", "recency_days", "frequency", "monetary"),
    *("recency_quintile", "frequency_quintile", "monetary_quintile", "group"),
    *("rhythm_days", "quartile_low_days", "quartile_high_days", "patience_days", "expected_on", "state"),
)
NEITHER = frozenset({"group", "state"})  # they follow from the others
UNKNOWN = -1.0


@dataclass(frozen=True)
class Comparison:
    """Who went from which group to which since an earlier day: `from_group`, `to_group`, `customers`."""

    months: int
    since: date
    moves: Sequence[Mapping[str, object]]


@dataclass(frozen=True)
class Analysis:
    """rows: a row per customer, `COLUMNS`, by customer. left_out: who bought and is not among them."""

    as_of: date
    rows: pa.Table
    left_out: int
    comparisons: Sequence[Comparison]

    @property
    def cells(self) -> list[Mapping[str, object]]:
        """Sums of the rows: `recency_quintile`, `frequency_quintile`, `group`, `customers` and `monetary`."""
        keys = ["recency_quintile", "frequency_quintile", "group"]
        sums = self.rows.group_by(keys).aggregate([("customer_id", "count"), ("monetary", "sum")])
        return sums.rename_columns([*keys, "customers", "monetary"]).to_pylist()

    @property
    def fingerprint(self) -> str:
        """Of everything that it says."""
        found = sha256(repr((self.as_of, self.left_out, self.comparisons)).encode())
        for name in COLUMNS:
            if name not in NEITHER:
                numbers = self.rows[name].cast("int32") if name == "expected_on" else self.rows[name]
                found.update(np.ascontiguousarray(numbers.cast("float64").fill_null(UNKNOWN).to_numpy()).tobytes())
        return found.hexdigest()


@dataclass(frozen=True)
class Facts:
    """All that is asked of the lake's files. now, before: histories (`science.rfm.scores_of`), today's and by months
    those of the earlier days. paces: each customer's rhythm."""

    as_of: date
    now: ir.Table
    paces: ir.Table
    before: Mapping[int, tuple[date, ir.Table]]


def read(lake: Lake, until_done: ExitStack) -> Facts:
    """until_done: lets go of what the engine keeps, while there is an engine. The files are not needed any more."""
    as_of, orders = lake.manifest.as_of, lake.purchases()
    days = {months: months_before(as_of, months) for months in MONTHS}
    return Facts(
        as_of=as_of,
        now=_kept(_measured(lake.histories()), until_done),
        paces=_kept(_paces(orders, as_of), until_done),
        before={
            months: (since, _kept(_measured(histories(orders, since)), until_done))
            for months, since in days.items()
            if _reaches_back(lake, since)
        },
    )


def analyse(facts: Facts, unwanted: Collection[int]) -> Analysis:
    """unwanted: who does not want to be evaluated. The fifths are of the whole shop; nothing is said of them."""
    as_of = facts.as_of
    with kept(rfm.scores_of(facts.now, as_of=as_of)) as scored:
        everybody = _standings(scored, facts.paces).to_pyarrow()
        wanted = pc.invert(pc.is_in(everybody["customer_id"], pa.array(sorted(unwanted), "int64")))
        rows = everybody.filter(wanted)
        comparisons = [
            _compared(rfm.scores_of(before, as_of=since), scored, months, since, unwanted)
            for months, (since, before) in facts.before.items()
        ]
    return Analysis(as_of, rows, len(everybody) - len(rows), comparisons)


def months_before(day: date, months: int) -> date:
    """The same day of an earlier month; its last one, where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _kept(table: ir.Table, until_done: ExitStack) -> ir.Table:
    held = until_done.enter_context(kept(table))
    held.count().execute()  # Spark reads only now
    return held


def _measured(customers: ir.Table) -> ir.Table:
    return customers.select("customer_id", "last_day", "purchase_days", "spent")


def _paces(orders: ir.Table, as_of: date) -> ir.Table:
    paces = rhythm.rhythms(orders, as_of=as_of)
    kept = ("rhythm_days", "quartile_low_days", "quartile_high_days", "patience_days", "state")
    return paces.select(
        "customer_id",
        *kept,
        expected_on=ibis.ifelse(paces.rhythm_days.isnull(), ibis.null("date"), paces.expected_date.cast("date")),
    )


def _standings(scored: ir.Table, paces: ir.Table) -> ir.Table:
    joined = scored.inner_join(paces, "customer_id")
    return joined.mutate(monetary=joined.monetary.cast("decimal(20, 4)")).select(*COLUMNS).order_by("customer_id")


def _compared(before: ir.Table, now: ir.Table, months: int, since: date, unwanted: Collection[int]) -> Comparison:
    moves = rfm.migration(_without(before, unwanted), _without(now, unwanted)).order_by("from_group", "to_group")
    return Comparison(months, since, moves.to_pyarrow().to_pylist())


def _without(customers: ir.Table, unwanted: Collection[int]) -> ir.Table:
    if not unwanted:
        return customers
    theirs = ibis.memtable(pa.table({"customer_id": pa.array(sorted(unwanted), "int64")}))
    return customers.anti_join(theirs, "customer_id")


def _reaches_back(lake: Lake, day: date) -> bool:
    first = lake.manifest.first_day
    return first is not None and first <= day - timedelta(days=FEWEST_DAYS_BEFORE)
