"""Whether a request is plain, and what it asks for."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Annotated

import msgspec
from asgiref.typing import HTTPScope
from django.conf import settings
from django.http.request import split_domain_port, validate_host
from django.urls import reverse

from treue.act.loyalty.api_writes import LONGEST_REASON, MOST_POINTS, REASON
from treue.core.api.idempotency import LONGEST_KEY

LARGEST = 4 << 10  # bytes; a plain request has a tenth of it
HEADERS = (b"host", b"authorization", b"content-type", b"idempotency-key")
BEARER = re.compile(r"bearer +(\S+) *", re.IGNORECASE)
KEY = re.compile(rf"[!-~]{{1,{LONGEST_KEY}}}")
JSON = re.compile(rb'application/json( *; *charset="?utf-8"?)? *', re.IGNORECASE)

Points = Annotated[int, msgspec.Meta(ge=1, le=MOST_POINTS)]
Qualifying = Annotated[int, msgspec.Meta(ge=0, le=MOST_POINTS)]
Reason = Annotated[str, msgspec.Meta(max_length=LONGEST_REASON, pattern=REASON)]


class Given(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The body, with the values that `api_writes.EarnIn` takes as they are. Another goes the long way."""

    points: Points
    reason: Reason
    qualifying: Qualifying = 0
    available_from: None = None
    expires_at: None = None
    dry_run: bool = False


@dataclass(eq=False, slots=True)
class Asked:
    """Points for a member. key: which makes it once. request: its method, path and body, by which it is known again."""

    token: str
    member: int
    key: str
    request: tuple[str, str, bytes]
    given: Given


_decoded = msgspec.json.Decoder(Given).decode


def may_be_plain(scope: HTTPScope) -> bool:
    """By its address alone."""
    return scope["method"] == "POST" and _member(scope) is not None


def read(scope: HTTPScope, body: bytes) -> Asked | None:
    """None where it is not plain."""
    headers: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        if name in headers:
            return None  # said twice
        if name in HEADERS:
            headers[name] = value
    member = _member(scope)
    token = BEARER.fullmatch(headers.get(b"authorization", b"").decode("latin-1"))
    key = headers.get(b"idempotency-key", b"").decode("latin-1")
    if not member or not token or not KEY.fullmatch(key) or not _is_for_us(scope, headers):
        return None
    try:
        given = _decoded(body)
    except (msgspec.DecodeError, UnicodeError):
        return None
    if given.dry_run or given.reason != given.reason.strip():
        return None
    request = scope["method"], scope["path"], body
    return Asked(token[1], member, key, request, given)


def _member(scope: HTTPScope) -> int | None:
    if scope["query_string"] or scope.get("root_path"):
        return None
    found = _address().fullmatch(scope["path"])
    return int(found[1]) if found else None


@cache
def _address() -> re.Pattern[str]:
    before, after = reverse("api:give_points", args=[0]).split("/0/")
    return re.compile(f"{re.escape(before)}/([1-9][0-9]{{0,17}})/{re.escape(after)}")


def _is_for_us(scope: HTTPScope, headers: dict[bytes, bytes]) -> bool:
    host = _host(headers.get(b"host", b""))
    return (
        host is not None
        and validate_host(host, settings.ALLOWED_HOSTS)
        and bool(JSON.fullmatch(headers.get(b"content-type", b"")))
    )


def _host(said: bytes) -> str | None:
    host, _port = split_domain_port(said.decode("latin-1"))
    return host or None
