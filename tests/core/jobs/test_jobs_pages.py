"""The page of jobs."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, override

from treue.core.jobs import watching, work
from treue.core.jobs.models import Job
from treue.core.staff.models import User

pytestmark = pytest.mark.django_db
State = Job.State


@pytest.fixture
def mia(db: None) -> User:
    return User.objects.create_user("mia@example.org", name="Mia Managerin", role="manager")


@pytest.fixture
def hers(mia: User) -> Client:
    client = Client()
    client.force_login(mia)
    return client


@pytest.fixture
def analyst(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_user("otto@example.org", name="Otto Analyse", role="analyst"))
    return client


def job(**values: object) -> Job:
    now = timezone.now()
    return Job.objects.create(**({"kind": "test.work", "created_at": now, "started_at": now} | values))


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_page_speaks_both_languages(hers: Client, mia: User, language: str) -> None:
    User.objects.update(language=language)
    job(state=State.DONE, started_by=mia, finished_at=timezone.now())
    page = hers.get(reverse("jobs")).text
    with override(language):
        for word in ("Jobs", "Running and waiting", "Nothing is running right now.", "Done", "Started by"):
            assert gettext(word) in page
    assert "Mia Managerin" in page


def test_what_runs_shows_how_far_it_is_and_asks_every_two_seconds(hers: Client) -> None:
    begun = timezone.now() - timedelta(seconds=60)
    running = job(state=State.RUNNING, done=25_000, total=100_000, step_started_at=begun, last_sign_at=timezone.now())
    page = hers.get(reverse("jobs")).text
    assert "25%" in page
    assert "25,000 of 100,000 · 3\u00a0min left" in page
    assert f'hx-get="{reverse("job_card", args=[running.pk])}" hx-trigger="every 2s"' in page
    assert reverse("job_cancel", args=[running.pk]) in page


def heartbeat(seconds_ago: int) -> int:
    """A job of the queue that a worker has, whose last sign is so old; returns its number in the queue."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            with worker as (
                insert into procrastinate_workers (last_heartbeat)
                values (now() - %s * interval '1 second') returning id)
            insert into procrastinate_jobs (queue_name, task_name, status, worker_id)
            select 'default', 'jobs.run', 'doing', id from worker returning id""",
            [seconds_ago],
        )
        return cursor.fetchone()[0]


@pytest.mark.parametrize(("seconds_ago", "silent"), [(5, False), (60, True)])
def test_work_whose_worker_died_says_so_until_it_is_taken_up(hers: Client, seconds_ago: int, silent: bool) -> None:
    begun = timezone.now() - timedelta(seconds=60)
    signs = {"step_started_at": begun, "last_sign_at": timezone.now() - timedelta(seconds=seconds_ago)}
    job(state=State.RUNNING, queue_id=heartbeat(seconds_ago), done=25, total=100, **signs)
    page = hers.get(reverse("jobs")).text
    assert ("The worker has fallen silent." in page) is silent
    assert ("left" in page) is not silent


@pytest.mark.parametrize(("ago", "said"), [(0, " · 28\u00a0s left"), (8, " · 20\u00a0s left"), (29, "")])
def test_the_time_left_counts_down_while_no_progress_comes_and_goes_when_it_is_over(
    ago: int, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign = timezone.now()
    begun = sign - timedelta(seconds=12)
    halted = job(state=State.RUNNING, done=30, total=100, step_started_at=begun, last_sign_at=sign)
    monkeypatch.setattr(timezone, "now", lambda: sign + timedelta(seconds=ago))
    assert watching.detail(halted) == f"30 of 100{said}"


def test_the_bar_is_that_of_the_whole_where_the_steps_shares_are_known(hers: Client) -> None:
    now = timezone.now()
    begun = now - timedelta(seconds=60)
    parts = {"state": State.RUNNING, "started_at": begun, "step_started_at": now, "last_sign_at": now}
    reading = job(kind="imports.run", step="reading", done=500, total=1000, **parts)
    storing = job(kind="imports.run", step="orders", done=1_000, total=4_000, **parts)
    assert [watching.percent(each) for each in (reading, storing)] == [17, 55]
    assert watching.detail(reading) == "Reading and checking the file · 5\u00a0min left"
    assert watching.detail(storing).startswith("Orders and refunds · 1,000 of 4,000 · ")


def test_what_is_over_asks_no_more(hers: Client) -> None:
    over = job(state=State.DONE, finished_at=timezone.now() + timedelta(seconds=5))
    card = hers.get(reverse("job_card", args=[over.pk]), headers={"HX-Request": "true"}).text
    assert "hx-get" not in card
    assert "<html" not in card
    assert "Done in 5\u00a0s." in card


def test_a_failure_is_a_sentence_and_can_be_tried_again(hers: Client, mia: User, kind: Callable[..., None]) -> None:
    kind("test.work", lambda progress: {})
    failed = job(state=State.FAILED, error="WorkerDied", error_facts={"starts": 5}, finished_at=timezone.now())
    assert "The worker died 5 times at this work." in hers.get(reverse("jobs")).text
    answer = hers.post(reverse("job_retry", args=[failed.pk]), follow=True)
    assert "starts again." in answer.text
    failed.refresh_from_db()
    assert failed.state == State.WAITING
    again = hers.post(reverse("job_retry", args=[failed.pk]), follow=True)
    assert "is not over yet." in again.text


def test_a_job_that_is_left_alone_first_says_how_long(hers: Client, kind: Callable[..., None]) -> None:
    kind("test.work", lambda progress: {})
    work.start("test.work", wait=timedelta(minutes=50, seconds=30))
    page = hers.get(reverse("jobs")).text
    assert re.search("Starts in 5[01]\u00a0min\\.", page)


def test_a_waiting_job_is_cancelled(hers: Client, kind: Callable[..., None]) -> None:
    kind("test.work", lambda progress: {})
    waiting = work.start("test.work")
    assert "Starts as soon as the worker is free." in hers.get(reverse("jobs")).text
    hers.post(reverse("job_cancel", args=[waiting.pk]))
    waiting.refresh_from_db()
    assert waiting.state == State.CANCELLED


def test_an_analyst_watches_but_steers_only_the_own(analyst: Client) -> None:
    others = job(state=State.RUNNING)
    page = analyst.get(reverse("jobs")).text
    assert reverse("job_card", args=[others.pk]) in page
    assert reverse("job_cancel", args=[others.pk]) not in page
    assert analyst.post(reverse("job_cancel", args=[others.pk])).status_code == 403
    assert analyst.post(reverse("job_retry", args=[others.pk])).status_code == 403
    own = job(state=State.RUNNING, started_by=User.objects.get(email="otto@example.org"))
    analyst.post(reverse("job_cancel", args=[own.pk]))
    own.refresh_from_db()
    assert own.cancel_requested


def test_steering_takes_a_post(hers: Client) -> None:
    running = job(state=State.RUNNING)
    for name in ("job_cancel", "job_retry"):
        assert hers.get(reverse(name, args=[running.pk])).status_code == 405


def test_a_job_that_is_not_there_is_not_found(hers: Client) -> None:
    assert hers.get(reverse("job_card", args=[99])).status_code == 404


def test_a_job_leads_only_those_to_its_page_who_may_open_it(hers: Client, analyst: Client) -> None:
    over = job(kind="imports.run", state=State.FAILED, error="WorkerDied", arguments={"import_id": 8})
    job(kind="metrics.refresh", state=State.DONE, finished_at=timezone.now())
    assert "/imports/8/" in hers.get(reverse("jobs")).text
    page = analyst.get(reverse("jobs")).text
    assert "/imports/8/" not in page
    assert f'href="{reverse("cockpit")}"' in page
    assert "/imports/8/" not in analyst.get(reverse("job_card", args=[over.pk])).text


def test_the_list_says_only_once_how_long_something_took(hers: Client) -> None:
    begun = timezone.now()
    job(state=State.DONE, started_at=begun, finished_at=begun + timedelta(seconds=7))
    assert hers.get(reverse("jobs")).text.count("7\u00a0s") == 1
