"""What waits for a person this morning: only what they may do, the urgent first."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from treue.core.events.models import Parked
from treue.core.jobs.models import Job
from treue.core.shop.models import AcquisitionCost, Shop
from treue.core.staff.models import User
from treue.core.webhooks.models import Endpoint
from treue.listen.imports.models import Import
from treue.listen.tracking import sources
from treue.listen.tracking.models import Tally
from treue.understand.metrics import today

pytestmark = pytest.mark.django_db


def tasks(shop: Shop, role: str) -> list[tuple[str, str, bool]]:
    """(count, address, urgent) of what waits."""
    return [
        (count, link.url, urgent) for count, _text, link, urgent in today.todo(shop, User(role=role), timezone.now())
    ]


@pytest.fixture
def costs_entered(shop: Shop) -> None:
    AcquisitionCost.objects.create(shop=shop, month=date(2025, 9, 1), amount=Decimal(1))


def test_a_calm_morning_says_that_nothing_waits(
    shop: Shop, costs_entered: None, as_role: Callable[..., Client]
) -> None:
    assert tasks(shop, "admin") == []
    assert "Nothing waits for you." in as_role().get("/").text


def test_missing_costs_are_asked_for_from_those_who_may_enter_them(shop: Shop) -> None:
    assert tasks(shop, "manager") == [("1", reverse("settings_costs"), False)]
    assert tasks(shop, "analyst") == []


def test_a_failed_job_is_urgent_until_its_kind_runs_through(shop: Shop, costs_entered: None) -> None:
    Job.objects.create(kind="metrics.refresh", state=Job.State.FAILED)
    assert tasks(shop, "analyst") == [("1", reverse("jobs"), True)]
    assert tasks(shop, "service") == []
    Job.objects.create(kind="metrics.refresh", state=Job.State.DONE)
    assert tasks(shop, "analyst") == []


def test_rows_set_aside_count_for_the_last_import_only(shop: Shop, costs_entered: None) -> None:
    (done,) = Import.objects.filter(shop=shop)
    done.summary = {"set_aside": {"no_customer": 1, "unreadable_time": 1}}
    done.save()
    assert tasks(shop, "manager") == [("2", reverse("imports"), False)]
    assert tasks(shop, "analyst") == []
    Import.objects.create(shop=shop, what="orders", state=Import.State.DONE, file_name="next.csv")
    assert tasks(shop, "manager") == []


def test_rows_of_an_import_that_went_with_another_one_do_not_count(shop: Shop, costs_entered: None) -> None:
    (first,) = Import.objects.filter(shop=shop)
    nothing = {"new": 0, "changed": 0, "same": 0}
    again = Import.objects.create(shop=shop, what=first.what, state=Import.State.DONE, file_name="again.csv")
    again.summary = {"set_aside": {"no_customer": 3}, "orders": nothing | {"same": 2}}
    again.finished_at = timezone.now()
    again.save()
    assert tasks(shop, "manager") == [("3", reverse("imports"), False)]
    first.summary = {"set_aside": {"no_customer": 3}, "orders": nothing | {"new": 2}}
    first.state, first.finished_at = Import.State.UNDONE, timezone.now()
    first.save()
    assert tasks(shop, "manager") == []


def test_the_urgent_comes_first(shop: Shop) -> None:
    Job.objects.create(kind="imports.run", state=Job.State.FAILED)
    assert [urgent for _count, _url, urgent in tasks(shop, "admin")] == [True, False]


def parked(shop: Shop, error: str = "", seq: int = 1) -> None:
    reaction = "tracking.orders"
    Parked.objects.create(
        reaction=reaction, seq=seq, recorded_at=timezone.now(), place=seq, person=1, shard=1, error=error
    )


def test_failed_events_are_urgent_and_say_how_many_wait_behind_them(shop: Shop, costs_entered: None) -> None:
    parked(shop, error="NoRate")
    parked(shop, seq=2)
    parked(shop, seq=3)
    assert tasks(shop, "manager") == [("1", reverse("log") + "#failed", True)]
    assert tasks(shop, "analyst") == []
    ((_count, text, _link, _urgent),) = today.todo(shop, User(role="manager"), timezone.now())
    assert text == "event could not be dealt with; 2 more wait behind"


def test_webhooks_that_do_not_get_through_are_urgent_for_those_who_manage_them(shop: Shop, costs_entered: None) -> None:
    Endpoint.objects.create(shop=shop, url="https://a.example.org", seed="a")
    Endpoint.objects.create(shop=shop, url="https://b.example.org", seed="b", is_on=False, off_because="asked")
    assert tasks(shop, "admin") == []
    failing = Endpoint.objects.create(shop=shop, url="https://c.example.org", seed="c", failing_since=timezone.now())
    assert tasks(shop, "admin") == [("1", reverse("webhook", args=[failing.pk]), True)]
    Endpoint.objects.create(shop=shop, url="https://d.example.org", seed="d", is_on=False, off_because="gone")
    assert tasks(shop, "admin") == [("2", reverse("webhooks"), True)]
    assert tasks(shop, "manager") == []


def test_a_source_that_refused_events_in_the_last_day_is_told_to_those_who_manage_sources(
    shop: Shop, costs_entered: None
) -> None:
    source, _key = sources.add(shop=shop, name="till", kind="server", by=None)
    now = timezone.now()
    for hours, events in ((2, 7), (48, 9)):
        hour = now - timedelta(hours=hours)
        Tally.objects.create(source=source, hour=hour, outcome="malformed", slot=0, events=events, last_at=hour)
    assert tasks(shop, "admin") == [("7", reverse("source", args=[source.pk]), False)]
    assert tasks(shop, "manager") == []
