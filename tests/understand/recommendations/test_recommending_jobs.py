"""Recommendations worked out by a real worker after the figures, once a day and where many changed."""

from datetime import date

import pytest
from shelf import sell, shelve

from treue.core.jobs import work
from treue.core.jobs.models import Job
from treue.core.jobs.wording import name_of
from treue.core.shop.models import Shop
from treue.understand.metrics import tasks
from treue.understand.recommendations.models import Recommendation, Run

pytestmark = pytest.mark.django_db(transaction=True)
KIND = "recommendations.refresh"


def test_after_the_figures_they_are_worked_out(shop: Shop):
    sell(shop, shelve(shop), 20)
    work.run(work.start("metrics.refresh", shop_id=shop.pk).pk)
    job = Job.objects.get(kind=KIND)
    assert (job.lock, name_of(job)) == (f"{KIND}.{shop.pk}", "Recommendations for the customers")
    work.run(job.pk)
    job.refresh_from_db()
    run = Run.objects.get()
    assert job.state == Job.State.DONE
    assert job.result == {"as_of": run.until.isoformat(), "method": run.method, "status": "learned"}
    assert Recommendation.objects.filter(run=run).exists()


def test_a_few_orders_more_on_the_same_day_ask_for_nothing(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tasks, "MOST_SCORED_APART", 2)
    day, next_day = date(2026, 6, 30), date(2026, 7, 1)
    for customers, as_of, count in (
        ({1}, day, 1),
        ({1}, day, 1),
        (None, day, 1),  # it waits already
        ({1}, next_day, 2),
    ):
        tasks._have_recommended(shop, customers, as_of)
        assert Job.objects.filter(kind=KIND).count() == count
    Job.objects.update(state=Job.State.DONE)
    for customers, count in (({1, 2}, 2), ({1, 2, 3}, 3), (None, 3)):
        tasks._have_recommended(shop, customers, next_day)
        assert Job.objects.filter(kind=KIND).count() == count


def test_what_failed_is_tried_once_more_on_a_day_and_what_was_cancelled_keeps_nothing_back(shop: Shop):
    day, next_day = date(2026, 6, 30), date(2026, 7, 1)

    def asked(state: str, customers: set[int] | None, as_of: date = day) -> int:
        Job.objects.update(state=state)
        tasks._have_recommended(shop, customers, as_of)
        return Job.objects.filter(kind=KIND).count()

    tasks._have_recommended(shop, {1}, day)
    assert asked(Job.State.CANCELLED, {1}) == 2
    assert asked(Job.State.DONE, {1}) == 2
    Job.objects.filter(pk=Job.objects.filter(kind=KIND).earliest("pk").pk).delete()
    assert asked(Job.State.FAILED, {1}) == 2
    assert asked(Job.State.FAILED, {1}) == 2
    assert asked(Job.State.FAILED, None) == 2, "nor by a large import of the same day"
    assert asked(Job.State.FAILED, {1}, next_day) == 3


def test_of_a_shop_that_is_gone_nothing_is_recommended(shop: Shop):
    job = work.start(KIND, shop_id=shop.pk + 1)
    work.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.result) == (Job.State.DONE, {})
