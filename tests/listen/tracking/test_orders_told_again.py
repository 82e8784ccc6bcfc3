"""An order that several tell of, over real HTTP: whoever comes first, it ends with the best that was said of it."""

import importlib
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import permutations

import pytest
from django.db import connection, transaction
from sending import Sender, logged, track
from tellings import IDENTIFY, as_it_was_said, best, in_rounds, react, tell_all

from treue.core.commerce import completing
from treue.core.commerce.models import Order, OrderLine, Refund
from treue.core.customers import persons
from treue.core.customers.persons import Key
from treue.core.events.log import Happening, record
from treue.core.events.models import Event, Parked, Source
from treue.core.staff import keys

Make = Callable[..., Sender]
NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
# Who tells what: the source, whom it names (None: the visitor), the total, minutes past noon.
TELLINGS = {
    "A": ("browser", None, 10, 1),
    "B": ("browser", "C-1", 11, 2),
    "C": ("server", None, 12, 3),
    "D": ("server", "C-1", 13, 4),
}


def completed(number: str, who: str | None, total: float, minutes: int = 0, **further: object) -> dict[str, object]:
    named = {"userId": who} if who else {"anonymousId": f"v {number}"}
    moment = (NOON + timedelta(minutes=minutes)).isoformat()
    properties = {"order_id": number, "total": total, **further}
    return track("Order Completed", timestamp=moment, properties=properties, **named)


def told(number: str, letter: str) -> tuple[str, dict[str, object]]:
    """The source and the event."""
    if letter == IDENTIFY:
        return "server", {"type": "identify", "userId": "C-1", "anonymousId": f"v {number}"}
    source, who, total, minutes = TELLINGS[letter]
    further = {"country": "Malta"} if letter == "B" else {}
    return source, completed(number, who, total, minutes, **further)


def seen() -> dict[str, tuple]:
    rows = Order.objects.values_list("number", "customer__number", "amount", "ordered_at", "channel__name", "country")
    return {number: tuple(rest) for number, *rest in rows}


def expected(told_of: Collection[str]) -> dict[str, tuple]:
    """What `seen` should see of orders whose numbers say who told of them, in which order."""
    orders = {}
    for number in told_of:
        if (counts := best(number)) is not None:
            source, _, total, minutes = TELLINGS[counts]
            country = "Malta" if counts == "B" else ""
            orders[number] = ("C-1", Decimal(total), NOON + timedelta(minutes=minutes), source, country)
    return orders


def test_the_same_tellings_in_any_order_give_the_same_order(senders: dict[str, Sender]):
    told_of = ["".join(each) for count in (2, 3, 5) for each in permutations("ABCDI", count)]
    tell_all(senders, in_rounds(told_of), told)
    assert seen() == expected(told_of)
    assert not Parked.objects.exists()
    lines = OrderLine.objects.values_list("order__number", "amount", "bought_at")
    assert sorted(lines) == sorted((number, each[1], each[2]) for number, each in expected(told_of).items())


def test_so_they_do_where_each_has_its_effect_before_the_next_one_comes(senders: dict[str, Sender]):
    told_of = ["".join(each) for each in permutations("ABCDI")]
    for place, these in enumerate(in_rounds(told_of), start=1):
        tell_all(senders, [these], told)
        now = seen()
        for number in told_of:
            assert now.get(number) == expected([number[:place]]).get(number[:place]), number[:place]
    assert not Parked.objects.exists()


def test_an_order_is_completed_once_and_a_repeat_is_not_heard(senders: dict[str, Sender]):
    told_of = ["".join(each) for count in range(1, 5) for each in permutations(TELLINGS, count)]
    tell_all(senders, in_rounds(told_of), told)
    once = Event.objects.filter(name="Order Completed")
    assert sorted(once.values_list("message_id", flat=True)) == sorted(f"order completed {each}" for each in told_of)
    before = logged()
    assert len({event.message_id for event in before}) == len(before)
    tell_all(senders, in_rounds(told_of), told)
    assert logged() == before


@pytest.mark.parametrize("first", ["browser", "server"])
def test_a_batch_that_tells_twice_of_an_order_gives_it_to_the_customer(senders: dict[str, Sender], first: str):
    sender = senders[first]
    sender.send(completed("1", None, 9), completed("1", "C-1", 9), completed("1", "C-1", 9))
    sender.send(completed("2", "C-1", 9), completed("2", None, 9))
    react()
    names = [(event.name, event.facts["order_id"]) for event in logged()]
    assert names == [("Order Completed", "1"), ("Order Updated", "1"), ("Order Completed", "2")]
    assert {number: each[0] for number, each in seen().items()} == {"1": "C-1", "2": "C-1"}


def test_requests_that_come_at_once_leave_the_orders_with_their_customers(senders: dict[str, Sender]):
    numbers = [f"{place}" for place in range(60)]
    asked = [(number, who) for place, number in enumerate(numbers) for who in (None, "C-1")[:: (-1) ** place]]
    with ThreadPoolExecutor(16) as crowd:
        answers = list(crowd.map(lambda each: senders["server"].one(**completed(*each, 9)).status, asked))
    react()
    assert set(answers) == {200}
    assert {number: each[0] for number, each in seen().items()} == dict.fromkeys(numbers, "C-1")
    assert Event.objects.filter(name="Order Completed").count() == len(numbers)


@pytest.mark.parametrize("first", [None, "C-1"])
def test_who_tells_while_another_is_being_written_waits_for_it(senders: dict[str, Sender], first: str | None):
    """The one that is being written is not seen yet, and might still be undone."""
    sender = senders["server"]
    shop = sender.source.shop
    second = completed("1", "C-1" if first is None else None, 9)
    key = Key(shop.pk, "number", first) if first else Key(shop.pk, "anonymous", "v 1")
    with ThreadPoolExecutor(1) as crowd:
        with transaction.atomic(), connection.cursor() as cursor:
            who = persons.resolve(cursor, [key])[key]
            as_told = completing.telling("1", is_named=first is not None, is_from_server=True)._asdict()
            facts = {"order_id": "1", "total": 9}
            record(
                shop,
                [
                    Happening(
                        name="Order Completed",
                        person=who.number,
                        source="server",
                        occurred_at=NOON,
                        facts=facts,
                        **as_told,
                    )
                ],
            )
            answer = crowd.submit(lambda: sender.one(**second).status)
            with pytest.raises(TimeoutError):
                answer.result(timeout=1)
        assert answer.result(timeout=30) == 200
    react()
    assert seen()["1"][0] == "C-1"
    assert [event.name for event in logged()] == ["Order Completed", "Order Updated"][: 2 if first is None else 1]


def test_whose_the_order_is_says_the_server_and_never_a_browser_that_is_not_believed(senders: dict[str, Sender]):
    who = {"doubted": "C-3", "browser": "C-2", "server": "C-1"}
    orders = list(permutations(who))
    for place in range(len(who)):
        for order in orders:
            name = order[place]
            senders[name].one(**completed("named by " + " ".join(order), who[name], 9))
            senders[name].one(**completed(" ".join(order), who[name] if name == "doubted" else None, 9))
        react()
    assert {number: each[0] for number, each in seen().items()} == {
        "named by " + " ".join(order): "C-1" for order in orders
    }
    assert not Parked.objects.exists()


def test_two_servers_that_name_two_customers_do_not_take_the_order_from_each_other(senders: dict[str, Sender]):
    senders["server"].one(**completed("1", "C-1", 9))
    senders["server"].one(**completed("1", "C-2", 9))
    react()
    assert seen()["1"][0] == "C-1"


def test_telling_again_does_not_undo_a_change(senders: dict[str, Sender]):
    orders = list(permutations(["anonymous", "update", "named"]))
    for place in range(3):
        for order in orders:
            number = " ".join(order)
            changed = {"userId": "C-1", "properties": {"order_id": number, "total": 5}, "timestamp": NOON.isoformat()}
            told = {
                "anonymous": completed(number, None, 9),
                "named": completed(number, "C-1", 9),
                "update": track("Order Updated", **changed),
            }
            senders["server"].one(**told[order[place]])
        react()
    assert {number: each[:3] for number, each in seen().items()} == {
        " ".join(order): ("C-1", 5, NOON) for order in orders
    }


def test_what_a_visitor_gave_back_stays_with_the_customer_who_is_named(senders: dict[str, Sender]):
    server, orders = senders["server"], list(permutations(["anonymous", "refund", "named"]))
    visits = [f"v {' '.join(order)}" for order in orders]
    server.send(*[{"type": "identify", "userId": "C-1", "anonymousId": each} for each in visits])
    for place in range(3):
        for order in orders:
            number = " ".join(order)
            told = {
                "anonymous": completed(number, None, 9),
                "refund": track("Order Refunded", anonymousId=f"v {number}", properties={"order_id": number}),
                "named": completed(number, "C-1", 9),
            }
            server.send(told[order[place]])
        react()
    server.send(*[{"type": "identify", "userId": "C-2", "anonymousId": each} for each in visits])
    react()
    kept = Order.objects.values_list("number", "customer__number", "person", "refunded_amount")
    assert sorted(kept) == sorted((" ".join(order), "C-1", None, 9) for order in orders)
    assert set(Refund.objects.values_list("customer__number", "person")) == {("C-1", None)}


def test_the_api_names_the_customer_of_an_order_that_a_visitor_made(senders: dict[str, Sender]):
    server = senders["server"]
    server.one(**completed("1", None, 9))
    keys.add(shop=server.source.shop, name="till", scopes=["write"], by=None)
    facts = {"order_id": "1", "total": "9"}
    recorded = [
        completing.record_order(shop=server.source.shop, number="1", customer="C-1", at=NOON, facts=facts)[1]
        for _ in range(2)
    ]
    react()
    assert (recorded, seen()["1"][0]) == ([True, False], "C-1")


def test_what_was_told_before_tellings_were_compared_is_a_repeat_from_then_on(senders: dict[str, Sender]):
    migration = importlib.import_module("treue.listen.tracking.migrations.0002_orders_told_before")
    tell_all(senders, [[(letter, letter) for letter in TELLINGS]], told)
    as_it_was_said(migration.SAID, of="order completed", gone="B")
    before = len(logged())
    tell_all(senders, [[(number, letter) for number in TELLINGS for letter in TELLINGS]], told)
    news = [(event.facts["order_id"], event.source, event.person is not None) for event in logged()[before:]]
    assert sorted({number for number, _, _ in news}) == ["A", "C"]
    assert Source.objects.count() == 3
