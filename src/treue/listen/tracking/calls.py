"""What is called at which address, and with which key."""

import binascii
from base64 import b64decode
from typing import NamedTuple

import msgspec

from treue.listen.tracking.errors import NoBatch, NotJson, TooManyEvents
from treue.listen.tracking.wire import UNREADABLE, Batch, Body, Keyed

TYPES = ("identify", "track", "page", "screen", "group", "alias")
BATCH = "batch"
# The browser library says the first letter alone.
KINDS = {kind: kind for kind in (*TYPES, BATCH)} | {kind[0]: kind for kind in (*TYPES, BATCH)}
MOST_EVENTS = 2_500


class Call(NamedTuple):
    """events: JSON each. kind: of all of them, None where each says its own. sent_at: of a batch."""

    key: str | None
    events: list[bytes]
    kind: str | None
    sent_at: object


_batch = msgspec.json.Decoder(Batch).decode
_body = msgspec.json.Decoder(Body).decode
_keyed = msgspec.json.Decoder(Keyed).decode


def read(kind: str, body: bytes, key: str | None) -> Call:
    """Take a body apart. key: of the header; the body's counts where there is none. Raises NotJson, BadRequest."""
    try:
        if kind != BATCH:
            _body(body)
            return Call(key or _keyed(body).write_key, [body], kind, None)
        batch = _batch(body)
    except UNREADABLE as error:
        raise NotJson(str(error) if isinstance(error, msgspec.ValidationError) else "") from error
    if not batch.batch:
        raise NoBatch
    if len(batch.batch) > MOST_EVENTS:
        raise TooManyEvents(f"{len(batch.batch)} events")
    return Call(key or batch.write_key, list(map(bytes, batch.batch)), None, batch.sent_at)


def key_of(authorization: bytes) -> str | None:
    """The write key is the user of Basic auth; there is no password. None where the header says nothing."""
    scheme, _blank, value = authorization.partition(b" ")
    if scheme.lower() != b"basic":
        return None
    try:
        return b64decode(value.strip(), validate=True).partition(b":")[0].decode() or None
    except (binascii.Error, UnicodeDecodeError):
        return None
