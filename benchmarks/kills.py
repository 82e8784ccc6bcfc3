"""Web process, workers and database are killed under load, 200 times: what was acknowledged is in the log, nothing is
there twice, and each event has its effect once.

`python -m benchmarks kills`, or with fewer rounds `TREUE_ROUNDS=10 python -m benchmarks kills`.
"""

import http.client
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import big_shop, reacting
from benchmarks.big_shop import Row
from benchmarks.tracking import source_key

ROUNDS = int(os.environ.get("TREUE_ROUNDS", "200"))
SENDERS, WORKERS, BATCH = 6, 2, 25
A_SECOND_EACH = 12  # requests of a sender: so many that both cores are busy, and what is killed has work at hand
LONGEST_PAUSE_SECONDS = 0.6
DATABASE_EVERY = 10
TARGET = "nothing missing, nothing twice"
WEB, WORKER, DATABASE = "web", "worker", "database"


def run(_home: str = "") -> list[Row]:
    return big_shop.in_an_empty_one(measure)


def measure(folder: Path) -> list[Row]:
    with big_shop.opened(folder):
        from django.core.management import call_command
        from django.db import connection

        call_command("migrate", verbosity=0)
        with connection.cursor() as cursor:
            cursor.execute(reacting.TABLE)
        key = source_key()
        with _house(folder) as house, _load(house.port, key) as told:
            killed = _kill(house, random.Random(3))
        _finish()
        return [_row(told, killed)]


class House:
    """The processes that are killed, each replaced at once."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._environment = os.environ | {"TREUE_HOME": str(folder)}
        self.web = self._start("treue.web.commands", "web", "--port", str(self.port))
        self.workers = [self._worker() for _ in range(WORKERS)]

    def _start(self, *module: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", *module], env=self._environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def _worker(self) -> subprocess.Popen[bytes]:
        return self._start("benchmarks.reacting")

    def kill(self, what: str, chance: random.Random) -> None:
        if what == DATABASE:
            _kill_database()
        elif what == WORKER:
            place = chance.randrange(WORKERS)
            _end(self.workers[place])
            self.workers[place] = self._worker()
        else:
            _end(self.web)
            self.web = self._start("treue.web.commands", "web", "--port", str(self.port))

    def wait(self) -> None:
        """Until somebody answers again."""
        while True:
            with socket.socket() as door:
                if door.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)

    def end(self) -> None:
        for each in (self.web, *self.workers):
            _end(each)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()


@contextmanager
def _house(folder: Path) -> Iterator[House]:
    house = House(folder)
    try:
        house.wait()
        yield house
    finally:
        house.end()


def _kill(house: House, chance: random.Random) -> Counter[str]:
    killed: Counter[str] = Counter()
    for number in range(ROUNDS):
        house.wait()
        time.sleep(chance.uniform(0.05, LONGEST_PAUSE_SECONDS))
        what = DATABASE if number % DATABASE_EVERY == DATABASE_EVERY - 1 else chance.choice((WEB, WORKER))
        house.kill(what, chance)
        killed[what] += 1
    return killed


def _kill_database() -> None:
    """The first of its processes; the others see that it is gone, and whoever needs it starts it again."""
    from treue.core import postgres

    pid = int((postgres.data_folder() / "postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGKILL)


@contextmanager
def _load(port: int, key: str) -> Iterator[set[str]]:
    """Message ids that were acknowledged, while the block runs."""
    told: set[str] = set()
    stop = threading.Event()
    senders = [threading.Thread(target=_send, args=(port, key, f"s{n}", told, stop)) for n in range(SENDERS)]
    for each in senders:
        each.start()
    try:
        yield told
    finally:
        stop.set()
        for each in senders:
            each.join()


def _send(port: int, key: str, name: str, told: set[str], stop: threading.Event) -> None:
    """Batches, one after the other; where nobody answers, the next one soon after, over a new connection."""
    headers = {"Authorization": "Basic " + b64encode(f"{key}:".encode()).decode()}
    connection, number = http.client.HTTPConnection("127.0.0.1", port, timeout=30), 0
    while not stop.is_set():
        ids = [f"{name}-{number}-{place}" for place in range(BATCH)]
        number += 1
        events = ",".join(f'{{"type":"track","event":"e","userId":"{i[-2:]}","messageId":"{i}"}}' for i in ids)
        try:
            connection.request("POST", "/v1/batch", f'{{"batch":[{events}]}}', headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status == http.HTTPStatus.OK:
                told.update(ids)
        except (OSError, http.client.HTTPException):
            connection.close()
        stop.wait(1 / A_SECOND_EACH)
    connection.close()


def _finish() -> None:
    """What the last killed workers left."""
    from django.db import OperationalError, connection

    from treue.core.events import reacting as reactions

    until = time.monotonic() + 120
    while True:
        try:
            connection.close()
            connection.ensure_connection()
            break
        except OperationalError:  # it was killed last, and recovers
            if time.monotonic() > until:
                raise
    reacting.register()
    while reactions.drain():
        pass


def _row(told: set[str], killed: Counter[str]) -> Row:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("select message_id from events_event")
        written = Counter(message for (message,) in cursor.fetchall())
        cursor.execute("select message_id from effect")
        effects = Counter(message for (message,) in cursor.fetchall())
    missing, twice = len(told - written.keys()), sum(count > 1 for count in written.values())
    without, again = len(written.keys() - effects.keys()), sum(count > 1 for count in effects.values())
    measured = (
        f"{len(told):,} events acknowledged: {missing} missing, {twice} twice; "
        f"effects of {len(written):,}: {without} missing, {again} twice"
    )
    who = ", ".join(f"{what} {times} times" for what, times in sorted(killed.items()))
    return {"what": f"kill -9 under load: {who}", "measured": measured, "target": TARGET}
