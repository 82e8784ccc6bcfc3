"""A web process is killed under load, 200 times: whatever it had acknowledged is in the log, and nothing twice.

`python -m benchmarks kills`, or with fewer rounds `TREUE_ROUNDS=10 python -m benchmarks kills`.
"""

import http.client
import os
import random
import tempfile
import threading
import time
from base64 import b64encode
from pathlib import Path

from benchmarks import big_shop
from benchmarks.apart import apart
from benchmarks.big_shop import Row
from benchmarks.tracking import server_at, source_key

ROUNDS = int(os.environ.get("TREUE_ROUNDS", "200"))
SENDERS, BATCH = 8, 25
LONGEST_LIFE_SECONDS = 0.8
TARGET = "nothing missing, nothing twice"


def run(_home: str = "") -> list[Row]:
    folder = Path(tempfile.mkdtemp(prefix="treue-bench-"))
    try:
        return apart(measure, folder)
    finally:
        big_shop.remove(folder)


def measure(folder: Path) -> list[Row]:
    with big_shop.opened(folder):
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        key, chance, acknowledged, rounds_with_load = source_key(), random.Random(3), set(), 0
        for number in range(ROUNDS):
            told = _round(folder, key, f"r{number}", chance.uniform(0.05, LONGEST_LIFE_SECONDS))
            rounds_with_load += bool(told)
            acknowledged |= told
        return [_row(acknowledged, rounds_with_load)]


def _round(folder: Path, key: str, name: str, seconds: float) -> set[str]:
    """Message ids that were acknowledged before the kill."""
    told: set[str] = set()
    with server_at(folder) as server:
        senders = [
            threading.Thread(target=_send, args=(server.port, key, f"{name}-{number}", told))
            for number in range(SENDERS)
        ]
        for sender in senders:
            sender.start()
        time.sleep(seconds)
        os.kill(server.pid, 9)
        for sender in senders:
            sender.join()
    return told


def _send(port: int, key: str, name: str, told: set[str]) -> None:
    """Batches, one after the other, until nobody answers."""
    headers = {"Authorization": "Basic " + b64encode(f"{key}:".encode()).decode()}
    connection, number = http.client.HTTPConnection("127.0.0.1", port, timeout=30), 0
    try:
        while True:
            ids = [f"{name}-{number}-{place}" for place in range(BATCH)]
            number += 1
            events = ",".join(f'{{"type":"track","event":"e","userId":"{i[-2:]}","messageId":"{i}"}}' for i in ids)
            connection.request("POST", "/v1/batch", f'{{"batch":[{events}]}}', headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status == http.HTTPStatus.OK:
                told.update(ids)
    except (OSError, http.client.HTTPException):
        return
    finally:
        connection.close()


def _row(acknowledged: set[str], rounds: int) -> Row:
    from treue.core.events.models import Event

    written = list(Event.objects.values_list("message_id", flat=True).iterator())
    missing, twice = len(acknowledged - set(written)), len(written) - len(set(written))
    measured = f"{len(acknowledged):,} events acknowledged in {rounds} rounds: {missing} missing, {twice} twice"
    return {"what": f"kill -9 of the web process under load, {ROUNDS} times", "measured": measured, "target": TARGET}
