"""How somebody wants to be spoken to: one row, with its trail."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connections

from treue.core.customers import preferences
from treue.core.customers.models import Customer, Preference
from treue.core.events.models import Event
from treue.core.staff.models import AuditEntry

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


def test_of_whom_nothing_is_known_nothing_is_stored(anna: Customer):
    said = preferences.of(anna)
    assert (said.pk, said.channel, said.most_messages, said.weekdays) == (anna.pk, "", None, [])
    assert preferences.change(customer=anna, values={"channel": "", "per": "week"}, now=NOON) == []
    assert not Preference.objects.exists()


def test_only_what_changed_is_told(anna: Customer, staff):
    by = staff("service")
    first = {"channel": "email", "most_messages": 2, "weekdays": [0, 2], "hour_from": 18, "hour_to": 20}
    assert preferences.change(customer=anna, values=first, now=NOON, by=by) == [
        *("channel", "most_messages", "hour_from", "hour_to", "weekdays")
    ]
    later = NOON + timedelta(hours=1)
    assert preferences.change(customer=anna, values={**first, "salutation": "du"}, now=later, by=by) == ["salutation"]
    assert preferences.change(customer=anna, values={"salutation": "du"}, now=later, by=by) == []
    assert list(Event.objects.order_by("seq").values_list("name", "source", "occurred_at", "facts")) == [
        ("Preferences Changed", "console", NOON, first),
        ("Preferences Changed", "console", later, {"salutation": "du"}),
    ]
    entries = AuditEntry.objects.order_by("pk").values_list("action", "subject", "facts")
    assert entries[1] == ("preferences.changed", f"customer {anna.pk}", {"fields": ["salutation"]})
    assert preferences.of(anna).updated_by == by


def test_two_at_once_lose_nothing(anna: Customer):
    start = threading.Barrier(2)

    def say(values: dict[str, object]) -> None:
        start.wait()
        preferences.change(customer=anna, values=values, now=NOON)
        connections.close_all()

    threads = [threading.Thread(target=say, args=[each]) for each in ({"channel": "sms"}, {"salutation": "sie"})]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    own = Preference.objects.get()
    assert (own.channel, own.salutation) == ("sms", "sie")


@pytest.mark.parametrize(
    ("broken", "name"),
    [
        ({"channel": "pigeon"}, "channel_known"),
        ({"per": "year"}, "per_known"),
        ({"salutation": "hey"}, "salutation_known"),
        ({"hour_from": 20, "hour_to": 8}, "hours"),
        ({"hour_from": 20}, "hours"),
        ({"hour_from": 20, "hour_to": 25}, "hours"),
        ({"weekdays": [7]}, "weekdays"),
    ],
)
def test_the_database_refuses_what_is_no_preference(anna: Customer, broken: dict, name: str):
    with pytest.raises(IntegrityError, match=f"customers_preference_{name}"):
        Preference.objects.create(customer=anna, updated_at=NOON, **broken)
