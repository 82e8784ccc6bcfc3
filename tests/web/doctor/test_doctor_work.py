"""What the doctor finds among work that waits."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from treue.core.jobs import outbox, work
from treue.core.jobs.models import Job, Mail
from treue.core.shop.models import Shop
from treue.listen.imports.models import Import

Found = Callable[..., list[str]]
pytestmark = pytest.mark.usefixtures("shop")


@pytest.fixture
def waiting(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Job:
    monkeypatch.setitem(work.KINDS, "test.waits", lambda progress: {})
    return work.start("test.waits")


@pytest.fixture
def worker(shop: Shop) -> None:
    with connection.cursor() as cursor:
        cursor.execute("insert into procrastinate_workers default values")


def test_nothing_to_do_needs_nobody(found: Found) -> None:
    for name in ("worker", "jobs", "queue", "mails", "imports"):
        assert found(f"work.{name}") == []


@pytest.mark.usefixtures("waiting")
def test_work_that_nobody_does_is_found(found: Found) -> None:
    assert found("work.worker") == ["No worker gives a sign of life, and work waits for one."]
    assert found("work.jobs") == []


@pytest.mark.usefixtures("waiting", "worker")
def test_a_living_worker_will_do_it(found: Found) -> None:
    assert found("work.worker") == []


@pytest.mark.usefixtures("waiting", "worker")
def test_a_worker_that_fell_silent_does_nothing(found: Found) -> None:
    with connection.cursor() as cursor:
        cursor.execute("update procrastinate_workers set last_heartbeat = now() - interval '2 minutes'")
    assert len(found("work.worker")) == 1


def test_a_job_that_stands_in_no_queue_is_found(waiting: Job, found: Found) -> None:
    with connection.cursor() as cursor:
        cursor.execute("delete from procrastinate_jobs")
    assert found("work.jobs") == ["1 job waits that stands in no queue: nobody will ever do it."]


@pytest.mark.usefixtures("worker")
def test_a_job_that_gives_no_sign_is_found(waiting: Job, found: Found) -> None:
    Job.objects.update(state=Job.State.RUNNING, last_sign_at=timezone.now() - timedelta(minutes=11))
    assert found("work.jobs") == ["1 job is said to run, but gave no sign for ten minutes."]


@pytest.mark.parametrize(("error", "count"), [("Unexpected", 1), ("WorkerDied", 1), ("FileGone", 0)])
def test_failures_of_ours_are_found_and_those_of_a_file_are_not(found: Found, error: str, count: int) -> None:
    Job.objects.create(kind="imports.run", state=Job.State.FAILED, error=error, finished_at=timezone.now())
    assert len(found("work.jobs")) == count


def test_an_erasure_that_was_not_finished_is_found_for_ever(found: Found) -> None:
    long_ago = timezone.now() - timedelta(days=90)
    Job.objects.create(kind="imports.forget", state=Job.State.FAILED, error="FileGone", finished_at=long_ago)
    assert len(found("work.jobs")) == 1


@pytest.mark.usefixtures("worker")
def test_what_a_dead_worker_held_is_found(waiting: Job, found: Found) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """insert into procrastinate_workers (last_heartbeat) values (now() - interval '1 hour') returning id"""
        )
        ((dead,),) = cursor.fetchall()
        cursor.execute("update procrastinate_jobs set status = 'doing', worker_id = %s", [dead])
    assert found("work.queue") == ["1 entry of the queue is held by a worker that is dead."]


def test_mails_that_do_not_leave_are_found(found: Found) -> None:
    outbox.put(to="ada@example.org", subject="Hello", text="…")
    assert found("work.mails") == []
    Mail.objects.update(created_at=timezone.now() - timedelta(hours=1))
    assert found("work.mails") == ["1 mail has waited in the outbox for more than half an hour."]
    Mail.objects.update(attempts=12)
    assert found("work.mails") == ["1 mail was given up after twelve attempts."]


def test_an_import_that_nobody_works_at_any_more_is_found(shop: Shop, waiting: Job, found: Found) -> None:
    task = Import.objects.create(shop=shop, what="orders", state="running", file_name="a.csv", job=waiting)
    assert found("work.imports") == []
    Job.objects.update(state=Job.State.FAILED)
    assert found("work.imports") == [f"1 import was broken off and is only partly in (#{task.pk})."]
    Import.objects.update(state="failed")
    assert found("work.imports") == []
