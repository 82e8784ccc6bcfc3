"""Imports that are killed, cancelled, refused room, or meet one another."""

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from collections import namedtuple
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, connections, transaction

from treue.core.commerce.models import Order, OrderLine, RefundMatch
from treue.core.customers.models import Customer
from treue.core.jobs import work
from treue.core.jobs.errors import Cancelled
from treue.core.jobs.models import Job
from treue.core.shop.locking import LOCK_CLASS, LockLost, ShopIsBeingWritten, borrow, hold_until_commit, holder
from treue.listen.imports import importing, order_files, uploads
from treue.listen.imports.failures import DiskFull, NotEnoughSpace
from treue.listen.imports.models import Import, Replaced, SetAside
from treue.listen.imports.storing import staging
from treue.listen.imports.turns import own_turn

HEADER = "order,customer,time,product,quantity,price\n"


def many_orders(count: int) -> str:
    """Orders of two lines each, one in ten refunded."""
    rows = []
    for number in range(count):
        customer, day = f"K{number % 997}", f"2026-{1 + number % 9:02}-{1 + number % 27:02} 10:{number % 60:02}"
        rows.append(f"A{number},{customer},{day},TEA,2,4.00\nA{number},{customer},{day},CUP,1,9.00\n")
        if number % 10 == 0:
            rows.append(f"CA{number},{customer},2026-10-01 09:00,TEA,-1,4.00\n")
    return HEADER + "".join(rows)


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "LINES_PER_CHUNK", 500)


def queued(task: Import) -> Job:
    Import.objects.filter(pk=task.pk).update(state=Import.State.MAPPING)
    task.refresh_from_db()
    return importing.start(task=task, by=None)


def wait_for(happened, seconds: float = 60) -> None:
    limit = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < limit, "it did not happen in time"
        time.sleep(0.005)


@pytest.fixture
def worker():
    """A worker process on the test's own database."""
    settings = connection.settings_dict
    url = f"postgresql://{settings['USER']}@/{settings['NAME']}?host={settings['HOST']}"
    process = subprocess.Popen(
        [sys.executable, "-m", "treue.web.commands", "worker"],
        env=os.environ | {"DATABASE_URL": url},
        stderr=subprocess.DEVNULL,
    )
    yield process
    process.kill()
    process.wait()


@pytest.mark.long
def test_a_killed_workers_import_ends_as_if_it_had_run_once(upload, bring_in, undo, everything, worker):
    content = many_orders(60_000)
    task = upload(content)
    job = queued(task)
    wait_for(Order.objects.exists)
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    stored = Order.objects.count()
    assert 0 < stored < 60_000

    work.run(job.pk)  # what taking up again calls

    job.refresh_from_db()
    task.refresh_from_db()
    assert (job.state, job.attempts, task.state) == (Job.State.DONE, 2, Import.State.DONE)
    assert task.summary["orders"] == {"new": 60_000, "changed": 0, "same": 0}
    assert task.summary["refunds"] == {"new": 6_000, "changed": 0, "same": 0}
    interrupted = everything()
    assert len(interrupted["matches"]) == 6_000
    assert not list((uploads.folder().parent / "tmp").iterdir())
    undo(task)
    assert not Order.objects.exists()
    bring_in(content)
    assert everything() == interrupted


def test_two_imports_of_the_same_file_at_once_change_nothing_twice(upload, small_chunks):
    content = many_orders(2_000)
    tasks = [upload(content), upload(content)]

    def run(task: Import) -> None:
        try:
            importing.run(task.pk, work.Silent())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[task]) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = sorted((Import.objects.get(pk=task.pk).summary["orders"] for task in tasks), key=lambda each: each["new"])
    assert found == [{"new": 0, "changed": 0, "same": 2_000}, {"new": 2_000, "changed": 0, "same": 0}]
    assert OrderLine.objects.count() == 4_000
    assert RefundMatch.objects.count() == 200


def test_the_second_of_two_imports_waits_and_can_be_cancelled_while_it_does(upload, shop):
    task = upload(many_orders(10))
    job = queued(task)
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_lock(%s, %s)", [0x1317, shop.pk])
        second = threading.Thread(target=lambda: (work.run(job.pk), connections.close_all()))
        second.start()
        wait_for(lambda: Job.objects.get(pk=job.pk).step == "waiting")
        work.cancel(job=job)
        second.join()
        cursor.execute("select pg_advisory_unlock(%s, %s)", [0x1317, shop.pk])
    job.refresh_from_db()
    assert job.state == Job.State.CANCELLED
    assert not Order.objects.exists()


def test_a_cancelled_import_leaves_nothing_behind(bring_in, upload, everything, small_chunks):
    bring_in(many_orders(100))
    before = everything()
    task = upload(many_orders(3_000).replace(",9.00", ",8.00"))
    job = queued(task)

    class CancelHalfway(work.Progress):
        def advance(self, units: int = 1) -> None:
            super().advance(units)
            if OrderLine.objects.count() > 2_000:
                raise Cancelled

    with pytest.raises(Cancelled):
        importing.run(task.pk, CancelHalfway(job.pk))
    task.refresh_from_db()
    assert task.state == Import.State.CANCELLED
    assert everything() == before
    assert Customer.objects.count() == 100
    assert not Replaced.objects.exists()


def test_figures_that_were_computed_beside_a_cancelled_import_are_computed_anew(bring_in, upload, small_chunks):
    bring_in(many_orders(100))
    task = upload(many_orders(1500).replace("A", "B"))
    job = queued(task)

    class CancelHalfway(work.Progress):
        def advance(self, units: int = 1) -> None:
            super().advance(units)
            if Order.objects.filter(batch=Import.objects.get(pk=task.pk).batch).exists():
                raise Cancelled

    before = Job.objects.filter(kind="metrics.refresh").count()
    with pytest.raises(Cancelled):
        importing.run(task.pk, CancelHalfway(job.pk))
    task.refresh_from_db()
    asked = Job.objects.filter(kind="metrics.refresh").order_by("-pk")
    assert asked.count() == before + 1
    assert asked[0].arguments["batch_id"] == task.batch_id


def test_an_import_that_fails_in_the_middle_is_taken_back_and_can_be_tried_again(
    upload, everything, small_chunks, monkeypatch
):
    task = upload(many_orders(3_000))
    job = queued(task)
    really = order_files.refunds.store_refunds

    def full(*_arguments: object, **_named: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(order_files.refunds, "store_refunds", full)
    work.run(job.pk)
    job.refresh_from_db()
    task.refresh_from_db()
    assert (job.state, job.error, task.state) == (Job.State.FAILED, DiskFull.__name__, Import.State.FAILED)
    assert not any(everything().values())
    monkeypatch.setattr(order_files.refunds, "store_refunds", really)
    work.retry(job=job)
    work.run(job.pk)
    task.refresh_from_db()
    assert task.state == Import.State.DONE
    assert Order.objects.count() == 3_000


def test_without_room_on_the_disk_nothing_begins(upload, monkeypatch):
    task = upload(many_orders(10))
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(uploads.shutil, "disk_usage", lambda _path: usage(10**12, 10**12 - 1000, 1000))
    with pytest.raises(NotEnoughSpace) as refusal:
        importing.start(task=task, by=None)
    assert refusal.value.free == 1000
    assert not Job.objects.exists()


def test_an_upload_that_breaks_off_leaves_no_file(shop):
    def blocks():
        yield b"order,customer\n"
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        uploads.keep(blocks(), "orders.csv")
    assert not list(uploads.folder().iterdir())


def test_files_and_rows_set_aside_are_kept_for_thirty_days(bring_in, monkeypatch):
    old, young = bring_in(HEADER + "A1,,2026-01-01,TEA,1,1\n"), bring_in(HEADER + "A1,,2026-01-01,TEA,1,1\n")
    Import.objects.filter(pk=old.pk).update(created_at="2026-01-01T00:00:00Z")
    (uploads.folder() / "nobodys.csv").write_text("x")
    os.utime(uploads.folder() / "nobodys.csv", (0, 0))
    assert uploads.discard_old() == 2
    assert [path.name for path in uploads.folder().iterdir()] == [young.stored_as]
    assert list(SetAside.objects.values_list("of", flat=True)) == [young.pk]
    old.refresh_from_db()
    assert (old.stored_as, old.summary["set_aside"]) == ("", {"no_customer": 1})


def test_a_scratch_database_of_a_killed_worker_is_swept_away(bring_in, upload):
    task = upload(many_orders(5))
    left = uploads.folder().parent / "tmp" / f"import-{task.pk}"
    left.mkdir()
    Path(left / "scratch.duckdb").write_bytes(b"torn")
    importing.run(task.pk, work.Silent())
    assert not left.exists()
    assert Order.objects.count() == 5


def test_ids_of_orders_go_up_as_the_file_does_though_two_chunks_are_written_at_once(bring_in, small_chunks):
    bring_in(many_orders(3000))
    numbers = Order.objects.order_by("id").values_list("number", flat=True)
    assert list(numbers) == [f"A{number}" for number in range(3000)]


def take_the_lock(shop_id: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_lock(%s, %s)", [LOCK_CLASS, shop_id])
    return holder()


def lose_connection() -> None:
    """As if the server had ended it: the pool would keep the lock."""
    lost = holder()
    connection.connection.close()
    connection.close()
    wait_for(lambda: not is_connected(lost))


def is_connected(pid: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("select exists (select from pg_stat_activity where pid = %s)", [pid])
        return cursor.fetchone()[0]


def test_who_takes_the_shop_over_waits_for_what_a_killed_worker_still_writes(shop):
    """The holder's connection is gone, with its lock; its other connection's last statement is not over yet."""
    writing, over, taken_over = threading.Event(), threading.Event(), []
    killed = take_the_lock(shop.pk)

    def last_statement() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            borrow(cursor, shop.pk, of=killed)
            writing.set()
            assert over.wait(60)
        connection.close()

    def take_over() -> None:
        with own_turn(shop.pk, work.Silent()):
            taken_over.append(True)
        with transaction.atomic():
            hold_until_commit(shop.pk, patience_seconds=20)
            taken_over.append(True)
        connection.close()

    straggler, successor = threading.Thread(target=last_statement), threading.Thread(target=take_over)
    straggler.start()
    assert writing.wait(60)
    lose_connection()
    with pytest.raises(ShopIsBeingWritten), transaction.atomic():
        hold_until_commit(shop.pk, patience_seconds=0.1)
    successor.start()
    time.sleep(0.3)
    assert not taken_over
    over.set()
    straggler.join(60)
    successor.join(60)
    assert taken_over == [True, True]


def test_what_begins_after_the_lock_was_lost_is_not_written(shop):
    """Only the connection with the lock died; the process and its other connections live on."""
    lost = take_the_lock(shop.pk)
    lose_connection()
    with transaction.atomic(), connection.cursor() as cursor, pytest.raises(LockLost):
        borrow(cursor, shop.pk, of=lost)


def test_an_import_whose_lock_is_lost_in_the_middle_writes_no_further_chunk(upload, small_chunks):
    class Losing(work.Silent):
        name = ""

        def step(self, name: str, total: int | None = None) -> None:
            self.name = name

        def advance(self, units: int = 1) -> None:
            if self.name == "orders":
                connection.connection.close()

    task = upload(many_orders(3_000))
    with pytest.raises(DatabaseError):
        importing.run(task.pk, Losing())
    connection.close()
    written = OrderLine.objects.count()
    assert 0 < written < 6_000
    with own_turn(task.shop_id, work.Silent()):
        assert OrderLine.objects.count() == written
