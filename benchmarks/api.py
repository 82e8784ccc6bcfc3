"""The API's reads on a million customers, three million orders and two million events, in milliseconds.

A real web process is asked over loopback with a key; the first time an address is asked does not count. The rows are
made by SQL, for what is measured is how they are found.
"""

import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import md5
from pathlib import Path
from statistics import quantiles

from benchmarks import big_shop
from benchmarks.apart import apart
from benchmarks.big_shop import Row

CUSTOMERS, ORDERS, EVENTS, MONTHS = 1_000_000, 3_000_000, 2_000_000, 3
HEAVY, HEAVY_EVENTS = 7, 10_000  # one customer with a long history
ADDRESSES, TIMES = 60, 3
TARGET = "p95 under 50 ms"

FILL = f"""
insert into customers_customer (shop_id, number, name, email, phone, city, country, created_at)
select %(shop)s, 'C-' || n, 'Kim ' || md5(n::text), md5(n::text) || '@example.org', '', 'Köln', 'DE', now()
from generate_series(1, {CUSTOMERS}) n;
insert into customers_identity (shop_id, kind, value, customer_id, is_trusted, said_at)
select shop_id, 'email', email, id, true, now() from customers_customer;
insert into commerce_batch (shop_id, source, created_at) values (%(shop)s, 'bench', now());
insert into commerce_order (shop_id, number, customer_id, ordered_at, country, category, amount, units,
    refunded_amount, refunded_units, batch_id)
select %(shop)s, 'B-' || n, (select min(id) from customers_customer) + (n::bigint * 7919) %% {CUSTOMERS},
    now() - (n %% 1000000) * interval '2 minutes', 'DE', 'Tea', 24.90, 2, 0, 0, (select max(id) from commerce_batch)
from generate_series(1, {ORDERS}) n;
insert into commerce_orderline (order_id, ordinal, bought_at, quantity, amount)
select id, 1, ordered_at, 2, 24.90 from commerce_order;
insert into events_event (shop_id, message_id, name, person, shard, source, occurred_at, recorded_at, facts)
select %(shop)s, 'm' || n, 'Product Viewed', person, person & 63, 'shop', at, at,
    jsonb_build_object('product_id', 'TEA-1', 'url', 'https://shop.example/' || md5(n::text))
from (select n, now() - (n %% (86400 * 30 * {MONTHS})) * interval '1 second' as at,
    case when n <= {HEAVY_EVENTS} then {HEAVY} else 0 end
        + (select min(id) from customers_customer) + case when n <= {HEAVY_EVENTS} then 0 else n %% {CUSTOMERS} end
        as person
    from generate_series(1, {EVENTS}) n) made;
"""


def run() -> list[Row]:
    folder = Path(tempfile.mkdtemp(prefix="treue-bench-"))
    try:
        token, first = apart(fill, folder)
        return apart(measure, folder, token, first)
    finally:
        big_shop.remove(folder)


def fill(folder: Path) -> tuple[str, int]:
    """Returns a key and the first customer's number."""
    with big_shop.opened(folder):
        from django.core.management import call_command
        from django.db import connection

        from treue.core.customers.models import Customer
        from treue.core.shop.models import Shop
        from treue.core.staff import keys

        call_command("migrate", verbosity=0)
        shop = Shop.objects.create(name="Tea House")
        with connection.cursor() as cursor:
            for months in range(-MONTHS, 0):
                cursor.execute(
                    "select events_make_month((date_trunc('month', now()) + %s * interval '1 month')::date)", [months]
                )
            for statement in filter(str.strip, FILL.split(";")):
                cursor.execute(statement, {"shop": shop.pk})
            cursor.execute("vacuum analyze")
        token = keys.add(shop=shop, name="bench", scopes=["read", "write"], by=None)[1]
        return token, Customer.objects.order_by("pk").first().pk


def measure(folder: Path, token: str, first: int) -> list[Row]:
    chance = random.Random(big_shop.SEED)
    with _served(folder) as port:
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        return [
            {"what": f"API: {kind}", "measured": _measured(client, token, several), "target": TARGET}
            for kind, several in _addresses(chance, client, token, first).items()
        ]


def _addresses(
    chance: random.Random, client: http.client.HTTPConnection, token: str, first: int
) -> dict[str, list[str]]:
    some = [chance.randrange(1, CUSTOMERS) for _each in range(ADDRESSES)]
    ids = [first + each for each in some]
    days = [f"2025-01-{day:02}" for day in range(1, 29)]
    heavy = f"/customers/{first + HEAVY}/events?limit=200"
    return {
        "a customer": [f"/customers/{each}" for each in ids],
        "customers by identity": [f"/customers?identity=C-{each}" for each in some],
        "customers by e-mail": [f"/customers?email={_md5(each)}@EXAMPLE.org" for each in some],
        "customers, 200 a page": _turned(client, token, "/customers?limit=200"),
        "orders, newest 50": ["/orders", *_turned(client, token, "/orders")],
        "orders of a day long ago": [f"/orders?since={day}T00:00:00Z&until={day}T23:00:00Z" for day in days],
        "a customer's orders": [f"/customers/{each}/orders" for each in ids],
        "an order with its lines": [f"/orders/B-{each}" for each in some],
        "a customer's events": [f"/customers/{each}/events" for each in ids],
        "10,000 events of one customer, 200 a page": [heavy, *_turned(client, token, heavy)],
        "the log, 200 a page": _turned(client, token, "/events?limit=200"),
    }


def _md5(number: int) -> str:
    return md5(str(number).encode()).hexdigest()


def _turned(client: http.client.HTTPConnection, token: str, path: str, pages: int = 20) -> list[str]:
    """The addresses of the next pages."""
    found, address = [], path
    for _page in range(pages):
        after = _asked(client, token, address)["next"]
        if after is None:
            break
        address = f"{path}{'&' if '?' in path else '?'}after={after}"
        found.append(address)
    return found


def _asked(client: http.client.HTTPConnection, token: str, path: str) -> dict[str, object]:
    client.request("GET", f"/api/v1{path}", headers={"Authorization": f"Bearer {token}"})
    answer = client.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise AssertionError(f"{path}: {answer.status} {body[:300]!r}")
    return json.loads(body)


def _measured(client: http.client.HTTPConnection, token: str, addresses: list[str]) -> str:
    taken = []
    for turn in range(TIMES):
        for address in addresses:
            begun = time.perf_counter()
            _asked(client, token, address)
            if turn:
                taken.append((time.perf_counter() - begun) * 1000)
    cuts = quantiles(taken, n=20)
    return f"p50 {cuts[9]:.0f}, p95 {cuts[18]:.0f}, max {max(taken):.0f} ms"


@contextmanager
def _served(folder: Path) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "treue.web.commands", "web", "--port", str(port)],
        env=os.environ | {"TREUE_HOME": str(folder), "TREUE_API_PER_MINUTE": "1000000000"},
    )
    try:
        for _try in range(300):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.1)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)
