"""Who bought what on which day, as numbers: the one table that every recommendation is made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, TypeAlias

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import scipy.sparse as sp
from numpy.typing import NDArray

from treue.science.engine import zone_of
from treue.science.errors import MissingColumn, MomentsWithZone, NoPurchases, WrongColumnType
from treue.science.purchases import day_number

Codes: TypeAlias = NDArray[np.int64]
Table: TypeAlias = ir.Table | pa.Table | pd.DataFrame
COLUMNS = ("customer_id", "product_id", "ordered_at")
REASONS = ("no_customer", "no_product", "no_moment", "given_back", "after_as_of")
UNKNOWN = -1


@dataclass(frozen=True)
class Pairs:
    """A row per customer and product bought, (p,) each, ordered by both.

    times: days with a purchase of it, count. first, last: days since 1970.
    """

    customer: Codes
    product: Codes
    times: Codes
    first: Codes
    last: Codes

    def __len__(self) -> int:
        return len(self.customer)

    def where(self, keep: NDArray[np.bool_] | Codes | slice) -> "Pairs":
        return Pairs(*(getattr(self, name)[keep] for name in ("customer", "product", "times", "first", "last")))


@dataclass(frozen=True)
class History:
    """customers, products: ids in their order, whose places are the codes used everywhere else.

    customer, product, day: (n,) a row per customer, product and day with a purchase, ordered by all three.
    as_of: last day included.
    """

    customers: pa.Array
    products: pa.Array
    customer: Codes
    product: Codes
    day: Codes
    as_of: int

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.customers), len(self.products)

    def pairs(self, until: int) -> Pairs:
        """What was bought up to a day, that day included."""
        if until >= self.as_of:
            return self.bought
        begins = np.cumsum(self.bought.times) - self.bought.times
        times = np.add.reduceat(self.day <= until, begins, dtype=np.int64) if len(begins) else begins
        some = np.flatnonzero(times)
        last = self.day[(begins + times)[some] - 1]
        return replace(self.bought.where(some), times=times[some], last=last)

    def up_to(self, until: int) -> "History":
        """The same customers and products with what they bought up to an earlier day."""
        kept = self.day <= until
        return History(self.customers, self.products, self.customer[kept], self.product[kept], self.day[kept], until)

    @cached_property
    def bought(self) -> Pairs:
        begins = np.flatnonzero(changes(self.customer) | changes(self.product))
        ends = np.append(begins[1:], len(self.day))[: len(begins)]
        return Pairs(self.customer[begins], self.product[begins], ends - begins, self.day[begins], self.day[ends - 1])

    def matrix(self, pairs: Pairs) -> sp.csr_matrix:
        """(customers, products) 1 where bought, float32."""
        return sparse(pairs.customer, pairs.product, self.shape)


def read(purchases: Table, as_of: date) -> History:
    """The purchases up to a day, that day included.

    purchases: a row per line, in any order: `customer_id`, `product_id` (any type that can be ordered), `ordered_at`
    (naive, shop-local, or a day); `quantity` or `amount`, where given, tell what came back. What is no purchase is left
    out (`set_aside` counts it). Raises MissingColumn, WrongColumnType, MomentsWithZone, NoPurchases.
    """
    judged = _judged(as_table(purchases), as_of)
    found = judged.filter(judged.reason.isnull()).select("customer_id", "product_id", "day").to_pyarrow()
    if not len(found):
        raise NoPurchases(as_of)
    customers, customer = _encoded(found["customer_id"])
    products, product = _encoded(found["product_id"])
    days = found["day"].to_numpy()
    first, span = int(days.min()), int(days.max() - days.min()) + 1
    keys = np.sort((customer * len(products) + product) * span + (days - first))
    keys = keys[changes(keys)]  # np.unique hashes, which takes ten times as long here
    pair, day = np.divmod(keys, span)
    customer, product = np.divmod(pair, len(products))
    return History(customers, products, customer, product, day + first, day_number(as_of))


def set_aside(purchases: Table, as_of: date) -> Mapping[str, int]:
    """How many rows are no purchases, by reason, the first of `REASONS` that holds. Reads the purchases."""
    judged = _judged(as_table(purchases), as_of)
    rows = judged.filter(judged.reason.notnull()).group_by("reason").agg(rows=ibis._.count()).to_pyarrow().to_pylist()
    found = {row["reason"]: row["rows"] for row in rows}
    return {reason: found[reason] for reason in REASONS if reason in found}


def as_table(given: Table) -> ir.Table:
    return given if isinstance(given, ir.Table) else ibis.memtable(given)


def places(known: pa.Array, asked: Sequence[Any] | pa.Array | pa.ChunkedArray) -> Codes:
    """Where each id asked for stands among those known, `UNKNOWN` where it does not."""
    if not isinstance(asked, pa.Array | pa.ChunkedArray):
        asked = pa.array(list(asked))
    if asked.type != known.type:
        asked = like(known.type, asked)
    return np.asarray(pc.fill_null(pc.index_in(asked, value_set=known), UNKNOWN)).astype(np.int64)


def sparse(rows: Codes, columns: Codes, shape: tuple[int, int]) -> sp.csr_matrix:
    """Ones at places ordered by row and column."""
    ends = np.cumsum(np.bincount(rows, minlength=shape[0]), dtype=np.int64)
    return sp.csr_matrix(
        (np.ones(len(rows), np.float32), columns.astype(np.int32), np.concatenate([[0], ends]).astype(np.int32)),
        shape=shape,
    )


def like(wanted: pa.DataType, ids: pa.Array | pa.ChunkedArray) -> pa.Array:
    """The ids in the type of those known, null where one cannot be of it."""
    return pa.array([_like(wanted, each) for each in ids.to_pylist()], wanted)


def _like(wanted: pa.DataType, value: Any) -> Any:
    try:
        return pa.scalar(value, wanted).as_py()
    except (pa.ArrowException, OverflowError):
        return None


def changes(codes: Codes) -> NDArray[np.bool_]:
    """True where another one begins."""
    changed = np.ones(len(codes), np.bool_)
    changed[1:] = codes[1:] != codes[:-1]
    return changed


def _encoded(column: pa.ChunkedArray) -> tuple[pa.Array, Codes]:
    """The distinct ids in order, and the place of each row's among them."""
    chunks = column.dictionary_encode().unify_dictionaries().chunks
    ids = chunks[0].dictionary
    order = pc.sort_indices(ids).to_numpy()
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    return ids.take(pa.array(order)), place[np.concatenate([chunk.indices.to_numpy() for chunk in chunks])]


def _judged(purchases: ir.Table, as_of: date) -> ir.Table:
    _require_columns(purchases)
    back = ibis.literal(False)
    for name in ("quantity", "amount"):
        if name in purchases.columns:
            back = back | (purchases[name] < 0)
    if "quantity" in purchases.columns:
        back = back | (purchases.quantity == 0)
    day = purchases.ordered_at.cast("date").epoch_days().cast("int64")
    conditions = {
        "no_customer": _missing(purchases.customer_id),
        "no_product": _missing(purchases.product_id),
        "no_moment": purchases.ordered_at.isnull(),
        "given_back": back,
        "after_as_of": day > day_number(as_of),
    }
    reason = ibis.cases(*((conditions[name], name) for name in REASONS), else_=ibis.null("string"))
    return purchases.select("customer_id", "product_id", day=day, reason=reason)


def _missing(ids: ir.Column) -> ir.BooleanValue:
    return ids.isnull() | ids.isnan() if ids.type().is_floating() else ids.isnull()


def _require_columns(purchases: ir.Table) -> None:
    for column in COLUMNS:
        if column not in purchases.columns:
            raise MissingColumn(column, purchases.columns)
    moment = purchases.ordered_at.type()
    if not (moment.is_timestamp() or moment.is_date()):
        raise WrongColumnType("ordered_at", str(moment), "timestamp or date")
    if zone := zone_of(purchases, "ordered_at"):
        raise MomentsWithZone("ordered_at", zone)
    for column in ("quantity", "amount"):
        if column in purchases.columns and not purchases[column].type().is_numeric():
            raise WrongColumnType(column, str(purchases[column].type()), "number")
