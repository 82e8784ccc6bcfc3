"""Ask the API as a program does, and look at what it says."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.http import HttpResponse
from django.test import Client


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any
    headers: dict[str, str]

    @property
    def type(self) -> str:
        """The last part of a problem's type."""
        return self.body["type"].rpartition("/")[2]


class Asking:
    """A program with a key. `token=None`: without one."""

    def __init__(self, token: str | None) -> None:
        self.token = token
        self.client = Client(raise_request_exception=False)

    def get(self, path: str, **parameters: object) -> Answer:
        return _read(self.client.get(f"/api/v1{path}", parameters, headers=self._headers()))

    def send(self, method: str, path: str, body: object = None, *, key: str | None = None, **more: Any) -> Answer:
        """key: for idempotency; a fresh one unless given, none where it is ""."""
        own = {"Idempotency-Key": key if key is not None else str(uuid4())}
        headers = self._headers() | ({} if key == "" else own) | more.pop("headers", {})
        data = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""
        kind = more.pop("content_type", "application/json")
        return _read(self.client.generic(method, f"/api/v1{path}", data, kind, headers=headers))

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token is not None else {}


def _read(response: HttpResponse) -> Answer:
    kind = response.headers["Content-Type"].partition(";")[0]
    if response.status_code >= 400:
        assert kind == "application/problem+json"
    body = json.loads(response.content)
    if response.status_code >= 400:
        assert body["status"] == response.status_code
        assert {"type", "title", "detail"} <= {*body}
    return Answer(response.status_code, body, dict(response.headers))
