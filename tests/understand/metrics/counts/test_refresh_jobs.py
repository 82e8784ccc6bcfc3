"""The figures computed by a real worker: once for all who ask in the meantime, and every morning."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import connection
from procrastinate.contrib.django import app

from tests.core.lake.buying import customer, order
from treue.core.jobs import work
from treue.core.jobs.models import Job
from treue.core.lake import erasing
from treue.core.shop.models import Shop
from treue.understand.metrics import tasks
from treue.understand.metrics.counts import reading
from treue.understand.metrics.counts import refresh as figures
from treue.understand.metrics.models import Snapshot

DONE, FAILED = Job.State.DONE, Job.State.FAILED


@pytest.fixture(autouse=True)
def computed(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What was asked of the real computation, in turn: the customers to read again, None for all."""
    with connection.cursor() as cursor:  # the queue's own tables are not Django's
        cursor.execute("truncate procrastinate_jobs, procrastinate_workers, procrastinate_periodic_defers cascade")
    asked: list[object] = []
    real = figures.refresh

    def noted(shop: Shop, *, customers: set[int] | None, progress: work.Progress) -> Snapshot:
        asked.append(customers)
        return real(shop, customers=customers, progress=progress)

    monkeypatch.setattr(figures, "refresh", noted)
    return asked


@pytest.fixture
def work_off(transactional_db: None) -> Callable[[], None]:
    """A worker that does what waits and stops."""

    def done() -> None:
        with app.replace_connector(app.connector.get_worker_connector()) as own:
            own.run_worker(wait=False, install_signal_handlers=False, listen_notify=False, delete_jobs="never")

    return done


def ask(shop: Shop, **arguments: object) -> Job:
    return work.start("metrics.refresh", lock=f"metrics.refresh.{shop.pk}", shop_id=shop.pk, **arguments)


def states(*jobs: Job) -> list[str]:
    found = dict(Job.objects.values_list("pk", "state"))
    return [found[job.pk] for job in jobs]


def test_several_imports_in_a_row_are_computed_once(shop: Shop, computed: list, work_off: Callable[[], None]):
    orders = [order(customer(shop, name), amount=10) for name in ("anna", "bea", "carla")]
    jobs = [ask(shop, batch_id=each.batch_id) for each in orders]
    work_off()
    assert states(*jobs) == [DONE, DONE, DONE]
    assert computed == [{each.customer_id for each in orders}]
    assert reading.totals(reading.current(shop)).revenue == 30
    assert Snapshot.objects.count() == 1


def test_all_who_waited_are_told_the_same(shop: Shop, work_off: Callable[[], None]):
    order(customer(shop, "anna"), "2026-03-01 10:00")
    jobs = [ask(shop), ask(shop, changed_only=True), ask(shop)]
    work_off()
    for job in jobs:
        job.refresh_from_db()
    assert jobs[0].result["as_of"] == "2026-03-01"
    assert {(job.result["as_of"], job.result["seconds"]) for job in jobs} == {tuple(jobs[0].result.values())}
    assert all(job.started_at and job.finished_at for job in jobs)


@pytest.mark.parametrize("first", [True, False], ids=["before it", "after it"])
def test_one_who_wants_everything_gets_everything(
    shop: Shop, computed: list, work_off: Callable[[], None], first: bool
):
    batch = order(customer(shop, "anna")).batch_id
    wishes = [{}, {"batch_id": batch}]
    jobs = [ask(shop, **wish) for wish in (wishes if first else wishes[::-1])]
    work_off()
    assert states(*jobs) == [DONE, DONE]
    assert computed == [None]


def test_who_asks_after_the_data_were_read_is_computed_for_again(
    shop: Shop, computed: list, work_off: Callable[[], None], monkeypatch: pytest.MonkeyPatch
):
    order(customer(shop, "anna"), amount=10)
    late = []

    def then_another_import(shop: Shop, progress: work.Progress) -> None:
        if not late:
            late.append(ask(shop, batch_id=order(customer(shop, "bea"), amount=5).batch_id))

    monkeypatch.setattr(figures.profiles, "refresh", then_another_import)
    first = ask(shop)
    work_off()
    assert states(first, *late) == [DONE, DONE]
    assert len(computed) == 2
    assert reading.totals(reading.current(shop)).revenue == 15


def test_where_the_computation_fails_those_who_wait_try_for_themselves(
    shop: Shop, work_off: Callable[[], None], monkeypatch: pytest.MonkeyPatch
):
    order(customer(shop, "anna"))
    real, broken = figures.profiles.refresh, iter([True])

    def fails_once(shop: Shop, progress: work.Progress) -> None:
        if next(broken, False):
            raise OSError("no space left")
        real(shop, progress)

    monkeypatch.setattr(figures.profiles, "refresh", fails_once)
    jobs = [ask(shop), ask(shop)]
    work_off()
    assert states(*jobs) == [FAILED, DONE]
    assert reading.totals(reading.current(shop)).customers == 1


def test_another_shops_figures_are_its_own_work(shop: Shop, work_off: Callable[[], None]):
    other = Shop.objects.create(name="Coffee House")
    for each in (shop, other):
        order(customer(each, "anna"), amount=each.pk)
    jobs = [ask(shop), ask(other)]
    work_off()
    assert states(*jobs) == [DONE, DONE]
    assert [reading.totals(reading.current(each)).revenue for each in (shop, other)] == [shop.pk, other.pk]


def test_a_shop_that_was_removed_while_its_job_waited_is_no_failure(shop: Shop, work_off: Callable[[], None]):
    job = ask(shop)
    erasing.remove(shop.pk)
    shop.delete()
    work_off()
    assert states(job) == [DONE]


@pytest.mark.parametrize(
    ("moment", "starts"),
    [
        (datetime(2026, 7, 14, 20, 7, tzinfo=UTC), 0),  # still the same day
        (datetime(2026, 7, 15, 0, 7, tzinfo=UTC), 0),  # a new day, but 2 at night in Berlin
        (datetime(2026, 7, 15, 2, 7, tzinfo=UTC), 1),  # 4 in the morning
        (datetime(2026, 7, 15, 15, 7, tzinfo=UTC), 1),  # the machine was off in the morning
    ],
)
def test_figures_move_on_to_yesterday_early_in_the_morning(shop: Shop, moment: datetime, starts: int):
    order(customer(shop, "anna"), "2026-07-13 10:00")
    order(customer(shop, "anna"), "2026-07-14 10:00")
    Snapshot.objects.create(shop=shop, as_of="2026-07-13", window_days=90, currency="EUR", is_current=True)
    tasks.refresh_new_day(int(moment.timestamp()))
    assert Job.objects.filter(kind="metrics.refresh", arguments={"shop_id": shop.pk}).count() == starts


def test_a_historic_file_is_not_computed_again_every_morning(shop: Shop):
    order(customer(shop, "anna"), "2011-12-09 10:00")
    Snapshot.objects.create(shop=shop, as_of="2011-12-09", window_days=90, currency="EUR", is_current=True)
    tasks.refresh_new_day(int(datetime(2026, 7, 15, 9, 7, tzinfo=UTC).timestamp()))
    assert not Job.objects.exists()


def test_a_shop_without_figures_waits_for_its_first_import(shop: Shop):
    tasks.refresh_new_day(int(datetime(2026, 7, 15, 9, 7, tzinfo=UTC).timestamp()))
    assert not Job.objects.exists()
