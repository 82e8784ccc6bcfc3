"""Customers through the API."""

import pytest
from asking import Asking

from tests.core.lake import buying
from treue.core.shop.models import Shop

ANNA = {"name": "Anna Öztürk", "email": "Anna@Example.org", "phone": "+49301234567", "city": "Köln", "country": "DE"}


def test_a_customer_is_told_by_the_opaque_number(reader: Asking, shop: Shop) -> None:
    anna = buying.customer(shop, "C-1017", **ANNA, signed_up_at=buying.local(shop, "2024-03-01 10:30"))
    answer = reader.get(f"/customers/{anna.pk}")
    assert answer.status == 200
    assert answer.body["created_at"].endswith("Z")
    assert {name: answer.body[name] for name in ("id", "number", "name", "email", "signed_up_at")} == {
        "id": anna.pk,
        "number": "C-1017",
        "name": "Anna Öztürk",
        "email": "Anna@Example.org",
        "signed_up_at": "2024-03-01T09:30:00Z",
    }


def test_what_is_not_known_is_null(reader: Asking, shop: Shop) -> None:
    ben = buying.customer(shop, "C-1")
    assert reader.get(f"/customers/{ben.pk}").body["email"] is None


@pytest.mark.parametrize(
    ("parameter", "value"),
    [("identity", "C-1017"), ("identity", "anna@example.org"), ("number", "C-1017"), ("email", "ANNA@example.org")],
)
def test_a_customer_is_found(reader: Asking, shop: Shop, parameter: str, value: str) -> None:
    anna = buying.customer(shop, "C-1017", **ANNA)
    buying.customer(shop, "C-10170", email="ben@example.org")
    answer = reader.get("/customers", **{parameter: value})
    assert [each["id"] for each in answer.body["data"]] == [anna.pk]
    assert answer.body["next"] is None


def test_an_identity_that_several_share_finds_them_all(reader: Asking, shop: Shop) -> None:
    for number in ("1", "2"):
        buying.customer(shop, number, email="family@example.org")
    assert len(reader.get("/customers", identity="family@example.org").body["data"]) == 2


def test_only_one_way_to_find_is_asked_for(reader: Asking) -> None:
    answer = reader.get("/customers", number="1", email="a@example.org")
    assert (answer.status, answer.type) == (422, "invalid")


def test_pages_hold_every_customer_once(reader: Asking, shop: Shop) -> None:
    known = [buying.customer(shop, f"C-{number}").pk for number in range(7)]
    found, after = [], {}
    while True:
        page = reader.get("/customers", limit=3, **after).body
        found += [each["id"] for each in page["data"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert found == known


@pytest.mark.parametrize(
    "cursor",
    ["x", "é", "W10", "WyJvcmRlcnMiLDFd", "WyJjdXN0b21lcnMiLDFlOTld", "WyJjdXN0b21lcnMiLHRydWVd", "[" * 200, "A" * 201],
)
def test_a_cursor_that_nobody_gave_is_refused(reader: Asking, cursor: str) -> None:
    answer = reader.get("/customers", after=cursor)
    assert (answer.status, answer.body["errors"][0]["in"]) == (422, "query/after")


def test_another_shops_customer_is_not_there(stranger: Asking, shop: Shop) -> None:
    anna = buying.customer(shop, "C-1017", **ANNA)
    for path in (f"/customers/{anna.pk}", f"/customers/{anna.pk}/orders", f"/customers/{anna.pk}/events"):
        assert stranger.get(path).status == 404
    for parameters in ({}, {"identity": "C-1017"}, {"email": "anna@example.org"}, {"number": "C-1017"}):
        assert stranger.get("/customers", **parameters).body["data"] == []


@pytest.mark.parametrize("number", [0, -1, 2**63, "9" * 5000, "x", "1.5", "%00"])
def test_what_is_no_number_is_refused(reader: Asking, number: object) -> None:
    assert reader.get(f"/customers/{number}").status in (404, 422)


def test_a_number_that_nobody_has_is_not_found(reader: Asking) -> None:
    assert reader.get(f"/customers/{2**63 - 1}").type == "not-found"
