"""Work that waits, done by a real worker."""

from collections.abc import Callable

import pytest
from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from treue.core.jobs import work
from treue.core.jobs.errors import JobError
from treue.core.jobs.models import Job
from treue.core.jobs.work import Progress, UnknownKind
from treue.core.staff.models import AuditEntry

pytestmark = pytest.mark.django_db(transaction=True)
State = Job.State
Register = Callable[[str, object], None]


class BadFile(JobError):
    def __init__(self, line: int) -> None:
        self.line = line
        self.unsaid = object()


def counts(progress: Progress, *, n: int) -> dict[str, object]:
    progress.step("counting", n)
    for _number in range(n):
        progress.advance()
    return {"counted": n}


def test_a_job_is_done_with_its_result_and_progress(kind: Register, work_off: Callable[[], None]) -> None:
    kind("test.counts", counts)
    job = work.start("test.counts", n=3)
    assert job.state == State.WAITING
    work_off()
    job.refresh_from_db()
    assert (job.state, job.result, job.done, job.total, job.step) == (State.DONE, {"counted": 3}, 3, 3, "counting")
    assert job.started_at <= job.step_started_at <= job.last_sign_at <= job.finished_at
    assert job.attempts == 1


def test_work_taken_up_again_reckons_with_no_sign_of_the_worker_that_died(kind: Register) -> None:
    kind("test.looks", lambda progress: {"sign": str(Job.objects.get(pk=progress.job_id).last_sign_at)})
    job = work.start("test.looks")
    Job.objects.update(state=State.RUNNING, step="counting", done=3, total=10, last_sign_at=timezone.now())
    work.run(job.pk)
    job.refresh_from_db()
    assert (job.result, job.attempts) == ({"sign": "None"}, 1)


def test_a_job_leaves_with_the_transaction_that_starts_it(kind: Register, work_off: Callable[[], None]) -> None:
    kind("test.counts", counts)
    with transaction.atomic():
        work.start("test.counts", n=1)
        transaction.set_rollback(True)
    work_off()
    assert not Job.objects.exists()
    assert not ProcrastinateJob.objects.filter(task_name="jobs.run").exists()


def test_a_named_failure_keeps_its_name_and_facts(kind: Register, work_off: Callable[[], None]) -> None:
    def fails(progress: Progress) -> dict[str, object]:
        raise BadFile(line=7)

    kind("test.fails", fails)
    job = work.start("test.fails")
    work_off()
    job.refresh_from_db()
    assert (job.state, job.error, job.error_facts) == (State.FAILED, "BadFile", {"line": 7})


def test_an_unexpected_failure_is_logged_and_shows_no_detail(
    kind: Register, work_off: Callable[[], None], caplog: pytest.LogCaptureFixture
) -> None:
    def breaks(progress: Progress) -> dict[str, object]:
        raise ZeroDivisionError("clara@example.org")

    kind("test.breaks", breaks)
    job = work.start("test.breaks")
    work_off()
    job.refresh_from_db()
    assert (job.state, job.error, job.error_facts) == (State.FAILED, "Unexpected", {"type": "ZeroDivisionError"})
    assert "ZeroDivisionError" in caplog.text


def test_work_of_no_known_kind_is_refused() -> None:
    with pytest.raises(UnknownKind):
        work.start("test.unheard")
    assert not Job.objects.exists()


def test_a_waiting_job_is_cancelled_at_once_and_never_runs(kind: Register, work_off: Callable[[], None]) -> None:
    ran = []
    kind("test.runs", lambda progress: ran.append(1) or {})
    job = work.start("test.runs")
    work.cancel(job=job)
    work_off()
    job.refresh_from_db()
    assert job.state == State.CANCELLED
    assert ran == []


def test_a_running_job_is_cancelled_at_its_next_sign(kind: Register, work_off: Callable[[], None]) -> None:
    def asked_to_stop(progress: Progress) -> dict[str, object]:
        progress.step("first", 2)
        work.cancel(job=Job.objects.get())
        progress.step("second", 2)
        raise AssertionError("it went on")

    kind("test.stops", asked_to_stop)
    job = work.start("test.stops")
    work_off()
    job.refresh_from_db()
    assert (job.state, job.step) == (State.CANCELLED, "second")


def test_what_is_over_cannot_be_cancelled(kind: Register, work_off: Callable[[], None]) -> None:
    kind("test.counts", counts)
    job = work.start("test.counts", n=1)
    work_off()
    work.cancel(job=job)
    job.refresh_from_db()
    assert job.state == State.DONE
    assert not job.cancel_requested


def test_a_failed_job_is_tried_again_as_the_same_job(kind: Register, work_off: Callable[[], None]) -> None:
    results = iter([BadFile(line=7), None])

    def fails_once(progress: Progress, *, n: int) -> dict[str, object]:
        error = next(results)
        if error:
            raise error
        return {"n": n}

    kind("test.fails_once", fails_once)
    job = work.start("test.fails_once", lock="files", n=5)
    work_off()
    work.retry(job=job)
    waiting = ProcrastinateJob.objects.filter(status="todo", task_name="jobs.run").get()
    assert waiting.lock == "files"
    work_off()
    job.refresh_from_db()
    assert (job.state, job.result, job.error, job.error_facts) == (State.DONE, {"n": 5}, "", {})
    assert AuditEntry.objects.get().action == "job.tried_again"


def test_only_what_failed_or_was_cancelled_is_tried_again(kind: Register, work_off: Callable[[], None]) -> None:
    kind("test.counts", counts)
    job = work.start("test.counts", n=1)
    with pytest.raises(work.NotOver):
        work.retry(job=job)
    work_off()
    with pytest.raises(work.NotOver):
        work.retry(job=job)


def test_of_jobs_with_one_lock_the_second_waits_for_the_first(kind: Register, work_off: Callable[[], None]) -> None:
    order = []

    def notes(progress: Progress, *, n: int) -> dict[str, object]:
        order.append(n)
        running = Job.objects.filter(state=State.RUNNING).count()
        order.append(running)
        return {}

    kind("test.notes", notes)
    for n in (10, 20, 30):
        work.start("test.notes", lock="one", n=n)
    work_off()
    assert order == [10, 1, 20, 1, 30, 1]


def test_a_job_that_kills_every_worker_is_given_up(kind: Register, work_off: Callable[[], None]) -> None:
    kind("test.counts", counts)
    job = work.start("test.counts", n=1)
    Job.objects.update(attempts=work.MOST_STARTS, state=State.RUNNING)
    work_off()
    job.refresh_from_db()
    assert (job.state, job.error) == (State.FAILED, "WorkerDied")
