"""Pages by key: page 1,000 costs no more than page 1, and new rows shift nothing.

A cursor is opaque to whoever gets it: what list it belongs to and the key of the last row, as whole numbers.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated

from ninja import Field, Schema

from treue.core.api.problems import INVALID, Problem, fault

MOST = 200
LONGEST = 200
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
WRONG = "Send a cursor as `next` gave it, to the list that gave it"

Limit = Annotated[int, Field(ge=1, le=MOST, description="The most entries of a page.", examples=[50])]
After = Annotated[
    str | None,
    Field(max_length=LONGEST, description="`next` of the page before.", examples=["WyJjdXN0b21lcnMiLDdd"]),
]


class Paged(Schema):
    """Query parameters of every list."""

    limit: Limit = 50
    after: After = None


def cursor(of: str, *key: int) -> str:
    return base64.urlsafe_b64encode(json.dumps([of, *key], separators=(",", ":")).encode()).decode().rstrip("=")


def key_in(given: str, *, of: str, size: int) -> list[int]:
    """The key in a cursor of this list. Raises Problem for anything else."""
    try:
        padded = given.encode("ascii") + b"=" * (-len(given) % 4)
        found = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError):
        found = None
    if not (isinstance(found, list) and len(found) == size + 1 and found[0] == of and _are_numbers(found[1:])):
        raise wrong()
    return found[1:]


def wrong() -> Problem:
    return Problem(INVALID, WRONG + ".", errors=[fault("query/after", WRONG)])


def _are_numbers(key: Sequence[object]) -> bool:
    return all(type(number) is int and -(2**63) <= number < 2**63 for number in key)


def micros(moment: datetime) -> int:
    """A moment as a whole number, which a cursor can hold."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def moment(micros: int) -> datetime:
    """The moment again. Raises Problem where no calendar has it."""
    try:
        return EPOCH + timedelta(microseconds=micros)
    except OverflowError as error:
        raise wrong() from error
