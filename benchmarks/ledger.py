"""The ledger of points beside pgbench's TPC-B, both on the same server with fsync on, in turns.

A service call is one earning for one member that returns when it is on the disk: as the API takes them from many at
once (`callers`), and one after the other, each a transaction of its own on a connection of its own. A batch is one of
500. All that holds for the ledger holds here: checks, chain of hashes, and the event in the log. pgbench is a program
in C and has its own processors' time to fight for; the ledger's clients are Python. What the database takes for it
alone is seen where pgbench calls the same function.
"""

import json
import multiprocessing
import os
import random
import re
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Barrier
from pathlib import Path
from statistics import median

from benchmarks import big_shop, callers
from benchmarks.big_shop import Row

MEMBERS, PROGRAMMES = 100_000, 100
SECONDS, TURNS = 8, 4
CLIENTS, PROCESSES = 8, 8
BATCH, BATCH_PROCESSES = 500, 2
SCALE = 50
EXPIRING = int(os.environ.get("TREUE_EXPIRING", "1_000_000"))
SHARE, BATCH_TARGET, SLOWER, EXPIRY_TARGET = 0.9, 30_000, 0.10, 60

MAKE = """
insert into customers_customer (shop_id, number, name, email, phone, city, country, created_at)
    select %(shop)s, 'K' || n, '', '', '', '', '', now() from generate_series(1, %(members)s) n;
insert into loyalty_member (programme_id, customer_id, number, joined_at, earns_from)
    select %(first)s + case c.id %% 2 when 0 then 0 else c.id / 2 %% %(programmes)s end, c.id, c.id::text, now(), now()
    from customers_customer c;
select ledger_open(programme_id, array_agg(id)) from loyalty_member group by programme_id;
"""

EARN = """\\set place random(1, {members})
\\set key random(1, 1000000000000000)
select * from ledger_earn_one((select programme_id from loyalty_member where id = {first} + :place), {first} + :place,
    25, 0, md5(:key::text)::uuid, md5(:key::text)::uuid, now(), now() + interval '14 days', null, 1, null, 'order',
    false);
"""


# The rows of a batch alone: into copies of the tables with all their indexes, and none of their triggers. Nothing is
# looked at, locked, chained or checked.
BARE = """
create table bare_account (like loyalty_account including all);
create table bare_journal (like loyalty_journal including all);
create table bare_lot (like loyalty_lot including all);
create table bare_entry (like loyalty_entry including all);
create table bare_event (like events_event including all);
insert into bare_account select * from loyalty_account;
analyze bare_account;
"""
BARE_ROWS = """
with asked as materialized (
    select member, nextval('loyalty_journal_id_seq') as journal from unnest(%(members)s) member),
journals as (
    insert into bare_journal (id, programme_id, member_id, kind, happened_at, key, request, reason, order_id)
        overriding system value
    select journal, %(programme)s, member, 1, now(), gen_random_uuid(), gen_random_uuid(), 'order', journal from asked),
lots as (
    insert into bare_lot (journal_id, member_id, state, granted, remaining, available_from)
    select journal, member, 1, 25, 25, now() + interval '14 days' from asked),
accounts as (
    update bare_account a set balance = balance + 25, in_lots = in_lots + 25, entries = entries + 1
    from asked where a.member_id = asked.member and a.wallet = 2),
entries as (
    insert into bare_entry (journal_id, wallet, member_id, amount, balance, hash)
    select journal, 2, member, 25, 25, %(hash)s from asked union all select journal, 11, 0, -25, null, null from asked)
insert into bare_event (shop_id, message_id, name, person, shard, source, occurred_at, is_history, facts)
select %(shop)s, 'loyalty ' || journal, 'Points Earned', member, member & 63, 'treue', now(), false, %(facts)s
from asked
"""


def run(_home: str = "") -> list[Row]:
    return big_shop.in_an_empty_one(measure)


def measure(folder: Path) -> list[Row]:
    with big_shop.opened(folder):
        from django.core.management import call_command

        from treue.act.loyalty import verifying
        from treue.core.events import partitions

        call_command("migrate", verbosity=0)
        partitions.ensure(datetime.now(UTC).date())
        programmes = _members()
        _pgbench("-i", "-s", str(SCALE), "-q")
        rows = [*_calls(programmes, folder), *_batches(programmes), _expiry(programmes[0])]
        broken = [rule for rule, found in verifying.verify() if found]
    return [*rows, {"what": "rules broken afterwards", "measured": str(broken or "none"), "target": "none"}]


def _members() -> list[int]:
    """One programme a shop; the first has half of the members, the others share the rest. The programmes' numbers."""
    from django.db import connection

    from treue.act.loyalty.models import Programme
    from treue.core.shop.models import Shop

    shops = [Shop.objects.create(name=f"Shop {number}") for number in range(PROGRAMMES)]
    made = [Programme.objects.create(shop=each, name="Circle").pk for each in shops]
    facts = {"shop": shops[0].pk, "members": MEMBERS, "first": made[0], "programmes": PROGRAMMES}
    with connection.cursor() as cursor:
        for statement in MAKE.split(";")[:-1]:
            cursor.execute(statement, facts)
        cursor.execute("analyze loyalty_member, loyalty_account")
    return made


def _calls(programmes: list[int], folder: Path) -> list[Row]:
    """In turns: pgbench, its calls of our function, the API's callers, members of one programme and members of all, now
    the ones first and now the others: whoever comes after pgbench pays for what it left to be written."""
    script, token, members = _script(folder), _token(programmes[0]), _of(programmes[0])
    peer, function, together, one, spread = [], [], [], [], []
    for turn in range(TURNS):
        peer.append(_tpcb())
        function.append(_tpcb("-M", "prepared", "-f", str(script)))
        together.append(callers.rate(members, token, SECONDS))
        for who, rates in [(programmes[:1], one), (programmes, spread)][:: 1 if turn % 2 else -1]:
            rates.append(_together(_call, PROCESSES, who))
    slower = [1 - each / beside for each, beside in zip(one, spread, strict=True)]
    at_once = f"{callers.CALLERS * callers.PROCESSES} at once in {callers.PROCESSES} processes"
    return [
        {"what": f"pgbench's TPC-B, {CLIENTS} clients", "measured": f"{median(peer):,.0f}/s", "target": ""},
        _beside(f"earn by service call as the API takes it, {at_once}", together, peer, f"{SHARE} of TPC-B"),
        _beside(f"earn by service call, each in its own transaction, {CLIENTS} clients", spread, peer, f"{SHARE}"),
        _beside(f"the same function called by pgbench, {CLIENTS} clients", function, peer, ""),
        {
            "what": "the busiest programme beside members of all",
            "measured": f"{median(slower):.0%} slower ({min(slower):.0%} to {max(slower):.0%})",
            "target": f"at most {SLOWER:.0%}",
        },
    ]


def _beside(what: str, rates: list[float], peer: list[float], target: str) -> Row:
    shares = [each / beside for each, beside in zip(rates, peer, strict=True)]
    of_peer = f"{median(shares):.2f} of TPC-B ({min(shares):.2f} to {max(shares):.2f})"
    return {"what": what, "measured": f"{median(rates):,.0f}/s, {of_peer}", "target": target}


def _batches(programmes: list[int]) -> list[Row]:
    """In turns with their bare rows: what PostgreSQL takes to write those is what no ledger can save."""
    from django.db import connection

    with connection.cursor() as cursor:
        for statement in BARE.split(";")[:-1]:
            cursor.execute(statement)
    rates, bare = [], []
    for turn in range(TURNS):
        for call, made in [(_call_batch, rates), (_write_bare, bare)][:: -1 if turn % 2 else 1]:
            made.append(_together(call, BATCH_PROCESSES, programmes[:1]) * BATCH)
    shares = [each / beside for each, beside in zip(rates, bare, strict=True)]
    return [
        {
            "what": f"earn in batches of {BATCH}, {BATCH_PROCESSES} clients",
            "measured": f"{_spread(rates)}, {median(shares):.2f} of their bare rows ({min(shares):.2f} to"
            f" {max(shares):.2f})",
            "target": f"{BATCH_TARGET:,}/s",
        },
        {
            "what": f"the bare rows of batches of {BATCH}, with all indexes; nothing locked, chained or checked",
            "measured": _spread(bare),
            "target": "",
        },
    ]


def _spread(rates: list[float]) -> str:
    return f"{median(rates):,.0f}/s ({min(rates):,.0f} to {max(rates):,.0f})"


def _expiry(programme: int) -> Row:
    """Lots of many members, each of which expires."""
    from treue.act.loyalty import ledger
    from treue.act.loyalty.ledger import Earning
    from treue.act.loyalty.models import Lot, Programme

    found, members = Programme.objects.get(pk=programme), _of(programme)
    now, made = datetime.now(UTC), 0
    lasting = {"reason": "order", "expires_at": now + timedelta(days=1)}
    while made < EXPIRING:
        some = min(BATCH * 10, EXPIRING - made)
        ledger.earn(
            found,
            [Earning(members[(made + n) % len(members)], 5, f"x {made + n}", now, **lasting) for n in range(some)],
        )
        made += some
    due = Lot.objects.filter(member__programme=programme, expires_at__isnull=False, remaining__gt=0).count()
    begun, expired = time.perf_counter(), 0
    while count := ledger.expire(found, at=now + timedelta(days=2), most=5_000):
        expired += count
    took = time.perf_counter() - begun
    return {
        "what": f"{due:,} lots of {len(members):,} members expire",
        "measured": f"{took:.0f} s, {expired / took:,.0f}/s; {expired:,} expired",
        "target": f"a million in {EXPIRY_TARGET} s",
    }


def _of(programme: int) -> list[int]:
    from treue.act.loyalty.models import Member

    return list(Member.objects.filter(programme=programme).values_list("pk", flat=True))


def _token(programme: int) -> str:
    from treue.act.loyalty.models import Programme
    from treue.core.staff import keys

    shop = Programme.objects.select_related("shop").get(pk=programme).shop
    return keys.add(shop=shop, name="bench", scopes=["read", "write"], by=None)[1]


def _script(folder: Path) -> Path:
    from treue.act.loyalty.models import Member

    first = Member.objects.order_by("pk").values_list("pk", flat=True)[0]
    script = folder / "earn.sql"
    script.write_text(EARN.format(members=MEMBERS, first=first - 1))
    return script


def _tpcb(*instead: str) -> float:
    """Transactions a second. instead: of its own."""
    said = _pgbench("-n", "-c", str(CLIENTS), "-j", "2", "-T", str(SECONDS), *instead)
    return float(re.search(r"tps = ([\d.]+)", said)[1])


def _pgbench(*options: str) -> str:
    from treue.core import direct, postgres_server

    place = direct.place()
    flags = {"host": "-h", "port": "-p", "user": "-U"}
    where = [word for name, flag in flags.items() if place.get(name) for word in (flag, place[name])]
    command = [str(postgres_server.programs() / "pgbench"), *options, *where, place["dbname"]]
    environment = {**os.environ, "PGPASSWORD": place.get("password", "")}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


def _together(work: Callable[[list[int]], None], processes: int, programmes: list[int]) -> float:
    """Calls a second, of processes that all begin at once."""
    context = multiprocessing.get_context("spawn")
    barrier, counts = context.Barrier(processes), context.Queue()
    running = [
        context.Process(target=_work, args=(work, programmes, slice(number, None, processes), barrier, counts))
        for number in range(processes)
    ]
    for each in running:
        each.start()
    total = sum(counts.get() for _each in running)
    for each in running:
        each.join()
    return total / SECONDS


def _work(
    work: Callable[..., None], programmes: list[int], share: slice, barrier: Barrier, counts: "multiprocessing.Queue"
) -> None:
    from treue.web.commands import django_setup

    django_setup.set_up()
    from treue.act.loyalty.models import Programme

    found = Programme.objects.in_bulk(programmes)
    members = {each: _of(each) for each in programmes}
    dice, count = random.Random(os.getpid()), 0
    barrier.wait()
    until = time.perf_counter() + SECONDS
    while time.perf_counter() < until:
        programme = dice.choice(programmes)
        work(found[programme], members[programme], share, f"{os.getpid()} {count} {until}", dice)
        count += 1
    counts.put(count)


def _call(programme: object, members: list[int], _share: slice, key: str, dice: random.Random) -> None:
    _earn(programme, [dice.choice(members)], key)


def _call_batch(programme: object, members: list[int], share: slice, key: str, dice: random.Random) -> None:
    """Each client has its own share of the members: two batches with somebody in common follow one another."""
    _earn(programme, dice.choices(members[share], k=BATCH), key)


def _write_bare(programme: object, members: list[int], share: slice, _key: str, dice: random.Random) -> None:
    from django.db import connection

    facts = json.dumps({"journal": 1234567, "reason": "order", "pending": 25})
    asked = {"programme": programme.pk, "shop": programme.shop_id, "hash": bytes(32), "facts": facts}
    with connection.cursor() as cursor:
        cursor.execute(BARE_ROWS, {**asked, "members": dice.sample(members[share], k=BATCH)})


def _earn(programme: object, members: list[int], key: str) -> None:
    from treue.act.loyalty import ledger
    from treue.act.loyalty.ledger import Earning

    now = datetime.now(UTC)
    pending = now + timedelta(days=14)
    ledger.earn(
        programme,
        [
            Earning(each, 25, f"{key} {place}", now, "order", available_from=pending, order_id=place)
            for place, each in enumerate(members)
        ],
    )
