"""What the API says when it cannot do what was asked: RFC 9457, `application/problem+json`, in English."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpResponse

MEDIA_TYPE = "application/problem+json"
BASE = "/api/v1/problems/"
Fault = Mapping[str, object]


@dataclass(frozen=True)
class Kind:
    """slug: end of the type's URI, which never changes. meaning: what it means and what to do, for whoever reads it."""

    slug: str
    status: int
    title: str
    meaning: str

    @property
    def type(self) -> str:
        return BASE + self.slug


MALFORMED = Kind("malformed", 400, "Malformed request", "The request or its JSON cannot be read.")
UNAUTHORIZED = Kind(
    "unauthorized",
    401,
    "A valid key is required",
    "Send a key as `Authorization: Bearer …`. It may be missing, mistyped, expired or revoked.",
)
FORBIDDEN = Kind(
    "forbidden", 403, "The key may not do this", "The key lacks the scope. Make one with the scope that `detail` names."
)
NOT_FOUND = Kind(
    "not-found", 404, "Nothing here", "The shop of this key has no such thing, or the API no such address."
)
METHOD_NOT_ALLOWED = Kind(
    "method-not-allowed",
    405,
    "Method not allowed",
    "The address does not know the method; `Allow` lists those it knows.",
)
IN_PROGRESS = Kind(
    "in-progress",
    409,
    "The same write is under way",
    "Another request with this Idempotency-Key has not ended. Send it again after `Retry-After` seconds.",
)
BUSY = Kind(
    "busy", 409, "An import is running", "The shop's data are being written. Send it again after `Retry-After` seconds."
)
ERASED = Kind(
    "erased",
    409,
    "This person was erased",
    "What is dated before the erasure is refused, so that nobody comes back by an old record. "
    "A `signed_up_at` or `ordered_at` after the erasure makes a new customer.",
)
REFUSED = Kind(
    "refused",
    409,
    "Refused by the shop's own rules",
    "`errors` says by which, with a `reason` for programs and its `facts`. Nothing was changed.",
)
OUTDATED = Kind(
    "outdated-cursor",
    410,
    "The log was restored from a backup",
    "The place that the cursor stands for is gone. Begin without `after`; events that you know have the `message_id` "
    "that they had.",
)
TOO_LARGE = Kind("too-large", 413, "Too large", "The body is larger than 5 MB. Send less at once.")
UNSUPPORTED = Kind(
    "unsupported-media-type", 415, "Unsupported media type", "Send JSON, with `Content-Type: application/json`."
)
INVALID = Kind(
    "invalid", 422, "Invalid values", "`errors` says what is wrong and where. Mend it; sent again, it is refused again."
)
KEY_REUSED = Kind(
    "idempotency-key-reused",
    422,
    "Idempotency-Key used for another request",
    "The key came with another request before. Use a fresh one for each write, and the same only to send it again.",
)
TOO_MANY = Kind(
    "too-many-requests", 429, "Too many requests", "The key's limit is used up. Wait `Retry-After` seconds."
)
INTERNAL = Kind(
    "internal-error", 500, "Something went wrong in Treue", "It is not your fault, and it was noted. Retrying may help."
)
UNAVAILABLE = Kind("unavailable", 503, "The database cannot be reached", "Send it again after `Retry-After` seconds.")

KINDS = (
    *(MALFORMED, UNAUTHORIZED, FORBIDDEN, NOT_FOUND, METHOD_NOT_ALLOWED, IN_PROGRESS, BUSY, ERASED, REFUSED, OUTDATED),
    *(TOO_LARGE, UNSUPPORTED, INVALID, KEY_REUSED, TOO_MANY, INTERNAL, UNAVAILABLE),
)


class Problem(Exception):
    """Ends a request with a problem. detail: one sentence about this case. errors: as `fault` makes them."""

    def __init__(
        self,
        kind: Kind,
        detail: str = "",
        *,
        errors: Sequence[Fault] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.kind = kind
        self.detail = detail
        self.errors = errors
        self.headers = headers or {}
        super().__init__(kind.slug)


def fault(place: str, detail: str, **more: object) -> dict[str, object]:
    """place: "query/limit", "header/Idempotency-Key", "body/lines/0/price". What was sent is never repeated.
    more: for REFUSED its `reason` and `facts`."""
    return {"in": place, "detail": detail, **more}


def body(kind: Kind, detail: str = "", errors: Sequence[Fault] = ()) -> dict[str, object]:
    said = {"type": kind.type, "title": kind.title, "status": kind.status, "detail": detail or kind.meaning}
    return said | ({"errors": list(errors)} if errors else {})


def answer(
    kind: Kind,
    detail: str = "",
    *,
    errors: Sequence[Fault] = (),
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    content = json.dumps(body(kind, detail, errors))
    return HttpResponse(content, status=kind.status, content_type=MEDIA_TYPE, headers=headers)
