"""Each event reaches each reaction once, in order, whatever else happens."""

import threading
from collections.abc import Sequence
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone
from happening import NOON, Reacting, happen, happening, several

from treue.core.customers.models import Customer, Trait, Visitor
from treue.core.events import parking, reading, registry
from treue.core.events.errors import TwoReactionsOfOneName, UnknownReaction
from treue.core.events.happened import Happened
from treue.core.events.log import Happening, record
from treue.core.events.models import Event, Parked
from treue.core.events.reacting import drain, run
from treue.core.events.registry import NOW, named
from treue.core.shop.models import Shop


def test_what_happened_is_told_once_and_in_order(shop: Shop, reacting: Reacting):
    seen = reacting()
    happen(shop, "a1", "a2")
    happen(shop, "a3")
    drain()
    drain()
    assert seen.names() == ["a1", "a2", "a3"]


def test_many_are_told_in_batches(shop: Shop, reacting: Reacting):
    seen = reacting(batch=10)
    record(shop, several(25))
    assert drain() == 25
    assert seen.calls == [10, 10, 5]
    assert len(seen.names()) == 25


def test_a_reaction_hears_only_what_it_asked_for_and_its_place_moves_past_the_rest(shop: Shop, reacting: Reacting):
    seen = reacting(on={"a2"})
    happen(shop, "a1", "a2", "a3")
    drain()
    assert seen.names() == ["a2"]
    assert reading.waiting() == []


def test_what_concerns_nobody_is_told_too(shop: Shop, reacting: Reacting):
    seen = reacting()
    happen(shop, "a1", "a2", person=None)
    drain()
    assert sorted(seen.names(None)) == ["a1", "a2"]


@pytest.mark.parametrize("ends", ["commit", "rollback"])
def test_a_number_that_is_committed_late_is_not_left_out(shop: Shop, reacting: Reacting, ends: str):
    """Without the horizon the second event moves the place past the first, which is then never read."""
    seen = reacting()
    told, may_end = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            happen(shop, "first")
            told.set()
            assert may_end.wait(60)
            transaction.set_rollback(ends == "rollback")
        connections.close_all()

    writer = threading.Thread(target=slow)
    writer.start()
    assert told.wait(60)
    happen(shop, "second")
    drain()
    assert seen.names() == []
    may_end.set()
    writer.join()
    drain()
    assert seen.names() == (["first", "second"] if ends == "commit" else ["second"])


def test_a_new_reaction_begins_where_it_says(shop: Shop, reacting: Reacting):
    happen(shop, "before")
    early = timezone.now()
    happen(shop, "between")
    from_beginning = reacting("test.beginning")
    from_moment = reacting("test.moment", starts=early)
    from_now = reacting("test.now", starts=NOW)
    happen(shop, "after")
    drain()
    assert sorted(from_beginning.names()) == sorted(["before", *["between"] * 2, *["after"] * 3])
    assert (from_beginning.calls, from_moment.calls, from_now.calls) == ([3], [2], [1])


def test_a_failing_event_keeps_back_the_later_ones_of_its_person_and_nobody_elses(shop: Shop, reacting: Reacting):
    seen = reacting()
    seen.poison = {"a1"}
    record(shop, several(4))
    record(shop, happenings_of(65))
    drain()
    assert seen.names(1) == ["a0"]
    assert seen.names(65) == ["b0", "b1", "b2"]
    first, *behind = Parked.objects.order_by("seq")
    assert (first.error, first.attempts, first.next_try_at > timezone.now()) == ("ZeroDivisionError", 1, True)
    assert [(each.error, each.attempts, each.next_try_at) for each in behind] == [("", 0, None)] * 2
    assert (first.person, first.shard) == (1, 1)  # of the same shard as 65


def happenings_of(person: int) -> list[Happening]:
    return [happening(f"b{number}", person) for number in range(3)]


def test_what_comes_later_waits_behind_a_failed_event(shop: Shop, reacting: Reacting):
    seen = reacting()
    seen.poison = {"a0"}
    record(shop, several(2))
    drain()
    record(shop, several(2, start=2))
    drain()
    assert seen.names() == []
    seen.poison = set()
    make_due()
    assert parking.try_due(threading.Event()) == 4
    assert seen.names() == ["a0", "a1", "a2", "a3"]
    assert not Parked.objects.exists()
    happen(shop, "a4")
    drain()
    assert seen.names()[-1] == "a4"


def make_due() -> None:
    Parked.objects.filter(next_try_at__isnull=False).update(next_try_at=timezone.now() - timedelta(seconds=1))


def test_each_failure_waits_longer_than_the_one_before_until_nobody_tries_any_more(shop: Shop, reacting: Reacting):
    seen = reacting()
    seen.poison = {"a0"}
    record(shop, several(1))
    drain()
    waits = []
    for _ in range(parking.MOST_ATTEMPTS - 1):
        waits.append(Parked.objects.get().next_try_at - timezone.now())
        make_due()
        parking.try_due(threading.Event())
    assert waits == sorted(waits)
    assert Parked.objects.get().next_try_at is None
    assert Parked.objects.get().attempts == parking.MOST_ATTEMPTS
    assert parking.try_due(threading.Event()) == 0


def test_a_second_failure_behind_the_first_keeps_its_place(shop: Shop, reacting: Reacting):
    seen = reacting()
    seen.poison = {"a0", "a2"}
    record(shop, several(4))
    drain()
    seen.poison = {"a2"}
    make_due()
    parking.try_due(threading.Event())
    assert seen.names() == ["a0", "a1"]
    failed = Parked.objects.exclude(error="").get()
    assert (failed.attempts, Parked.objects.count()) == (1, 2)


def test_an_event_that_is_left_out_lets_those_behind_it_go_on(shop: Shop, reacting: Reacting):
    seen = reacting()
    seen.poison = {"a0"}
    record(shop, several(3))
    drain()
    parking.leave_out(Parked.objects.exclude(error="").get())
    parking.try_due(threading.Event())
    assert seen.names() == ["a1", "a2"]
    assert not Parked.objects.exists()


def test_a_poisoned_event_among_many_costs_few_calls(shop: Shop, reacting: Reacting):
    seen = reacting()
    seen.poison = {"a250"}
    record(shop, several(500))
    drain()
    assert len(seen.names()) == 250
    assert len(seen.calls) < 25
    assert Parked.objects.count() == 250


def test_a_poisoned_event_of_nobody_is_parked_alone(shop: Shop, reacting: Reacting):
    seen = reacting()
    seen.poison = {"a250"}
    record(shop, several(500, person=None))
    drain()
    assert len(seen.names(None)) == 499
    assert Parked.objects.count() == 1


def test_however_many_wait_behind_a_failed_event_all_get_their_turn(
    shop: Shop, reacting: Reacting, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(parking, "AT_ONCE", 10)
    seen = reacting()
    seen.poison = {"a0"}
    record(shop, several(25))
    drain()
    seen.poison = set()
    make_due()
    while parking.try_due(threading.Event()):
        pass
    assert seen.names() == [f"a{number}" for number in range(25)]


def test_a_failed_event_that_is_not_there_any_more_keeps_nobody_back(shop: Shop, reacting: Reacting):
    seen = reacting()
    seen.poison = {"a0"}
    record(shop, several(3))
    drain()
    Event.objects.filter(name="a0").delete()
    make_due()
    parking.try_due(threading.Event())
    assert seen.names() == ["a1", "a2"]


def test_what_is_taken_up_before_the_reaction_has_read_earlier_events_keeps_nobody_back(shop: Shop, reacting: Reacting):
    """A visitor is recognised while the reaction is behind: the customer's unread events came first."""
    seen = reacting()
    anna = Customer.objects.create(shop=shop, number="C-1")
    visit = Visitor.objects.create(number=900_001, shop=shop, anonymous_id="x", customer=anna)
    happen(shop, "a1", person=anna.pk)
    record(shop, [happening("v1", visit.number, lane=anna.pk)])
    parking.take_up("test.seen", {visit.number: anna.pk}, ["v1"])
    assert (drain(), Parked.objects.count()) == (2, 2)
    assert parking.try_due(threading.Event()) == 2
    assert (seen.names(anna.pk), seen.names(visit.number)) == (["a1"], ["v1"])
    assert not Parked.objects.exists()


def test_what_another_worker_tried_meanwhile_is_not_tried_at_once_again(shop: Shop, reacting: Reacting):
    seen = reacting()
    seen.poison = {"a0"}
    record(shop, several(1))
    drain()
    make_due()
    found = Parked.objects.get()
    assert (parking.try_again(found, if_due=True), parking.try_again(found, if_due=True)) == (1, 0)
    assert Parked.objects.get().attempts == 2


def test_what_a_removed_reaction_left_can_be_cleared(shop: Shop, reacting: Reacting):
    reacting().poison = {"a0"}
    record(shop, several(2))
    drain()
    registry.REACTIONS.clear()
    for parked in Parked.objects.order_by("seq"):
        parking.leave_out(parked)
    assert not Parked.objects.exists()


def test_four_workers_tell_each_event_once(shop: Shop, reacting: Reacting):
    seen = reacting(batch=20)
    for person in range(100):
        record(shop, happenings_of(person))
    stop = threading.Event()

    def work() -> None:
        run(stop)
        connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    deadline = timezone.now() + timedelta(seconds=60)
    while count_seen() < 300 and timezone.now() < deadline:
        stop.wait(0.05)
    stop.set()
    for worker in workers:
        worker.join()
    assert [seen.names(person) for person in range(100)] == [["b0", "b1", "b2"]] * 100


def count_seen() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from seen")
        return cursor.fetchone()[0]


def test_a_name_stands_for_one_reaction(reacting: Reacting):
    reacting("test.once")
    with pytest.raises(TwoReactionsOfOneName):
        reacting("test.once")
    with pytest.raises(UnknownReaction):
        named("test.nobody")


def test_a_reaction_reads_the_facts_of_what_happened(shop: Shop, reacting: Reacting):
    seen = []
    reacting()
    registry.reaction("test.reads", starts=registry.BEGINNING)(lambda events: seen.extend(e.facts for e in events))
    reading.begin()
    record(shop, [happening("a1", facts={"total": "9.90", "lines": [1, 2]})])
    drain()
    assert seen == [{"total": "9.90", "lines": [1, 2]}]


def test_an_effect_that_breaks_a_reference_is_found_before_the_transaction_ends(shop: Shop, reacting: Reacting):
    """Such references are looked at when a transaction ends, where nobody knows any more which event it was."""
    seen = reacting()
    handle = type(seen).__call__

    def into_nothing(events: Sequence[Happened]) -> None:
        handle(seen, events)
        for event in events:
            if event.name == "a1":
                Trait.objects.create(
                    customer_id=event.person + 10**9,
                    name="city",
                    value="x",
                    said_at=NOON,
                    message_id="m",
                )

    registry.reaction("test.references", starts=registry.BEGINNING)(into_nothing)
    reading.begin()
    record(shop, several(3))
    happen(shop, "b0", person=2)
    drain()
    parked = Parked.objects.filter(reaction="test.references").order_by("seq")
    assert [each.error for each in parked] == ["IntegrityError", ""]
    assert seen.names(2) == ["b0", "b0"]


def test_a_place_that_cannot_go_on_keeps_no_other_back(shop: Shop, reacting: Reacting, monkeypatch):
    seen = reacting()
    happen(shop, "a0", person=1)
    happen(shop, "b0", person=2)
    following = reading.following
    broken = lambda shard, *about: 1 / 0 if shard == 1 else following(shard, *about)  # noqa: E731
    monkeypatch.setattr(reading, "following", broken)
    drain()
    assert (seen.names(1), seen.names(2)) == ([], ["b0"])
