"""Web processes, and who sends events to them."""

import base64
import http.client
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.web_process import PATIENCE_SECONDS, Web

if TYPE_CHECKING:
    from treue.core.events.models import Event, Source


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Sender:
    """Sends what it is told to, over a connection of its own for each request."""

    web: Web
    source: "Source"
    key: str
    headers: dict[str, str] = field(default_factory=dict)

    def post(self, path: str, body: object, *, key: str | None = "", **headers: str) -> Answer:
        """body: bytes as they are, anything else as JSON. key: None sends none."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if key is not None:
            sent["Authorization"] = "Basic " + base64.b64encode(f"{key or self.key}:".encode()).decode()
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.ask("POST", path, raw, {**self.headers, **sent})

    def ask(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.web.port, timeout=PATIENCE_SECONDS)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def send(self, *events: dict[str, object], **further: object) -> Answer:
        return self.post("/v1/batch", {"batch": list(events), **further})

    def one(self, **event: object) -> Answer:
        return self.send(track(**event))


def track(event: str = "Product Viewed", **values: object) -> dict[str, object]:
    """The smallest event: of customer 7 unless told otherwise."""
    who = {} if "userId" in values or "anonymousId" in values else {"userId": "7"}
    return {"type": "track", "event": event, **who, **values}


def logged() -> list["Event"]:
    from treue.core.events.models import Event

    return list(Event.objects.order_by("seq"))


def tallied() -> dict[str, int]:
    """How many events came to what."""
    from django.db.models import Sum

    from treue.listen.tracking.models import Tally

    return dict(Tally.objects.values_list("outcome").annotate(number=Sum("events")))
