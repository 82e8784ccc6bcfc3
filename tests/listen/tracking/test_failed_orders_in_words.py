"""What the log's page says of orders that could not be written, and which way it shows."""

from html import unescape

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from treue.core.customers.models import Customer
from treue.core.events import wording
from treue.core.events.log import Happening, record
from treue.core.events.models import Event, Parked
from treue.core.shop.setup import ensure_shop
from treue.core.staff.audit_facts import facts_text
from treue.core.staff.models import User
from treue.listen.tracking import errors, order_errors, showing
from treue.listen.tracking.problems import PROBLEMS

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer() -> Customer:
    return Customer.objects.create(shop=ensure_shop(), number="C-1", name="Anna Blau")


def failed(customer: Customer, error: str = "NoRate", **facts: object) -> Parked:
    told = {"order_id": "A-77", "total": 5, "currency": "usd", **facts}
    record(ensure_shop(), [Happening("m", "Order Completed", customer.pk, "server", timezone.now(), told)])
    event = Event.objects.get()
    return Parked.objects.create(
        reaction="tracking.orders",
        seq=event.seq,
        recorded_at=event.recorded_at,
        place=1,
        person=customer.pk,
        shard=1,
        error=error,
        attempts=3,
        next_try_at=timezone.now(),
    )


def page(path: str = "/log/", language: str = "en", role: str = "manager") -> str:
    client = Client()
    client.force_login(get_user_model().objects.create_user(f"{role}@example.org", role=role, language=language))
    return unescape(client.get(path).text)


@pytest.mark.parametrize(
    ("language", "reaction", "order", "sentence", "way"),
    [
        (
            *("en", "Taking in orders", "Order A-77"),
            "There is no exchange rate for its currency (USD). Enter one, and the next try succeeds.",
            "Enter a rate",
        ),
        (
            *("de", "Übernahme der Bestellungen", "Bestellung A-77"),
            "Für ihre Währung (USD) fehlt ein Wechselkurs. Ist er eingetragen, gelingt der nächste Versuch.",
            "Kurs eintragen",
        ),
    ],
)
def test_a_failed_order_says_which_it_is_whose_and_what_helps(customer, language, reaction, order, sentence, way):
    failed(customer)
    said = page(language=language)
    for words in (reaction, order, sentence, way, "Anna Blau", f'href="/customers/{customer.pk}/"'):
        assert words in said
    assert 'href="/settings/currencies/"' in said
    assert "NoRate" not in said


def test_the_page_that_asks_before_leaving_out_says_it_too(customer):
    parked = failed(customer, "UnusableOrder")
    said = page(f"/log/{parked.pk}/leave-out/")
    for words in ("A-77", "Anna Blau", "What it says of goods or money cannot be an order.", "Taking in orders"):
        assert words in said


def test_what_stands_for_a_currency_is_only_said_where_it_can_be_one(customer):
    failed(customer, currency="Anna Blau, Hauptstr. 1")
    said = page()
    assert "Hauptstr" not in said
    assert "its currency (–)" in said


def test_a_way_is_shown_to_those_who_may_go_it():
    assert wording.way_out("tracking.orders", "NoRate", User(role="manager"))
    assert wording.way_out("tracking.orders", "NoRate", User(role="service")) is None
    assert wording.way_out("tracking.orders", "ZeroDivisionError", User(role="manager")) is None


def test_every_error_of_orders_has_its_words():
    for kind in order_errors.OrderError.__subclasses__():
        for reaction in ("tracking.orders", "tracking.join"):
            assert wording.sentence_of(reaction, kind.__qualname__), kind


def test_the_audit_log_names_reactions_in_words():
    with override("en"):
        assert "Taking in orders" in facts_text({"reaction": "tracking.orders"})


def test_every_refusal_of_an_event_has_its_reason_in_words():
    codes = {each.code for each in errors.BadEvent.__subclasses__()}
    assert codes <= PROBLEMS.keys()
    assert codes | {errors.OverLimit.code} == showing.REASONS.keys()
