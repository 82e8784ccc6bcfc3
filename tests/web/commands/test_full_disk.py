"""The disk is full while events come in: none is acknowledged and lost, and all goes on once there is room again."""

import http.client
import json
import os
import socket
import subprocess
import tempfile
import time
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from installations import PATIENCE_SECONDS, Installation, gone

DISK, LEFT = "700m", 20_000_000
BATCH = 50
RECOVERY_SECONDS = 180


@pytest.fixture
def disk() -> Iterator[Path]:
    """A small one of its own."""
    with tempfile.TemporaryDirectory(prefix="treue-disk-") as place:
        if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", place], check=False).returncode:
            pytest.skip("only root may mount a small disk")
        try:
            yield Path(place)
        finally:
            subprocess.run(["umount", "--lazy", place], check=True)


@pytest.fixture
def installation(disk: Path) -> Iterator[Installation]:
    installation = Installation(disk / "home")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        installation.port = probe.getsockname()[1]
    process = installation.up(installation.port)
    with process.stdout:
        while "/welcome/" not in (line := process.stdout.readline()):
            assert line, "it did not start"
        yield installation
        process.terminate()
        process.communicate(timeout=PATIENCE_SECONDS)
    assert gone(installation)


class Shop:
    """Sends orders by batches, each with a new connection, and remembers what was acknowledged."""

    def __init__(self, installation: Installation) -> None:
        self.port = installation.port
        self.key = installation.run("source", "add", "Shop").stdout.strip()
        self.acknowledged: set[str] = set()
        self.batches = 0

    def send(self) -> int:
        """The answer's status."""
        self.batches += 1
        numbers = [f"{self.batches}-{place}" for place in range(BATCH)]
        body = json.dumps({"batch": [_order(number) for number in numbers]})
        sign_in = b64encode(f"{self.key}:".encode()).decode()
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.request("POST", "/v1/batch", body, {"Authorization": f"Basic {sign_in}"})
            answer = connection.getresponse()
            answer.read()
        if answer.status == http.HTTPStatus.OK:
            self.acknowledged.update(numbers)
        elif answer.status == http.HTTPStatus.SERVICE_UNAVAILABLE:
            assert int(answer.getheader("Retry-After")) > 0
        return answer.status


def _order(number: str) -> dict[str, object]:
    properties = {"order_id": number, "total": 12.5, "currency": "EUR", "note": "x" * 2_000}
    return {
        "type": "track",
        "event": "Order Completed",
        "userId": f"K{number[-1]}",
        "messageId": f"m-{number}",
        "properties": properties,
    }


def _until(holds: Callable[[], bool], seconds: float) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.3)


def _written(installation: Installation, query: str) -> Counter[str]:
    place = str(installation.folder / "postgres")
    with psycopg.connect(host=place, user="postgres", dbname="treue") as connection:
        return Counter(value for (value,) in connection.execute(query))


def _fill(disk: Path) -> Path:
    """All but a little: the log of the transactions takes its next 16 MB, and then there is nothing left."""
    filler = disk / "filler"
    free = os.statvfs(disk)
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, free.f_bavail * free.f_frsize - LEFT)
    return filler


@pytest.mark.long
def test_what_was_acknowledged_outlives_a_full_disk_and_the_rest_is_refused(disk: Path, installation: Installation):
    shop = Shop(installation)
    assert [shop.send() for _ in range(10)] == [200] * 10
    filler = _fill(disk)
    _until(lambda: shop.send() == http.HTTPStatus.SERVICE_UNAVAILABLE, PATIENCE_SECONDS)
    refused = [shop.send() for _ in range(5)]
    assert set(refused) == {503}
    filler.unlink()
    _until(lambda: shop.send() == http.HTTPStatus.OK, RECOVERY_SECONDS)
    assert [shop.send() for _ in range(10)] == [200] * 10
    told = _written(installation, "select facts ->> 'order_id' from events_event where name = 'Order Completed'")
    assert shop.acknowledged - told.keys() == set()
    assert set(told.values()) == {1}
    orders = "select number from commerce_order"
    _until(lambda: shop.acknowledged <= _written(installation, orders).keys(), RECOVERY_SECONDS)
    assert set(_written(installation, orders).values()) == {1}
    assert "✓ log.reactions" in installation.run("doctor").stdout
