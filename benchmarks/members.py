"""A programme of a million members and ten million entries: what tills and colleagues read, and points given by HTTP.

The rows are made by SQL, past the ledger's functions, for what is measured is how they are found: their hashes are not
those of a chain. Points are given to two web processes, one by one and many at once, each with a check and a journal.
"""

import http.client
import json
import multiprocessing
import os
import random
import time
import uuid
from multiprocessing.synchronize import Barrier
from pathlib import Path
from statistics import quantiles

from benchmarks import big_shop, tracking
from benchmarks.big_shop import Row
from benchmarks.pages import session

MEMBERS = int(os.environ.get("TREUE_MEMBERS", "1_000_000"))
EACH = 5  # journals of two entries
CONNECTIONS, CONNECTIONS_TO_DJANGO = 128, 16
SENDERS, SECONDS, TURNS = 6, 8, 3
BATCH = 100
SOME, TIMES = 60, 3
READ_TARGET, EARN_TARGET = "p95 under 50 ms", 1_500

# What is said of a table of the ledger is asked by nobody here: a replica takes rows as they come.
FILL = """
set session_replication_role = replica;
insert into customers_customer (shop_id, number, name, email, phone, city, country, created_at)
select %(shop)s, 'C-' || n, 'Kim ' || n, '', '', '', '', now() from generate_series(1, %(members)s) n;
insert into loyalty_member (programme_id, customer_id, joined_as, number, joined_at, earns_from, tier)
select %(programme)s, id, id, lpad(id::text, 16, '0'), now() - interval '400 days', now() - interval '400 days', ''
from customers_customer;
insert into loyalty_account (member_id, wallet, programme_id, balance, overdraft, in_lots, entries, head)
select m.id, w, %(programme)s, 20 * n, 0, 20 * n, n, sha256('')
from loyalty_member m, (values (1, %(each)s), (2, 0), (3, 0), (4, 0)) of (w, n);
insert into loyalty_journal (programme_id, member_id, kind, happened_at, key, request, reason)
select %(programme)s, m.id, 1, now() - (n * interval '60 days'), gen_random_uuid(), gen_random_uuid(), 'order'
from generate_series(%(each)s, 1, -1) n, loyalty_member m;
insert into loyalty_entry (journal_id, wallet, member_id, amount, balance, hash)
select id, 1, member_id, 20, 20, sha256('') from loyalty_journal;
insert into loyalty_entry (journal_id, wallet, member_id, amount) select id, 11, 0, -20 from loyalty_journal;
insert into loyalty_lot (journal_id, member_id, state, granted, remaining, available_from)
select id, member_id, 2, 20, 20, happened_at from loyalty_journal;
set session_replication_role = origin;
vacuum analyze;
"""


def run(_home: str = "") -> list[Row]:
    return big_shop.in_an_empty_one(measure)


def measure(folder: Path) -> list[Row]:
    with big_shop.opened(folder):
        from django.core.management import call_command

        from treue.act.loyalty.models import Member
        from treue.core.staff import keys

        call_command("migrate", verbosity=0)
        shop = _fill()
        token = keys.add(shop=shop, name="bench", scopes=["read", "write"], by=None)[1]
        chance = random.Random(big_shop.SEED)
        first = Member.objects.order_by("pk").first()
        some = [(first.pk + step, first.customer_id + step) for step in chance.sample(range(MEMBERS), SOME)]
        os.environ["TREUE_API_PER_MINUTE"] = str(10**9)
        web = ("treue.web.commands", "web", "--shared", "--port")
        with tracking.server_at(folder, *web, processes=1) as server:
            rows = _reads(server.port, token, some)
        with tracking.server_at(folder, *web, processes=2) as server:
            single, by_django = _singles(server, token, first.pk)
            return [*rows, single, by_django, _batches(server.port, token, first.pk)]


def _fill() -> object:
    from django.db import connection

    from treue.act.loyalty.models import Programme
    from treue.core.shop.models import Shop

    shop = Shop.objects.create(name="Tea House")
    programme = Programme.objects.create(shop=shop, name="Circle")
    facts = {"shop": shop.pk, "programme": programme.pk, "members": MEMBERS, "each": EACH}
    with connection.cursor() as cursor:
        for statement in filter(str.strip, FILL.split(";")):
            cursor.execute(statement, facts)
    return shop


def _reads(port: int, token: str, some: list[tuple[int, int]]) -> list[Row]:
    program, colleague = {"Authorization": f"Bearer {token}"}, {"Cookie": session()}
    asked = {
        "a member's balances by API": (
            [f"/api/v1/loyalty/members/{member}" for member, _of in some],
            program,
            READ_TARGET,
        ),
        "a member's transactions by API": (
            [f"/api/v1/loyalty/members/{member}/transactions" for member, _of in some],
            program,
            READ_TARGET,
        ),
        "a member's page": ([f"/customers/{customer}/loyalty/" for _member, customer in some], colleague, READ_TARGET),
        "the list, a page by chance": ([f"/loyalty/members/?before={member}" for member, _of in some], colleague, ""),
        "the list, by a card": ([f"/loyalty/members/?q={customer:016}" for _member, customer in some], colleague, ""),
    }
    return [
        {"what": f"{what}, of {MEMBERS:,}", "measured": _taken(port, paths, headers), "target": target}
        for what, (paths, headers, target) in asked.items()
    ]


def _taken(port: int, paths: list[str], headers: dict[str, str]) -> str:
    client, taken = http.client.HTTPConnection("127.0.0.1", port, timeout=60), []
    for turn in range(TIMES):
        for path in paths:
            begun = time.perf_counter()
            _answer(client, "GET", path, headers)
            if turn:
                taken.append((time.perf_counter() - begun) * 1000)
    cuts = quantiles(taken, n=20)
    return f"p50 {cuts[9]:.0f}, p95 {cuts[18]:.0f}, max {max(taken):.0f} ms"


def _singles(server: tracking.Server, token: str, first: int) -> tuple[Row, Row]:
    """Each with a key of its own, to a member by chance, over connections that stay open; turn by turn with requests
    that Django answers, since they write the same number with a point."""
    short, long = _single(token, first, b"25"), _single(token, first, b"25.0")
    loads: list[list[tracking.Load]] = [[], []]
    for _turn in range(TURNS):
        for made, make, connections in zip(loads, (short, long), (CONNECTIONS, CONNECTIONS_TO_DJANGO), strict=True):
            tracking.send(server.port, make, connections, seconds=3)  # warms up
            made.append(tracking.watched(server, make, connections))
    what = "points given by single requests, {} connections, two web processes{}"
    return (
        {"what": what.format(CONNECTIONS, ""), "measured": _told(loads[0]), "target": f"{EARN_TARGET:,}/s"},
        {"what": what.format(CONNECTIONS_TO_DJANGO, ", by Django"), "measured": _told(loads[1]), "target": ""},
    )


def _told(loads: list[tracking.Load]) -> str:
    loads = sorted(loads, key=_rate)
    load = loads[len(loads) // 2]
    p99 = quantiles(load.latencies, n=100)[98] * 1000
    web, database = (f"{1000 * each / len(load.latencies):.2f} ms" for each in (load.web, load.database))
    span = f"{_rate(loads[0]):,.0f} to {_rate(loads[-1]):,.0f}"
    return f"{_rate(load):,.0f}/s ({span}), p99 {p99:.0f} ms; each {web} of the web and {database} of the database"


def _rate(load: tracking.Load) -> float:
    return len(load.latencies) / load.seconds


def _single(token: str, first: int, points: bytes) -> tracking.Make:
    dice, body = random.Random(1), b'{"points": %s, "reason": "visit"}' % points
    head = f"Host: 127.0.0.1\r\nContent-Type: application/json\r\nAuthorization: Bearer {token}\r\n"

    def make() -> bytes:
        path = f"/api/v1/loyalty/members/{first + dice.randrange(MEMBERS)}/points"
        own = f"Idempotency-Key: {uuid.uuid4()}\r\nContent-Length: {len(body)}\r\n\r\n"
        return f"POST {path} HTTP/1.1\r\n{head}{own}".encode() + body

    return make


def _batches(port: int, token: str, first: int) -> Row:
    rates = [_together(port, token, first) for _turn in range(TURNS)]
    middle = sorted(rates)[TURNS // 2]
    return {
        "what": f"points given by requests for {BATCH} members, {SENDERS} clients, two web processes",
        "measured": f"{middle:,.0f}/s ({min(rates):,.0f} to {max(rates):,.0f})",
        "target": "",
    }


def _together(port: int, token: str, first: int) -> float:
    context = multiprocessing.get_context("spawn")
    barrier, counts = context.Barrier(SENDERS), context.Queue()
    senders = [context.Process(target=_send, args=(port, token, first, barrier, counts)) for _each in range(SENDERS)]
    for each in senders:
        each.start()
    total = sum(counts.get() for _each in senders)
    for each in senders:
        each.join()
    return total / SECONDS


def _send(port: int, token: str, first: int, barrier: Barrier, counts: "multiprocessing.Queue") -> None:
    client, dice, count = http.client.HTTPConnection("127.0.0.1", port, timeout=60), random.Random(os.getpid()), 0
    about = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    barrier.wait()
    until = time.perf_counter() + SECONDS
    while time.perf_counter() < until:
        members = [first + dice.randrange(MEMBERS) for _each in range(BATCH)]
        body = {"points": [{"member": member, "points": 25, "reason": "visit"} for member in members]}
        key = {"Idempotency-Key": f"{os.getpid()}-{until}-{count}"}
        _answer(client, "POST", "/api/v1/loyalty/points", about | key, json.dumps(body).encode())
        count += BATCH
    counts.put(count)


def _answer(
    client: http.client.HTTPConnection, method: str, path: str, headers: dict[str, str], body: bytes = b""
) -> None:
    client.request(method, path, body or None, headers)
    answer = client.getresponse()
    said = answer.read()
    if answer.status not in (200, 201):
        raise RuntimeError(f"{path}: {answer.status} {said[:300]!r}")
