"""Whoever heard of an order by an import hears that it is gone when the import is undone."""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network

import pytest
from django.db import connection
from django.utils import timezone

from treue.core.commerce import completing
from treue.core.commerce.models import Order, Refund
from treue.core.customers.models import Visitor
from treue.core.events import parking, reading, registry
from treue.core.events.happened import Happened
from treue.core.events.log import Happening, record
from treue.core.events.models import Event
from treue.core.events.reacting import drain
from treue.core.jobs import work
from treue.core.shop.models import Shop
from treue.core.staff import keys
from treue.core.staff.roles import Scope
from treue.core.webhooks import endpoints
from treue.core.webhooks.courier import Courier
from treue.core.webhooks.sending import Way
from treue.listen.imports import importing, undoing
from treue.listen.imports.models import Import, Trace
from treue.listen.tracking import sources
from treue.listen.tracking.names import ORDER_CANCELLED, ORDER_COMPLETED

HEADER = "order,customer,time,product,quantity,price\n"
REFUNDS = "order,customer,time,product,quantity,price,refund of\n"


@pytest.fixture
def writing_key(shop: Shop) -> None:
    keys.add(shop=shop, name="Till", scopes=[Scope.WRITE], by=None)


@pytest.fixture
def now(shop: Shop) -> datetime:
    return timezone.localtime(timezone=shop.tz).replace(tzinfo=None, second=0, microsecond=0)


@pytest.fixture
def history(bring_in, now: datetime) -> Import:
    """The shop's first file, after which its files are live."""
    return bring_in(HEADER + row(now - timedelta(hours=9), "A1"))


def row(moment: datetime, number: str, customer: str = "K1", quantity: int = 2, *more: str) -> str:
    return ",".join([number, customer, f"{moment:%Y-%m-%d %H:%M}", "TEA", str(quantity), "4.50", *more]) + "\n"


def told() -> list[tuple[str, str, str | None]]:
    events = Event.objects.order_by("seq")
    return [(event.name, event.facts["order"], event.facts.get("total")) for event in events]


def ids() -> list[str]:
    return list(Event.objects.order_by("seq").values_list("message_id", flat=True))


@pytest.mark.usefixtures("history")
def test_an_order_that_was_news_is_cancelled_and_is_news_again_when_brought_in_again(bring_in, undo, now):
    file = HEADER + row(now - timedelta(hours=8), "A2")
    for _ in range(3):
        undo(bring_in(file))
    bring_in(file)
    completed, cancelled = ("Order Completed", "A2", "9.0000"), ("Order Cancelled", "A2", "9.0000")
    assert told() == [completed, cancelled] * 3 + [completed]
    assert ids() == [
        "order completed A2",
        "order completed A2 undone",
        "order completed A2 again 1",
        "order completed A2 again 1 undone",
        "order completed A2 again 2",
        "order completed A2 again 2 undone",
        "order completed A2 again 3",
    ]
    bring_in(file)
    assert len(ids()) == 7, "which is the same order"


@pytest.mark.usefixtures("history")
def test_an_import_that_is_tried_again_after_it_was_undone_tells_again(bring_in, undo, now):
    """The same import, not another one of the same file."""
    task = bring_in(HEADER + row(now - timedelta(hours=8), "A2"))
    for _ in range(2):
        undo(task)
        Import.objects.filter(pk=task.pk).update(state=Import.State.RUNNING)
        importing.run(task.pk, work.Silent())
    assert [name for name, *_ in told()] == ["Order Completed", "Order Cancelled"] * 2 + ["Order Completed"]


@pytest.mark.usefixtures("history")
def test_a_cancellation_says_whose_order_it_was_and_why_it_is_gone(bring_in, undo, shop, now):
    undo(bring_in(HEADER + row(now - timedelta(hours=8), "A2")))
    event = Event.objects.get(name="Order Cancelled")
    assert event.facts == {"order": "A2", "total": "9.0000", "currency": "EUR", "reason": "import undone"}
    assert event.person == shop.customer_set.get(number="K1").pk
    assert timezone.now() - event.occurred_at < timedelta(minutes=1)
    assert (event.source, event.is_history) == ("files", False)


@pytest.mark.usefixtures("history")
def test_of_history_nothing_is_told(bring_in, undo, now):
    task = bring_in(HEADER + row(now - timedelta(days=300), "A2") + row(now - timedelta(hours=8), "A3"))
    undo(task)
    assert told() == [("Order Completed", "A3", "9.0000"), ("Order Cancelled", "A3", "9.0000")]
    assert not Trace.objects.filter(of=task).exclude(what=Trace.What.TOUCHED).exists()


def test_the_first_file_undone_tells_nothing(history, undo):
    undo(history)
    assert told() == []


@pytest.mark.usefixtures("history", "writing_key")
def test_an_order_that_a_visitor_told_first_is_news_again_when_the_file_that_named_them_is_undone(
    bring_in, undo, shop, now
):
    """A visitor's order waits in the log until they are known."""
    moment = now - timedelta(hours=8)
    visitor = Visitor.objects.create(number=900_001, shop=shop, anonymous_id="x")
    at, facts = moment.replace(tzinfo=shop.tz), {"order_id": "A2", "order": "A2", "total": "9.00"}
    record(shop, [Happening("order completed A2", "Order Completed", visitor.number, "server", at, facts)])
    undo(bring_in(HEADER + row(moment, "A2")))
    assert [name for name, *_ in told()] == ["Order Completed", "Order Updated", "Order Cancelled"]
    api = {"shop": shop, "number": "A2", "customer": "K1", "at": at, "facts": facts}
    assert completing.record_order(**api)[1:] == (True, 1)
    reading.begin()
    drain()
    assert Order.objects.get(shop=shop, number="A2").customer.number == "K1"


@pytest.mark.usefixtures("history", "writing_key")
def test_an_order_that_another_told_comes_back_by_their_word_when_its_file_is_undone(bring_in, undo, shop, now):
    moment = now - timedelta(days=300)
    task = bring_in(HEADER + row(moment, "A2"))
    facts = {"order_id": "A2", "order": "A2", "total": "9.00", "currency": "EUR"}
    at = moment.replace(tzinfo=shop.tz)
    assert completing.record_order(shop=shop, number="A2", customer="K1", at=at, facts=facts)[1]
    reading.begin()
    drain()
    undo(task)
    assert not Order.objects.filter(number="A2").exists()
    while drain() + parking.try_due(threading.Event()):
        pass
    assert Order.objects.get(number="A2").amount == 9


@pytest.mark.usefixtures("history")
def test_what_a_file_changed_is_told_as_it_was_before(bring_in, undo, now):
    moment = now - timedelta(hours=8)
    bring_in(HEADER + row(moment, "A2"))
    for _ in range(2):
        undo(bring_in(HEADER + row(moment, "A2", quantity=3) + row(now - timedelta(hours=9), "A1", quantity=3)))
    changed, back = ("Order Updated", "A2", "13.5000"), ("Order Updated", "A2", "9.0000")
    assert told() == [("Order Completed", "A2", "9.0000"), changed, back, changed, back]
    assert len(set(ids())) == 5


@pytest.mark.usefixtures("history")
def test_a_refund_that_is_undone_is_told_and_happens_again_when_brought_in_again(bring_in, undo, now):
    moment = now - timedelta(hours=8)
    bring_in(HEADER + row(moment, "A2"))
    file = REFUNDS + row(moment + timedelta(hours=1), "R1", "K1", -1, "A2")
    undo(bring_in(file))
    bring_in(file)
    refunded = ("Order Refunded", "A2", "4.5000")
    assert told()[1:] == [refunded, ("Order Updated", "A2", "9.0000"), refunded]
    event = Event.objects.get(name="Order Updated")
    assert (event.facts["refund_undone"], event.facts["reason"]) == ("4.5000", "import undone")
    assert ids()[-1] == "order refunded R1 " + ids()[-1].split(" ", 3)[3]


@pytest.mark.usefixtures("history")
def test_a_program_may_tell_and_cancel_an_order_of_which_a_file_was_undone(bring_in, undo, shop, now):
    moment = now - timedelta(hours=8)
    about = {"person": shop.customer_set.get(number="K1").pk, "source": "server", "occurred_at": timezone.now()}
    told = completing.telling("A2", is_named=True, is_from_server=True)._asdict()
    completed = Happening(**told, name=ORDER_COMPLETED, facts={"order": "A2"}, **about)
    cancelled = Happening("order cancelled A2", ORDER_CANCELLED, facts={"order": "A2"}, **about)
    task = bring_in(HEADER + row(moment, "A2"))
    assert [record(shop, [each]) for each in (completed, cancelled)] == [0, 1]
    undo(task)
    assert [record(shop, [each]) for each in (completed, cancelled, completed, cancelled)] == [1, 1, 0, 0]


@pytest.mark.usefixtures("history")
def test_an_order_that_was_cancelled_and_undone_comes_back_once_more(bring_in, undo, shop, now):
    """The second one is another order: what came back of the first says nothing of it."""
    sources.add(shop=shop, name="server", kind="server", by=None)
    person = shop.customer_set.get(number="K1").pk

    def tell(name: str, tell: Callable[..., completing.Telling], **facts: object) -> None:
        told = tell("A2", is_named=True, is_from_server=True)._asdict()
        facts |= {"order_id": "A2", "order": "A2"}
        record(
            shop,
            [Happening(name=name, person=person, source="server", occurred_at=timezone.now(), facts=facts, **told)],
        )
        while drain() + parking.try_due(threading.Event()):
            pass

    reading.begin()
    task = bring_in(HEADER + row(now - timedelta(hours=8), "A2"))
    tell(ORDER_CANCELLED, completing.cancelling)
    assert [each.amount for each in Refund.objects.all()] == [9]
    undo(task)
    assert not Refund.objects.exists()
    tell(ORDER_COMPLETED, completing.telling, total=7)
    tell(ORDER_CANCELLED, completing.cancelling)
    order = Order.objects.get(number="A2")
    assert (order.amount, order.refunded_amount) == (7, 7)


@pytest.mark.usefixtures("history")
def test_an_import_that_fails_tells_back_what_it_told(upload, now, monkeypatch):
    whole = importing.BRING_IN[Import.What.ORDERS]

    def fail(*about: object, **more: object) -> None:
        whole(*about, **more)
        raise RuntimeError

    monkeypatch.setitem(importing.BRING_IN, Import.What.ORDERS, fail)
    with pytest.raises(RuntimeError):
        importing.run(upload(HEADER + row(now - timedelta(hours=8), "A2")).pk, work.Silent())
    assert [name for name, *_ in told()] == ["Order Completed", "Order Cancelled"]


@pytest.mark.usefixtures("history")
def test_undoing_that_dies_halfway_tells_each_order_once(bring_in, undo, now, monkeypatch):
    task = bring_in(HEADER + "".join(row(now - timedelta(hours=8), f"A{number}") for number in range(2, 7)))
    monkeypatch.setattr(undoing, "AT_ONCE", 2)
    whole, remaining = undoing._delete, iter([1, 1])

    def die(*about: object) -> int:
        if about[1] == "commerce_order":
            next(remaining)
        return whole(*about)

    monkeypatch.setattr(undoing, "_delete", die)
    with pytest.raises(StopIteration):
        undo(task)
    gone = sorted(order for name, order, _ in told() if name == "Order Cancelled")
    assert gone == ["A2", "A3", "A4", "A5"]
    assert list(Order.objects.exclude(number="A1").values_list("number", flat=True)) == ["A6"]
    monkeypatch.setattr(undoing, "_delete", whole)
    undo(task)
    gone = sorted(order for name, order, _ in told() if name == "Order Cancelled")
    assert gone == ["A2", "A3", "A4", "A5", "A6"]


# Those who listen


@pytest.fixture
def arrived() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """A web server's address, and what it is sent: types and messages."""
    found: list[tuple[str, str]] = []

    class Listening(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            found.append((said["type"], said["data"]["message_id"]))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_about: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Listening)
    threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", found
    server.shutdown()
    server.server_close()


@pytest.fixture
def points(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], dict[str, int]]]:
    """A reaction that gives a point for an order and takes it back, in a table of its own."""
    own = {"webhooks.queue": registry.named("webhooks.queue")}
    monkeypatch.setattr(registry, "REACTIONS", own)
    with connection.cursor() as cursor:
        cursor.execute("create table points (order_no text, points int)")

    @registry.reaction("test.points", on={"Order Completed", "Order Cancelled"})
    def earn(events: Sequence[Happened]) -> None:
        with connection.cursor() as cursor:
            for event in events:
                sign = 1 if event.name == "Order Completed" else -1
                cursor.execute("insert into points values (%s, %s)", [event.facts["order"], sign])

    def earned() -> dict[str, int]:
        with connection.cursor() as cursor:
            cursor.execute("select order_no, sum(points)::int from points group by order_no")
            return dict(cursor.fetchall())

    reading.begin()
    yield earned
    with connection.cursor() as cursor:
        cursor.execute("drop table points; truncate events_cursor")


@pytest.mark.usefixtures("history")
def test_a_reaction_and_a_webhook_hear_of_it_once_each_time(bring_in, undo, shop, now, points, arrived):
    address, heard = arrived
    endpoints.add(shop=shop, url=address, description="", events=[], by=None)
    courier = Courier(Way(networks=[ip_network("127.0.0.0/8")], seconds=3))

    def listen() -> list[tuple[str, str]]:
        heard.clear()
        drain()
        courier.round(timezone.now())
        for future in list(courier.under_way):
            future.result()
        courier.note(timezone.now())
        return sorted(heard)

    file = HEADER + row(now - timedelta(hours=8), "A2")
    task = bring_in(file)
    assert (listen(), points()) == ([("order.completed", "order completed A2")], {"A2": 1})
    undo(task)
    assert (listen(), points()) == ([("order.cancelled", "order completed A2 undone")], {"A2": 0})
    task = bring_in(file)
    assert (listen(), points()) == ([("order.completed", "order completed A2 again 1")], {"A2": 1})
    undo(task)
    assert (listen(), points()) == ([("order.cancelled", "order completed A2 again 1 undone")], {"A2": 0})
    assert (listen(), points()) == ([], {"A2": 0})
    courier.threads.shutdown()
