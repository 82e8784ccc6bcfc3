"""Work for the tests of jobs, and somebody who does it."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from treue.core.jobs.work import Work


@pytest.fixture(autouse=True)
def empty_queue(db: None) -> None:
    """The queue's own tables are not Django's, so that no test's end empties them."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("truncate procrastinate_jobs, procrastinate_workers, procrastinate_periodic_defers cascade")


@pytest.fixture
def kind() -> "Iterator[Callable[[str, Work], None]]":
    """Register work for one test: `kind("test.counts", function)`."""
    from treue.core.jobs import work

    before = dict(work.KINDS)

    def register(name: str, function: "Work") -> None:
        work.kind(name)(function)

    yield register
    work.KINDS.clear()
    work.KINDS.update(before)


@pytest.fixture
def work_off(transactional_db: None) -> Callable[[], None]:
    """A real worker in this process that does what waits and stops."""
    from procrastinate.contrib.django import app

    def work() -> None:
        with app.replace_connector(app.connector.get_worker_connector()) as own:
            own.run_worker(wait=False, install_signal_handlers=False, listen_notify=False, delete_jobs="never")

    return work
