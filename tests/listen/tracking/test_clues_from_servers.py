"""`identify` of a visitor by address, telephone or card alone, over HTTP: a server is believed, a browser is not."""

import threading
from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from sending import Sender, logged, track

from treue.core.commerce.models import Order
from treue.core.customers.models import Clue, Identity, Visitor
from treue.core.events import parking
from treue.core.events.reacting import drain
from treue.core.events.reading import begin

Make = Callable[..., Sender]
CONSENT = {"consent": {"categoryPreferences": {"analytics": True}}}
ANNA = {"type": "identify", "userId": "C-1", "traits": {"email": "anna@tea.example", "card": "12-34"}}
VISITOR = {"type": "identify", "anonymousId": "v", "context": CONSENT}


@pytest.fixture
def make(source: Make, installation: object) -> Iterator[Make]:
    yield source
    with connection.cursor() as cursor:
        cursor.execute("truncate events_cursor")


def react() -> None:
    begin()
    while drain() + parking.try_due(threading.Event()):
        pass


def who() -> str | None:
    return Visitor.objects.values_list("customer__number", flat=True).get()


@pytest.mark.parametrize(
    "said",
    [
        {"traits": {"email": "Anna@Tea.example"}},
        {"traits": {"card": "1234"}},
        {"context": CONSENT | {"externalIds": [{"type": "card", "id": "12 34"}]}},
    ],
)
def test_a_server_says_by_an_address_or_a_card_who_a_visitor_is(make: Make, said: dict):
    server = make("server")
    order = track("Order Completed", anonymousId="v", properties={"order_id": "1", "total": 9})
    server.send(order, ANNA, VISITOR | said)
    react()
    assert who() == "C-1"
    assert list(Order.objects.values_list("number", "customer__number")) == [("1", "C-1")]


def test_a_browser_that_knows_somebodys_address_writes_nothing_into_their_history(make: Make):
    make("server").send(ANNA)
    make("web", "browser", believes_orders=True).send(
        VISITOR | {"traits": {"email": "anna@tea.example", "card": "12-34"}}
    )
    react()
    assert who() is None
    assert not Clue.objects.exists()


def test_an_address_that_two_have_leads_to_nobody(make: Make):
    server = make("server")
    server.send(ANNA, VISITOR | {"traits": {"email": "anna@tea.example"}})
    react()
    assert who() == "C-1"
    server.send(ANNA | {"userId": "C-2", "traits": {"email": "anna@tea.example"}})
    react()
    assert who() is None


def test_of_a_visitor_who_did_not_consent_nothing_personal_is_kept(make: Make):
    make("server").send(ANNA, {"type": "identify", "anonymousId": "v", "traits": {"email": "anna@tea.example"}})
    react()
    assert who() is None
    assert not Clue.objects.exists()
    assert logged()[-1].facts == {"anonymous_id": "v"}


def test_nobody_is_made_a_customer_by_an_address(make: Make):
    make("server").send(VISITOR | {"traits": {"email": "anna@tea.example"}})
    react()
    assert who() is None
    assert not Identity.objects.exists()
    assert Clue.objects.values_list("kind", "value").get() == ("email", "anna@tea.example")
