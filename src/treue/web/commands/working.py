"""Queue a job and see it through, whether or not a worker is running."""

import asyncio
import threading
import time

from django.db import connection
from procrastinate.contrib.django import app
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeRemainingColumn

from treue.core.jobs import work
from treue.core.jobs.models import Job
from treue.core.jobs.tasks import SECONDS_UNTIL_DEAD
from treue.core.jobs.wording import name_of, step_of

SECONDS_BETWEEN_LOOKS = 0.15
SECONDS_UNTIL_SILENT = 30  # a worker gives a sign every ten
OVER = (Job.State.DONE, Job.State.FAILED, Job.State.CANCELLED)


def see_through(job: Job) -> Job:
    """Show a job's progress until it is over, and do it here if there is no worker.

    Ctrl-C cancels it and waits until what was written is taken back; a second one leaves that to the next worker.
    """
    with _bar() as bar:
        line = bar.add_task(name_of(job), total=None)
        try:
            _watch(job, bar, line)
        except KeyboardInterrupt:
            work.cancel(job=job)
            _watch(job, bar, line)
            raise
    return job


def _watch(job: Job, bar: Progress, line: TaskID) -> None:
    worker: threading.Thread | None = None
    while job.state not in OVER or (worker and worker.is_alive()):
        if job.state not in OVER and not _someone_works() and not (worker and worker.is_alive()):
            worker = threading.Thread(target=_work_off, daemon=True)
            worker.start()
        time.sleep(SECONDS_BETWEEN_LOOKS)
        job.refresh_from_db()
        shown = Job.objects.filter(state=Job.State.RUNNING).order_by("-id").first() if job.state in OVER else job
        _show(shown or job, bar, line)


def _show(job: Job, bar: Progress, line: TaskID) -> None:
    bar.update(line, description=step_of(job) or name_of(job), total=job.total, completed=job.done)


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )


def _someone_works() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "select exists (select from procrastinate_workers where last_heartbeat > now() - %s * interval '1 second')",
            [SECONDS_UNTIL_SILENT],
        )
        return cursor.fetchone()[0]


def _work_off() -> None:
    """Be a worker until nothing is left to do: the job, and what follows from it."""
    asyncio.run(_as_worker())


async def _as_worker() -> None:
    own = app.with_connector(app.connector.get_worker_connector())
    async with own.open_async():
        for stalled in await own.job_manager.get_stalled_jobs(seconds_since_heartbeat=SECONDS_UNTIL_DEAD):
            await own.job_manager.retry_job(stalled)
        await own.run_worker_async(wait=False, install_signal_handlers=False, listen_notify=False, concurrency=1)
