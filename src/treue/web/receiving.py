"""What may be sent to the web process: events go to their endpoint, any other body is measured before it is taken in.

Django would first write the whole of it to the disk and only then ask a view. A body that is too large for the limit
or the disk is read and thrown away (a browser shows no answer before it has sent everything), and the upload page
answers as if it had been asked for, with the reason in `treue.refused`.
"""

import asyncio
from typing import Any

from asgiref.typing import ASGI3Application, ASGIReceiveCallable, ASGISendCallable, Scope
from django.urls import reverse

from treue.core.api import problems
from treue.core.jobs.errors import JobError
from treue.listen.imports import uploads
from treue.listen.tracking.endpoint import PREFIX, endpoint
from treue.web import errors

LARGEST_FORM = 10 << 20
ENVELOPE = 16 << 10  # what the other fields of an upload may weigh
WITH_BODY = ("POST", "PUT", "PATCH", "DELETE")


def tracked(application: ASGI3Application) -> ASGI3Application:
    """The application, with events that shops send going past it to their own endpoint."""

    async def sorted_out(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        is_event = scope["type"] == "http" and scope["path"].startswith(PREFIX)
        await (endpoint if is_event else application)(scope, receive, send)

    return sorted_out


def measured(application: ASGI3Application) -> ASGI3Application:
    """The application, out of reach of bodies that are too large."""

    async def guarded(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        if scope["type"] != "http" or scope["method"] not in WITH_BODY:
            return await application(scope, receive, send)
        is_upload = scope["path"] == reverse("import_upload")
        refusal = _refusal(_content_length(scope), is_upload=is_upload)
        if refusal is not None:
            await _throw_away(receive)
        else:
            body = Bounded(receive, is_upload=is_upload)
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


def _refusal(size: int, *, is_upload: bool) -> JobError | bool | None:
    if not is_upload:
        return True if size > LARGEST_FORM else None
    try:
        uploads.require_acceptable(max(0, size - ENVELOPE))
    except JobError as error:
        return error
    return None


class Bounded:
    """A body without a declared length. Where it grows too large it ends, as if the line were cut.

    The application then answers nothing, and `refusal` says why; no browser sends such a body.
    """

    def __init__(self, receive: ASGIReceiveCallable, *, is_upload: bool) -> None:
        self._receive = receive
        self._is_upload = is_upload
        self._seen = 0
        self.refusal: JobError | bool | None = None

    async def receive(self) -> Any:
        message = await self._receive()
        self._seen += len(message.get("body", b""))
        self.refusal = self.refusal or _refusal(self._seen, is_upload=self._is_upload)
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
