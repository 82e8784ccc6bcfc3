"""Each customer's history in four numbers, and the few kinds of history that many customers share."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
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

    def in_blocks(self, rows: int) -> Iterator["Distinct"]:
        """The same piece by piece, so that what is worked out of a piece stays in the processor's cache."""
        for start in range(0, len(self), rows):
            yield self.only(slice(start, start + rows))

    def only(self, some: slice | NDArray[np.bool_]) -> "Distinct":
        return Distinct(self.frequency[some], self.recency[some], self.age[some], self.customers[some])

    @cached_property
    def living(self) -> Living:
        place, frequency, age = self._kinds_of_living
        return Living(frequency, age, np.bincount(place, weights=self.customers).astype(np.float64))

    @cached_property
    def place_among_the_living(self) -> NDArray[np.intp]:
        """(k,) which row of `living` each history has."""
        return self._kinds_of_living[0]

    @cached_property
    def _kinds_of_living(self) -> tuple[NDArray[np.intp], Floats, Floats]:
        """(k,) which kind each history is of; frequency and age of each kind, in their order."""
        (x, numbers), (known, ages) = pd.factorize(self.frequency, sort=True), pd.factorize(self.age, sort=True)
        place, kinds = pd.factorize(x.astype(np.int64) * len(ages) + known, sort=True)
        return place, numbers[kinds // len(ages)], ages[kinds % len(ages)]

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
        if isinstance(table, ir.Table) or not _increases(table["customer_id"]):
            summary._require_each_once()
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
        whole = self.table.mutate(frequency=ibis._.frequency.cast("int32"))  # sorted in half the time
        grouped = whole.group_by(list(KEY)).agg(customers=ibis._.count()).order_by(list(KEY)).to_pyarrow()
        if not len(grouped):
            raise NoPurchases(self.until)
        return Distinct(*(_floats(grouped[name]) for name in (*KEY, "customers")))

    @cached_property
    def rows(self) -> pa.Table:
        """All customers, in the order of their ids: mostly the one in which the engine has them."""
        rows = self.table.to_pyarrow()
        return rows if _increases(rows["customer_id"]) else self.table.order_by("customer_id").to_pyarrow()

    @cached_property
    def customer_id(self) -> pd.Index:
        return pd.Index(self.rows["customer_id"].to_pandas(), name="customer_id")

    @cached_property
    def frequency(self) -> Floats:
        """(n,) days with a purchase after the first, in the order of `rows`."""
        return _floats(self.rows["frequency"])

    @cached_property
    def monetary(self) -> Floats:
        """(n,) mean spend of a repeat day, in the order of `rows`; not a number where there is none."""
        return _floats(self.rows["monetary"])

    @cached_property
    def place(self) -> NDArray[np.intp]:
        """(n,) which of the distinct histories each of `rows` has."""
        histories = [getattr(self.distinct, name) for name in KEY]
        known, asked = _codes(histories, [_floats(self.rows[name]) for name in KEY], self.unit)
        places: NDArray[np.intp] = pd.Index(known).get_indexer(asked)
        return places

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
        _none_of(table.filter(~possible.fill_null(False)), ImpossibleHistory)

    def _require_each_once(self) -> None:
        each = self.table.group_by("customer_id").agg(rows=ibis._.count())
        _none_of(each.filter(each.rows > 1), RepeatedCustomer)


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


def _codes(histories: Sequence[Floats], rows: Sequence[Floats], unit: TimeUnit) -> Sequence[Floats | NDArray[np.int64]]:
    """A number for each history and each row, (k,) and (n,): the same where frequency, recency and age are the same.

    histories: each once, in order; there is none of the rows that is not among them.
    """
    width = 1 + round(float(histories[2].max()) * unit.days)
    in_days = [_in_days(each, unit.days, width) for each in (histories, rows)]
    if (np.diff(in_days[0]) > 0).all():
        return in_days
    codes, total = np.zeros(len(histories[0]) + len(rows[0]), np.int64), 1
    for known, asked in zip(histories, rows, strict=True):  # spans that are no whole days
        found, values = pd.factorize(np.concatenate([known, asked]))
        codes, total = codes * len(values) + found, total * len(values)
    return np.split(codes, [len(histories[0])])


def _in_days(columns: Sequence[Floats], days: float, width: int) -> Floats:
    frequency, recency, age = columns
    codes = frequency * width
    codes += np.rint(recency * days)
    codes *= width
    codes += np.rint(age * days)
    return codes


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


def _none_of(customers: ir.Table, error: type[ImpossibleHistory] | type[RepeatedCustomer]) -> None:
    """Raises the error with the first of the customers and their number, where there are any."""
    found = customers.aggregate(first=customers.customer_id.min(), customers=customers.count()).to_pyarrow()
    first, number = (column[0].as_py() for column in found.columns)
    if number:
        raise error(first, number)


def _increases(ids: pd.Series | pa.ChunkedArray) -> bool:
    """Whether each is larger than the one before, so that nobody stands there twice."""
    try:
        column = pa.chunked_array([pa.array(ids)]) if isinstance(ids, pd.Series) else ids
        increases = pc.all(pc.less(column.slice(0, max(len(column) - 1, 0)), column.slice(1)), skip_nulls=False)
    except pa.ArrowException:  # of kinds that are not compared
        return False
    return bool(increases.as_py())


def _floats(column: pa.ChunkedArray) -> Floats:
    numbers: Floats = column.to_numpy().astype(np.float64, copy=False)
    return numbers
