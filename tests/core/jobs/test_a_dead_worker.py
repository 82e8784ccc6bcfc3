"""A worker that is killed: another one takes its job up, which ends as if it had run once."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from treue.core.jobs import tasks, work
from treue.core.jobs.models import Job

pytestmark = pytest.mark.django_db(transaction=True)
# A worker like `treue worker`, that knows one more kind of work: it says that it began and waits for a file.
PROGRAM = """
    import os, time, pathlib
    os.environ["DJANGO_SETTINGS_MODULE"] = "treue.web.settings"
    import django; django.setup()
    from treue.core.jobs.work import kind

    @kind("test.waits")
    def waits(progress, *, folder):
        folder = pathlib.Path(folder)
        progress.step("waiting", 2)
        with (folder / "begun").open("a") as file:
            file.write("x")
        while not (folder / "go").exists():
            time.sleep(0.05)
            progress.advance(0)
        return {"pid": os.getpid()}

    from procrastinate.contrib.django import app
    with app.replace_connector(app.connector.get_worker_connector()) as own:
        own.run_worker(concurrency=1, update_heartbeat_interval=0.5)
"""


@pytest.fixture
def start_worker() -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    place = connection.settings_dict
    url = f"postgresql:///{place['NAME']}?host={place['HOST']}&user={place['USER']}"
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        program = [sys.executable, "-c", textwrap.dedent(PROGRAM)]
        worker = subprocess.Popen(program, env=os.environ | {"DATABASE_URL": url}, start_new_session=True)
        started.append(worker)
        return worker

    yield start
    for worker in started:
        worker.kill()
        worker.wait()


def wait_until(true: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)


def take_up() -> None:
    """What the periodic task does every minute, for workers silent for two seconds."""
    with app.replace_connector(app.connector.get_worker_connector()) as own:

        async def once() -> None:
            async with own.open_async():
                await tasks.take_up(own.job_manager, seconds_until_dead=2)

        async_to_sync(once)()


@pytest.fixture
def waiting_kind(kind: Callable[[str, object], None]) -> str:
    """Known here too, or it could not be started from here."""
    kind("test.waits", lambda progress, **arguments: {})
    return "test.waits"


def test_its_job_is_taken_up_and_done_by_another(
    start_worker: Callable[[], subprocess.Popen[bytes]], waiting_kind: str, tmp_path: Path
) -> None:
    job = work.start(waiting_kind, folder=str(tmp_path))
    begun = tmp_path / "begun"
    first = start_worker()
    wait_until(begun.exists)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    job.refresh_from_db()
    assert job.state == Job.State.RUNNING

    second = start_worker()
    time.sleep(2.5)
    take_up()
    wait_until(lambda: begun.read_text() == "xx")
    (tmp_path / "go").touch()
    wait_until(lambda: Job.objects.get().state == Job.State.DONE)
    job.refresh_from_db()
    assert job.result == {"pid": second.pid}
    assert job.attempts == 2


def test_a_worker_that_lives_keeps_its_job(
    start_worker: Callable[[], subprocess.Popen[bytes]], waiting_kind: str, tmp_path: Path
) -> None:
    work.start(waiting_kind, folder=str(tmp_path))
    start_worker()
    wait_until((tmp_path / "begun").exists)
    time.sleep(2.5)
    take_up()
    assert ProcrastinateJob.objects.get(task_name="jobs.run").status == "doing"
    (tmp_path / "go").touch()
    wait_until(lambda: Job.objects.get().state == Job.State.DONE)
    assert (tmp_path / "begun").read_text() == "x"


def test_what_comes_by_the_clock_is_not_put_back_but_let_go(waiting_kind: str) -> None:
    """Put back, it would collide with its own next turn, and nothing behind it would be taken up."""
    app.configure_task("jobs.send_mail").defer(timestamp=0)
    work.start(waiting_kind)
    with connection.cursor() as cursor:
        cursor.execute("update procrastinate_jobs set status = 'doing'")
    app.configure_task("jobs.send_mail").defer(timestamp=60)
    take_up()
    left = sorted(ProcrastinateJob.objects.values_list("task_name", "status"))
    assert left == [("jobs.run", "todo"), ("jobs.send_mail", "todo")]
