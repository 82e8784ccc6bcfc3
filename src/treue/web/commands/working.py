"""Queue a job and see it through, whether or not a worker is running."""

import asyncio
import logging
import threading
import time

from asgiref.sync import sync_to_async
from django.db import connection, connections
from procrastinate.contrib.django import app
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeRemainingColumn

from treue.core.jobs import work
from treue.core.jobs.models import Job
from treue.core.jobs.tasks import SECONDS_UNTIL_DEAD, take_up
from treue.core.jobs.wording import name_of, step_of
from treue.web.operations.logs import is_debugging

SECONDS_BETWEEN_LOOKS = 0.15
SECONDS_UNTIL_SILENT = 30  # a worker gives a sign every ten
OVER = (Job.State.DONE, Job.State.FAILED, Job.State.CANCELLED)


class OwnWorker:
    """A worker in this process, started where no other one gives a sign; it works off what there is and ends."""

    def __init__(self) -> None:
        self.thread: threading.Thread | None = None

    @property
    def works(self) -> bool:
        return self.thread is not None and self.thread.is_alive()

    def start_if_needed(self) -> None:
        if not self.works and not someone_works():
            self.thread = threading.Thread(target=_work_off_in_sentences, daemon=True)
            self.thread.start()


def see_through(job: Job) -> Job:
    """Show a job's progress until it is over, and do it here, with what follows from it, if there is no worker.

    Ctrl-C cancels it and waits until what was written is taken back; a second one leaves that to the next worker.
    """
    worker = OwnWorker()
    with _bar() as bar:
        line = bar.add_task(name_of(job), total=None)
        try:
            _watch(job, worker, bar, line)
        except KeyboardInterrupt:
            connection.close()  # it may have been interrupted in the middle of an answer
            work.cancel(job=job)
            _watch(job, worker, bar, line)
            raise
    return job


def _watch(job: Job, worker: OwnWorker, bar: Progress, line: TaskID) -> None:
    while job.state not in OVER or worker.works:
        if job.state not in OVER:
            worker.start_if_needed()
        time.sleep(SECONDS_BETWEEN_LOOKS)
        job.refresh_from_db()
        following = Job.objects.filter(state=Job.State.RUNNING).order_by("-id").first() if job.state in OVER else None
        _show(following or job, bar, line)


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


def someone_works() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "select exists (select from procrastinate_workers where last_heartbeat > now() - %s * interval '1 second')",
            [SECONDS_UNTIL_SILENT],
        )
        return cursor.fetchone()[0]


def _work_off_in_sentences() -> None:
    """A job that fails is told in a sentence by whoever watches it; its traceback is for those who ask for it."""
    log = logging.getLogger(work.__name__)
    level = log.level
    if not is_debugging():
        log.setLevel(logging.CRITICAL)
    try:
        work_off()
    finally:
        log.setLevel(level)


def work_off() -> None:
    """Be a worker until nothing is left to do: the job, and what follows from it."""
    asyncio.run(_as_worker())


async def _as_worker() -> None:
    own = app.with_connector(app.connector.get_worker_connector())
    async with own.open_async():
        await take_up(own.job_manager, seconds_until_dead=SECONDS_UNTIL_DEAD)
        await own.run_worker_async(wait=False, install_signal_handlers=False, listen_notify=False, concurrency=1)
    # What comes by the clock is queued from a thread of its own, which keeps its connection.
    await sync_to_async(connections.close_all)()
