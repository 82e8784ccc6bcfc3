"""Several web processes, and the death of one: what was acknowledged is there, and nothing twice."""

import http.client
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sending import Answer, Sender, logged, tallied, track

from tests.web_process import Web
from treue.core.customers.models import Customer

Make = Callable[..., Sender]


@pytest.fixture
def second(django_db_setup: None):
    web = Web()
    yield web
    web.end()


def test_two_processes_that_get_the_same_messages_write_each_once(source: Make, second: Web):
    one = source()
    other = Sender(second, one.source, one.key)
    batches = [[track(messageId=f"m{n}", userId=f"K{n % 40}") for n in range(k, k + 100)] for k in range(0, 1_000, 50)]

    def send(sender: Sender, order: int) -> list[Answer]:
        return [sender.send(*batch[::order]) for batch in batches]

    with ThreadPoolExecutor(8) as pool:
        asked = [(one, 1), (other, -1)] * 4
        answers = [answer for sent in pool.map(send, *zip(*asked, strict=True)) for answer in sent]
    assert {answer.status for answer in answers} == {200}
    written = [event.message_id for event in logged()]
    assert sorted(written) == sorted({event["messageId"] for batch in batches for event in batch})
    assert Customer.objects.count() == 40
    assert tallied()["taken"] == 8 * 20 * 100


class Load:
    """Threads that send batches until their process is gone, and remember what was acknowledged."""

    def __init__(self, sender: Sender, name: str) -> None:
        self.acknowledged: list[str] = []
        self._threads = [threading.Thread(target=self._send, args=(sender, f"{name}-{n}")) for n in range(6)]
        for thread in self._threads:
            thread.start()

    def _send(self, sender: Sender, name: str) -> None:
        number = 0
        while True:
            ids = [f"{name}-{number}-{place}" for place in range(20)]
            number += 1
            try:
                answer = sender.send(*[track(messageId=each, userId=each[-2:]) for each in ids])
            except (OSError, http.client.HTTPException):  # cut off, perhaps in the middle of an answer
                return
            if answer.status == 200:
                self.acknowledged.extend(ids)

    def join(self) -> None:
        for thread in self._threads:
            thread.join()


@pytest.mark.long
def test_a_process_killed_under_load_loses_nothing_that_it_acknowledged(source: Make):
    first = source()
    acknowledged: list[str] = []
    for turn in range(5):
        web = Web()
        load = Load(Sender(web, first.source, first.key), f"t{turn}")
        threading.Event().wait(0.4 + turn * 0.13)
        web.kill()
        load.join()
        acknowledged += load.acknowledged
    written = [event.message_id for event in logged()]
    assert len(acknowledged) > 200
    assert set(acknowledged) - set(written) == set()
    assert len(written) == len(set(written))


@pytest.mark.long
def test_a_database_that_drops_all_connections_costs_nothing_acknowledged(source: Make):
    """As at a restart: what was under way is tried once more, or answered with 503."""
    from django.db import connection

    sender, sent, stop = source(), [], threading.Event()

    def send() -> None:
        while not stop.is_set():
            each = f"m{len(sent)}"
            answer = sender.one(messageId=each)
            assert answer.status in (200, 503)
            sent.append((each, answer.status))

    thread = threading.Thread(target=send)
    thread.start()
    for _ in range(5):
        threading.Event().wait(0.3)
        with connection.cursor() as cursor:
            cursor.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where pid <> pg_backend_pid() and datname = current_database() and backend_type = 'client backend'"
            )
    stop.set()
    thread.join()
    connection.close()
    connection.close_pool()  # the lines of this process were cut as well, and whoever came next waited for one of them
    assert sender.one(messageId="afterwards").status == 200
    written = {event.message_id for event in logged()}
    assert {each for each, status in sent if status == 200} <= written
