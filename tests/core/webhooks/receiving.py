"""A receiver of webhooks: a real web server on this machine that keeps what arrives and answers as told."""

import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network

from treue.core.events.log import Happening, record
from treue.core.shop.models import Shop
from treue.core.webhooks.sending import Way

LOOPBACK = [ip_network("127.0.0.0/8")]
NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
NEARBY = Way(networks=LOOPBACK, seconds=3)
Answer = Callable[["Request"], None]


class Request(BaseHTTPRequestHandler):
    """What arrived; `answered(status)` is how most answers are given."""

    protocol_version = "HTTP/1.1"
    server: "Receiver"

    def do_POST(self) -> None:
        self.body = self.rfile.read(int(self.headers["Content-Length"]))
        with self.server.lock:
            self.server.arrived.append(self)
            answer = self.server.answers.pop(0) if self.server.answers else self.server.otherwise
        answer(self)

    def answered(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def log_message(self, *_about: object) -> None:
        """Tests say what they want to say themselves."""

    @property
    def json(self) -> dict[str, object]:
        return json.loads(self.body)


class Receiver(ThreadingHTTPServer):
    """answers: to the next requests, one each. otherwise: to all that come after."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), Request)
        self.lock = threading.Lock()
        self.arrived: list[Request] = []
        self.answers: list[Answer] = []
        self.otherwise: Answer = status(200)
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self.serve_forever, args=[0.02], daemon=True).start()

    def url(self, path: str = "/hook", *, scheme: str = "http") -> str:
        return f"{scheme}://127.0.0.1:{self.server_port}{path}"

    @property
    def ids(self) -> list[str]:
        return [each.headers["webhook-id"] for each in self.arrived]

    def handle_error(self, *_about: object) -> None:
        """Whoever breaks off is part of the tests."""


def status(number: int, body: bytes = b"", **headers: str) -> Answer:
    return lambda request: request.answered(number, body, **headers)


def after(seconds: float, number: int = 200) -> Answer:
    def late(request: Request) -> None:
        time.sleep(seconds)
        request.answered(number)

    return late


def raw(*pieces: bytes, pause: float = 0.0, reset: bool = False) -> Answer:
    """Bytes instead of an answer; reset: the connection is torn down after them."""

    def answer(request: Request) -> None:
        for piece in pieces:
            request.wfile.write(piece)
            request.wfile.flush()
            time.sleep(pause)
        if reset:
            request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            request.connection.close()
        request.close_connection = True

    return answer


def named(*addresses: str) -> Callable[[str, int], Sequence[str]]:
    """A name server that knows these addresses, whatever it is asked."""
    return lambda host, port: list(addresses)


def happen(shop: Shop, *names: str, person: int | None = None, **facts: object) -> None:
    record(shop, [Happening(f"{name} {person}", name, person, "shop", NOON, facts) for name in names])
