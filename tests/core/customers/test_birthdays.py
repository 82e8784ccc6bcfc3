"""Birthdays, whoever tells them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from tests.core.api.asking import Asking
from tests.core.lake import buying
from treue.core.customers import birthdays, writing
from treue.core.customers.identities import Statement, learn
from treue.core.customers.models import Customer, Trait
from treue.core.shop.models import Shop
from treue.core.staff import keys

NOW = datetime(2026, 11, 22, 19, tzinfo=UTC)


@pytest.fixture
def writer(shop: Shop) -> Asking:
    return Asking(keys.add(shop=shop, name="till", scopes=["read", "write"], by=None)[1])


def born(customer: Customer) -> date | None:
    return Customer.everyone.get(pk=customer.pk).birthday


def said(customer: Customer, day: str, *, minute: int, is_trusted: bool) -> None:
    at = NOW + timedelta(minutes=minute)
    learn([Statement(customer.shop, customer.pk, at, f"m{minute}", is_trusted, traits={"birthday": day})])


@pytest.mark.parametrize(
    ("told", "day"),
    [
        ("1990-03-15", date(1990, 3, 15)),
        ("1990-03-15T00:00:00Z", date(1990, 3, 15)),
        ("1990-03-15T23:30:00-05:00", date(1990, 3, 15)),
        ("1992-02-29", date(1992, 2, 29)),
        ("1991-02-29", None),
        ("1899-12-31", None),
        ("2999-01-01", None),
        ("15.03.1990", None),
        ("spring", None),
        ("", None),
    ],
)
def test_a_birthday_is_read_as_it_is_written(told: str, day: date | None) -> None:
    assert birthdays.read(told) == day


def test_a_server_says_it_and_a_browser_does_not(shop: Shop) -> None:
    """Anybody could have a gift come by it, on a day of their choice."""
    anna = buying.customer(shop, "C-1")
    said(anna, "1990-01-01", minute=1, is_trusted=False)
    assert born(anna) is None
    said(anna, "1992-01-01T00:00:00Z", minute=3, is_trusted=True)
    said(anna, "1993-01-01", minute=4, is_trusted=False)
    assert born(anna) == date(1992, 1, 1)
    said(anna, "tomorrow", minute=5, is_trusted=True)
    assert born(anna) == date(1992, 1, 1)


def test_who_takes_it_out_leaves_nothing_of_it(shop: Shop) -> None:
    anna = buying.customer(shop, "C-1")
    said(anna, "1990-01-01", minute=1, is_trusted=True)
    writing.change(customer_id=anna.pk, shop=shop, values={"birthday": None}, now=NOW)
    assert (born(anna), Trait.objects.count()) == (None, 0)


def test_a_program_writes_reads_and_empties_it(writer: Asking, shop: Shop) -> None:
    made = writer.send("POST", "/customers", {"number": "C-1", "birthday": "1990-03-15"})
    place = f"/customers/{made.body['id']}"
    assert writer.get(place).body["birthday"] == "1990-03-15"
    writer.send("PATCH", place, {"city": "Bonn"})
    assert writer.get(place).body["birthday"] == "1990-03-15"
    writer.send("PATCH", place, {"birthday": None})
    assert writer.get(place).body["birthday"] is None
    tomorrow = (timezone.now() + timedelta(days=1)).date().isoformat()
    for wrong in ("1990-02-30", "1899-01-01", tomorrow, "15.03.1990", 19900315):
        answer = writer.send("PATCH", place, {"birthday": wrong})
        assert (answer.status, answer.body["errors"][0]["in"]) == (422, "body/birthday")
