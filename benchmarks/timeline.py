"""The timeline of a customer of ten thousand events, in a log of two million over a year, in milliseconds.

A real web process is asked on loopback, signed in, as for `pages`; the first time warms up and does not count.
"""

import random
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from benchmarks import big_shop, pages
from benchmarks.apart import apart
from benchmarks.big_shop import Row
from benchmarks.pages import Addresses, Times, share

EVENTS, CUSTOMERS, BUSY = 2_000_000, 100_000, 20
DEEP = (50, 5_000, 9_900)  # how many events an older page comes behind
TARGET = "p95 under 100 ms"

PEOPLE = """
insert into customers_customer (shop_id, number, name, email, phone, city, country, created_at)
select %(shop)s, n::text, 'Person ' || n, 'p' || n || '@example.org', '', '', '', now()
from generate_series(1, %(customers)s) n"""

# A tenth of the events is of the twenty busy ones, and lies among everybody's, as they came in. Half of the busy ones
# have no event of consent, so that whoever looks for one reads all theirs.
LOG = """
insert into events_event (shop_id, message_id, name, person, shard, source, occurred_at, recorded_at, facts)
select %(shop)s, 'm' || n,
    case when person %% 2 = 0 and n %% 97 = 0 then 'Consent Given' else
        (array['Page Viewed', 'Product Viewed', 'Product Added', 'Cart Viewed', 'Order Completed', 'Unworded',
            'Identify'])[1 + n %% 7] end,
    person, person & 63, 'web', moment, moment,
    jsonb_build_object('order', 'A-' || n, 'total', n %% 200, 'currency', 'EUR',
        'name', 'Assam ' || n %% 50, 'title', 'Tea of the month', 'path', '/tea/' || n %% 50, 'purpose', 'marketing',
        'channel', 'email', 'products', jsonb_build_array(jsonb_build_object('name', 'Assam', 'price', 4.5)))
from (
    select n, case when n %% 10 = 0 then 1 + n / 10 %% %(busy)s
        else %(busy)s + 1 + (n::bigint * 7919) %% (%(customers)s - %(busy)s) end as person,
        timestamptz '2025-01-01' + n * interval '1 year' / %(events)s as moment
    from generate_series(1, %(events)s) n) happened
order by n"""


def run() -> list[Row]:
    folder = Path(tempfile.mkdtemp(prefix="treue-bench-"))
    try:
        apart(load, folder)
        return apart(measure, folder)
    finally:
        big_shop.remove(folder)


def load(folder: Path) -> None:
    with big_shop.opened(folder):
        from django.core.management import call_command
        from django.db import connection

        from treue.core.events import partitions
        from treue.core.shop.models import Shop

        call_command("migrate", verbosity=0)
        shop = Shop.objects.create(name="Tea House")
        for month in (1, 5, 9):
            partitions.ensure(date(2025, month, 1))
        facts = {"shop": shop.pk, "customers": CUSTOMERS, "busy": BUSY, "events": EVENTS}
        with connection.cursor() as cursor:
            for statement in (PEOPLE, LOG, "vacuum analyze"):
                cursor.execute(statement, facts)


def measure(folder: Path) -> list[Row]:
    with big_shop.opened(folder), pages.web_process() as server:
        addresses = dict(_addresses())
        taken = pages.take(pages.Client(server, pages.session()), addresses, random.Random(big_shop.SEED))
        events = _events()
    rows = [_row(kind, times) for kind, times in taken.items()]
    return [{"what": "events: all, and of one of the busy", "measured": events, "target": ""}, *rows]


def _addresses() -> Iterator[tuple[str, Addresses]]:
    busy = [f"/customers/{number}/timeline/" for number in range(1, BUSY + 1)]
    yield "the latest events", busy
    for depth in DEEP:
        yield f"the page behind {depth:,} events", [f"{each}?before={_place(each, depth)}" for each in busy]
    for kind in ("purchases", "behaviour", "contact"):
        yield f"only {kind}", [f"{each}?kind={kind}" for each in busy]
    yield "the latest events of somebody with few", [f"/customers/{n}/timeline/" for n in range(5_000, 5_020)]


def _place(address: str, depth: int) -> str:
    from treue.core.events.models import Event
    from treue.understand.profile.timeline import Place

    events = Event.objects.filter(person=int(address.split("/")[2])).order_by("-occurred_at", "-seq")
    return str(Place(*events.values_list("occurred_at", "seq")[depth]))


def _events() -> str:
    from treue.core.events.models import Event

    return f"{Event.objects.count():,}, {Event.objects.filter(person=1).count():,}"


def _row(kind: str, times: Times) -> Row:
    measured = f"p50 {share(times.seconds, 0.5)}, p95 {share(times.seconds, 0.95)}, max {share(times.seconds, 1)} ms"
    processor = f"processor p95 {share(times.processor, 0.95)} ms"
    return {"what": kind, "measured": f"{measured}, {processor}", "target": TARGET}
