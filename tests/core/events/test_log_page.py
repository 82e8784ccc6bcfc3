"""The operator's page of the log."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, override
from happening import Reacting, Seen, happen, several

from treue.core.events import parking, standing
from treue.core.events.log import record
from treue.core.events.models import Parked
from treue.core.events.reacting import drain, react
from treue.core.events.registry import named
from treue.core.shop.models import Shop
from treue.core.staff.audit_wording import action_name
from treue.core.staff.models import AuditEntry

SignIn = Callable[..., Client]


@pytest.fixture
def poisoned(shop: Shop, reacting: Reacting) -> Seen:
    """A reaction at which `a1` of one person failed; `a2` and `a3` wait behind it."""
    seen = reacting()
    seen.poison = {"a1"}
    happen(shop, "a1", "a2", "a3")
    drain()
    return seen


def page(client: Client) -> str:
    return client.get(reverse("log")).text


def failed() -> Parked:
    return standing.failed().get()


@pytest.mark.parametrize("language", ["de", "en"])
def test_an_empty_log_says_so_in_both_languages(signed_in: SignIn, language: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("treue.core.events.registry.REACTIONS", {})
    found = page(signed_in(language=language))
    with override(language):
        for words in (
            "Log",
            "Nothing in Treue reacts to events yet.",
            "No event has failed.",
            "Nothing has happened yet. Events come from sources that send them and from imports of new orders.",
        ):
            assert gettext(words) in found
    assert ("Ereignisprotokoll" in found) is (language == "de")


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_page_tells_in_both_languages_what_failed_and_what_happened(
    signed_in: SignIn, poisoned: Seen, language: str
):
    found = page(signed_in(language=language))
    with override(language):
        for words in ("Reactions", "Still to read", "Failed events", "Kind of error", "Waiting behind", "Source"):
            assert gettext(words) in found
    for fact in ("test.seen", "ZeroDivisionError", "a1", "a3", "shop"):
        assert fact in found
    assert reverse("log_retry", args=[failed().pk]) in found
    assert reverse("log_leave_out", args=[failed().pk]) in found


def test_the_page_stands_in_the_navigation_of_whom_it_concerns(signed_in: SignIn):
    address = f'href="{reverse("log")}"'
    assert address in signed_in("manager").get(reverse("cockpit")).text
    assert address not in signed_in("analyst").get(reverse("cockpit")).text


def test_the_facts_of_an_event_and_whom_it_concerns_are_not_read(signed_in: SignIn, shop: Shop):
    happen(shop, "a1", person=987_654)
    client = signed_in()
    with CaptureQueriesContext(connection) as queries:
        assert "987654" not in page(client)
    assert not [each for each in queries if '"events_event"."facts"' in each["sql"]]


def test_how_far_a_reaction_is_behind_is_counted_over_all_shards(shop: Shop, reacting: Reacting):
    reacting()
    for person in range(1, 8):
        happen(shop, "a1", "a2", person=person)
    assert [(each.reaction, each.unread, each.moved_at) for each in standing.reactions()] == [("test.seen", 14, None)]
    react(named("test.seen"), 3)
    (found,) = standing.reactions()
    assert found.unread == 12
    assert found.moved_at is not None
    assert timezone.now() - found.oldest < timedelta(minutes=1)
    drain()
    (found,) = standing.reactions()
    assert (found.unread, found.oldest, found.failed, found.waiting) == (0, None, 0, 0)


def test_what_a_reaction_is_not_concerned_with_is_not_ahead_of_it(shop: Shop, reacting: Reacting):
    happen(shop, "before")
    reacting(starts=timezone.now())
    assert standing.reactions()[0].unread == 0
    happen(shop, "after")
    assert standing.reactions()[0].unread == 1


def test_far_behind_is_more_than_a_thousand(signed_in: SignIn, shop: Shop, reacting: Reacting):
    reacting()
    record(shop, several(1_100))
    record(shop, several(1_100, person=2, start=2_000))
    assert standing.reactions()[0].unread == standing.MOST_COUNTED + 1
    found = page(signed_in())
    assert "more than 1,000" in found
    assert "events per minute in the last hour" in found
    assert "37 events per minute" in found


def test_a_reaction_that_no_worker_has_begun_yet_is_listed(signed_in: SignIn, reacting: Reacting):
    reacting()
    with connection.cursor() as cursor:
        cursor.execute("truncate events_cursor")
    assert "not yet" in page(signed_in())


def test_the_page_asks_as_often_for_many_failures_and_reactions_as_for_one(
    signed_in: SignIn, shop: Shop, reacting: Reacting
):
    client = signed_in()

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("log")).status_code == 200
        return len(queries)

    first = reacting()
    first.poison = {"a1"}
    happen(shop, "a1", "a2")
    drain()
    asked()
    one = asked()
    for number in range(4):
        reacting(f"test.other{number}").poison = {"a1"}
    for person in range(2, 12):
        happen(shop, "a1", "a2", person=person)
    drain()
    assert standing.failed().count() == 11 + 4 * 11
    assert asked() <= one + 1  # the link to the next page


def test_a_failure_counts_what_waits_behind_it_and_nothing_else(shop: Shop, poisoned: Seen):
    happen(shop, "a1", "a4", person=2)
    happen(shop, "a1", person=None)
    drain()
    found = standing.failures(standing.failed().order_by("seq"))
    assert [(each.event.name, each.parked.person, each.waiting) for each in found] == [
        ("a1", 1, 2),
        ("a1", 2, 1),
        ("a1", None, 0),
    ]
    assert [(each.failed, each.waiting) for each in standing.reactions()] == [(3, 3)]


def test_tried_again_what_succeeds_goes_on_with_those_behind_it(signed_in: SignIn, poisoned: Seen):
    poisoned.poison = set()
    answer = signed_in().post(reverse("log_retry", args=[failed().pk]), follow=True)
    assert "test.seen: “a1” is dealt with." in answer.text
    assert "No event has failed." in answer.text
    assert poisoned.names() == ["a1", "a2", "a3"]
    entry = AuditEntry.objects.get(action="event.tried_again")
    assert entry.who.email == "manager@example.org"
    assert entry.facts == {"reaction": "test.seen"}


def test_tried_again_what_fails_stays_with_one_more_attempt(signed_in: SignIn, poisoned: Seen):
    answer = signed_in().post(reverse("log_retry", args=[failed().pk]), follow=True)
    assert "test.seen: “a1” failed again. ZeroDivisionError." in answer.text
    assert failed().attempts == 2
    assert poisoned.names() == []


def test_what_was_given_up_says_so_and_can_be_tried_again(signed_in: SignIn, poisoned: Seen):
    standing.failed().update(attempts=12, next_try_at=None)
    client = signed_in()
    assert "given up" in page(client)
    poisoned.poison = set()
    client.post(reverse("log_retry", args=[failed().pk]))
    assert poisoned.names() == ["a1", "a2", "a3"]


def test_leaving_out_asks_first_and_says_what_it_does(signed_in: SignIn, poisoned: Seen):
    found = signed_in().get(reverse("log_leave_out", args=[failed().pk])).text
    assert "goes on with the 2 behind it. This cannot be undone." in found
    assert "ZeroDivisionError" in found
    assert failed()


def test_what_is_left_out_never_happens_and_those_behind_it_do(signed_in: SignIn, poisoned: Seen):
    seq = failed().seq
    answer = signed_in().post(reverse("log_leave_out", args=[failed().pk]), follow=True)
    assert "test.seen: “a1” is left out." in answer.text
    assert not standing.failed()
    entry = AuditEntry.objects.get(action="event.left_out")
    assert (entry.subject, entry.facts) == (f"event {seq}", {"reaction": "test.seen", "error": "ZeroDivisionError"})
    assert action_name(entry.action) == "Left a failed event out"
    parking.try_due(threading.Event())
    assert poisoned.names() == ["a2", "a3"]


@pytest.mark.parametrize("name", ["log_retry", "log_leave_out"])
def test_what_was_dealt_with_meanwhile_is_told_and_nothing_is_written(signed_in: SignIn, poisoned: Seen, name: str):
    address = reverse(name, args=[failed().pk])
    Parked.objects.all().delete()
    assert "This event is no longer among the failed ones." in signed_in().post(address, follow=True).text
    assert not AuditEntry.objects.filter(action__startswith="event.").exists()


def test_what_only_waits_cannot_be_steered(signed_in: SignIn, poisoned: Seen):
    waiting = Parked.objects.filter(error="").first()
    client = signed_in()
    for name in ("log_retry", "log_leave_out"):
        client.post(reverse(name, args=[waiting.pk]))
    assert Parked.objects.count() == 3


def test_a_failure_of_a_reaction_that_is_gone_is_shown_without_buttons(signed_in: SignIn, poisoned: Seen):
    standing.failed().update(reaction="test.gone")
    client = signed_in()
    found = page(client)
    assert "This reaction is gone from Treue." in found
    assert reverse("log_retry", args=[failed().pk]) not in found
    client.post(reverse("log_leave_out", args=[failed().pk]))
    assert failed()


def test_a_failure_whose_event_was_deleted_can_only_be_left_out(signed_in: SignIn, poisoned: Seen):
    with connection.cursor() as cursor:
        cursor.execute("delete from events_event where seq = %s", [failed().seq])
    client = signed_in()
    found = page(client)
    assert "a deleted event" in found
    assert reverse("log_retry", args=[failed().pk]) not in found
    client.post(reverse("log_retry", args=[failed().pk]))
    assert failed().attempts == 1
    client.post(reverse("log_leave_out", args=[failed().pk]))
    assert not standing.failed()


@pytest.mark.parametrize("role", ["analyst", "service"])
def test_who_may_not_see_the_log_changes_nothing_in_it(signed_in: SignIn, poisoned: Seen, role: str):
    client = signed_in(role)
    assert client.get(reverse("log")).status_code == 403
    for name in ("log_retry", "log_leave_out"):
        address = reverse(name, args=[failed().pk])
        assert {client.get(address).status_code, client.post(address).status_code} == {403}
    assert failed().attempts == 1


def test_trying_again_takes_a_post(signed_in: SignIn, poisoned: Seen):
    assert signed_in().get(reverse("log_retry", args=[failed().pk])).status_code == 405
