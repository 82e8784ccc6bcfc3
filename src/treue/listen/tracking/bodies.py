"""The body of a request: read, unpacked and bounded, whatever it calls itself."""

import asyncio
import re
import zlib

from asgiref.typing import ASGIReceiveCallable

from treue.listen.tracking.errors import BadEncoding, TooLarge, TooSlow

LARGEST = 500 << 10
DRAINED = 16 << 20  # so much more is read of what is refused: a client sees no answer before it has sent everything
SECONDS = 30
GZIP = b"\x1f\x8b"
BOM = b"\xef\xbb\xbf"
PLAIN = frozenset({b"", b"identity", b"gzip", b"x-gzip"})
# A text cut in the middle of an emoji holds half of one. JavaScript writes that down; JSON does not know it.
PAIRS = re.compile(rb"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
HALF, UNKNOWN = len(rb"\ud83d"), rb"\ufffd"


class Gone(Exception):
    """The client left in the middle of its request."""


async def read(receive: ASGIReceiveCallable) -> bytes:
    """The body as it was sent. Raises TooLarge, TooSlow, Gone."""
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body"):
        body = message["body"]
        if len(body) > LARGEST:
            raise TooLarge
        return body
    try:
        async with asyncio.timeout(SECONDS):
            return await _rest(message, receive)
    except TimeoutError as error:
        raise TooSlow from error


async def _rest(message: dict[str, object], receive: ASGIReceiveCallable) -> bytes:
    parts, size = [], 0
    while True:
        if message["type"] != "http.request":
            raise Gone
        size += len(message["body"])
        if size <= LARGEST:
            parts.append(message["body"])
        if not message.get("more_body") or size > LARGEST + DRAINED:
            break
        message = await receive()
    if size > LARGEST:
        raise TooLarge
    return b"".join(parts)


def unpacked(body: bytes, encoding: bytes) -> bytes:
    """JSON, of at most `LARGEST` bytes. Some libraries pack without saying so, so the body itself is asked.

    encoding: the header Content-Encoding. Raises BadEncoding, TooLarge.
    """
    if encoding.strip().lower() not in PLAIN:
        raise BadEncoding("Content-Encoding can be gzip")
    if body.startswith(GZIP):
        body = _gunzipped(body)
    if b"\\" in body and (b"\\ud" in body or b"\\uD" in body):  # the first is found ten times as fast
        body = PAIRS.sub(lambda found: UNKNOWN if len(found[0]) == HALF else found[0], body)
    return body.removeprefix(BOM)


def _gunzipped(body: bytes) -> bytes:
    """Never more than the limit is unpacked, whatever was packed into it."""
    parts, room = [], LARGEST
    while body:
        member = zlib.decompressobj(wbits=31)
        try:
            parts.append(member.decompress(body, room + 1))
        except zlib.error as error:
            raise BadEncoding("this is no gzip") from error
        room -= len(parts[-1])
        if room < 0:
            raise TooLarge
        if not member.eof:
            raise BadEncoding("the gzip ends too early")
        body = member.unused_data
    return b"".join(parts)
