"""The groups worked out by a real worker after the figures."""

from collections.abc import Callable

import pytest
from django.db import connection
from procrastinate.contrib.django import app

from tests.understand.value.tea_buyers import sell
from treue.core.jobs import work
from treue.core.jobs.models import Job
from treue.core.jobs.wording import name_of
from treue.core.shop.models import Shop
from treue.understand.metrics import tasks
from treue.understand.segments.models import Standing

KIND = "segments.refresh"


@pytest.fixture
def work_off(transactional_db: None) -> Callable[[], None]:
    """A worker that does what waits and stops."""
    with connection.cursor() as cursor:  # the queue's own tables are not Django's
        cursor.execute("truncate procrastinate_jobs, procrastinate_workers, procrastinate_periodic_defers cascade")

    def done() -> None:
        with app.replace_connector(app.connector.get_worker_connector()) as own:
            own.run_worker(wait=False, install_signal_handlers=False, listen_notify=False, delete_jobs="never")

    return done


def test_after_the_figures_everybody_is_put_into_a_group(shop: Shop, work_off: Callable[[], None]):
    sell(shop, 40)
    work.start("metrics.refresh", shop_id=shop.pk)
    work_off()
    job = Job.objects.get(kind=KIND)
    assert (job.state, job.result["customers"], job.lock) == (Job.State.DONE, 40, f"{KIND}.{shop.pk}")
    assert name_of(job) == "Groups of the customers"
    assert Standing.objects.count() == 40


def test_while_it_waits_already_it_is_not_asked_for_again(shop: Shop):
    for _time in range(3):
        tasks._have_grouped(shop)
    assert Job.objects.filter(kind=KIND).count() == 1


def test_of_a_shop_that_is_gone_nothing_is_worked_out(shop: Shop, work_off: Callable[[], None]):
    job = work.start(KIND, shop_id=shop.pk + 1)
    work_off()
    job.refresh_from_db()
    assert (job.state, job.result) == (Job.State.DONE, {})
