"""Start work that waits, do it, and let a person watch.

A room registers a kind of work in its `tasks.py`, and its words there by `wording.describe`:

    @kind("imports.orders")
    def import_orders(progress: Progress, *, import_id: int) -> dict[str, object]: ...

The function runs outside a transaction and commits its own chunks, so that progress is seen while it runs. It may be
started again after its worker died and must then end as if it had run once.
"""

import logging
import time
from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone
from procrastinate.contrib.django import app

from treue.core.jobs.errors import Cancelled, JobError
from treue.core.jobs.models import Job
from treue.core.staff import audit
from treue.core.staff.models import User

Work = Callable[..., dict[str, object]]

KINDS: dict[str, Work] = {}
MUST_END: set[str] = set()
SECONDS_BETWEEN_SIGNS = 0.3
MOST_STARTS = 5
OVER = [Job.State.FAILED, Job.State.CANCELLED]
log = logging.getLogger(__name__)


class UnknownKind(JobError):
    def __init__(self, kind: str) -> None:
        self.kind = kind


class NotOver(JobError):
    """Only a job that failed or was cancelled can be tried again."""

    def __init__(self, state: str) -> None:
        self.state = state


class MustEnd(JobError):
    """Work that was promised to somebody, such as an erasure: nobody can call it off."""


class WorkerDied(JobError):
    """The worker died at this work again and again, most likely for want of memory."""

    def __init__(self, starts: int) -> None:
        self.starts = starts


def kind(name: str, *, must_end: bool = False) -> Callable[[Work], Work]:
    """Register a kind of work. must_end: it cannot be cancelled; it should give no sign of progress either."""

    def register(work: Work) -> Work:
        KINDS[name] = work
        if must_end:
            MUST_END.add(name)
        return work

    return register


def start(
    name: str,
    *,
    by: User | None = None,
    lock: str | None = None,
    wait: timedelta = timedelta(),
    **arguments: object,
) -> Job:
    """Queue work of a registered kind; it leaves with the surrounding transaction.

    lock: of the jobs with the same lock only one runs at a time, in order. wait: how long it is left alone first.
    """
    if name not in KINDS:
        raise UnknownKind(name)
    with transaction.atomic():
        job = Job.objects.create(kind=name, arguments=arguments, started_by=by, lock=lock or "")
        _queue(job, wait)
    return job


def _queue(job: Job, wait: timedelta = timedelta()) -> None:
    due = {"schedule_in": {"microseconds": wait // timedelta(microseconds=1)}} if wait else {}
    job.queue_id = app.configure_task("jobs.run", lock=job.lock or None, **due).defer(job_id=job.pk)
    job.save(update_fields=["queue_id"])


class Progress:
    """The job's window to the outside: `step`, `advance`. Raises Cancelled when a person asked for it."""

    def __init__(self, job_id: int) -> None:
        self.job_id = job_id
        self.done = 0
        self._last_sign = 0.0

    def step(self, name: str, total: int | None = None) -> None:
        """Begin a named step of `total` units (None: not known)."""
        self.done = 0
        self._sign(step=name, total=total, done=0, step_started_at=timezone.now())

    def advance(self, units: int = 1) -> None:
        self.done += units
        if time.monotonic() - self._last_sign >= SECONDS_BETWEEN_SIGNS:
            self._sign(done=self.done)

    def _sign(self, **values: object) -> None:
        self._last_sign = time.monotonic()
        Job.objects.filter(pk=self.job_id).update(last_sign_at=timezone.now(), **values)
        if Job.objects.filter(pk=self.job_id, cancel_requested=True).exists():
            raise Cancelled


class Silent(Progress):
    """Progress that nobody watches, for work called directly."""

    def __init__(self) -> None:
        super().__init__(job_id=0)

    def _sign(self, **values: object) -> None:
        return


def run(job_id: int) -> None:
    """Do a queued job; every outcome is written on it."""
    begun = Job.objects.filter(pk=job_id, state__in=[Job.State.WAITING, Job.State.RUNNING])
    fresh = {"started_at": timezone.now(), "last_sign_at": None, "error": ""}
    if not begun.update(state=Job.State.RUNNING, attempts=F("attempts") + 1, **fresh):
        return  # cancelled while it waited
    job = Job.objects.get(pk=job_id)
    try:
        if job.attempts > MOST_STARTS:
            raise WorkerDied(MOST_STARTS)
        result = KINDS[job.kind](Progress(job_id), **job.arguments)
    except Cancelled:
        _finish(job_id, state=Job.State.CANCELLED)
    except JobError as error:
        _finish(job_id, state=Job.State.FAILED, error=type(error).__name__, error_facts=error.facts)
    except Exception as error:
        log.exception("job %s of kind %s failed", job_id, job.kind)
        _finish(job_id, state=Job.State.FAILED, error="Unexpected", error_facts={"type": type(error).__name__})
    else:
        _finish(job_id, state=Job.State.DONE, result=result, done=Coalesce("total", "done"))


def _finish(job_id: int, **values: object) -> None:
    Job.objects.filter(pk=job_id).update(finished_at=timezone.now(), **values)


def cancel(*, job: Job, by: User | None = None) -> None:
    """Ask a job to stop: at once if it still waits, else at its next sign of progress. Raises MustEnd."""
    if job.kind in MUST_END:
        raise MustEnd
    with transaction.atomic():
        locked = Job.objects.select_for_update().get(pk=job.pk)
        if locked.state not in (Job.State.WAITING, Job.State.RUNNING):
            return
        locked.cancel_requested = True
        if locked.state == Job.State.WAITING:
            locked.state = Job.State.CANCELLED
            locked.finished_at = timezone.now()
        locked.save(update_fields=["cancel_requested", "state", "finished_at"])
        audit.record("job.cancelled", who=by, subject=f"job {job.pk}", kind=job.kind)


def retry(*, job: Job, by: User | None = None) -> None:
    """Queue a job that failed or was cancelled once more, as the same job. Raises NotOver for any other."""
    with transaction.atomic():
        locked = Job.objects.select_for_update().get(pk=job.pk)
        if locked.state not in OVER:
            raise NotOver(locked.state)
        locked.state = Job.State.WAITING
        locked.cancel_requested = False
        locked.error, locked.error_facts, locked.step = "", {}, ""
        locked.done, locked.total, locked.attempts = 0, None, 0
        locked.started_at = locked.finished_at = locked.step_started_at = locked.last_sign_at = None
        locked.save()
        _queue(locked)
        audit.record("job.tried_again", who=by, subject=f"job {job.pk}", kind=job.kind)
