"""Start work that waits, do it, and let a person watch.

A room registers a kind of work in its `tasks.py`:

    @kind("imports.orders")
    def import_orders(progress: Progress, *, import_id: int) -> dict[str, object]: ...

The function runs outside a transaction and commits its own chunks, so that progress is seen while it runs. It may be
started again after its worker died and must then end as if it had run once.
"""

import logging
import time
from collections.abc import Callable

from django.db import transaction
from django.db.models.functions import Coalesce
from django.utils import timezone
from procrastinate.contrib.django import app

from treue.core.jobs.errors import Cancelled, JobError
from treue.core.jobs.models import Job
from treue.core.staff.models import User

Work = Callable[..., dict[str, object]]

KINDS: dict[str, Work] = {}
SECONDS_BETWEEN_SIGNS = 0.3
log = logging.getLogger(__name__)


class UnknownKind(JobError):
    def __init__(self, kind: str) -> None:
        self.kind = kind


def kind(name: str) -> Callable[[Work], Work]:
    def register(work: Work) -> Work:
        KINDS[name] = work
        return work

    return register


def start(name: str, *, by: User | None = None, lock: str | None = None, **arguments: object) -> Job:
    """Queue work of a registered kind; it leaves with the surrounding transaction.

    lock: of the jobs with the same lock only one runs at a time, in order.
    """
    if name not in KINDS:
        raise UnknownKind(name)
    with transaction.atomic():
        job = Job.objects.create(kind=name, arguments=arguments, started_by=by)
        job.queue_id = app.configure_task("jobs.run", lock=lock).defer(job_id=job.pk)
        job.save(update_fields=["queue_id"])
    return job


class Progress:
    """The job's window to the outside: `step`, `advance`. Raises Cancelled when a person asked for it."""

    def __init__(self, job_id: int) -> None:
        self.job_id = job_id
        self.done = 0
        self._last_sign = 0.0

    def step(self, name: str, total: int | None = None) -> None:
        """Begin a named step of `total` units (None: not known)."""
        self.done = 0
        self._sign(step=name, total=total, done=0)

    def advance(self, units: int = 1) -> None:
        self.done += units
        if time.monotonic() - self._last_sign >= SECONDS_BETWEEN_SIGNS:
            self._sign(done=self.done)

    def _sign(self, **values: object) -> None:
        self._last_sign = time.monotonic()
        Job.objects.filter(pk=self.job_id).update(**values)
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
    job = begun.first()
    if job is None:
        return
    begun.update(state=Job.State.RUNNING, started_at=timezone.now(), attempts=job.attempts + 1, error="")
    try:
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


def cancel(*, job: Job) -> None:
    """Ask a job to stop: at once if it still waits, else at its next sign of progress."""
    with transaction.atomic():
        locked = Job.objects.select_for_update().get(pk=job.pk)
        locked.cancel_requested = True
        if locked.state == Job.State.WAITING:
            locked.state = Job.State.CANCELLED
            locked.finished_at = timezone.now()
        locked.save(update_fields=["cancel_requested", "state", "finished_at"])
