"""Send one webhook and read what comes back: one connection, to a checked address, no redirect followed."""

import http.client
import io
import socket
import ssl
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import cache

import treue
from treue.core.webhooks import addresses
from treue.core.webhooks.addresses import Address, Network, Resolve, Target
from treue.core.webhooks.errors import UnusableAnswer, WebhookError

SECONDS_TO_CONNECT, SECONDS_IN_ALL = 5.0, 15.0
LARGEST_ANSWER = 64 * 1024
GONE = 410
STATUS = "status"


@dataclass(frozen=True)
class Request:
    """headers: those of the signature."""

    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Outcome:
    """How a try went. status: of the answer, None where there was none. problem: "" where it was delivered, STATUS
    where the answer is a refusal, else the name of an error. asked_seconds: how long the receiver asked us to wait."""

    status: int | None
    problem: str
    duration_ms: int
    asked_seconds: float | None = None


@dataclass(frozen=True)
class Way:
    """How connections are made. networks: those opened by the operator; None: as the installation says."""

    ask: Resolve = addresses.resolve
    networks: Sequence[Network] | None = None
    tls: ssl.SSLContext | None = None
    seconds: float = SECONDS_IN_ALL


def send(request: Request, now: datetime, way: Way) -> Outcome:
    """Never raises for what lies outside: whatever goes wrong there is an outcome."""
    begun = time.monotonic()
    try:
        status, asked = _exchange(request, way, Deadline(begun + way.seconds))
    except (OSError, WebhookError, http.client.HTTPException, UnicodeError) as error:
        return Outcome(None, _problem(error), _since(begun))
    return Outcome(status, "" if 200 <= status < 300 else STATUS, _since(begun), _seconds(asked, now))


def _problem(error: Exception) -> str:
    """Only the kind of error: its words may quote what was sent or what came back."""
    if isinstance(error, http.client.HTTPException) and not isinstance(error, OSError):
        return UnusableAnswer.__name__
    return type(error).__name__


def _since(begun: float) -> int:
    return round((time.monotonic() - begun) * 1000)


def _exchange(request: Request, way: Way, deadline: "Deadline") -> tuple[int, str]:
    """Status and Retry-After of the answer."""
    target = addresses.read(request.url)
    found = addresses.checked(target, ask=way.ask, networks=way.networks)
    with _connected(target, found, way, deadline) as connection:
        connection.settimeout(deadline.left())
        connection.sendall(_head(target, request) + request.body)
        answer = http.client.HTTPResponse(Answer(connection, deadline), method="POST")
        answer.begin()
        # The answer is in; what else comes is read only so that the receiver can finish, and may break off.
        with suppress(OSError, http.client.HTTPException, UnusableAnswer):
            answer.read()
        return answer.status, answer.headers.get("Retry-After", "")


def _connected(target: Target, found: Sequence[Address], way: Way, deadline: "Deadline") -> socket.socket:
    """To the first of the addresses that answers."""
    connection = _reached(found, target.port, deadline)
    if target.scheme != "https":
        return connection
    try:
        connection.settimeout(deadline.left())
        return (way.tls or _trusting()).wrap_socket(connection, server_hostname=target.host)
    except BaseException:
        connection.close()
        raise


@cache
def _trusting() -> ssl.SSLContext:
    """Of whom the system trusts. Reading all of them takes longer than a delivery."""
    return ssl.create_default_context()


def _reached(found: Sequence[Address], port: int, deadline: "Deadline") -> socket.socket:
    for address in found[:-1]:
        with suppress(OSError):  # the last one says what is wrong
            return socket.create_connection((str(address), port), timeout=min(SECONDS_TO_CONNECT, deadline.left()))
    return socket.create_connection((str(found[-1]), port), timeout=min(SECONDS_TO_CONNECT, deadline.left()))


def _head(target: Target, request: Request) -> bytes:
    fields = {
        "Host": target.authority,
        "User-Agent": f"Treue/{treue.__version__}",
        "Content-Type": "application/json; charset=utf-8",
        "Content-Length": str(len(request.body)),
        "Connection": "close",
        **request.headers,
    }
    lines = [f"POST {target.path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
    return "\r\n".join([*lines, "", ""]).encode("ascii")


def _seconds(asked: str, now: datetime) -> float | None:
    """Retry-After as seconds; it may be a number or a date. What cannot be read was not asked."""
    if asked.isascii() and asked.isdigit():
        return float(asked[:9])
    try:
        moment = parsedate_to_datetime(asked)
        return max(0.0, (moment - now).total_seconds())
    except (ValueError, TypeError):
        return None


class Deadline:
    """at: by the monotonic clock."""

    def __init__(self, at: float) -> None:
        self.at = at

    def left(self) -> float:
        """Seconds. Raises TimeoutError where there are none."""
        left = self.at - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


class Answer(io.RawIOBase):
    """What comes back on a connection, until the deadline and no more than anybody reads: who sends a byte a second, or
    without end, is not listened to for longer."""

    def __init__(self, connection: socket.socket, deadline: Deadline) -> None:
        self.connection = connection
        self.deadline = deadline
        self.read_bytes = 0

    def makefile(self, mode: str) -> io.BufferedReader:
        """As http.client asks a socket."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:
        if self.read_bytes >= LARGEST_ANSWER:
            raise UnusableAnswer
        self.connection.settimeout(self.deadline.left())
        read = self.connection.recv_into(buffer)
        self.read_bytes += read
        return read
