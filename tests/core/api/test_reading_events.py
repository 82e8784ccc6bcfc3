"""The log through the API: a person's timeline, and a feed that leaves nothing out."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from asking import Asking
from django.db import connection, transaction

from tests.core.lake import buying
from treue.core.customers.models import Customer
from treue.core.events import partitions
from treue.core.events.log import Happening, record
from treue.core.events.models import Event
from treue.core.shop.models import Shop

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
PATIENCE_SECONDS = 10


@pytest.fixture(autouse=True)
def log(shop: Shop) -> Iterator[None]:
    partitions.ensure(NOON.date())
    yield
    with connection.cursor() as cursor:
        cursor.execute("truncate events_event, events_message")


def happen(shop: Shop, *messages: str, person: int | None = None, minutes: int = 0) -> None:
    """Each a minute after the one before."""
    for place, message in enumerate(messages):
        moment = NOON + timedelta(minutes=minutes + place)
        record(shop, [Happening(message, "Product Viewed", person, "shop", moment, {"n": place})])


def told(body: dict[str, list[dict[str, str]]]) -> list[str]:
    return [event["message_id"] for event in body["data"]]


def followed(reader: Asking, after: str | None = None, limit: int = 200) -> tuple[list[str], str]:
    """All that the feed has to say after a place, and the place it leads to."""
    found = []
    while True:
        page = reader.get("/events", limit=limit, **({"after": after} if after else {})).body
        found, after = found + told(page), page["next"]
        if not page["more"]:
            return found, after


def test_an_event_is_told_with_its_facts_and_whose_it_is(reader: Asking, shop: Shop) -> None:
    anna = buying.customer(shop, "C-1")
    happen(shop, "m1", person=anna.pk)
    (event,) = reader.get("/events").body["data"]
    assert event.pop("recorded_at").endswith("Z")
    assert event == {
        "message_id": "m1",
        "name": "Product Viewed",
        "customer": anna.pk,
        "source": "shop",
        "occurred_at": "2026-11-28T12:00:00Z",
        "is_history": False,
        "facts": {"n": 0},
    }


def test_nobody_stands_behind_a_visitor(reader: Asking, shop: Shop) -> None:
    happen(shop, "m1", person=999_999)
    assert reader.get("/events").body["data"][0]["customer"] is None


@pytest.mark.parametrize("limit", [1, 3, 200])
def test_the_feed_tells_every_event_once_in_the_order_of_the_log(reader: Asking, shop: Shop, limit: int) -> None:
    for number in range(10):
        happen(shop, f"m{number}", person=number, minutes=-number)
    assert followed(reader, limit=limit)[0] == [f"m{number}" for number in range(10)]


def test_whoever_asks_again_gets_what_is_new(reader: Asking, shop: Shop) -> None:
    happen(shop, "m1")
    found, place = followed(reader)
    none, place = followed(reader, place)
    happen(shop, "m2", person=7)
    again, _place = followed(reader, place)
    assert (found, none, again) == (["m1"], [], ["m2"])


def test_what_is_committed_late_is_not_left_out(reader: Asking, shop: Shop) -> None:
    """Two writers: the first one's event gets the lower number and is committed last."""
    written, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        try:
            with transaction.atomic():
                happen(shop, "slow", person=1)
                written.set()
                go_on.wait(PATIENCE_SECONDS)
        finally:
            connection.close()

    writer = threading.Thread(target=slow)
    writer.start()
    written.wait(PATIENCE_SECONDS)
    happen(shop, "quick", person=2)
    early, place = followed(reader)
    go_on.set()
    writer.join()
    late, _place = followed(reader, place)
    assert (early, late) == ([], ["slow", "quick"])


def test_a_place_of_a_log_that_was_replaced_is_void(reader: Asking, shop: Shop) -> None:
    """As after a restore: the table is another one."""
    happen(shop, "m1")
    _found, place = followed(reader)
    with connection.cursor() as cursor:
        cursor.execute("alter table events_event rename to former")
        cursor.execute("create view events_event as select * from former")
    try:
        answer = reader.get("/events", after=place)
        again = reader.get("/events")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("drop view events_event")
            cursor.execute("alter table former rename to events_event")
    assert (answer.status, answer.type) == (410, "outdated-cursor")
    assert told(again.body) == ["m1"]


def test_a_timeline_begins_with_the_newest(reader: Asking, shop: Shop) -> None:
    anna, ben = buying.customer(shop, "C-1"), buying.customer(shop, "C-2")
    happen(shop, "m1", "m2", "m3", "m4", "m5", person=anna.pk)
    happen(shop, "other", person=ben.pk)
    first = reader.get(f"/customers/{anna.pk}/events", limit=3).body
    second = reader.get(f"/customers/{anna.pk}/events", limit=3, after=first["next"]).body
    assert (told(first), told(second)) == (["m5", "m4", "m3"], ["m2", "m1"])
    assert second["next"] is None


def test_events_of_one_moment_are_paged_too(reader: Asking, shop: Shop) -> None:
    anna = buying.customer(shop, "C-1")
    for number in range(4):
        happen(shop, f"m{number}", person=anna.pk)
    first = reader.get(f"/customers/{anna.pk}/events", limit=2).body
    second = reader.get(f"/customers/{anna.pk}/events", limit=2, after=first["next"]).body
    assert told(first) + told(second) == ["m3", "m2", "m1", "m0"]


def test_another_shops_events_are_not_there(stranger: Asking, shop: Shop) -> None:
    happen(shop, "m1", person=buying.customer(shop, "C-1").pk)
    assert stranger.get("/events").body["data"] == []
    assert Event.objects.count() == 1


@pytest.mark.parametrize("cursor", ["WyJldmVudHMiLC0xLDAsMF0", "WyJldmVudHMiLDFd", "WyJ0aW1lbGluZSIsMSwxLDFd"])
def test_a_place_that_nobody_gave_is_refused(reader: Asking, cursor: str) -> None:
    assert reader.get("/events", after=cursor).status == 422


def test_a_moment_beyond_every_calendar_is_refused(reader: Asking, shop: Shop) -> None:
    from treue.core.api import keyset

    anna: Customer = buying.customer(shop, "C-1")
    answer = reader.get(f"/customers/{anna.pk}/events", after=keyset.cursor("timeline", 2**62, 1))
    assert answer.status == 422
