"""What Ibis has no word for, said so that DuckDB and Spark understand it alike."""

from collections.abc import Mapping, Sequence

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

MONEY = dt.Decimal(18, 4)


def union_of_bits(mask: ir.IntegerColumn) -> ir.IntegerScalar:
    """All bits that any of the masks has. Ibis' own `bit_or` has no rule for Spark."""
    return ibis.udf.agg.builtin(_one, name="bit_or", signature=((dt.int64,), dt.int64))(mask)


def first_by(columns: Mapping[str, ir.Column], order: Sequence[ir.Column]) -> ir.StructScalar:
    """The columns' values in the first row by `order`, as a struct; nulls among them count.

    `order` must end in something unique, or engines would differ on ties. Ibis would write
    `FIRST(… ORDER BY …)`, which sorts every group; `MIN_BY` keeps one candidate, and a struct is
    never null, so a row with an unknown channel is not skipped for a later one.
    """
    values = ibis.struct(dict(columns))
    keys = ibis.struct({f"key_{place}": column for place, column in enumerate(order)})
    types = (values.type(), keys.type())
    return ibis.udf.agg.builtin(_two, name="min_by", signature=(types, values.type()))(values, keys)


def epoch_seconds(moment: ir.TimestampValue) -> ir.IntegerValue:
    """Whole seconds since 1970 of a shop-local moment; differences of it are the same everywhere.

    DuckDB's EPOCH keeps fractions and Ibis believes it whole: hence the detour over float.
    """
    return moment.epoch_seconds().cast("float64").floor().cast("int64")


def _one(first: object) -> None:
    """Shape of an aggregate of one column, which the engine itself provides."""


def _two(first: object, second: object) -> None:
    """Shape of an aggregate of two columns, which the engine itself provides."""
