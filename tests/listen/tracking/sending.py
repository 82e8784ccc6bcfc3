"""Web processes, and who sends events to them."""

import base64
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from treue.core.events.models import Event, Source

PATIENCE_SECONDS = 60


def database_url() -> str:
    """The test's own database, for another process."""
    from django.db import connection

    names = {"dbname": "NAME", "host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
    where = connection.settings_dict
    return " ".join(f"{name}='{where[key]}'" for name, key in names.items() if where.get(key))


class Web:
    """A web process as `treue web` runs it."""

    def __init__(self, url: str | None = None) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._home = tempfile.TemporaryDirectory(prefix="treue-web-")
        environment = {"TREUE_HOME": self._home.name, "DATABASE_URL": url or database_url(), "TREUE_URL": self.url}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "treue.web.commands", "web", "--port", str(self.port)],
            env=os.environ | environment,
        )
        self._wait()

    def _wait(self) -> None:
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until and self.process.poll() is None:
            with socket.socket() as door:
                if door.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise RuntimeError("The web process did not start.")

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self._home.cleanup()

    def end(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=PATIENCE_SECONDS)
        self._home.cleanup()


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
