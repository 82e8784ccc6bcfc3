"""A place at which a reaction goes wrong again and again: noted beside what is taken back, told, and cleared."""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy, override
from happening import Reacting, happen

from treue.core.events import parking, stuck, wording
from treue.core.events.reacting import drain
from treue.core.shop.models import Shop


class Broken:
    """Facts hold a number that PostgreSQL can write and nobody can read."""

    def hit(self, *persons: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "update events_event set facts = '{\"mail\": 1e5000}' where person = any(%s)", [list(persons)]
            )

    def mend(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("update events_event set facts = '{}'")


@pytest.fixture
def breaking(shop: Shop, reacting: Reacting) -> Iterator[Broken]:
    """A reaction in whose parts of the log an event stands that cannot be read."""
    reacting("test.breaks")
    yield Broken()
    with connection.cursor() as cursor:
        cursor.execute("truncate events_event, events_message")


def noted() -> list[tuple[str, str, datetime]]:
    with connection.cursor() as cursor:
        cursor.execute("select reaction, error, failed_at from events_cursor where failed_at is not null order by 1")
        return cursor.fetchall()


def test_a_place_that_fails_is_noted_and_the_first_moment_stays(shop: Shop, breaking: Broken):
    before = timezone.now()
    happen(shop, "a1")
    breaking.hit(1)
    drain()
    ((name, error, since),) = noted()
    assert (name, error) == ("test.breaks", "ValidationError")
    assert before <= since <= timezone.now()
    drain()
    assert noted() == [(name, error, since)]
    (found,) = stuck.places()
    assert (found.reaction, found.error, found.since, found.shards) == (name, error, since, 1)
    assert before <= found.oldest <= since


def test_the_same_note_is_not_written_or_logged_each_round(
    shop: Shop, breaking: Broken, caplog: pytest.LogCaptureFixture
):
    happen(shop, "a1")
    breaking.hit(1)
    for _round in range(3):
        drain()
    lines = [each for each in caplog.records if "cannot go on" in each.getMessage()]
    assert len(lines) == 1
    assert lines[0].exc_info


def test_the_next_success_clears_it(shop: Shop, breaking: Broken):
    happen(shop, "a1")
    breaking.hit(1)
    drain()
    assert stuck.places()
    breaking.mend()
    drain()
    assert noted() == []
    assert stuck.places() == []


def test_places_are_counted_by_reaction_and_kind_of_error(shop: Shop, breaking: Broken):
    for person in (1, 2, 3):
        happen(shop, "a1", person=person)
    breaking.hit(1, 2, 3)
    drain()
    (found,) = stuck.places()
    assert found.shards == 3


def test_where_nothing_is_left_to_read_nothing_is_stuck(shop: Shop, breaking: Broken):
    happen(shop, "a1")
    breaking.hit(1)
    drain()
    with connection.cursor() as cursor:
        cursor.execute("delete from events_event")
    assert noted()
    assert stuck.places() == []


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_page_says_what_is_stuck_since_when_why_and_what_helps(shop: Shop, breaking: Broken, language: str):
    happen(shop, "a1")
    breaking.hit(1)
    drain()
    client = Client()
    client.force_login(get_user_model().objects.create_user("m@example.org", role="manager", language=language))
    page = client.get(reverse("log")).text
    assert "test.breaks" in page
    said = {
        "en": (
            "has not got on in 1 of 64 parts of the log since",
            "Kind of error: ValidationError.",
            "Nothing is lost.",
        ),
        "de": ("kommt seit", "Art des Fehlers: ValidationError.", "Nichts geht verloren."),
    }
    for words in said[language]:
        assert words in page
    breaking.mend()
    drain()
    assert 'id="stuck"' not in client.get(reverse("log")).text


def test_an_error_that_is_worded_reads_as_its_sentence(shop: Shop, breaking: Broken, monkeypatch: pytest.MonkeyPatch):
    trouble = wording.Trouble(gettext_lazy("Nothing can be divided."))
    monkeypatch.setattr(wording, "TROUBLES", {("test.breaks", "ValidationError"): trouble})
    happen(shop, "a1")
    breaking.hit(1)
    drain()
    client = Client()
    client.force_login(get_user_model().objects.create_user("m@example.org", role="manager", language="en"))
    with override("en"):
        page = client.get(reverse("log")).text
    assert "Nothing can be divided." in page
    assert "ValidationError" not in page


def test_a_note_never_waits_for_who_holds_the_place(shop: Shop, breaking: Broken):
    from django.db import transaction

    from treue.core.events import reading
    from treue.core.events.registry import named

    said: list[bool] = []

    def other() -> None:
        said.append(stuck.note("test.breaks", 5, ZeroDivisionError()))
        connection.close()

    with transaction.atomic():
        reading.hold(named("test.breaks"), 5)
        thread = threading.Thread(target=other)
        thread.start()
        thread.join(5)
        assert said == [False]
    assert stuck.note("test.breaks", 5, ZeroDivisionError())
    assert timezone.now() - noted()[0][2] < timedelta(minutes=1)


def test_an_event_that_was_taken_up_before_it_was_read_keeps_nobody_else_back(shop: Shop, reacting: Reacting):
    seen = reacting()
    happen(shop, "a1", person=1)
    parking.take_up("test.seen", {1: 1}, ["a1"])
    happen(shop, "a1", person=65)  # in the same part of the log
    drain()
    assert noted() == []
    assert (seen.names(1), seen.names(65)) == ([], ["a1"])
    parking.try_due(threading.Event())
    assert seen.names(1) == ["a1"]
