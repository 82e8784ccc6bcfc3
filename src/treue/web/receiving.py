"""What may be sent to the web process: events go to their endpoint, points that are plainly given to theirs; any other
body is measured before it is taken in.

Django would first write the whole of it to the disk and only then ask a view. A body that is too large for the limit
or the disk is read and thrown away (a browser shows no answer before it has sent everything), and the upload page
answers as if it had been asked for, with the reason in `treue.refused`.
"""

import asyncio
from functools import lru_cache
from io import BytesIO
from typing import Any

from asgiref.typing import ASGI3Application, ASGIReceiveCallable, ASGISendCallable, HTTPScope, Scope
from csp.middleware import CSPMiddleware
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpResponse
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.security import SecurityMiddleware
from django.urls import reverse

from treue.act.loyalty.lane.endpoint import Headers, Lane
from treue.core.api import problems
from treue.core.jobs.errors import JobError
from treue.listen.imports import uploads
from treue.listen.tracking.endpoint import PREFIX, endpoint
from treue.web import errors
from treue.web.operations import measuring

LARGEST_FORM = 10 << 20
LARGEST_PHOTOS = 40 << 20  # as many as a member may send at once, each as large as it may be
ENVELOPE = 16 << 10  # what the other fields of an upload may weigh
POINTS = "api:give_points"
WITH_BODY = ("POST", "PUT", "PATCH", "DELETE")


def tracked(application: ASGI3Application) -> ASGI3Application:
    """The application, with events that shops send going past it to their own endpoint."""

    async def sorted_out(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        is_event = scope["type"] == "http" and scope["path"].startswith(PREFIX)
        await (endpoint if is_event else application)(scope, receive, send)

    return sorted_out


def quick(application: ASGI3Application) -> ASGI3Application:
    """The application, with points that are plainly given going past it to be given in groups."""
    return Lane(application, _noted)


def _noted(scope: HTTPScope, status: int, seconds: float) -> Headers:
    headers = dict(scope["headers"])
    given = headers.get(b"x-request-id", b"").decode("latin-1")
    number = measuring.count_apart(POINTS, scope["method"], status, seconds, given=given)
    return [(b"x-request-id", number.encode()), *_guarded(scope["scheme"], headers.get(b"x-forwarded-proto", b""))]


@lru_cache(maxsize=8)
def _guarded(scheme: str, forwarded: bytes) -> Headers:
    """What Django's own guards put on every answer."""
    facts = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "scheme": scheme}
    request = ASGIRequest({**facts, "headers": [(b"x-forwarded-proto", forwarded)]}, BytesIO())
    response = HttpResponse()
    del response.headers["Content-Type"]
    for guard in (SecurityMiddleware, CSPMiddleware, XFrameOptionsMiddleware):
        response = guard(lambda _request, answer=response: answer)(request)
    return [(name.lower().encode(), value.encode()) for name, value in response.headers.items()]


def measured(application: ASGI3Application) -> ASGI3Application:
    """The application, out of reach of bodies that are too large."""

    async def guarded(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        if scope["type"] != "http" or scope["method"] not in WITH_BODY:
            return await application(scope, receive, send)
        is_upload = scope["path"] == reverse("import_upload")
        largest = LARGEST_PHOTOS if scope["path"] == reverse("portal_content_new") else LARGEST_FORM
        refusal = _refusal(_content_length(scope), largest, is_upload=is_upload)
        if refusal is not None:
            await _throw_away(receive)
        else:
            body = Bounded(receive, largest, is_upload=is_upload)
            await application(scope, body.receive, send)
            refusal = body.refusal
        if refusal is None:
            return None
        if not is_upload:
            return await _too_large(scope, send)
        headers = [(name, value) for name, value in scope["headers"] if not name.startswith(b"content-")]
        asked = scope | {"method": "GET", "headers": headers, "treue.refused": refusal}
        return await application(asked, _empty_body(), send)

    return guarded


def _content_length(scope: Scope) -> int:
    value = dict(scope["headers"]).get(b"content-length", b"0")
    return int(value) if value.isdigit() else 0


def _refusal(size: int, largest: int, *, is_upload: bool) -> JobError | bool | None:
    if not is_upload:
        return True if size > largest else None
    try:
        uploads.require_acceptable(max(0, size - ENVELOPE))
    except JobError as error:
        return error
    return None


class Bounded:
    """A body without a declared length. Where it grows too large it ends, as if the line were cut.

    The application then answers nothing, and `refusal` says why; no browser sends such a body.
    """

    def __init__(self, receive: ASGIReceiveCallable, largest: int, *, is_upload: bool) -> None:
        self._receive = receive
        self._largest = largest
        self._is_upload = is_upload
        self._seen = 0
        self.refusal: JobError | bool | None = None

    async def receive(self) -> Any:
        message = await self._receive()
        self._seen += len(message.get("body", b""))
        self.refusal = self.refusal or _refusal(self._seen, self._largest, is_upload=self._is_upload)
        return message if self.refusal is None else {"type": "http.disconnect"}


async def _throw_away(receive: ASGIReceiveCallable) -> None:
    message = await receive()
    while message["type"] == "http.request" and message.get("more_body"):
        message = await receive()


def _empty_body() -> ASGIReceiveCallable:
    """A request without a body, whose sender then waits for the answer."""
    messages = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> Any:
        for message in messages:
            return message
        return await asyncio.Future()

    return receive


async def _too_large(scope: Scope, send: ASGISendCallable) -> None:
    kind, said = b"text/plain; charset=utf-8", b"This is more than a form can hold."
    if scope["path"].startswith(errors.API):
        problem = problems.answer(problems.TOO_LARGE)
        kind, said = problem.headers["Content-Type"].encode(), problem.content
    await send({"type": "http.response.start", "status": 413, "headers": [(b"content-type", kind)]})
    await send({"type": "http.response.body", "body": said})
