"""The raw ASGI application of the short way, in front of the one that takes everything else."""

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from asgiref.typing import ASGI3Application, ASGIReceiveCallable, ASGISendCallable, HTTPScope, Scope

from treue.act.loyalty.lane import asking
from treue.act.loyalty.lane.giving import STATUS, Waiting, give
from treue.core.api.bearer import limit_of
from treue.core.grouping import Bounds, Groups, NotWritten, TooManyWaiting

# What a group costs by itself is that of about 20 requests: two small ones at once take longer than one.
BOUNDS = Bounds(writers=2, enough_for_another=60, largest=300, most=3_000)
Headers = Sequence[tuple[bytes, bytes]]
Noted = Callable[[HTTPScope, int, float], Headers]  # of an answer: its status and the seconds it took


class Lane:
    """Its list of what waits belongs to the loop that serves it.

    noted: told of each answer that is given here; what it returns are headers to go with it.
    """

    def __init__(self, application: ASGI3Application, noted: Noted) -> None:
        self._application, self._noted = application, noted
        self._groups: Groups[Waiting] | None = None

    async def __call__(self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        if scope["type"] != "http" or not asking.may_be_plain(scope):
            return await self._application(scope, receive, send)
        begun = time.perf_counter()
        message = await receive()
        waiting = await self._given(scope, message)
        if waiting is None:
            return await self._application(scope, _again(message, receive), send)
        body = waiting.answer.model_dump_json().encode()
        headers = [*_headers(waiting, body), *self._noted(scope, STATUS, time.perf_counter() - begun)]
        await send({"type": "http.response.start", "status": STATUS, "headers": headers})
        return await send({"type": "http.response.body", "body": body})

    async def _given(self, scope: HTTPScope, message: dict[str, Any]) -> Waiting | None:
        """What was done; None where the request has to go the long way."""
        is_whole = message["type"] == "http.request" and not message.get("more_body")
        body = message.get("body", b"")
        asked = asking.read(scope, body) if is_whole and len(body) <= asking.LARGEST else None
        if asked is None:
            return None
        waiting = Waiting(asked)
        if self._groups is None:
            self._groups = Groups(lambda group: partial(give, group), BOUNDS, name="points")
        try:
            await self._groups.written(waiting)
        except (NotWritten, TooManyWaiting):
            return None
        return waiting if waiting.answer is not None else None


def _headers(waiting: Waiting, body: bytes) -> Headers:
    limit = [(name.lower().encode(), value.encode()) for name, value in limit_of(waiting.caller).items()]
    return [
        (b"content-type", b"application/json; charset=utf-8"),
        (b"content-length", b"%d" % len(body)),
        (b"content-language", b"en"),
        (b"cache-control", b"private, no-store"),
        *limit,
    ]


def _again(message: dict[str, Any], receive: ASGIReceiveCallable) -> ASGIReceiveCallable:
    """What was received already, and then what else comes."""
    first = [message]

    async def received() -> dict[str, Any]:
        return first.pop() if first else await receive()

    return received
