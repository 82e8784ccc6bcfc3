"""Numbers and days that questions are asked with."""

from datetime import date, datetime
from numbers import Real
from typing import SupportsInt, cast

from treue.science.errors import ImpossibleHorizon

LARGEST = 2**63 - 1  # that an engine counts with


def whole(name: str, value: object, *, least: int, most: int = LARGEST) -> int:
    """A number without a fraction from `least` to `most`. Raises ImpossibleHorizon for anything else."""
    if not isinstance(value, Real) or isinstance(value, bool):
        raise ImpossibleHorizon(name, value)
    try:
        number = int(cast(SupportsInt, value))
    except (OverflowError, ValueError) as endless_or_none:
        raise ImpossibleHorizon(name, value) from endless_or_none
    if number != value or not least <= number <= most:
        raise ImpossibleHorizon(name, value)
    return number


def day(name: str, value: object) -> date:
    """A day, which no moment is and no number. Raises ImpossibleHorizon for anything else."""
    if not isinstance(value, date) or isinstance(value, datetime):
        raise ImpossibleHorizon(name, value)
    return value
