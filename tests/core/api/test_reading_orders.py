"""Orders through the API."""

import pytest
from asking import Asking

from tests.core.lake import buying
from treue.core.customers.models import Customer
from treue.core.shop.models import Shop


@pytest.fixture
def anna(shop: Shop) -> Customer:
    """Three orders, of which the second was refunded in part."""
    anna = buying.customer(shop, "C-1017", name="Anna Öztürk")
    tea = buying.product(shop, "TEA")
    buying.order(anna, "2026-03-01 10:00", 20, number="A/1", product=tea, channel="Onlineshop", country="DE")
    returned = buying.order(anna, "2026-04-01 10:00", "30.5", number="A/2", product=tea, units="1.5")
    buying.refund(returned, "2026-04-10 10:00", "10.25", units="0.5")
    buying.order(anna, "2026-05-01 10:00", "0.125", number="A/3")
    return anna


@pytest.fixture
def ben(shop: Shop, anna: Customer) -> Customer:
    ben = buying.customer(shop, "C-2")
    buying.order(ben, "2026-04-15 10:00", 40, number="B/1")
    return ben


def numbers(body: dict[str, list[dict[str, str]]]) -> list[str]:
    return [order["number"] for order in body["data"]]


def test_orders_come_newest_first(reader: Asking, ben: Customer) -> None:
    assert numbers(reader.get("/orders").body) == ["A/3", "B/1", "A/2", "A/1"]


def test_a_customers_orders_come_alone(reader: Asking, anna: Customer, ben: Customer) -> None:
    for answer in (reader.get("/orders", customer=anna.pk), reader.get(f"/customers/{anna.pk}/orders")):
        assert numbers(answer.body) == ["A/3", "A/2", "A/1"]
    assert reader.get("/orders", customer=999_999).body == {"data": [], "next": None}


def test_orders_of_a_time_are_asked_for(reader: Asking, ben: Customer) -> None:
    found = reader.get("/orders", since="2026-04-01T10:00:00+02:00", until="2026-05-01T10:00:00+02:00").body
    assert numbers(found) == ["B/1", "A/2"]


@pytest.mark.parametrize("moment", ["2026-04-01T10:00:00", "yesterday", "1775030400", "0001-01-01T00:00:00+14:00"])
def test_a_moment_needs_a_date_and_an_offset(reader: Asking, moment: str) -> None:
    answer = reader.get("/orders", since=moment)
    assert (answer.status, answer.body["errors"][0]["in"]) == (422, "query/since")


def test_pages_hold_every_order_once_also_of_one_moment(reader: Asking, ben: Customer) -> None:
    for number in range(4):
        buying.order(ben, "2026-04-15 10:00", 1, number=f"B/1{number}")
    found, after = [], {}
    while True:
        page = reader.get("/orders", limit=2, **after).body
        found += numbers(page)
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert found == ["A/3", "B/13", "B/12", "B/11", "B/10", "B/1", "A/2", "A/1"]


def test_an_order_is_told_with_its_lines_and_what_came_back(reader: Asking, anna: Customer) -> None:
    answer = reader.get("/orders/A/2")
    assert answer.status == 200
    euros = {"currency": "EUR"}
    tea = {"code": "TEA", "name": None, "category": None}
    assert answer.body == {
        "number": "A/2",
        "customer": anna.pk,
        "ordered_at": "2026-04-01T08:00:00Z",
        "channel": None,
        "country": None,
        "category": None,
        "total": {"amount": "30.50", **euros},
        "units": "1.5",
        "refunded": {"amount": "10.25", **euros},
        "refunded_units": "0.5",
        "lines": [
            {
                "ordinal": 1,
                "product": tea,
                "quantity": "1.5",
                "unit_price": None,
                "amount": {"amount": "30.50", **euros},
            }
        ],
        "refunds": [
            {
                "number": "R1",
                "refunded_at": "2026-04-10T08:00:00Z",
                "product": None,
                "quantity": "0.5",
                "amount": {"amount": "10.25", **euros},
                "reason": None,
            }
        ],
    }


def test_money_keeps_all_its_digits(reader: Asking, anna: Customer) -> None:
    assert reader.get("/orders/A/3").body["total"] == {"amount": "0.125", "currency": "EUR"}


def test_another_shops_orders_are_not_there(stranger: Asking, anna: Customer) -> None:
    assert stranger.get("/orders").body["data"] == []
    assert stranger.get("/orders", customer=anna.pk).body["data"] == []
    assert stranger.get("/orders/A/1").status == 404


@pytest.mark.parametrize("number", ["none", "%00", "x" * 81, "%ED%A0%80", "a%2Fb"])
def test_an_order_that_is_not_there_is_not_found(reader: Asking, number: str) -> None:
    assert reader.get(f"/orders/{number}").status in (404, 422)
