"""What may be sent to the web process: a body is measured before it is taken in.

Django would first write the whole of it to the disk and only then ask a view. A body that is too large for the limit
or the disk is read and thrown away (a browser shows no answer before it has sent everything), and the upload page
answers as if it had been asked for, with the reason in `treue.refused`.
"""

import asyncio
from typing import Any

from asgiref.typing import ASGI3Application, ASGIReceiveCallable, ASGISendCallable, Scope
from django.urls import reverse

from treue.core.jobs.errors import JobError
from treue.listen.imports import uploads

LARGEST_FORM = 10 << 20
ENVELOPE = 1 << 20  # what the other fields of an upload may weigh
WITH_BODY = ("POST", "PUT", "PATCH", "DELETE")


def measured(application: ASGI3Application) -> ASGI3Application:
    """The application, out of reach of bodies that are too large."""

    async def guarded(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        if scope["type"] != "http" or scope["method"] not in WITH_BODY:
            return await application(scope, receive, send)
        is_upload = scope["path"] == reverse("import_upload")
        refusal = _refusal(_content_length(scope), is_upload=is_upload)
        if refusal is None:
            return await application(scope, _bounded(receive, is_upload=is_upload), send)
        await _throw_away(receive)
        if not is_upload:
            return await _too_large(send)
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


def _bounded(receive: ASGIReceiveCallable, *, is_upload: bool) -> ASGIReceiveCallable:
    """A body without a declared length ends, as if the line were cut, where it grows too large."""
    seen = 0

    async def counted() -> Any:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        return message if _refusal(seen, is_upload=is_upload) is None else {"type": "http.disconnect"}

    return counted


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


async def _too_large(send: ASGISendCallable) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": b"This is more than a form can hold."})
