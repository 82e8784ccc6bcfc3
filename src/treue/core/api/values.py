"""Values as the API takes and gives them: text that can be stored, moments with an offset, money with its currency."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated

from ninja import Field, Path, Schema
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)

LARGEST_ID = 2**63 - 1
EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def storable(text: str) -> str:
    """PostgreSQL stores no NUL, and UTF-8 has no halves of characters."""
    if UNSTORABLE.search(text):
        raise ValueError("NUL and lone surrogates cannot be stored")
    return text


def _written(value: object) -> object:
    """A moment is written, never a count of seconds."""
    if not isinstance(value, str | datetime) or (isinstance(value, str) and "-" not in value[1:]):
        raise ValueError("Write a moment as 2026-11-28T12:00:00+01:00")
    return value


def _in_calendar(moment: datetime) -> datetime:
    """In UTC, as PostgreSQL refuses offsets of 16 hours and more, which ISO 8601 knows."""
    if not EARLIEST <= moment < LATEST:
        raise ValueError("Write a moment between the years 1900 and 2199")
    return moment.astimezone(UTC)


Id = Annotated[int, Field(ge=1, le=LARGEST_ID, description="Treue's own opaque number.", examples=[4711])]
PathId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="Treue's own opaque number.", example=4711)]
# 0 and "no" are none: whoever means to try something only must not do it by a slip.
Flag = Annotated[bool, Field(strict=True)]
DryRun = Annotated[bool, Field(strict=True, description="Say what would happen, and do nothing.")]
Text = Annotated[str, AfterValidator(storable)]
Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1), AfterValidator(storable)]
Moment = Annotated[AwareDatetime, BeforeValidator(_written), AfterValidator(_in_calendar)]


def rfc3339(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


GivenMoment = Annotated[
    datetime,
    PlainSerializer(rfc3339, return_type=str, when_used="unless-none"),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-11-28T11:00:00Z"]}),
]


class Told(Schema):
    """What the API says. An error in it never quotes what was to be said, which may be about a person."""

    model_config = ConfigDict(hide_input_in_errors=True)


class Taken(Schema):
    """What the API is sent. A field that nobody knows is refused: it may be a known one, mistyped."""

    model_config = ConfigDict(extra="forbid")


def shown_as(*examples: object) -> ConfigDict:
    """The configuration of something told or taken: with examples for its description."""
    return ConfigDict(json_schema_extra={"examples": list(examples)})


class Money(Told):
    amount: str = Field(description="A decimal number.", pattern=r"^-?\d+\.\d{2,4}$")
    currency: str = Field(description="ISO 4217.")

    model_config = shown_as({"amount": "24.90", "currency": "EUR"})


def money(amount: Decimal, currency: str) -> Money:
    return Money(amount=plain(amount, decimals=2), currency=currency)


def plain(number: Decimal, *, decimals: int = 0) -> str:
    """Without exponent and needless zeros, with `decimals` at least: 24.9000 is 24.90, and 2.000 is 2."""
    whole, _point, rest = f"{number:f}".partition(".")
    rest = rest.rstrip("0").ljust(decimals, "0")
    return f"{whole}.{rest}" if rest else whole
