"""The log: how quickly reactions read it, and how soon an event has its effect.

The reaction writes a row per event, in the transaction in which its place moves; its peer is the bare copy of the same
rows by one SQL statement. Then events come by the clock, and each row says how long after its event it was written.
"""

import multiprocessing
import os
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import big_shop
from benchmarks.big_shop import Row

if TYPE_CHECKING:
    from treue.core.events.happened import Happened

EVENTS, PERSONS = 400_000, 20_000
REPLAYED = int(os.environ.get("TREUE_REPLAYED", "10_000_000"))
A_SECOND, SECONDS, AT_ONCE = 1_000, 20, 50
TARGET, LATEST_SECONDS = 40_000, 1.0
WORKERS = 2

# As the endpoint writes them: some hundred in a transaction.
FILL = """
insert into events_event (shop_id, message_id, name, person, shard, source, occurred_at, facts)
select %(shop)s, 'm' || n, 'Product Viewed', p, p & 63, 'web', now(),
    '{"product_id": "TEA-1", "category": "Tea", "price": 4.5, "path": "/tea"}'
from (select n, 1 + n %% %(persons)s as p from generate_series(%(first)s, %(last)s) n) one"""
LATE = """
select percentile_disc(0.5) within group (order by took), percentile_disc(0.95) within group (order by took), max(took),
    count(*)
from (select extract(epoch from at - recorded_at)::float8 as took from effect) one"""


def run(_home: str = "") -> list[Row]:
    return big_shop.in_an_empty_one(measure)


def measure(folder: Path) -> list[Row]:
    with big_shop.opened(folder):
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        _execute(
            "create table effect (seq bigint primary key, person bigint, recorded_at timestamptz, "
            "at timestamptz not null default clock_timestamp())"
        )
        _fill(EVENTS)
        rows = [_throughput(1), _throughput(WORKERS)]
        _execute("truncate effect")
        return [*rows, _latency(), _replay()]


def _fill(count: int, size: int = 500) -> None:
    from treue.core.shop.setup import ensure_shop

    shop = ensure_shop().pk
    for first in range(0, count, size):
        _execute(FILL, shop=shop, persons=PERSONS, first=first, last=first + size - 1)


def _throughput(workers: int) -> Row:
    _execute("truncate effect")
    took = _react(workers)
    bare = _bare()
    measured = f"{EVENTS / took:,.0f} events/s, {took / bare:.1f} times one SQL statement"
    who = "one worker" if workers == 1 else f"{workers} workers"
    return {
        "what": f"reaction that writes a row per event, {who}",
        "measured": measured,
        "target": f"{TARGET:,} events/s",
    }


def _bare() -> float:
    _execute("truncate effect")
    begun = time.perf_counter()
    _execute("insert into effect (seq, person, recorded_at) select seq, person, recorded_at from events_event")
    return time.perf_counter() - begun


def _react(workers: int) -> float:
    """Seconds from the first to the last event, by processes of their own."""
    _execute("truncate events_cursor")
    barrier = multiprocessing.get_context("spawn").Barrier(workers + 1)
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_work, args=(barrier,)) for _ in range(workers)]
    for each in processes:
        each.start()
    barrier.wait()
    begun = time.perf_counter()
    for each in processes:
        each.join()
    return time.perf_counter() - begun


def _work(barrier: "threading.Barrier") -> None:
    from treue.web.commands import django_setup

    django_setup.set_up()
    from treue.core.events import reacting, reading

    _register()
    reading.begin()
    barrier.wait()
    reacting.drain()


def _register() -> None:
    from treue.core.events import registry

    registry.REACTIONS.clear()
    registry.reaction("bench.effect", starts=registry.BEGINNING, batch=1_000)(_write)


def _write(events: Sequence["Happened"]) -> None:
    from django.db import connection

    with connection.cursor() as cursor, cursor.copy("copy effect (seq, person, recorded_at) from stdin") as copy:
        for event in events:
            copy.write_row((event.seq, event.person, event.recorded_at))


def _latency() -> Row:
    """A worker that waits for news, and events by the clock."""
    from treue.core.events import reacting

    _register()
    stop = threading.Event()
    worker = threading.Thread(target=reacting.run, args=[stop])
    worker.start()
    begun, told = time.perf_counter(), 0
    while told < A_SECOND * SECONDS:
        time.sleep(max(0.0, begun + told / A_SECOND - time.perf_counter()))
        first = EVENTS + told
        from treue.core.shop.setup import ensure_shop

        _execute(FILL, shop=ensure_shop().pk, persons=PERSONS, first=first, last=first + AT_ONCE - 1)
        told += AT_ONCE
    time.sleep(2)
    stop.set()
    worker.join()
    median, late, latest, count = _fetch(LATE)
    measured = f"p50 {median:.2f}, p95 {late:.2f}, max {latest:.2f} s; {count:,} of {told:,}"
    return {
        "what": f"event to effect at {A_SECOND:,} events/s",
        "measured": measured,
        "target": f"p95 under {LATEST_SECONDS:.0f} s",
    }


def _replay() -> Row:
    """A new reaction reads the whole log."""
    have = _fetch("select count(*) from events_event")[0]
    _fill_more(have)
    _execute("truncate effect")
    took = _react(WORKERS)
    count, distinct = _fetch("select count(*), count(distinct seq) from effect")
    measured = f"{count / took:,.0f} events/s, {took / 60:.1f} min; {distinct:,} effects of {REPLAYED:,}"
    return {"what": f"{REPLAYED:,} events through a new reaction", "measured": measured, "target": "each once"}


def _fill_more(have: int) -> None:
    from treue.core.shop.setup import ensure_shop

    shop, size = ensure_shop().pk, 100_000
    for first in range(have, REPLAYED, size):
        last = min(first + size, REPLAYED) - 1
        _execute(FILL, shop=shop, persons=PERSONS, first=first, last=last)


def _execute(statement: str, **facts: object) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, facts or None)


def _fetch(statement: str) -> tuple:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()
