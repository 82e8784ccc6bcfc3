"""A writer that is killed leaves the state before, whole and readable; the next one ends as if nothing had been."""

import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection

from tests.core.lake.buying import customer, order
from treue.core.commerce.models import Order
from treue.core.lake import checking, manifest, tables, writing
from treue.core.shop.models import Shop

AS_OF = date(2026, 6, 30)
BUCKETS = 40
PROGRAM = """
    import os, sys
    os.environ["DJANGO_SETTINGS_MODULE"] = "treue.web.settings"
    import django; django.setup()
    from datetime import date
    from treue.core.lake import writing
    from treue.core.shop.models import Shop
    print("ready", flush=True)
    for _ in range(1000):
        writing.write(Shop.objects.get(), as_of=date(2026, 6, 30))
"""


@contextmanager
def a_writer() -> Iterator[None]:
    """A process that writes again and again, and is killed at the end of the block."""
    place = connection.settings_dict
    url = f"postgresql:///{place['NAME']}?host={place['HOST']}&user={place['USER']}"
    program = [sys.executable, "-W", "ignore", "-c", textwrap.dedent(PROGRAM)]
    environment = os.environ | {"DATABASE_URL": url}
    with subprocess.Popen(program, env=environment, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        yield
        writer.kill()


def files_of(shop: Shop) -> set[Path]:
    return set(manifest.folder(shop.pk).rglob("*.parquet"))


def seen(shop: Shop) -> tuple[int, Decimal]:
    with tables.opened(shop.pk) as lake:
        row = lake.orders.agg(n=lake.orders.count(), revenue=lake.orders.revenue.sum()).to_pyarrow().to_pylist()[0]
    return row["n"], row["revenue"]


@pytest.mark.parametrize("files_written", [1, 7, BUCKETS - 1])
def test_killed_between_its_files_it_leaves_the_state_before(shop: Shop, files_written: int):
    for number in range(BUCKETS):
        order(customer(shop, f"{number}", pk=writing.CUSTOMERS_PER_BUCKET * number + 1))
    writing.write(shop, as_of=AS_OF)
    before, there = manifest.read(shop.pk), files_of(shop)
    Order.objects.update(amount=20)

    with a_writer():
        end = time.monotonic() + 60
        while len(files_of(shop) - there) < files_written and time.monotonic() < end:
            time.sleep(0.001)

    after = manifest.read(shop.pk)
    assert before is not None
    assert after is not None
    whole = (BUCKETS, Decimal(10 if after == before else 20) * BUCKETS)
    assert seen(shop) == whole, "neither the state before nor one after"
    writing.write(shop, as_of=AS_OF)
    assert seen(shop) == (BUCKETS, Decimal(20) * BUCKETS)
    assert checking.check(shop) == []


def test_killed_at_any_moment_it_never_leaves_half_a_state(shop: Shop):
    for number in range(8):
        order(customer(shop, f"{number}", pk=writing.CUSTOMERS_PER_BUCKET * number + 1))
    writing.write(shop, as_of=AS_OF)
    for tenths in (0, 1, 2, 3, 5):
        with a_writer():
            time.sleep(tenths / 10)
        assert seen(shop) == (8, Decimal(80))
    assert checking.check(shop) == []
