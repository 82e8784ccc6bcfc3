"""The groups worked out by a real worker after the figures."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import Sum
from procrastinate.contrib.django import app

from tests.understand.segments.test_grouping_customers import objects
from tests.understand.value.tea_buyers import AS_OF, bought, sell
from treue.core.commerce import touched
from treue.core.customers import erasure
from treue.core.customers.models import Customer
from treue.core.events.reacting import drain
from treue.core.events.reading import begin
from treue.core.jobs import work
from treue.core.jobs.models import Job
from treue.core.jobs.wording import name_of
from treue.core.shop.models import Shop
from treue.understand.metrics import tasks
from treue.understand.segments.models import Segmentation, Standing, Worth
from treue.understand.value.models import Fit

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


def test_groups_that_were_made_beside_the_models_are_valued_when_those_are_done(
    shop: Shop, work_off: Callable[[], None]
):
    sell(shop, 40)
    work.start("metrics.refresh", shop_id=shop.pk)
    work_off()
    Worth.objects.all().delete()
    work.start("value.score", shop_id=shop.pk)
    work_off()
    assert Worth.objects.aggregate(Sum("value"))["value__sum"] == Fit.objects.get().worth.value
    job = Job.objects.filter(kind="segments.sum_up").last()
    assert (job.state, job.lock, name_of(job)) == (Job.State.DONE, f"{KIND}.{shop.pk}", "Value of the groups")


def test_where_too_few_came_again_for_the_models_no_worth_of_former_ones_stays(
    shop: Shop, work_off: Callable[[], None]
):
    sell(shop, 3)
    work.start("metrics.refresh", shop_id=shop.pk)
    work_off()
    assert not Fit.objects.get().has_scores
    Worth.objects.create(segmentation=Segmentation.objects.get(), fit=Fit.objects.get(), group="lost", value=7)
    work.start("value.score", shop_id=shop.pk)
    work_off()
    assert not Worth.objects.exists()


def test_while_it_waits_already_it_is_not_asked_for_again(shop: Shop):
    for _time in range(3):
        tasks._have_grouped(shop, None)
    assert Job.objects.filter(kind=KIND).count() == 1


@pytest.fixture
def grouped(shop: Shop, work_off: Callable[[], None]) -> list[Customer]:
    """Customers whose groups a worker worked out."""
    known = sell(shop, 40)
    work.start("metrics.refresh", shop_id=shop.pk)
    work_off()
    return known


def waiting() -> list[str]:
    return [job.lock for job in Job.objects.filter(kind=KIND, state=Job.State.WAITING).order_by("pk")]


def delay(job: Job) -> timedelta | None:
    with connection.cursor() as cursor:
        cursor.execute("select scheduled_at from procrastinate_jobs where id = %s", [job.queue_id])
        (due,) = cursor.fetchone()
    return due and due - job.created_at


def test_what_a_few_buy_moves_the_groups_within_the_hour(
    shop: Shop, grouped: list[Customer], work_off: Callable[[], None]
):
    for each in grouped[:3]:
        bought(each, AS_OF)
        touched.mark(shop.pk, [each.pk])
        Job.objects.filter(kind="metrics.refresh", state=Job.State.WAITING).delete()
        work.start("metrics.refresh", shop_id=shop.pk, changed_only=True)
        work_off()
    assert Job.objects.filter(kind="metrics.refresh", state=Job.State.DONE).count() == 4
    assert waiting() == [f"{KIND}.{shop.pk}.later"]
    assert abs(delay(Job.objects.filter(kind=KIND).first()) - timedelta(hours=1)) < timedelta(minutes=1)


def test_where_many_changed_or_all_nothing_waits_for_the_hour(
    shop: Shop, grouped: list[Customer], work_off: Callable[[], None], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(tasks, "MOST_SCORED_APART", 2)
    soon, later = f"{KIND}.{shop.pk}", f"{KIND}.{shop.pk}.later"
    for many in ({1, 2, 3}, None):
        tasks._have_grouped(shop, {1, 2})
        tasks._have_grouped(shop, many)
        tasks._have_grouped(shop, {4})
        assert waiting() == [later, soon]
        work_off()
        assert waiting() == [later], "what is not due yet holds nobody back"
        assert delay(Job.objects.filter(kind=KIND, lock=soon).first()) is None


def test_before_there_are_groups_nobody_waits_for_the_hour(shop: Shop):
    tasks._have_grouped(shop, {1})
    assert waiting() == [f"{KIND}.{shop.pk}"]


# Sums follow whoever leaves


def sums() -> tuple[int, int, Decimal, int, int]:
    """What the page adds up."""
    current = Segmentation.objects.get(is_current=True)
    cells = current.cells.aggregate(customers=Sum("customers"), monetary=Sum("monetary"))
    moved = current.moves.filter(months=1).aggregate(customers=Sum("customers"))["customers"]
    return current.customers, cells["customers"], cells["monetary"], moved, current.left_out


def test_who_was_erased_is_in_no_sum_when_the_files_are_rewritten(
    shop: Shop, grouped: list[Customer], work_off: Callable[[], None]
):
    tasks._have_grouped(shop, {grouped[0].pk})
    size, _, monetary, *_rest = sums()
    theirs = Standing.objects.get(customer=grouped[0]).monetary
    erasure.erase(customer=grouped[0], by=None)
    work_off()
    assert sums() == (size - 1, size - 1, monetary - theirs, size - 1, 0)
    tasks._have_grouped(shop, {grouped[1].pk})
    assert waiting() == [f"{KIND}.{shop.pk}.later"], "of the one who was erased nothing is left"


def test_who_objects_is_in_no_sum_when_the_log_was_read(
    shop: Shop, grouped: list[Customer], work_off: Callable[[], None]
):
    tasks._have_grouped(shop, {grouped[0].pk})
    size, _, monetary, *_rest = sums()
    theirs = Standing.objects.get(customer=grouped[0]).monetary
    begin()
    for each in grouped[:2]:
        objects(each)
    monetary -= theirs + Standing.objects.get(customer=grouped[1]).monetary
    drain()
    assert waiting() == [f"{KIND}.{shop.pk}.later", f"{KIND}.{shop.pk}"]
    work_off()
    assert sums() == (size - 2, size - 2, monetary, size - 2, 2)


def test_of_whoever_objects_and_never_bought_no_sum_follows(shop: Shop, grouped: list[Customer]):
    begin()
    objects(Customer.objects.create(shop=shop, number="never bought"))
    drain()
    assert waiting() == []


def test_of_a_shop_that_is_gone_nothing_is_worked_out(shop: Shop, work_off: Callable[[], None]):
    job = work.start(KIND, shop_id=shop.pk + 1)
    work_off()
    job.refresh_from_db()
    assert (job.state, job.result) == (Job.State.DONE, {})
