"""What Ibis has no word for, said so that DuckDB and Spark understand it alike."""

from collections.abc import Mapping, Sequence

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
from ibis.common.exceptions import IbisError

MONEY = dt.Decimal(18, 4)
TEN_THOUSAND = 10_000
SPARKS_ZONE = "UTC"  # Ibis sets every session's to it


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


def least_by(value: ir.Column, key: ir.Column) -> ir.Scalar:
    """The value where `key` is least, which is to be unique in each group. Ibis' own `argmin` sorts every group."""
    types = (value.type(), key.type())
    return ibis.udf.agg.builtin(_two, name="min_by", signature=(types, value.type()))(value, key)


def money(amount: ir.NumericValue) -> ir.DecimalValue:
    """An amount as decimal 18,4, the same everywhere. Binary fractions are exact below 1e11.

    What lies between two of the last digit goes where `amount * 10000` goes: DuckDB looks at that product when it
    casts, Spark at the digits as they are written (0.00015), so they are brought to four digits first.
    """
    if not amount.type().is_floating():
        return amount.cast(MONEY)
    scaled = amount.cast("float64") * TEN_THOUSAND
    whole = ibis.udf.scalar.builtin(_one, name="round", signature=((dt.float64,), dt.float64))(scaled)
    return (whole / TEN_THOUSAND).cast(MONEY)


def kept(table: ir.Table) -> ir.CachedTable:
    """The table worked out, and held by its engine until it is released."""
    if _is_sparks(table):
        _make_known(table)
    return table.cache()


def zone_of(table: ir.Table, column: str) -> str | None:
    """The zone of a column's moments, None where they are told without one.

    Ibis takes all of Spark's moments for those without a zone, so Spark itself is asked.
    """
    kind = table[column].type()
    zone: str | None = kind.timezone if kind.is_timestamp() else None
    if zone or not kind.is_timestamp() or not _is_sparks(table):
        return zone
    nothing, spark = table.select(column).limit(0), table.get_backend()
    _make_known(nothing)
    (field,) = spark.raw_sql(spark.compile(nothing)).schema
    return None if field.dataType.typeName() == "timestamp_ntz" else SPARKS_ZONE


def _make_known(table: ir.Table) -> None:
    """Have Spark know the tables in memory that this one is made of, which Ibis tells it only with a question."""
    table.get_backend().to_pyarrow(table.limit(0))


def _is_sparks(table: ir.Table) -> bool:
    try:
        return bool(table.get_backend().name == "pyspark")
    except IbisError:
        return False  # a table of no engine yet


def epoch_seconds(moment: ir.TimestampValue) -> ir.IntegerValue:
    """Whole seconds since 1970 of a shop-local moment; differences of it are the same everywhere.

    DuckDB's EPOCH keeps fractions and Ibis believes it whole: hence the detour over float.
    """
    return moment.epoch_seconds().cast("float64").floor().cast("int64")


def _one(first: object) -> None:
    """Shape of a function or an aggregate of one column, which the engine itself provides."""


def _two(first: object, second: object) -> None:
    """Shape of an aggregate of two columns, which the engine itself provides."""
