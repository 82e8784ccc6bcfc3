"""`/v1/…`: what shops send, in the Segment form. A raw ASGI application: Django's way would take most of the time.

An answer of 200 means that the events are in the log, on the disk.
"""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import msgspec
from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, HTTPScope
from django.db import DatabaseError

from treue.listen.tracking import bodies, calls, documents, problems
from treue.listen.tracking.bodies import Gone
from treue.listen.tracking.calls import KINDS, Call
from treue.listen.tracking.checking import Arrival, Row, check, known_message_id, skew
from treue.listen.tracking.committing import RETRY_AFTER_OUTAGE_SECONDS, Committer
from treue.listen.tracking.errors import (
    BadEvent,
    Busy,
    NotStorable,
    OverLimit,
    TrackingError,
    UnknownKey,
)
from treue.listen.tracking.keys import Directory, Sender

PREFIX = "/v1/"
JSON, PROBLEM = b"application/json", b"application/problem+json"
SUCCESS = b'{"success": true}'
ANYWHERE = [(b"access-control-allow-origin", b"*"), (b"access-control-expose-headers", b"retry-after")]
ALLOWED_A_DAY = [
    *ANYWHERE,
    (b"access-control-allow-methods", b"GET, POST, OPTIONS"),
    (b"access-control-allow-headers", b"authorization, content-type, content-encoding, x-retry-count"),
    (b"access-control-max-age", b"86400"),
]
Headers = Sequence[tuple[bytes, bytes]]


class Endpoint:
    """The application; its list of what waits and its senders belong to the loop that serves it."""

    def __init__(self) -> None:
        self._directory = Directory()
        self._committer: Committer | None = None

    async def __call__(self, scope: HTTPScope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        try:
            kind = KINDS.get(scope["path"][len(PREFIX) :])
            if kind is None:
                await self._document(scope, send)
            elif scope["method"] == "POST":
                await self._take(kind, scope, receive, send)
            else:
                await _options(send) if scope["method"] == "OPTIONS" else await _wrong_method(send, b"POST, OPTIONS")
        except Gone:
            return
        except TrackingError as error:
            await _refuse(send, error)

    async def _take(self, kind: str, scope: HTTPScope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        headers = dict(scope["headers"])
        body = bodies.unpacked(await bodies.read(receive), headers.get(b"content-encoding", b""))
        call = calls.read(kind, body, calls.key_of(headers.get(b"authorization", b"")))
        sender = await self._sender(call.key)
        committer = self._committing()
        wait = sender.allowance.take(len(call.events), time.monotonic())
        if wait:
            committer.note(sender.source_id, OverLimit.code, len(call.events))
            raise OverLimit(wait)
        taken = Taken(call, _arrival(call, sender, scope, headers))
        await taken.write(committer)
        await taken.answer(send)

    async def _sender(self, key: str | None) -> Sender:
        try:
            sender = await self._directory.find(key or "")
        except DatabaseError as error:
            raise Busy(RETRY_AFTER_OUTAGE_SECONDS) from error
        if sender is None:
            raise UnknownKey
        return sender

    def _committing(self) -> Committer:
        if self._committer is None:
            self._committer = Committer()
        return self._committer

    async def _document(self, scope: HTTPScope, send: ASGISendCallable) -> None:
        """What can be read: the browser library's settings, and the description of all this."""
        path = scope["path"]
        key = documents.key_in(path)
        if key is None and path != documents.OPENAPI:
            await _say(send, 404, problems.body("nothing_here"), PROBLEM)
        elif scope["method"] == "OPTIONS":
            await _options(send)
        elif scope["method"] not in ("GET", "HEAD"):
            await _wrong_method(send, b"GET, HEAD, OPTIONS")
        elif key is None:
            await _say(send, 200, documents.openapi())
        else:
            await self._sender(key)
            await _say(send, 200, documents.settings(key), further=[(b"cache-control", b"max-age=60")])


class Taken:
    """A call's events on their way: those that are good, and why the others are not."""

    def __init__(self, call: Call, arrival: Arrival) -> None:
        self._call = call
        self._source_id = arrival.sender.source_id
        self._rows: list[Row] = []
        self._places: list[int] = []
        self._rejected: dict[int, BadEvent] = {}
        self._ids: dict[int, str | None] = {}
        for place, raw in enumerate(call.events):
            try:
                self._rows.append(check(raw, arrival, call.kind))
                self._places.append(place)
            except BadEvent as error:
                self._rejected[place] = error
                self._ids[place] = known_message_id(raw)

    async def write(self, committer: Committer) -> None:
        """Bad events are counted where an operator sees them, also if nothing else is written."""
        refused = Counter((self._source_id, error.code) for error in self._rejected.values())
        for index in await committer.commit(self._source_id, self._rows, refused):
            place = self._places[index]
            self._rejected[place] = NotStorable()
            self._ids[place] = self._rows[index].message_id

    async def answer(self, send: ASGISendCallable) -> None:
        if not self._rejected:
            return await _say(send, 200, SUCCESS)
        told = [
            {"index": place, "messageId": self._ids[place], "code": error.code, "reason": problems.reason(error)}
            for place, error in sorted(self._rejected.items())
        ]
        if len(told) < len(self._call.events):
            return await _say(send, 200, msgspec.json.encode({"success": True, "rejected": told}))
        first = self._rejected[min(self._rejected)]
        further = {} if self._call.kind else {"rejected": told}
        return await _say(send, _status(first), problems.body(first.code, first.detail, **further), PROBLEM)


def _status(error: TrackingError) -> int:
    return problems.PROBLEMS[error.code].status


def _arrival(call: Call, sender: Sender, scope: HTTPScope, headers: Mapping[bytes, bytes]) -> Arrival:
    """A browser is the visitor's own machine; of a server neither address nor name are."""
    now = datetime.now(UTC)
    client, agent = scope.get("client"), headers.get(b"user-agent", b"")
    return Arrival(
        sender=sender,
        received_at=now,
        skew=skew(call.sent_at, now),
        address=client[0] if client and sender.is_browser else None,
        user_agent=agent.decode("latin-1") if sender.is_browser else None,
    )


async def _refuse(send: ASGISendCallable, error: TrackingError) -> None:
    further = []
    if isinstance(error, OverLimit | Busy):
        further.append((b"retry-after", b"%d" % error.retry_after_seconds))
    if isinstance(error, UnknownKey):
        further.append((b"www-authenticate", b'Basic realm="write key"'))
    await _say(send, _status(error), problems.body(error.code, error.detail), PROBLEM, further)


async def _options(send: ASGISendCallable) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": ALLOWED_A_DAY})
    await send({"type": "http.response.body", "body": b""})


async def _wrong_method(send: ASGISendCallable, allowed: bytes) -> None:
    await _say(send, 405, problems.body("wrong_method"), PROBLEM, [(b"allow", allowed)])


async def _say(send: ASGISendCallable, status: int, body: bytes, kind: bytes = JSON, further: Headers = ()) -> None:
    headers = [(b"content-type", kind), (b"content-length", b"%d" % len(body)), *ANYWHERE, *further]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


endpoint = Endpoint()
