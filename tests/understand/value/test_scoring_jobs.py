"""The scores worked out by a real worker after the figures; killed in the middle; two at once."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection, connections
from procrastinate.contrib.django import app
from tea_buyers import sell, write_lake

from tests.core.lake.buying import customer, order
from treue.core.jobs import work
from treue.core.jobs.models import Job
from treue.core.jobs.wording import name_of
from treue.core.shop.models import Shop
from treue.understand.metrics import tasks
from treue.understand.value.models import Fit, Score
from treue.understand.value.refresh import refresh

DONE = Job.State.DONE
PROGRAM = """
    import os, sys
    os.environ["DJANGO_SETTINGS_MODULE"] = "treue.web.settings"
    import django; django.setup()
    from treue.core.shop.models import Shop
    from treue.core import versions
    from treue.understand.value import refresh
    versions.ROWS_AT_ONCE = 1
    print("ready", flush=True)
    refresh.refresh(Shop.objects.get())
"""


@pytest.fixture
def work_off(transactional_db: None) -> Callable[[], None]:
    """A worker that does what waits and stops."""
    with connection.cursor() as cursor:  # the queue's own tables are not Django's
        cursor.execute("truncate procrastinate_jobs, procrastinate_workers, procrastinate_periodic_defers cascade")

    def done() -> None:
        with app.replace_connector(app.connector.get_worker_connector()) as own:
            own.run_worker(wait=False, install_signal_handlers=False, listen_notify=False, delete_jobs="never")

    return done


def jobs() -> list[tuple[str, object, str]]:
    known = Job.objects.exclude(kind__in=["segments.refresh", "segments.sum_up", "recommendations.refresh"]).order_by(
        "pk"
    )
    return [(job.kind, job.arguments.get("customers"), job.state) for job in known]


def test_after_the_figures_everybody_is_scored(shop: Shop, work_off: Callable[[], None]):
    sell(shop, 40)
    work.start("metrics.refresh", shop_id=shop.pk)
    work_off()
    assert jobs() == [("metrics.refresh", None, DONE), ("value.score", None, DONE)]
    fit = Fit.objects.get()
    job = Job.objects.get(kind="value.score")
    assert job.result == {"fit": fit.pk, "as_of": fit.until.isoformat(), "model": fit.model, "status": fit.status}
    assert (job.lock, name_of(job)) == (f"value.score.{shop.pk}", "Value of the customers")
    assert Score.objects.count() == 40


def test_after_a_few_orders_a_few_are_scored(shop: Shop, work_off: Callable[[], None]):
    known = sell(shop, 40)
    work.start("metrics.refresh", shop_id=shop.pk)
    work_off()
    from treue.core.commerce import touched

    touched.mark(shop.pk, [known[3].pk, known[5].pk])
    Job.objects.filter(state=Job.State.WAITING).delete()
    work.start("metrics.refresh", shop_id=shop.pk, changed_only=True)
    work_off()
    assert jobs()[-1] == ("value.score", [known[3].pk, known[5].pk], DONE)
    assert Fit.objects.count() == 1


def test_many_that_changed_are_all(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tasks, "MOST_SCORED_APART", 2)
    for changed in ({1, 2}, {1, 2, 3}, None, {4}):
        tasks._have_scored(shop, changed)
    assert [job[1] for job in jobs()] == [[1, 2], None], "where all are to be scored, nobody is apart"


def test_of_a_shop_that_is_gone_nothing_is_scored(shop: Shop, work_off: Callable[[], None]):
    job = work.start("value.score", shop_id=shop.pk + 1)
    work_off()
    job.refresh_from_db()
    assert (job.state, job.result) == (DONE, {})


def test_too_little_to_learn_from_is_no_failure(shop: Shop, work_off: Callable[[], None]):
    order(customer(shop, "anna"))
    work.start("metrics.refresh", shop_id=shop.pk)
    work_off()
    job = Job.objects.get(kind="value.score")
    assert (job.state, job.result["status"], job.result["model"]) == (DONE, "too few repeat buyers", "")


def begin_and_stop_at(shop: Shop, rows: int) -> None:
    """A process that scores everybody one by one, killed when it has written so many beside those in force."""
    place = connection.settings_dict
    url = f"postgresql:///{place['NAME']}?host={place['HOST']}&user={place['USER']}"
    program = [sys.executable, "-W", "ignore", "-c", textwrap.dedent(PROGRAM)]
    with subprocess.Popen(program, env=os.environ | {"DATABASE_URL": url}, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == "ready\n"
        end = time.monotonic() + 120
        while Score.objects.filter(fit__is_current=False).count() < rows and time.monotonic() < end:
            assert run.poll() is None, "it ended before it could be killed"
        run.send_signal(signal.SIGKILL)


def in_force() -> list[tuple[int, Decimal]]:
    found = Score.objects.filter(fit__is_current=True).order_by("customer")
    return list(found.values_list("customer", "lifetime_value"))


@pytest.mark.parametrize("rows", [1, 60])
def test_killed_in_the_middle_it_leaves_the_scores_before_and_the_next_run_ends_as_one(shop: Shop, rows: int):
    sell(shop, 120)
    write_lake(shop)
    refresh(shop)
    before = in_force()
    Shop.objects.update(discount_rate=Decimal("0.5"))
    begin_and_stop_at(shop, rows)
    assert in_force() == before
    assert 0 < Score.objects.filter(fit__is_current=False).count() < 120

    shop.refresh_from_db()
    refresh(shop)
    after = in_force()
    assert [number for number, _ in after] == [number for number, _ in before]
    assert after != before
    assert Score.objects.count() == 120
    assert not Fit.objects.filter(in_force_at=None).exists()


def test_two_at_once_end_as_one_would(shop: Shop):
    sell(shop, 60)
    write_lake(shop)
    failures: list[Exception] = []

    def score() -> None:
        try:
            refresh(Shop.objects.get())
        except Exception as error:
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=score) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert (Fit.objects.count(), Score.objects.count()) == (1, 60)


def test_the_margin_is_that_of_the_cockpit(shop: Shop, work_off: Callable[[], None]):
    """Half of the revenue is of goods that cost nine tenths of it; the shop's margin speaks for the rest."""
    from treue.understand.metrics.counts.refresh import refresh as refresh_figures

    for place in range(12):
        each = customer(shop, f"{place}")
        for month in (1, 2, 4):
            order(each, f"2026-0{month}-10 10:00", 50, cost=45)
            order(each, f"2026-0{month}-20 10:00", 50)
    refresh_figures(shop, now=datetime(2026, 7, 1, 9, tzinfo=UTC))
    assert refresh(shop).margin == Decimal("0.2")
