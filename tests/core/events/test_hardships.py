"""What happens to machines: clocks that jump, workers that stop in the middle, a log that came from one transaction."""

import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from typing import TYPE_CHECKING

from django.db import connection, transaction
from happening import Reacting, happen, several

from treue.core.events import reacting as reactions
from treue.core.events import reading
from treue.core.events.log import record
from treue.core.shop.models import Shop

if TYPE_CHECKING:
    import pytest


def at(shop: Shop, moment: str, name: str) -> None:
    """An event that a machine with this clock writes down."""
    with connection.cursor() as cursor:
        cursor.execute(
            """insert into events_event (shop_id, message_id, name, person, shard, source, occurred_at, recorded_at)
            values (%s, %s, %s, 1, 1, 'shop', %s, %s)""",
            [shop.pk, name, name, moment, moment],
        )


def test_a_clock_that_jumps_leaves_nothing_out_and_keeps_the_order(shop: Shop, reacting: Reacting):
    seen = reacting()
    happen(shop, "a0")
    for moment, name in (("2099-01-01", "a1"), ("1999-01-01", "a2"), ("2026-11-28", "a3")):
        at(shop, moment, name)
        if name == "a2":
            reactions.drain()
    happen(shop, "a4")
    reactions.drain()
    assert seen.names() == ["a0", "a1", "a2", "a3", "a4"]


def test_a_worker_that_stops_in_the_middle_keeps_nobody_back_for_long(
    shop: Shop, reacting: Reacting, monkeypatch: "pytest.MonkeyPatch"
):
    """The paused one has done half of its batch; when it wakes up, nothing of that counts."""
    monkeypatch.setattr(reading, "LONGEST_PAUSE_SECONDS", 1)
    record(shop, several(6))
    seen = reacting()
    asleep, awake, errors = threading.Event(), threading.Event(), []
    handle: Callable[..., None] = seen.__class__.__call__

    def pausing(self: object, events: object) -> None:
        handle(self, events)
        if threading.current_thread() is sleeper:
            with connection.cursor() as cursor:  # after many at once PostgreSQL forgets to look at the clock
                cursor.execute("select 1")
            asleep.set()
            awake.wait(30)
            with connection.cursor() as cursor:
                cursor.execute("select 1")

    def sleep_in_the_middle() -> None:
        try:
            reactions.react(reactions.named("test.seen"), 1)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    monkeypatch.setattr(seen.__class__, "__call__", pausing)
    sleeper = threading.Thread(target=sleep_in_the_middle)
    sleeper.start()
    asleep.wait(30)
    assert reactions.drain() == 0
    until = time.monotonic() + 30
    while not reactions.drain() and time.monotonic() < until:
        time.sleep(0.1)
    assert seen.names() == [f"a{number}" for number in range(6)]
    awake.set()
    sleeper.join()
    assert len(errors) == 1
    reactions.drain()
    assert seen.names() == [f"a{number}" for number in range(6)]


def test_a_log_that_one_transaction_wrote_is_read_along_its_index(shop: Shop, reacting: Reacting):
    """As after a restore. The planner would sort all that is left, for each batch."""
    reacting()
    with connection.cursor() as cursor:
        cursor.execute(
            """insert into events_event (shop_id, message_id, name, person, shard, source, occurred_at)
            select %s, 'm' || n, 'a', n, n & 63, 'shop', now() from generate_series(1, 20000) n""",
            [shop.pk],
        )
        cursor.execute("analyze events_event")
        place = reading.following(1, reading.Position("1", 0), 10)[-1]
        values = {"shard": 1, "xid": place.place, "seq": place.event.seq, "since": None, "most": 100}
        plans = []
        for is_within in (False, True):
            with transaction.atomic(), reading.by_index(cursor) if is_within else nullcontext():
                cursor.execute(f"explain {reading.NEXT}", values)
                plans.append("".join(line for (line,) in cursor.fetchall()))
    assert ["Sort  (" in plan for plan in plans] == [True, False]
    assert len(reading.waiting()) == 64


def test_an_idle_worker_looks_seldom_and_a_new_number_is_worth_looks_for_a_while(shop: Shop, reacting: Reacting):
    news = reactions.News()
    assert [news.is_worth_a_look(now) for now in (0.0, 5.0, 9.9)] == [True, True, True]
    assert [news.is_worth_a_look(now) for now in (11.0, 14.8, 14.95, 15.1)] == [False, False, True, False]
    happen(shop, "a0")
    assert [news.is_worth_a_look(now) for now in (15.2, 25.1, 25.3, 30.2)] == [True, True, False, True]
