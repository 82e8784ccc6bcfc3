"""From the log to the receiver."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connection, connections
from django.utils import timezone
from receiving import NEARBY, NOON, Receiver, after, happen, status

from treue.core.customers.models import Customer
from treue.core.events import restoring
from treue.core.events.models import Event
from treue.core.events.reacting import drain
from treue.core.jobs.models import Mail
from treue.core.shop.models import Shop
from treue.core.staff.models import AuditEntry, User
from treue.core.webhooks import claiming, courier, endpoints, schedule, settling, sweeping
from treue.core.webhooks.models import Delivery, Endpoint

Deliver = Callable[..., int]
State = Delivery.State


def test_what_happens_is_told_with_the_number_that_the_customer_has_in_the_shop(
    shop: Shop, endpoint: Endpoint, receiver: Receiver, deliver: Deliver
):
    customer = Customer.objects.create(shop=shop, number="K-7")
    happen(shop, "Order Completed", person=customer.pk, order="A1", total="12.50")
    drain()
    assert deliver() == 1
    assert receiver.arrived[0].json == {
        "type": "order.completed",
        "timestamp": NOON.isoformat(),
        "data": {
            "event": "Order Completed",
            "message_id": f"Order Completed {customer.pk}",
            "customer": {"id": customer.pk, "number": "K-7"},
            "facts": {"order": "A1", "total": "12.50"},
        },
    }
    told = Delivery.objects.get()
    assert (told.state, told.status, told.attempts, told.problem) == (State.DELIVERED, 200, 1, "")
    assert told.next_try_at is None
    assert deliver() == 0


def test_what_concerns_nobody_or_nobody_known_is_told_without_a_customer(
    shop: Shop, endpoint: Endpoint, receiver: Receiver, deliver: Deliver
):
    happen(shop, "Product Viewed", person=4711)
    happen(shop, "Product Viewed")
    drain()
    deliver()
    assert [each.json["data"]["customer"] for each in receiver.arrived] == [None, None]


def test_an_endpoint_hears_what_it_asked_for_and_nothing_while_it_is_off(
    shop: Shop, endpoint: Endpoint, receiver: Receiver, deliver: Deliver
):
    Endpoint.objects.update(events=["Order Refunded"])
    other = endpoints.add(shop=shop, url=receiver.url("/off"), description="", events=[], by=None)
    Endpoint.objects.filter(pk=other.pk).update(is_on=False, off_because="asked")
    elsewhere = endpoints.add(
        shop=Shop.objects.create(name="Other"), url=receiver.url("/2"), description="", events=[], by=None
    )
    happen(shop, "Order Completed", "Order Refunded")
    drain()
    assert Delivery.objects.get().event == "Order Refunded"
    assert not elsewhere.deliveries.exists()
    deliver()
    assert [each.path for each in receiver.arrived] == ["/hook"]


def test_facts_that_are_too_large_stay_where_they_are(
    shop: Shop, endpoint: Endpoint, receiver: Receiver, deliver: Deliver
):
    happen(shop, "Order Completed", note="ä" * 20_000)
    drain()
    deliver()
    assert receiver.arrived[0].json["data"]["facts"] is None
    assert len(receiver.arrived[0].body) < 20_000


def test_one_that_fails_is_sent_again_with_the_same_id_until_it_arrives(
    shop: Shop, endpoint: Endpoint, receiver: Receiver, deliver: Deliver
):
    receiver.answers = [status(500), status(302, Location="http://10.0.0.1/"), status(204)]
    happen(shop, "Order Completed")
    drain()
    now = timezone.now()
    deliver(now)
    failed = Delivery.objects.get()
    assert (failed.state, failed.status, failed.problem, failed.attempts) == (State.WAITING, 500, "status", 1)
    assert timedelta(seconds=4) <= failed.next_try_at - now <= timedelta(seconds=6)
    assert deliver(now + timedelta(seconds=3)) == 0
    assert deliver(now + timedelta(seconds=7)) == 1
    assert deliver(now + timedelta(minutes=7)) == 1
    assert Delivery.objects.get().state == State.DELIVERED
    assert len(receiver.ids) == 3
    assert len(set(receiver.ids)) == 1
    assert receiver.ids[0].startswith("msg_")


def test_after_the_last_try_it_is_given_up(shop: Shop, endpoint: Endpoint, receiver: Receiver, deliver: Deliver):
    receiver.otherwise = status(500)
    happen(shop, "Order Completed")
    drain()
    now, waits = timezone.now(), []
    while Delivery.objects.get().state == State.WAITING:
        due = Delivery.objects.get().next_try_at
        waits.append(due - now)
        now = max(now, due)
        deliver(now)
    assert len(receiver.ids) == schedule.MOST_ATTEMPTS == 10
    planned = [timedelta(seconds=seconds) for seconds in schedule.WAITS_SECONDS]
    assert all(0.8 * plan <= wait <= 1.2 * plan for plan, wait in zip(planned, waits[1:], strict=True))
    assert Delivery.objects.get().state == State.GIVEN_UP


@pytest.mark.parametrize(("number", "asked"), [(429, "120"), (503, "Sat, 28 Nov 2026 12:02:00 GMT")])
def test_who_asks_for_time_gets_it(
    shop: Shop, endpoint: Endpoint, receiver: Receiver, deliver: Deliver, number: int, asked: str
):
    happen(shop, "Order Completed")
    drain()
    Delivery.objects.update(next_try_at=NOON)
    receiver.otherwise = status(number, Retry_After=asked)
    deliver(NOON)
    assert Delivery.objects.get().next_try_at - NOON == timedelta(minutes=2)


def test_a_receiver_that_is_gone_is_switched_off_and_administrators_are_told(
    shop: Shop, endpoint: Endpoint, receiver: Receiver, deliver: Deliver
):
    User.objects.create_user("ada@example.org", role="admin", language="de")
    User.objects.create_user("otto@example.org", role="manager")
    receiver.otherwise = status(410)
    happen(shop, "a1", "a2", "a3")
    drain()
    deliver()
    endpoint.refresh_from_db()
    assert (endpoint.is_on, endpoint.off_because) == (False, "gone")
    assert [each.to for each in Mail.objects.all()] == ["ada@example.org"]
    assert "410" in Mail.objects.get().text
    assert AuditEntry.objects.filter(action="webhook.switched_off").count() == 1
    assert {each.state for each in Delivery.objects.all()} == {State.GIVEN_UP}


def test_a_receiver_at_which_nothing_arrives_for_five_days_is_switched_off(
    shop: Shop, endpoint: Endpoint, receiver: Receiver, deliver: Deliver
):
    User.objects.create_user("ada@example.org", role="admin")
    receiver.otherwise = status(500)
    happen(shop, "a1")
    drain()
    now = timezone.now()
    deliver(now)
    endpoint.refresh_from_db()
    assert (endpoint.is_on, endpoint.failing_since) == (True, now)
    Delivery.objects.update(next_try_at=now)
    deliver(now + timedelta(days=5, seconds=1))
    endpoint.refresh_from_db()
    assert (endpoint.is_on, endpoint.off_because) == (False, "failing")
    assert Mail.objects.count() == 1
    assert deliver(now + timedelta(days=6)) == 0  # what waits, waits on
    assert Delivery.objects.get().state == State.WAITING


def test_one_success_ends_the_failing(shop: Shop, endpoint: Endpoint, receiver: Receiver, deliver: Deliver):
    Endpoint.objects.update(failing_since=timezone.now() - timedelta(days=9))
    happen(shop, "a1")
    drain()
    deliver()
    endpoint.refresh_from_db()
    assert endpoint.failing_since is None


def test_an_event_that_is_not_there_any_more_is_given_up_without_a_request(
    shop: Shop, endpoint: Endpoint, receiver: Receiver, deliver: Deliver
):
    happen(shop, "a1")
    drain()
    Event.objects.all().delete()
    deliver()
    assert (Delivery.objects.get().state, Delivery.objects.get().problem) == (State.GIVEN_UP, "EventGone")
    assert receiver.arrived == []


def test_slow_receivers_do_not_hold_up_the_others(shop: Shop, endpoint: Endpoint, receiver: Receiver, deliver: Deliver):
    receiver.otherwise = after(1.5)
    happen(shop, *(f"a{number}" for number in range(30)))
    drain()
    quick = Receiver()
    endpoints.add(shop=shop, url=quick.url(), description="", events=["b"], by=None)
    slow_and_quick = courier.Courier(NEARBY)
    slow_and_quick.round(timezone.now())
    assert len(slow_and_quick.under_way) == courier.AT_ONCE_TO_ONE
    happen(shop, "b")
    drain()
    slow_and_quick.round(timezone.now())
    slow_and_quick.rest(1.0)
    assert len(quick.arrived) == 1
    assert Delivery.objects.filter(state=State.DELIVERED).count() == 0  # what is slow is still under way
    slow_and_quick.finish(5)
    quick.shutdown()
    quick.server_close()


def test_a_receiver_that_fails_takes_one_place_until_something_arrives(
    shop: Shop, endpoint: Endpoint, receiver: Receiver, deliver: Deliver
):
    Endpoint.objects.update(failing_since=timezone.now())
    happen(shop, *(f"a{number}" for number in range(20)))
    drain()
    assert deliver() == 1
    assert deliver() == courier.AT_ONCE_TO_ONE


def test_two_workers_deliver_each_once(shop: Shop, endpoint: Endpoint, receiver: Receiver):
    happen(shop, *(f"a{number}" for number in range(200)))
    drain()
    stop = threading.Event()

    def work(_worker: int) -> None:
        courier.run(stop, NEARBY)
        connections.close_all()

    with ThreadPoolExecutor(2) as workers:
        ends = [workers.submit(work, number) for number in range(2)]
        wait_until(lambda: not Delivery.objects.exclude(state=State.DELIVERED).exists())
        stop.set()
        for end in ends:
            end.result()
    assert len(receiver.ids) == 200
    assert len(set(receiver.ids)) == 200


def wait_until(true: Callable[[], bool], seconds: float = 60) -> None:
    end = datetime.now(tz=NOON.tzinfo) + timedelta(seconds=seconds)
    while not true():
        assert datetime.now(tz=NOON.tzinfo) < end, "it never came"
        threading.Event().wait(0.05)


def test_a_try_of_which_nothing_is_heard_is_taken_up_again(
    shop: Shop, endpoint: Endpoint, receiver: Receiver, deliver: Deliver
):
    happen(shop, "a1")
    drain()
    now = timezone.now()
    (taken,) = claiming.claim({endpoint.pk: 8}, 8, now)  # and its worker dies
    assert deliver(now + timedelta(seconds=60)) == 0
    assert deliver(now + claiming.LEASE) == 1
    assert receiver.ids == [taken.webhook_id]
    assert Delivery.objects.get().attempts == 2


def test_a_late_failure_does_not_undo_what_another_try_delivered(
    shop: Shop, endpoint: Endpoint, receiver: Receiver, deliver: Deliver
):
    happen(shop, "a1")
    drain()
    now = timezone.now()
    (taken,) = claiming.claim({endpoint.pk: 8}, 8, now)
    deliver(now + claiming.LEASE)
    failure = settling.Outcome(None, "TimeoutError", 15_000)
    settling.settle(taken, failure, now + claiming.LEASE, courier.Courier(NEARBY).rng)
    assert Delivery.objects.get().state == State.DELIVERED


def test_a_secret_change_signs_for_a_day_with_both(
    shop: Shop, endpoint: Endpoint, receiver: Receiver, deliver: Deliver
):
    ada = User.objects.create_user("ada@example.org", role="admin")
    endpoints.change_secret(endpoint=endpoint, by=ada, now=NOON)
    endpoints.test(endpoint=endpoint, by=ada, now=NOON)
    deliver(NOON + timedelta(hours=23))
    Delivery.objects.update(state=State.WAITING, next_try_at=NOON)
    deliver(NOON + timedelta(hours=24))
    assert [len(each.headers["webhook-signature"].split()) for each in receiver.arrived] == [2, 1]


def test_what_is_old_is_swept(shop: Shop, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sweeping, "AT_ONCE", 4)
    happen(shop, *(f"a{number}" for number in range(12)))
    drain()
    first = list(Delivery.objects.order_by("pk").values_list("pk", flat=True)[:10])
    now = timezone.now()
    Delivery.objects.filter(pk__in=first).update(created_at=now - timedelta(days=30, seconds=1))
    assert sweeping.sweep(now) == 10
    assert Delivery.objects.count() == 2


def test_deliveries_find_their_events_after_a_restore(
    shop: Shop, endpoint: Endpoint, receiver: Receiver, deliver: Deliver
):
    happen(shop, "a1", "a2")
    drain()
    with connection.cursor() as cursor:
        cursor.execute("update events_event set xid = (xid::text::bigint + 1000000000000)::text::xid8")
    restoring.renumber()
    deliver()
    assert sorted(each.json["type"] for each in receiver.arrived) == ["a1", "a2"]
