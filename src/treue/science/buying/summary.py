"""Each customer's history in four numbers, and the few kinds of history that many customers share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from treue.science import purchases as bought
from treue.science.buying.units import TimeUnit
from treue.science.errors import ImpossibleHistory, MissingColumn, NoPurchases, RepeatedCustomer, WrongColumnType

Floats = NDArray[np.float64]
KEY = ("frequency", "recency", "age")
MOST_PURCHASES, LONGEST_AGE = 1e6, 1e6  # beyond either, something else is meant


@dataclass(frozen=True)
class Living:
    """What matters of those who are customers still: (k,) how often they bought again, and how long they are known; and
    how many customers of either kind, left or not, share that.

    by_frequency: each number of purchases, and which of the rows have it.
    """

    frequency: Floats
    age: Floats
    customers: Floats

    def __len__(self) -> int:
        return len(self.frequency)

    @cached_property
    def by_frequency(self) -> Sequence[tuple[float, NDArray[np.intp]]]:
        order = np.argsort(self.frequency, kind="stable")
        numbers, starts = np.unique(self.frequency[order], return_index=True)
        return list(zip(map(float, numbers), np.split(order, starts[1:]), strict=True))


@dataclass(frozen=True)
class Distinct:
    """Histories that differ, (k,) each. customers: how many share it.

    frequency: repeat purchases, count. recency, age: from the first purchase to the last, and to today, in the unit of
    the summary.
    """

    frequency: Floats
    recency: Floats
    age: Floats
    customers: Floats

    def __len__(self) -> int:
        return len(self.frequency)

    def in_spans_of(self, span: float) -> "Distinct":
        return Distinct(self.frequency, self.recency / span, self.age / span, self.customers)

    @cached_property
    def living(self) -> Living:
        _, first, place = np.unique(self._of_the_living, return_index=True, return_inverse=True)
        customers = np.bincount(place, weights=self.customers).astype(np.float64)
        return Living(self.frequency[first], self.age[first], customers)

    @cached_property
    def place_among_the_living(self) -> NDArray[np.intp]:
        """(k,) which row of `living` each history has."""
        places: NDArray[np.intp] = np.unique(self._of_the_living, return_inverse=True)[1]
        return places

    @cached_property
    def _of_the_living(self) -> NDArray[np.int64]:
        (x, _), (ages, all_ages) = pd.factorize(self.frequency, sort=True), pd.factorize(self.age, sort=True)
        codes: NDArray[np.int64] = x.astype(np.int64) * len(all_ages) + ages
        return codes

    @cached_property
    def repeat_buyers(self) -> int:
        return int(self.customers[self.frequency > 0].sum())

    @cached_property
    def total(self) -> int:
        return int(self.customers.sum())


@dataclass(frozen=True)
class Summary:
    """A row per customer.

    table: `customer_id`, `frequency` (days with a purchase after the first), `recency` (first to last purchase, in
    units; the models' own, not that of RFM), `age` (day of the first purchase to `until`, in units) and `monetary`
    (mean spend of a repeat day; null where there is none). until: last day included, None where it is not known.
    orders: what it was made of, None where it was given.
    """

    table: ir.Table
    unit: TimeUnit
    until: date | None = None
    orders: ir.Table | None = None

    @classmethod
    def of(cls, table: ir.Table | pd.DataFrame | pa.Table, *, unit: TimeUnit, until: date | None = None) -> "Summary":
        """From a table that is a summary already; `monetary` may be missing, and counts only where somebody bought
        again. Raises MissingColumn, WrongColumnType, ImpossibleHistory, RepeatedCustomer.
        """
        given = table if isinstance(table, ir.Table) else ibis.memtable(table)
        _require(given)
        if "monetary" not in given.columns:
            given = given.mutate(monetary=ibis.null("float64"))
        numbers = {name: _number(given[name]) for name in (*KEY, "monetary")}
        numbers["monetary"] = (numbers["frequency"] > 0).ifelse(numbers["monetary"], None)
        summary = cls(given.select("customer_id", **numbers).cache(), unit, until)
        summary._require_possible()
        return summary

    @cached_property
    def set_aside(self) -> Mapping[str, int]:
        """Rows of the orders that were no purchases, by reason (`purchases.REASONS`)."""
        if self.orders is None or self.until is None:
            return {}
        return bought.set_aside(self.orders, self.until)

    @cached_property
    def distinct(self) -> Distinct:
        """Raises NoPurchases."""
        grouped = self.table.group_by(list(KEY)).agg(customers=ibis._.count()).order_by(list(KEY)).to_pyarrow()
        if not len(grouped):
            raise NoPurchases(self.until)
        return Distinct(*(_floats(grouped[name]) for name in (*KEY, "customers")))

    @cached_property
    def rows(self) -> pa.Table:
        """All customers, in the order of their ids."""
        return self.table.order_by("customer_id").to_pyarrow()

    @cached_property
    def customer_id(self) -> pd.Index:
        return pd.Index(self.rows["customer_id"].to_pandas(), name="customer_id")

    @cached_property
    def monetary(self) -> Floats:
        """(n,) mean spend of a repeat day, in the order of `rows`; not a number where there is none."""
        return _floats(self.rows["monetary"])

    @cached_property
    def place(self) -> NDArray[np.intp]:
        """(n,) which of the distinct histories each of `rows` has."""
        codes, total = np.zeros(len(self.distinct) + len(self.rows), np.int64), 1
        for name in KEY:
            found, values = pd.factorize(np.concatenate([getattr(self.distinct, name), _floats(self.rows[name])]))
            codes, total = codes * len(values) + found, total * len(values)
        # the distinct ones come first, each once, so they are numbered in their own order
        places: NDArray[np.intp] = pd.factorize(codes)[0]
        return places[len(self.distinct) :]

    def answer(self, name: str, per_distinct: Floats) -> pd.Series:
        """What was said of each distinct history, of each customer: (n,) by customer id."""
        return pd.Series(per_distinct[self.place], index=self.customer_id, name=name)

    def scored(self, answers: Mapping[str, Floats]) -> ir.Table:
        """The same on the engine, for shops that fit into no memory: `customer_id` and a column per answer, by a join
        on the distinct histories."""
        known = ibis.memtable(pa.table({name: getattr(self.distinct, name) for name in KEY} | dict(answers)))
        return self.table.inner_join(known, list(KEY)).select("customer_id", *answers)

    def to_pandas(self) -> pd.DataFrame:
        return self.rows.to_pandas()

    def __len__(self) -> int:
        return len(self.rows)

    def _require_possible(self) -> None:
        """Numbers that are none, and anything about nobody, fail every comparison."""
        table = self.table
        possible = (
            table.customer_id.notnull()
            & table.frequency.between(0, MOST_PURCHASES)
            & (table.frequency % 1 == 0)
            & table.recency.between(0, table.age)
            & (table.age <= LONGEST_AGE)
            & ((table.frequency > 0) == (table.recency > 0))
            & (table.monetary.isnull() | table.monetary.between(0, bought.LARGEST_AMOUNT))
        )
        wrong = table.filter(~possible.fill_null(False)).order_by("customer_id")
        if customers := wrong.count().to_pyarrow().as_py():
            raise ImpossibleHistory(wrong.limit(1).to_pyarrow()["customer_id"][0].as_py(), customers)
        twice = table.group_by("customer_id").agg(rows=ibis._.count()).filter(ibis._.rows > 1).order_by("customer_id")
        if customers := twice.count().to_pyarrow().as_py():
            raise RepeatedCustomer(twice.limit(1).to_pyarrow()["customer_id"][0].as_py(), customers)


def summarise(orders: ir.Table, *, until: date, unit: TimeUnit) -> Summary:
    """A row per customer of whom a purchase up to `until` is known.

    orders: as `purchases.purchases` asks for them. All purchases of a day are one; days are counted exactly and then
    divided by those of the unit. until: last day included. Nobody is in it where there is no purchase; what is asked of
    it then raises NoPurchases. Raises MissingColumn, WrongColumnType, MomentsWithZone.
    Source: Fader & Hardie 2005, "A note on deriving the Pareto/NBD model", section 2, for (x, t_x, T).
    """
    until = until.date() if isinstance(until, datetime) else until
    return summary_of(bought.histories(orders, until), until=until, unit=unit, orders=orders)


def summary_of(histories: ir.Table, *, until: date, unit: TimeUnit, orders: ir.Table | None = None) -> Summary:
    """The same where each customer's history up to `until` was worked out before.

    histories: `customer_id` and `purchases.HISTORY`, a row per customer, as `purchases.histories` makes them; what is
    not in it is not looked for in the orders. orders: what they were made of, for `Summary.set_aside`.
    """
    days, spent = histories.purchase_days.cast("float64"), histories.spent - histories.spent_first_day
    table = histories.select(
        "customer_id",
        frequency=days - 1,
        recency=(histories.last_day - histories.first_day).cast("float64") / unit.days,
        age=(bought.day_number(until) - histories.first_day).cast("float64") / unit.days,
        monetary=spent.cast("float64") / (days - 1).nullif(0),
    )
    return Summary(table.cache(), unit, until, orders)


def _require(given: ir.Table) -> None:
    for name in ("customer_id", *KEY):
        if name not in given.columns:
            raise MissingColumn(name, given.columns)
    for name in (*KEY, "monetary"):
        if name in given.columns and not (given[name].type().is_numeric() or given[name].type().is_null()):
            raise WrongColumnType(name, str(given[name].type()), "number")


def _number(column: ir.Column) -> ir.FloatingColumn:
    """What is not a number is missing, as in pandas."""
    number = column.cast("float64")
    return number.isnan().ifelse(None, number)


def _floats(column: pa.ChunkedArray) -> Floats:
    numbers: Floats = column.to_numpy().astype(np.float64, copy=False)
    return numbers
