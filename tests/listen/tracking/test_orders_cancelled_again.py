"""A cancellation that several tell of, over real HTTP: whoever comes first, the order comes back once."""

import importlib
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import permutations

from sending import Sender, logged, track
from tellings import IDENTIFY, as_it_was_said, best, in_rounds, react, tell_all

from treue.core.commerce.models import Order, Refund
from treue.core.customers.models import Visitor
from treue.core.events.models import Event, Parked, Source

Make = Callable[..., Sender]
NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
# Who says that it was cancelled: the source, whom it names (None: the visitor), minutes past noon.
TELLINGS = {
    "A": ("browser", None, 1),
    "B": ("browser", "C-1", 2),
    "C": ("server", None, 3),
    "D": ("server", "C-1", 4),
}
ORDER = "O"


def cancelled(number: str, who: str | None, minutes: int = 0, **further: object) -> dict[str, object]:
    named = {"userId": who} if who else {"anonymousId": f"v {number}"}
    moment = (NOON + timedelta(minutes=minutes)).isoformat()
    return track("Order Cancelled", timestamp=moment, properties={"order_id": number, **further}, **named)


def completed(number: str, who: str = "C-1", total: int = 20) -> dict[str, object]:
    return track(
        "Order Completed", timestamp=NOON.isoformat(), userId=who, properties={"order_id": number, "total": total}
    )


def told(number: str, letter: str) -> tuple[str, dict[str, object]]:
    """The source and the event."""
    if letter == IDENTIFY:
        return "server", {"type": "identify", "userId": "C-1", "anonymousId": f"v {number}"}
    if letter == ORDER:
        return "server", completed(number)
    source, who, minutes = TELLINGS[letter]
    return source, cancelled(number, who, minutes, reason=letter)


def seen() -> dict[str, tuple[object, ...]]:
    """Each row of what came back, by order: so nothing is there twice."""
    rows = Refund.objects.values_list("refers_to", "customer__number", "reason", "refunded_at", "batch__source")
    found = {number: tuple(rest) for number, *rest in rows}
    assert len(rows) == len(found)
    return found


def expected(told_of: Collection[str]) -> dict[str, tuple[object, ...]]:
    found = {}
    for number in told_of:
        if (counts := best(number)) is not None:
            source, _, minutes = TELLINGS[counts]
            found[number] = ("C-1", counts, NOON + timedelta(minutes=minutes), source)
    return found


def given_back() -> dict[str, int]:
    return dict(Order.objects.values_list("number", "refunded_amount"))


def test_the_same_tellings_in_any_order_take_the_order_back_once(senders: dict[str, Sender]):
    told_of = ["".join(each) for count in (2, 3) for each in permutations("ABCDIO", count)]
    told_of += ["".join(each) for each in permutations("ADIO")]
    tell_all(senders, in_rounds(told_of), told)
    assert seen() == expected(told_of)
    assert given_back() == {each: 20 if best(each) else 0 for each in told_of if ORDER in each}
    assert not Parked.objects.exists()


def test_so_they_do_where_each_has_its_effect_before_the_next_one_comes(senders: dict[str, Sender]):
    told_of = [f"{before}{''.join(each)}" for each in permutations("ACDI") for before in ("O", "")]
    told_of += [f"O{''.join(each)}" for each in permutations("ABCI")]
    for place, these in enumerate(in_rounds(told_of), start=1):
        tell_all(senders, [these], told)
        now, back = seen(), given_back()
        for number in told_of:
            said = number[:place]
            assert now.get(number) == expected([said]).get(said), said
            assert back.get(number) == ((20 if best(said) else 0) if ORDER in said else None), said
    assert not Parked.objects.exists()


def test_whose_it_is_for_good_says_who_names_the_customer(senders: dict[str, Sender]):
    """Without an order it goes where the visitor goes, until somebody names the customer."""
    told_of = ["".join(each) for count in (2, 3) for each in permutations("ABCDI", count)]
    for these in in_rounds(told_of):
        tell_all(senders, [these], told)
    loose = set(Refund.objects.exclude(person=None).values_list("refers_to", flat=True))
    assert loose == {each for each in told_of if best(each) and not set(each) & set("BD")}
    assert set(Refund.objects.exclude(person=None).values_list("person", flat=True)) <= set(
        Visitor.objects.values_list("number", flat=True)
    )


def test_an_order_is_cancelled_once_in_the_log_and_a_repeat_is_not_heard(senders: dict[str, Sender]):
    told_of = ["".join(each) for count in range(1, 5) for each in permutations(TELLINGS, count)]
    tell_all(senders, in_rounds(told_of), told)
    once = Event.objects.filter(name="Order Cancelled").values_list("message_id", flat=True)
    assert sorted(once) == sorted(f"order cancelled {each}" for each in told_of)
    before = logged()
    assert len({event.message_id for event in before}) == len(before)
    tell_all(senders, in_rounds(told_of), told)
    assert logged() == before


def test_requests_that_come_at_once_take_each_order_back_once(senders: dict[str, Sender]):
    numbers = [f"{place}" for place in range(40)]
    senders["server"].send(*map(completed, numbers))
    react()
    asked = [(number, letter) for place, number in enumerate(numbers) for letter in "AD"[:: (-1) ** place]]

    def ask(each: tuple[str, str]) -> int:
        source, event = told(*each)
        return senders[source].one(**event).status

    with ThreadPoolExecutor(16) as crowd:
        assert set(crowd.map(ask, asked)) == {200}
    react()
    assert seen() == {number: ("C-1", "D", NOON + timedelta(minutes=4), "server") for number in numbers}
    assert given_back() == dict.fromkeys(numbers, 20)
    assert Event.objects.filter(name="Order Cancelled").count() == len(numbers)


def test_a_browser_that_names_another_customer_keeps_out_no_server(senders: dict[str, Sender]):
    """Before the order is there, nobody can know that it is not theirs."""
    orders = list(permutations(["browser", "server", "order"]))
    for place in range(3):
        for order in orders:
            number = " ".join(order)
            source, event = {
                "browser": ("browser", cancelled(number, "C-2")),
                "server": ("server", cancelled(number, "C-1")),
                "order": ("server", completed(number)),
            }[order[place]]
            senders[source].one(**event)
        react()
    kept = Refund.objects.values_list("refers_to", "customer__number", "batch__source")
    assert sorted(kept) == sorted((" ".join(order), "C-1", "server") for order in orders)
    assert set(given_back().values()) == {20}
    assert set(Parked.objects.values_list("error", flat=True)) <= {"OrderOfAnotherCustomer"}


def test_what_else_came_back_is_not_taken_back_again(senders: dict[str, Sender]):
    """The better word of the cancellation leaves the refund, and its share, as they are."""
    server = senders["server"]
    server.one(**completed("1"))
    refund = track("Order Refunded", userId="C-1", properties={"order_id": "1", "total": 5})
    for sender, event in (
        (server, refund),
        (senders["browser"], cancelled("1", None)),
        (server, cancelled("1", "C-1")),
    ):
        sender.one(**event)
        react()
    server.one(type="identify", userId="C-1", anonymousId="v 1")
    react()
    assert sorted(Refund.objects.values_list("amount", "reason")) == [(5, ""), (15, "cancelled")]
    assert given_back() == {"1": 20}


def test_a_cancellation_that_lists_products_is_no_change_of_the_order(senders: dict[str, Sender]):
    senders["server"].one(**completed("1"))
    for source, letter in (("browser", "A"), ("server", "D")):
        event = cancelled("1", TELLINGS[letter][1], products=[{"product_id": "TEA", "price": 3, "quantity": 1}])
        senders[source].one(**event)
        react()
    assert Order.objects.values_list("amount", "refunded_amount").get() == (20, 20)


def test_what_was_told_before_tellings_were_compared_is_a_repeat_from_then_on(senders: dict[str, Sender]):
    migration = importlib.import_module("treue.listen.tracking.migrations.0003_cancellations_told_before")
    tell_all(senders, [[(letter, letter) for letter in TELLINGS]], told)
    Source.objects.filter(name="browser").update(name="web shop", former_names=["browser"])
    as_it_was_said(migration.SAID, of="order cancelled", gone="B")
    before = len(logged())
    tell_all(senders, [[(number, letter) for number in TELLINGS for letter in TELLINGS]], told)
    news = [(event.facts["order_id"], event.source, event.person is not None) for event in logged()[before:]]
    assert sorted({number for number, _, _ in news}) == ["A", "C"]


def test_a_cancelled_order_has_come_back_whole_whatever_is_told_of_its_goods_and_when(senders):
    """The browser tells of an order of 20 and cancels it; the server knows that it was of 25."""
    messages = {
        "o": ("browser", completed),
        "c": ("browser", lambda number: cancelled(number, "C-1", 2)),
        "O": ("server", lambda number: completed(number, total=25)),
        "C": ("server", lambda number: cancelled(number, "C-1", 4)),
    }
    numbers = ["".join(each) for each in permutations(messages)]
    for place in range(len(messages)):
        for number in numbers:
            source, made = messages[number[place]]
            assert senders[source].send(made(number)).status == 200
        react()
    found = Order.objects.filter(number__in=numbers).values_list("amount", "refunded_amount")
    assert list(found) == [(25, 25)] * len(numbers)


def test_what_came_back_before_an_order_was_cancelled_is_not_taken_back_twice(senders):
    bought = {"order_id": "Z-1", "products": [{"product_id": "T", "price": 10, "quantity": 2}]}
    for event, given in (
        ("Order Completed", bought),
        ("Order Refunded", {"order_id": "Z-1", "total": 5}),
        ("Order Cancelled", {"order_id": "Z-1"}),
        ("Order Updated", {**bought, "products": [{"product_id": "T", "price": 10, "quantity": 3}]}),
    ):
        assert senders["server"].send(track(event, userId="C-1", properties=given)).status == 200
        react()
    order = Order.objects.get(number="Z-1")
    assert (order.amount, order.refunded_amount) == (30, 30)
    assert sum(Refund.objects.values_list("amount", flat=True)) == 30
