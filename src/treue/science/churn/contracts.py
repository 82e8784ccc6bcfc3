"""Contracts as they were on a cut-off day, and whether the customer left within the days after it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Literal, TypeAlias

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from treue.science import asked
from treue.science.churn.errors import ImpossibleLabel, InfiniteValue, RepeatedColumn, WithoutCustomer
from treue.science.engine import zone_of
from treue.science.errors import MissingColumn, MomentsWithZone, RepeatedCustomer, WrongColumnType
from treue.science.purchases import day_number

Table: TypeAlias = ir.Table | pd.DataFrame | pa.Table
CutOff: TypeAlias = date | str
Kind = Literal["number", "boolean", "category", "date"]
Floats = NDArray[np.float64]
WANTED = "number, boolean, text, timestamp or date"
CUSTOMER = "customer_id"


@dataclass(frozen=True)
class Contracts:
    """(n,) rows by customer and cut-off day.

    customer_id; day: cut-off, days since 1970; left: whether they left, where labels were asked for. values: of each
    feature, by name: text with None, everything else float64 with NaN; dates in days before the cut-off, below 0 after
    it. without_label: rows that were set aside for having none.
    """

    customer_id: NDArray[Any]
    day: NDArray[np.int64]
    left: NDArray[np.bool_]
    values: Mapping[str, NDArray[Any]]
    kinds: Mapping[str, Kind]
    without_label: int = 0

    def __len__(self) -> int:
        return len(self.customer_id)

    @cached_property
    def customer(self) -> NDArray[np.intp]:
        """(n,) numbers from 0, the same for rows of one customer."""
        codes: NDArray[np.intp] = pd.factorize(self.customer_id)[0]
        return codes

    @cached_property
    def customers(self) -> int:
        return int(self.customer.max(initial=-1)) + 1

    @cached_property
    def has_ever_left(self) -> NDArray[np.bool_]:
        """(customers,)"""
        ever = np.zeros(self.customers, np.bool_)
        np.logical_or.at(ever, self.customer, self.left)
        return ever

    def where(self, kept: NDArray[np.bool_]) -> "Contracts":
        return Contracts(
            self.customer_id[kept],
            self.day[kept],
            self.left[kept],
            {name: each[kept] for name, each in self.values.items()},
            self.kinds,
            self.without_label,
        )


def read(table: Table, *, as_of: CutOff, label: str | None, columns: Sequence[str] | None = None) -> Contracts:
    """table: a row per customer, or per customer and cut-off day. as_of: the day of all rows, or the name of the column
    that has it. label: None where nothing is to be learned. columns: the features to read; None for all other columns.

    Raises MissingColumn, WrongColumnType, RepeatedColumn, MomentsWithZone, ImpossibleLabel, InfiniteValue,
    WithoutCustomer, RepeatedCustomer (of one customer and cut-off day), ImpossibleHorizon (no day to cut off at).
    """
    given = _opened(table)
    told = [CUSTOMER, *([as_of] if isinstance(as_of, str) else []), *([label] if label else [])]
    names = sorted(set(given.columns) - set(told)) if columns is None else list(columns)
    for name in [*told, *names]:
        if name not in given.columns:
            raise MissingColumn(name, given.columns)
    kinds = {name: _kind(given, name) for name in names}
    day = _day_of(given, as_of)
    features = {f"feature_{place}": _value(given, name, kinds[name], day) for place, name in enumerate(names)}
    told_label = ibis.null("float64") if label is None else _label(given, label)
    selected = given.select(customer=_named(given), day=day, label=told_label, **features)
    rows = selected.order_by("customer", "day").to_pandas()
    _require_told(rows, as_of)
    values = {name: _floats_or_text(rows[f"feature_{place}"], kinds[name]) for place, name in enumerate(names)}
    found = Contracts(
        rows["customer"].to_numpy(), rows["day"].to_numpy(np.int64), rows["label"].to_numpy() == 1, values, kinds
    )
    _require_finite(found)
    return found if label is None else _labelled(found, label, rows["label"].to_numpy(np.float64))


def _opened(table: Table) -> ir.Table:
    if isinstance(table, ir.Table):
        return table
    if isinstance(table, pd.DataFrame):
        repeated = table.columns[table.columns.duplicated()]
        if len(repeated):
            raise RepeatedColumn(str(repeated[0]))
        table = pa.table({str(name): _arrow(str(name), column) for name, column in table.items()})
    decoded = [each.cast(each.type.value_type) if pa.types.is_dictionary(each.type) else each for each in table.columns]
    return ibis.memtable(pa.table(decoded, names=table.column_names))


def _arrow(name: str, column: pd.Series) -> pa.Array:
    try:
        found = pa.array(column, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
        raise WrongColumnType(name, "mixture", WANTED) from error
    return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found


def _kind(given: ir.Table, name: str) -> Kind:
    kind = given[name].type()
    if kind.is_boolean():
        return "boolean"
    if kind.is_numeric() or kind.is_null():
        return "number"
    if kind.is_string():
        return "category"
    if kind.is_date() or kind.is_timestamp():
        if zone := zone_of(given, name):
            raise MomentsWithZone(name, zone)
        return "date"
    raise WrongColumnType(name, str(kind), WANTED)


def _day_of(given: ir.Table, as_of: CutOff) -> ir.IntegerValue:
    if not isinstance(as_of, str):
        return ibis.literal(day_number(asked.day("as_of", as_of)), "int64")
    if _kind(given, as_of) != "date":
        raise WrongColumnType(as_of, str(given[as_of].type()), "timestamp or date")
    return given[as_of].cast("date").epoch_days().cast("int64")


def _value(given: ir.Table, name: str, kind: Kind, day: ir.IntegerValue) -> ir.Value:
    if kind == "category":
        return given[name]
    if kind == "date":
        return (day - given[name].cast("date").epoch_days()).cast("float64")
    return given[name].cast("int64" if kind == "boolean" else "float64").cast("float64")


def _label(given: ir.Table, label: str) -> ir.FloatingValue:
    kind = given[label].type()
    if kind.is_boolean():
        return given[label].cast("int64").cast("float64")
    if not kind.is_numeric():
        raise WrongColumnType(label, str(kind), "boolean")
    return given[label].cast("float64")


def _named(given: ir.Table) -> ir.Value:
    customer = given[CUSTOMER]
    if customer.type().is_string():
        return customer.nullif("")
    return customer


def _require_told(rows: pd.DataFrame, as_of: CutOff) -> None:
    for column, name in (("customer", CUSTOMER), ("day", str(as_of))):
        if missing := int(rows[column].isna().sum()):
            raise WithoutCustomer(name, missing)
    repeated = rows[rows.duplicated(["customer", "day"])].customer
    if len(repeated):
        raise RepeatedCustomer(repeated.iloc[0], repeated.nunique())


def _floats_or_text(column: pd.Series, kind: Kind) -> NDArray[Any]:
    found: NDArray[Any] = (
        column.astype(object).where(column.notna(), None).to_numpy()
        if kind == "category"
        else column.to_numpy(np.float64, na_value=np.nan)
    )
    return found


def _require_finite(found: Contracts) -> None:
    for name, values in found.values.items():
        if found.kinds[name] == "number" and (infinite := np.isinf(values)).any():
            raise InfiniteValue(name, int(infinite.sum()), found.customer_id[infinite][0])


def _labelled(found: Contracts, label: str, told: Floats) -> Contracts:
    known = ~np.isnan(told)
    wrong = known & ~np.isin(told, (0.0, 1.0))
    if wrong.any():
        raise ImpossibleLabel(label, float(told[wrong][0]))
    kept = found.where(known)
    return Contracts(kept.customer_id, kept.day, kept.left, kept.values, kept.kinds, int((~known).sum()))
