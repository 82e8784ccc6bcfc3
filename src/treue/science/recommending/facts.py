"""What is known of products and customers beside purchases, in the order of their codes."""

from dataclasses import dataclass

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from treue.science.errors import MissingColumn, WrongColumnType
from treue.science.recommending.errors import NoCategories, RepeatedId
from treue.science.recommending.history import UNKNOWN, Codes, Table, as_table, like, places


@dataclass(frozen=True)
class Products:
    """(products,) each. category: a number, -1 where unknown; price: in the shop's money, not a number where unknown;
    available: may be recommended."""

    category: Codes
    price: NDArray[np.float64]
    available: NDArray[np.bool_]

    def require_categories(self) -> None:
        """Raises NoCategories."""
        if not ((self.category != UNKNOWN) & (self.price > 0)).any():
            raise NoCategories


@dataclass(frozen=True)
class Segments:
    """names: of the segments. segment: (customers,) the place of each one's, -1 where unknown.

    strangers: ids of those in the table who never bought, in their order; stranger: their segments.
    """

    names: pa.Array
    segment: Codes
    strangers: pa.Array
    stranger: Codes


def products(given: Table | None, known: pa.Array) -> Products:
    """given: `product_id`, and `category`, `price` and `available` where known; products that nobody bought are left
    out, those bought that are not in it have no category, no price, and are available.

    Raises MissingColumn, WrongColumnType, RepeatedId.
    """
    size = len(known)
    found = Products(np.full(size, UNKNOWN), np.full(size, np.nan), np.ones(size, np.bool_))
    if given is None:
        return found
    table = as_table(given)
    _require(table, "product_id")
    rows = _rows(table, "product_id", ("category", "price", "available"))
    place = places(known, _like_known(rows, "product_id", known))
    kept, place = place != UNKNOWN, place[place != UNKNOWN]
    if "category" in rows.column_names:
        found.category[place] = _numbered(rows["category"])[1][kept]
    if "price" in rows.column_names:
        _require_number(table, "price")
        found.price[place] = pc.fill_null(rows["price"].cast(pa.float64()), np.nan).to_numpy()[kept]
    if "available" in rows.column_names:
        if not table.available.type().is_boolean():
            raise WrongColumnType("available", str(table.available.type()), "boolean")
        found.available[place] = pc.fill_null(rows["available"], True).to_numpy(zero_copy_only=False)[kept]
    return found


def segments(given: Table | None, known: pa.Array) -> Segments:
    """given: `customer_id` and `segment`, a row per customer. Raises MissingColumn, WrongColumnType, RepeatedId."""
    nobody = np.full(0, UNKNOWN)
    if given is None:
        return Segments(pa.array([], pa.string()), np.full(len(known), UNKNOWN), known.slice(0, 0), nobody)
    table = as_table(given)
    _require(table, "customer_id", "segment")
    rows = _rows(table, "customer_id", ("segment",))
    names, segment = _numbered(rows["segment"])
    ids = _like_known(rows, "customer_id", known)
    place = places(known, ids)
    of_known = np.full(len(known), UNKNOWN)
    of_known[place[place != UNKNOWN]] = segment[place != UNKNOWN]
    strange = place == UNKNOWN
    return Segments(names, of_known, ids.filter(pa.array(strange)), segment[strange])


def _rows(table: ir.Table, key: str, columns: tuple[str, ...]) -> pa.Table:
    """By id, those without one left out."""
    wanted = [key, *(name for name in columns if name in table.columns)]
    rows = table.filter(table[key].notnull()).select(*wanted).order_by(key).to_pyarrow()
    ids = rows[key]
    if len(rows) and (same := pc.equal(ids.slice(1), ids.slice(0, len(ids) - 1))) and pc.any(same).as_py():
        raise RepeatedId(key, ids[pc.index(same, True).as_py()].as_py())
    return rows


def _like_known(rows: pa.Table, name: str, known: pa.Array) -> pa.Array:
    """The ids in the type that they have among the purchases. Raises WrongColumnType where they cannot be the same."""
    column = rows[name]
    if column.type == known.type:
        return pa.concat_arrays(column.chunks) if column.num_chunks else known.slice(0, 0)
    found = like(known.type, column)
    if found.null_count:
        raise WrongColumnType(name, str(column.type), str(known.type))
    return found


def _numbered(column: pa.ChunkedArray) -> tuple[pa.Array, Codes]:
    """The distinct values in their order, and the place of each row's."""
    values = pc.unique(column.drop_null())
    values = values.take(pc.sort_indices(values))
    return values, places(values, column)


def _require(table: ir.Table, *columns: str) -> None:
    for column in columns:
        if column not in table.columns:
            raise MissingColumn(column, table.columns)


def _require_number(table: ir.Table, column: str) -> None:
    if not table[column].type().is_numeric():
        raise WrongColumnType(column, str(table[column].type()), "number")
