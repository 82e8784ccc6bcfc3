"""Events in over HTTP, from sockets to the disk: real web processes, one for each processor as in `treue up --web`,
their database with fsync on, and who sends.

All of it shares one machine. The senders are raw sockets with one request each at a time, so that they cost little;
what web processes and database computed per event stands beside the figures, which a busy machine changes less. First
as much as goes through, then how long answers take at half the target, where requests come by the clock whether or
not the former ones were answered; and at half of what went through before, for machines that do not reach the target.
Between them is a checkpoint, as there is every five minutes: a database of the first minute has no journal's files to
use again.
"""

import asyncio
import json
import os
import random
import socket
import subprocess
import sys
import time
import uuid
from base64 import b64encode
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import uvloop

from benchmarks import bare_tracking, big_shop
from benchmarks.big_shop import Row

SECONDS = 10
PROCESSES = os.cpu_count() or 1
CUSTOMERS, BATCH = 20_000, 100
BATCHES_TARGET, SINGLES_TARGET, P99_TARGET_MS = 40_000, 8_000, 50
BATCH_CONNECTIONS, SINGLE_CONNECTIONS = 32, 128
TEMPLATES = 40
HOLDS_FOR_BATCHES, HOLDS_FOR_SINGLES = 2_500_000, 800_000
LONGEST_ANSWER = 3_000
PATIENCE_SECONDS = 20
Make = Callable[[], bytes]


def run(_home: str = "") -> list[Row]:
    return big_shop.in_an_empty_one(measure)


def measure(folder: Path) -> list[Row]:
    with big_shop.opened(folder):
        from django.core.management import call_command
        from django.db import connection

        call_command("migrate", verbosity=0)
        with connection.cursor() as cursor:
            cursor.execute(bare_tracking.TABLE)
        key = source_key()
        kinds = [
            Kind(f"batches of {BATCH}", _batches(key), BATCH, BATCH_CONNECTIONS, BATCHES_TARGET),
            Kind("single requests", _singles(key), 1, SINGLE_CONNECTIONS, SINGLES_TARGET),
        ]
        with server_at(folder, "benchmarks.bare_tracking") as server:
            bare = [_full(server, kind) for kind in kinds]
        with server_at(folder, "treue.web.commands", "web", "--shared", "--port", processes=PROCESSES) as server:
            return _measured(server, kinds, bare)


@dataclass(frozen=True)
class Kind:
    """Of requests. target: events a second."""

    what: str
    make: "Make"
    events: int
    connections: int
    target: int


def _full(server: "Server", kind: Kind) -> "Load":
    send(server.port, kind.make, kind.connections, seconds=3)  # warms up
    return watched(server, kind.make, kind.connections)


def _measured(server: "Server", kinds: Sequence[Kind], bare: Sequence["Load"]) -> list[Row]:
    rows = []
    for kind, least in zip(kinds, bare, strict=True):
        full = _full(server, kind)
        rows += [_throughput(kind, full, least)]
        rows += [_latency(kind, _half(server, kind, rate), rate) for rate in (_rate(kind, full) / 2, kind.target / 2)]
    return [*rows, _kept()]


def _half(server: "Server", kind: Kind, rate: float) -> "Load":
    """rate: events a second."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("checkpoint")
    return watched(server, kind.make, kind.connections, per_second=rate / kind.events)


def _throughput(kind: Kind, load: "Load", bare: "Load") -> Row:
    done, rate = len(load.latencies) * kind.events, _rate(kind, load)
    computed = f"{load.web / done * 1e6:.0f} µs web + {load.database / done * 1e6:.0f} µs database an event"
    peer = f"{rate / _rate(kind, bare):.2f} of the least that keeps them ({_rate(kind, bare):,.0f})"
    measured = f"{rate:,.0f} events/s, p99 {_p99(load):.0f} ms; {computed}; {peer}"
    return {"what": f"{kind.what}, as many as go", "measured": measured, "target": f"{kind.target:,} events/s"}


def _rate(kind: Kind, load: "Load") -> float:
    return len(load.latencies) * kind.events / load.seconds


def _latency(kind: Kind, load: "Load", rate: float) -> Row:
    measured = f"p50 {_share(load, 0.5):.1f}, p99 {_p99(load):.1f}, max {max(load.latencies) * 1e3:.0f} ms"
    what = f"{kind.what}, {rate:,.0f} events/s ({_rate(kind, load):,.0f} came)"
    return {"what": what, "measured": measured, "target": f"p99 under {P99_TARGET_MS} ms"}


def _p99(load: "Load") -> float:
    return _share(load, 0.99)


def _share(load: "Load", share: float) -> float:
    return sorted(load.latencies)[int(len(load.latencies) * share)] * 1e3


def _kept() -> Row:
    """That what was answered is there."""
    from treue.core.events.models import Event

    return {"what": "events in the log", "measured": f"{Event.objects.count():,}", "target": ""}


# The server


@dataclass(frozen=True)
class Server:
    port: int
    pids: Sequence[int]

    def web(self) -> float:
        """Seconds that the web processes have computed so far."""
        return sum(map(_computed, self.pids))

    def database(self) -> float:
        """Seconds that the database's processes have computed so far."""
        from treue.core import postgres

        postmaster = int((postgres.data_folder() / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
        return sum(map(_computed, map(int, children)))


def _computed(pid: int) -> float:
    """Seconds of a process; none of one that has ended since it was listed."""
    try:
        return time.clock_gettime((~pid << 3) | 2)
    except OSError:
        return 0


@contextmanager
def server_at(folder: Path, *module: str, processes: int = 1) -> Iterator[Server]:
    """Processes of this module, which are told their port last, with the installation in this folder, until the end of
    the block or their own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", *module, str(port)]
    started = [subprocess.Popen(command, env=os.environ | {"TREUE_HOME": str(folder)}) for _ in range(processes)]
    try:
        while _doors(port) < processes:
            if any(process.poll() is not None for process in started):
                raise RuntimeError("The web process did not start.")
            time.sleep(0.1)
        yield Server(port, [process.pid for process in started])
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait()


def _doors(port: int) -> int:
    """How many sockets listen there."""
    lines = Path("/proc/net/tcp").read_text().splitlines()
    return sum(f":{port:04X} 00000000:0000 0A" in line for line in lines)


def source_key() -> str:
    """The write key of a new source without limits."""
    from treue.core.shop.setup import ensure_shop
    from treue.listen.tracking import sources

    return sources.add(shop=ensure_shop(), name="load", kind="server", by=None, events_per_second=10_000_000)[1]


# What is sent


def _event(chance: random.Random) -> dict[str, object]:
    """An event as a shop's server sends it; `ID` and `NOW` are filled in when it goes."""
    product = {
        "product_id": f"P{chance.randrange(2_000)}",
        "sku": f"SKU-{chance.randrange(9_999):04}",
        "name": "Darjeeling First Flush",
        "category": "Tea",
        "price": round(chance.uniform(2, 90), 2),
        "quantity": chance.randint(1, 3),
    }
    properties = {**product, "currency": "EUR", "url": "https://shop.example/p/darjeeling?ref=mail", "shelf": 7}
    return {
        "type": "track",
        "event": chance.choice(("Product Viewed", "Product Viewed", "Product Viewed", "Product Added", "Cart Viewed")),
        "userId": f"K{chance.randrange(CUSTOMERS)}",
        "anonymousId": str(uuid.UUID(int=chance.getrandbits(128))),
        "messageId": "%ID%",
        "timestamp": "%NOW%",
        "properties": properties,
        "context": {"library": {"name": "analytics-node", "version": "3.1.0"}, "ip": "203.0.113.77"},
        "integrations": {},
    }


def _template(event: dict[str, object]) -> bytes:
    text = json.dumps(event).replace("%ID%", "%(id)s").replace("%NOW%", "%(now)s")
    return text.replace("%(id)s", "\0").replace("%(now)s", "\1").encode()


def _request(path: str, key: str, body: bytes) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\n"
        f"Authorization: Basic {b64encode(f'{key}:'.encode()).decode()}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _batches(key: str) -> Make:
    """Batches with ids as the libraries make them: random."""
    chance = random.Random(1)
    batches = [
        [_template(_event(chance)).replace(b"\1", b"2026-11-28T12:00:00.000Z") for _ in range(BATCH)]
        for _ in range(TEMPLATES)
    ]
    own = _message_ids(chance, HOLDS_FOR_BATCHES)
    joined = [(b'{"batch":[' + b",".join(batch) + b'],"sentAt":"').split(b"\0") for batch in batches]

    def make() -> bytes:
        parts = chance.choice(joined)
        ids = [next(own) for _ in range(BATCH)]
        whole = [None] * (2 * BATCH + 1)
        whole[::2], whole[1::2] = parts, ids
        return _request("/v1/batch", key, b"".join((*whole, _now(), b'"}')))

    return make


def _singles(key: str) -> Make:
    chance = random.Random(2)
    events = [_template(_event(chance)).replace(b"\1", b"2026-11-28T12:00:00.000Z") for _ in range(2_000)]
    own = _message_ids(chance, HOLDS_FOR_SINGLES)

    def make() -> bytes:
        return _request("/v1/track", key, chance.choice(events).replace(b"\0", next(own)))

    return make


def _message_ids(chance: random.Random, number: int) -> Iterator[bytes]:
    """As the libraries make them, and made before: that a sender needs time for them is not what is measured."""
    return iter([str(uuid.UUID(int=chance.getrandbits(128), version=4)).encode() for _ in range(number)])


def _now() -> bytes:
    return datetime.now(UTC).isoformat().encode()


# Who sends it


@dataclass
class Load:
    """latencies: seconds. web, database: seconds computed."""

    latencies: list[float] = field(default_factory=list)
    seconds: float = 0
    web: float = 0
    database: float = 0


def watched(server: Server, make: Make, connections: int, per_second: float | None = None) -> Load:
    web, database = server.web(), server.database()
    load = send(server.port, make, connections, seconds=SECONDS, per_second=per_second)
    load.web, load.database = server.web() - web, server.database() - database
    return load


def send(port: int, make: Make, connections: int, *, seconds: float, per_second: float | None = None) -> Load:
    """per_second: how many requests fall due a second; None is as many as go."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_sending(port, make, connections, seconds, per_second))


async def _sending(port: int, make: Make, connections: int, seconds: float, per_second: float | None) -> Load:
    loop, crowd = asyncio.get_running_loop(), Crowd(make)
    for _ in range(connections):
        await loop.create_connection(lambda: Connection(crowd), "127.0.0.1", port)
    begun = time.perf_counter()
    if per_second is None:
        crowd.fill()
        await asyncio.sleep(seconds)
    else:
        number = 0
        while (now := time.perf_counter()) < begun + seconds:
            while begun + number / per_second <= now:
                crowd.fall_due(begun + number / per_second)
                number += 1
            await asyncio.sleep(0.0005)
    crowd.is_over = True
    load = Load(list(crowd.latencies), time.perf_counter() - begun)
    until = time.perf_counter() + PATIENCE_SECONDS
    while crowd.busy and not crowd.trouble and time.perf_counter() < until:
        await asyncio.sleep(0.01)
    if crowd.trouble or crowd.busy:
        raise RuntimeError(crowd.trouble or f"{crowd.busy} requests were never answered")
    for connection in crowd.free:
        connection.transport.close()
    return load


class Crowd:
    """All connections, and what is due when none of them is free."""

    def __init__(self, make: Make) -> None:
        self.make = make
        self.free: deque[Connection] = deque()  # in turn: the server closes those that rest for seconds
        self.due: deque[float] = deque()
        self.latencies: list[float] = []
        self.busy = 0
        self.is_over = False
        self.is_full = False
        self.trouble = b""

    def fill(self) -> None:
        self.is_full = True
        while self.free:
            self.free.popleft().send(time.perf_counter())

    def fall_due(self, at: float) -> None:
        if self.free:
            self.free.popleft().send(at)
        else:
            self.due.append(at)

    def answered(self, connection: "Connection", since: float) -> None:
        self.busy -= 1
        now = time.perf_counter()
        self.latencies.append(now - since)
        if self.is_over or not (self.is_full or self.due):
            self.free.append(connection)
        else:
            connection.send(now if self.is_full else self.due.popleft())


class Connection(asyncio.Protocol):
    def __init__(self, crowd: Crowd) -> None:
        self.crowd = crowd

    came = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.crowd.free.append(self)

    def send(self, at: float) -> None:
        self.crowd.busy += 1
        self.since = at
        self.transport.write(self.crowd.make())

    def data_received(self, data: bytes) -> None:
        """An answer comes in one piece or two: headers, and an object."""
        self.came += data
        if b"problem+json" in self.came or len(self.came) > LONGEST_ANSWER:
            self.crowd.trouble = self.came
        elif b"\r\n\r\n{" in self.came and self.came.endswith(b"}"):
            if not self.came.startswith(b"HTTP/1.1 20"):
                self.crowd.trouble = self.came
            self.came = b""
            self.crowd.answered(self, self.since)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.crowd.is_over:
            self.crowd.trouble = self.crowd.trouble or f"lost: {error}".encode()
