"""How the value is spread, as rows for a spreadsheet: unrounded, with English field names."""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from treue.design.spreadsheet import Value
from treue.understand.value.models import Worth

Rows = tuple[Sequence[str], Iterable[Sequence[Value]]]


def amounts(worth: Worth) -> Rows:
    """Customers by the step of value that they reach, the lowest first."""
    steps = ((Decimal(step), count, Decimal(value), *_of(worth)) for step, count, value in worth.amounts)
    return ("value_from", "customers", "value", "currency", "as_of"), steps


def tenths(worth: Worth) -> Rows:
    """Customers by tenth, the best first."""
    parts = enumerate(worth.tenths, start=1)
    return (
        ("tenth", "customers", "value", "currency", "as_of"),
        ((place, count, Decimal(value), *_of(worth)) for place, (count, value) in parts),
    )


TABLES: dict[str, Callable[[Worth], Rows]] = {"amounts": amounts, "tenths": tenths}


def _of(worth: Worth) -> tuple[Value, Value]:
    return worth.fit.currency, worth.fit.until
