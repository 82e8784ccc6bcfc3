"""What comes over the wire, as far as it is looked at."""

from typing import Any

import msgspec

UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError)


class Batch(msgspec.Struct, rename="camel"):
    batch: list[msgspec.Raw] | None = None
    write_key: str | None = None
    sent_at: str | int | float | None = None


class Body(msgspec.Struct):
    """Any object."""


class Keyed(msgspec.Struct, rename="camel"):
    write_key: str | None = None


class Context(msgspec.Struct, rename="camel"):
    """What is looked at of a context; sources put anything into it, so nothing here makes an event bad."""

    ip: Any = None
    user_agent: Any = None
    locale: Any = None
    campaign: Any = None
    library: Any = None
    page: Any = None
    consent: Any = None
    external_ids: Any = None
    traits: Any = None


class Sent(msgspec.Struct, rename="camel"):
    """An event as it comes, of any type."""

    type: str | None = None
    message_id: str | int | None = None
    user_id: str | int | None = None
    anonymous_id: str | int | None = None
    previous_id: str | int | None = None
    group_id: str | int | None = None
    event: str | None = None
    name: str | None = None
    category: str | None = None
    properties: dict[str, Any] | None = None
    traits: dict[str, Any] | None = None
    context: Context | None = None
    timestamp: str | None = None
    original_timestamp: str | None = None
    sent_at: str | None = None


class Identified(msgspec.Struct, rename="camel"):
    message_id: str | None = None
