"""What no event is to blame for: the run ends, nothing is halved or parked, and later all goes on."""

import errno
import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence

import psycopg
import pytest
from django.db import OperationalError, connection
from happening import Reacting, Seen, happen, several

from treue.core.events import parking, stuck
from treue.core.events.calling import concerns_all
from treue.core.events.happened import Happened
from treue.core.events.log import record
from treue.core.events.models import Parked
from treue.core.events.reacting import drain, run
from treue.core.shop.models import Shop

Fails = Callable[[], None]


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Fails]]:
    """What happens when a reaction has written, until the list is emptied."""
    fails: list[Fails] = []
    works = Seen.__call__

    def call(self: Seen, events: Sequence[Happened]) -> None:
        works(self, events)
        for each in fails:
            each()

    monkeypatch.setattr(Seen, "__call__", call)
    yield fails
    fails.clear()
    connection.ensure_connection()


def lose_the_connection() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select pg_terminate_backend(pg_backend_pid())")


def lose_another_connection() -> None:
    about = connection.get_connection_params()
    own = {name: about[name] for name in ("dbname", "user", "password", "host", "port") if about.get(name)}
    with psycopg.connect(**own) as another:
        another.execute("select pg_terminate_backend(pg_backend_pid())")


def raise_in_the_database(sqlstate: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"do $$ begin raise exception 'failed' using errcode = '{sqlstate}'; end $$")


def fill_the_disk() -> None:
    raise_in_the_database("53100")


def fill_another_disk() -> None:
    try:
        raise OSError(errno.ENOSPC, "No space left on device")
    except OSError as error:
        raise RuntimeError from error


@pytest.mark.parametrize("fails", [lose_the_connection, lose_another_connection, fill_the_disk, fill_another_disk])
def test_a_batch_is_neither_halved_nor_parked_and_comes_whole_later(
    shop: Shop, reacting: Reacting, failing: list[Fails], fails: Fails
):
    seen = reacting()
    record(shop, several(100))
    failing.append(fails)
    with pytest.raises((OperationalError, psycopg.OperationalError, RuntimeError)):
        drain()
    assert seen.calls == [100]
    connection.close()
    assert (seen.names(), Parked.objects.count(), stuck.places()) == ([], 0, [])
    failing.clear()
    drain()
    assert seen.names() == [f"a{number}" for number in range(100)]
    assert seen.calls == [100, 100]


def test_what_is_parked_is_not_tried_in_vain(shop: Shop, reacting: Reacting, failing: list[Fails]):
    seen = reacting()
    seen.poison = {"a0"}
    happen(shop, "a0")
    drain()
    before = Parked.objects.values_list("attempts", "next_try_at", "error").get()
    seen.poison = set()
    failing.append(fill_the_disk)
    with pytest.raises(OperationalError):
        parking.try_again(Parked.objects.get())
    assert Parked.objects.values_list("attempts", "next_try_at", "error").get() == before
    failing.clear()
    assert parking.try_again(Parked.objects.get()) == 1
    assert seen.names() == ["a0"]


@pytest.mark.parametrize("sqlstate", ["40P01", "55P03", "57014", "53400", "54000", "22003"])
def test_what_one_statement_asks_too_much_is_the_events_own(
    shop: Shop, reacting: Reacting, failing: list[Fails], sqlstate: str
):
    seen = reacting()
    happen(shop, "a0", person=1)
    failing.append(lambda: raise_in_the_database(sqlstate))
    drain()
    assert (seen.names(), Parked.objects.count()) == ([], 1)


def test_an_error_that_only_happened_beside_it_is_looked_at_too():
    lost = psycopg.OperationalError("server closed the connection unexpectedly")
    later = KeyError("missing")
    later.__context__ = lost
    assert concerns_all(later)
    assert not concerns_all(ValueError())


def test_a_worker_says_once_that_the_disk_is_full_and_goes_on_when_there_is_room(
    shop: Shop,
    reacting: Reacting,
    failing: list[Fails],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
):
    monkeypatch.setattr("treue.core.events.reacting.SECONDS_AFTER_FAILURE", 0.05)
    caplog.set_level(logging.ERROR)
    seen = reacting()
    record(shop, several(20))
    failing.append(fill_the_disk)
    stop = threading.Event()
    worker = threading.Thread(target=run, args=[stop])
    worker.start()
    wait_until(lambda: len(seen.calls) >= 3)
    failing.clear()
    wait_until(lambda: len(seen.names()) == 20)
    stop.set()
    worker.join(30)
    assert set(seen.calls) == {20}
    assert len([each for each in caplog.records if "cannot be worked off" in each.getMessage()]) == 1


def wait_until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.02)
