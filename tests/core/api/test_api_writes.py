"""Customers and orders written through the API."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from asking import Asking
from django.db import connection, transaction
from django.utils import timezone

from tests.core.lake import buying
from treue.core.commerce.models import Order
from treue.core.customers import erasure, given_up, merging, writing
from treue.core.customers.identities import EMAIL, Statement, learn
from treue.core.customers.models import Customer, Erasure, Identity
from treue.core.events import partitions, withdrawing
from treue.core.events.models import Event
from treue.core.shop import locking
from treue.core.shop.models import Shop
from treue.core.staff.models import AuditEntry

ANNA = {"number": "C-1017", "name": "Anna Öztürk", "email": "Anna@example.org", "phone": "+49 30 1234567"}
LINE = {"product_id": "TEA-1", "name": "Green tea", "category": "Tea", "price": "8.30", "quantity": "3"}


@pytest.fixture(autouse=True)
def log(shop: Shop) -> Iterator[None]:
    partitions.ensure(timezone.now().date())
    yield
    with connection.cursor() as cursor:
        cursor.execute("truncate events_event, events_message")


def order(**values: object) -> dict[str, object]:
    moment = (timezone.now() - timedelta(hours=1)).isoformat()
    given = {"number": "A/1", "customer": "C-1017", "ordered_at": moment, "currency": "EUR", "lines": [LINE]}
    return given | values


def erased(shop: Shop, number: str) -> Erasure:
    return erasure.erase(customer=buying.customer(shop, number), by=None)


# Customers


def test_a_customer_is_made_by_number(writer: Asking) -> None:
    answer = writer.send("POST", "/customers", ANNA | {"signed_up_at": "2024-03-01T10:30:00+01:00"})
    anna = Customer.objects.get()
    assert (answer.status, answer.body) == (201, {"id": anna.pk})
    assert answer.headers["Location"] == f"/api/v1/customers/{anna.pk}"
    assert (anna.number, anna.name, anna.email) == ("C-1017", "Anna Öztürk", "Anna@example.org")
    assert anna.signed_up_at.isoformat() == "2024-03-01T09:30:00+00:00"


def test_a_moment_is_taken_with_an_offset_that_no_country_has(writer: Asking, reader: Asking) -> None:
    answer = writer.send("POST", "/customers", ANNA | {"signed_up_at": "2024-03-01T10:30:00-20:04"})
    anna = Customer.objects.get()
    assert (answer.status, anna.signed_up_at.isoformat()) == (201, "2024-03-02T06:34:00+00:00")
    changed = writer.send("PATCH", f"/customers/{anna.pk}", {"signed_up_at": "2024-03-01T10:30:00+23:59"})
    anna.refresh_from_db()
    assert (changed.status, anna.signed_up_at.isoformat()) == (200, "2024-02-29T10:31:00+00:00")
    assert reader.get("/orders", since="2024-03-01T10:30:00-20:04").status == 200


def test_a_customer_is_found_by_what_was_written(writer: Asking, reader: Asking) -> None:
    writer.send("POST", "/customers", ANNA)
    assert {each.kind: each.value for each in Identity.objects.all()} == {
        "email": "anna@example.org",
        "phone": "+49301234567",
    }
    assert len(reader.get("/customers", identity="030 1234567").body["data"]) == 1


OLD, NEW = "anna@example.org", "new@example.org"


def given_up_in_the_portal(anna: Customer, email: str) -> None:
    """As the portal does when a member changes to another address."""
    about = {"shop": anna.shop, "values": {"email": email}, "now": timezone.now()}
    writing.change(customer_id=anna.pk, by=given_up.By.MEMBER, **about)


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_another_address_is_the_only_one_that_is_theirs(writer: Asking, shop: Shop, method: str) -> None:
    """Also beside one that a till told, as in the portal."""
    writer.send("POST", "/customers", ANNA)
    anna = Customer.objects.get()
    learn([Statement(shop, anna.pk, timezone.now(), "till", True, [(EMAIL, "till@example.org")])])
    path, number = ("/customers", {"number": "C-1017"}) if method == "POST" else (f"/customers/{anna.pk}", {})
    writer.send(method, path, number | {"email": "Anna@EXAMPLE.org", "city": "Bonn"})
    assert given_up.addresses_of(anna) == {OLD, "till@example.org"}
    writer.send(method, path, number | {"email": NEW})
    assert given_up.addresses_of(Customer.objects.get()) == {NEW}
    writer.send(method, path, number | {"email": OLD})
    assert given_up.addresses_of(Customer.objects.get()) == {OLD}
    writer.send(method, path, number | {"email": None})
    assert given_up.addresses_of(Customer.objects.get()) == set()


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_a_program_that_was_told_nothing_does_not_bring_back_what_the_member_gave_up(
    writer: Asking, reader: Asking, method: str
) -> None:
    """A copy of the customers elsewhere that is sent again and again: it hears of it, and nothing of it is written."""
    writer.send("POST", "/customers", ANNA)
    anna = Customer.objects.get()
    given_up_in_the_portal(anna, NEW)
    path = "/customers" if method == "POST" else f"/customers/{anna.pk}"
    body = (ANNA if method == "POST" else {"email": ANNA["email"]}) | {"city": "Bonn"}
    for _night in range(2):
        answer = writer.send(method, path, body)
        fault = answer.body["errors"][0]
        assert (answer.status, answer.type, fault["in"]) == (409, "refused", "body/email")
        assert (fault["reason"], {*fault["facts"]}) == ("given-up-by-member", {"since"})
    assert given_up.addresses_of(Customer.objects.get()) == {NEW}
    said = reader.get(f"/customers/{anna.pk}").body
    assert (said["email"], said["city"]) == (NEW, None)
    assert writer.send(method, path, body | {"email": NEW}).status == 200
    assert writer.send(method, path, body | {"takes_back_email": True}).status == 200
    assert given_up.addresses_of(Customer.objects.get()) == {OLD}


def test_a_copy_from_elsewhere_says_a_third_address_once(writer: Asking) -> None:
    """What a program replaced is another program's to say again: the later one counts."""
    writer.send("POST", "/customers", ANNA)
    anna = Customer.objects.get()
    given_up_in_the_portal(anna, NEW)
    for email in ("third@example.org", NEW, "third@example.org"):
        assert writer.send("PATCH", f"/customers/{anna.pk}", {"email": email}).status == 200
        assert given_up.addresses_of(Customer.objects.get()) == {email}
    assert writer.send("PATCH", f"/customers/{anna.pk}", {"email": OLD}).status == 409


def test_a_known_number_changes_what_is_sent_and_nothing_else(writer: Asking, shop: Shop) -> None:
    writer.send("POST", "/customers", ANNA | {"city": "Köln"})
    answer = writer.send("POST", "/customers", {"number": " C-1017 ", "city": "Bonn", "phone": None})
    anna = Customer.objects.get()
    assert (answer.status, answer.body) == (200, {"id": anna.pk})
    assert (anna.city, anna.phone, anna.email) == ("Bonn", "", "Anna@example.org")


def test_a_customer_is_changed_by_id(writer: Asking, shop: Shop) -> None:
    anna = buying.customer(shop, "C-1017", name="Anna", city="Köln")
    answer = writer.send("PATCH", f"/customers/{anna.pk}", {"name": "Anna Öztürk", "city": ""})
    assert (answer.status, answer.body) == (200, {"id": anna.pk})
    anna.refresh_from_db()
    assert (anna.name, anna.city) == ("Anna Öztürk", "")


def test_who_was_merged_is_the_one_they_were_merged_into(writer: Asking, reader: Asking, shop: Shop) -> None:
    kept, absorbed = buying.customer(shop, "C-1"), buying.customer(shop, "C-2", email="anna@example.org")
    merging.merge(kept=kept, absorbed=absorbed, by=None)
    assert reader.get(f"/customers/{absorbed.pk}").body["id"] == kept.pk
    assert [each["id"] for each in reader.get("/customers", number="C-2").body["data"]] == [kept.pk]
    assert writer.send("PATCH", f"/customers/{absorbed.pk}", {"city": "Bonn"}).body == {"id": kept.pk}
    assert writer.send("POST", "/customers", {"number": "C-2", "name": "Anna"}).body == {"id": kept.pk}
    kept.refresh_from_db()
    assert (kept.city, kept.name) == ("Bonn", "Anna")


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({}, "body/number"),
        ({"number": " "}, "body/number"),
        ({"number": "x" * 121}, "body/number"),
        ({"number": 7}, "body/number"),
        ({"number": "a\0"}, "body/number"),
        ({"number": "1", "name": "\ud800"}, "body/name"),
        ({"number": "1", "email": "nobody"}, "body/email"),
        ({"number": "1", "signed_up_at": "2024-03-01T10:30:00"}, "body/signed_up_at"),
        ({"number": "1", "signed_up_at": 1775030400}, "body/signed_up_at"),
        ({"number": "1", "nmae": "Anna"}, "body/nmae"),
        ([], "body"),
        (None, "body"),
    ],
)
def test_what_is_wrong_is_named_by_its_place(writer: Asking, body: object, place: str) -> None:
    answer = writer.send("POST", "/customers", body if body is None else json.dumps(body).encode())
    assert (answer.status, answer.body["errors"][0]["in"]) == (422, place)
    assert not Customer.objects.exists()


@pytest.mark.parametrize(
    "body",
    [b"{", b"\xff\xfe", b"[" * 100_000, b'{"number": NaN}', b'{"number": ' + b"9" * 5000 + b"}", b"\0"],
)
def test_what_is_no_json_is_malformed(writer: Asking, body: bytes) -> None:
    assert writer.send("POST", "/customers", body).status in (400, 422)


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "", "application/xml"])
def test_only_json_is_taken(writer: Asking, kind: str) -> None:
    answer = writer.send("POST", "/customers", ANNA, content_type=kind)
    assert (answer.status, answer.type) == (415, "unsupported-media-type")


def test_a_body_beyond_the_limit_is_too_large(writer: Asking) -> None:
    answer = writer.send("POST", "/customers", b'{"number": "' + b"x" * (6 << 20) + b'"}')
    assert (answer.status, answer.type) == (413, "too-large")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/customers", ANNA),
        ("PATCH", "/customers/1", {}),
        ("DELETE", "/customers/1", None),
        ("POST", "/orders", order()),
    ],
)
def test_a_key_to_read_writes_nothing(reader: Asking, method: str, path: str, body: object) -> None:
    answer = reader.send(method, path, body)
    assert (answer.status, answer.type) == (403, "forbidden")
    assert Customer.objects.count() == Event.objects.count() == 0


def test_another_shops_customer_is_neither_changed_nor_erased(stranger: Asking, shop: Shop) -> None:
    anna = buying.customer(shop, "C-1017", name="Anna")
    receipt = erased(shop, "C-9")
    assert stranger.send("PATCH", f"/customers/{anna.pk}", {"name": "Eve"}).status == 404
    assert stranger.send("DELETE", f"/customers/{anna.pk}").status == 404
    assert stranger.send("DELETE", f"/customers/{receipt.customer_id}").status == 404
    assert stranger.send("POST", "/customers", {"number": "C-1017", "name": "Eve"}).status == 201
    anna.refresh_from_db()
    assert anna.name == "Anna"


# Erasure


def test_a_customer_is_erased(writer: Asking, shop: Shop) -> None:
    anna = buying.customer(shop, "C-1017", name="Anna")
    buying.order(anna)
    answer = writer.send("DELETE", f"/customers/{anna.pk}")
    receipt = Erasure.objects.get()
    assert (answer.status, answer.body) == (202, {"receipt": receipt.pk})
    assert Customer.everyone.count() == Order.objects.count() == 0
    entry = AuditEntry.objects.get(action="key.erased_customer")
    assert (entry.subject, entry.facts) == (f"erasure {receipt.pk}", {"key": "writer"})


def test_who_was_erased_answers_with_the_same_receipt(writer: Asking, shop: Shop) -> None:
    anna = buying.customer(shop, "C-1017")
    first, second = (writer.send("DELETE", f"/customers/{anna.pk}") for _time in range(2))
    assert (second.status, second.body) == (202, first.body)
    assert writer.send("PATCH", f"/customers/{anna.pk}", {"name": "Anna"}).status == 404


def test_an_erasure_is_refused_while_an_import_runs(writer: Asking, shop: Shop) -> None:
    anna = buying.customer(shop, "C-1017")
    held, answered = threading.Event(), threading.Event()

    def importing() -> None:
        try:
            with transaction.atomic():
                locking.hold_until_commit(shop.pk, patience_seconds=1)
                held.set()
                answered.wait(10)
        finally:
            connection.close()

    thread = threading.Thread(target=importing)
    thread.start()
    held.wait(10)
    answer = writer.send("DELETE", f"/customers/{anna.pk}", key="k1")
    answered.set()
    thread.join()
    assert (answer.status, answer.type, answer.headers["Retry-After"]) == (409, "busy", "60")
    assert writer.send("DELETE", f"/customers/{anna.pk}", key="k1").status == 202


def test_an_erased_number_stays_erased(writer: Asking, shop: Shop) -> None:
    receipt = erased(shop, "C-1017")
    before, after = (receipt.erased_at + timedelta(hours=hours) for hours in (-1, 1))
    for body in (ANNA, ANNA | {"signed_up_at": before.isoformat()}):
        answer = writer.send("POST", "/customers", body)
        assert (answer.status, answer.type) == (409, "erased")
    assert writer.send("POST", "/orders", order(ordered_at=before.isoformat())).type == "erased"
    assert not Customer.objects.exists()
    assert writer.send("POST", "/customers", ANNA | {"signed_up_at": after.isoformat()}).status == 201
    assert writer.send("POST", "/customers", ANNA).status == 200
    assert writer.send("POST", "/orders", order(ordered_at=before.isoformat())).type == "erased"


# Orders


def test_an_order_happens(writer: Asking, shop: Shop) -> None:
    answer = writer.send("POST", "/orders", order(channel="App", country="DE"))
    anna, event = Customer.objects.get(), Event.objects.get()
    assert anna.number == "C-1017"
    assert answer.status == 202
    assert answer.body == {"message_id": "order completed A/1", "customer": anna.pk, "recorded": True}
    assert (event.message_id, event.name, event.person) == ("order completed A/1", "Order Completed", anna.pk)
    assert (event.source, event.is_history) == ("api", False)
    assert event.facts == {
        "order_id": "A/1",
        "total": "24.90",
        "currency": "EUR",
        "channel": "App",
        "country": "DE",
        "products": [LINE],
    }


def test_an_order_happens_once_however_often_it_is_told(writer: Asking) -> None:
    writer.send("POST", "/orders", order())
    again = writer.send("POST", "/orders", order(total=1))
    assert (again.status, again.body["recorded"]) == (202, False)
    assert Event.objects.count() == 1


def test_an_order_that_was_taken_back_is_another_event_when_it_is_told_again(writer: Asking, shop: Shop) -> None:
    body = order()
    writer.send("POST", "/orders", body)
    withdrawing.withdraw(shop, ["order completed A/1"])
    answers = [writer.send("POST", "/orders", body, key="k").body for _ in range(2)]
    assert answers[0] == answers[1]
    assert (answers[0]["message_id"], answers[0]["recorded"]) == ("order completed A/1 again 1", True)
    again = writer.send("POST", "/orders", body)
    assert (again.body["message_id"], again.body["recorded"]) == ("order completed A/1 again 1", False)
    ids = list(Event.objects.order_by("seq").values_list("message_id", flat=True))
    assert ids == ["order completed A/1", "order completed A/1 again 1"]


def test_an_order_of_long_ago_is_history(writer: Asking) -> None:
    writer.send("POST", "/orders", order(ordered_at="2019-03-01T10:00:00+01:00"))
    assert Event.objects.get().is_history


def test_a_numbers_digits_are_kept(writer: Asking) -> None:
    line = b'{"product_id": "T", "price": 0.1001, "quantity": 1234567.125}'
    body = json.dumps(order(lines=[])).encode().replace(b'"lines": []', b'"lines": [' + line + b"]")
    assert writer.send("POST", "/orders", body).status == 202
    facts = Event.objects.get().facts
    assert facts["products"] == [{"product_id": "T", "price": "0.1001", "quantity": "1234567.125"}]
    assert facts["total"] == "123580.1692"


@pytest.mark.parametrize(
    ("values", "place"),
    [
        ({"lines": []}, "body/lines"),
        ({"lines": [LINE] * 501}, "body/lines"),
        ({"lines": [LINE | {"price": "-1"}]}, "body/lines/0/price"),
        ({"lines": [LINE | {"price": "1e40"}]}, "body/lines/0/price"),
        ({"lines": [LINE | {"price": 1e308}]}, "body/lines/0/price"),
        ({"lines": [LINE | {"price": "NaN"}]}, "body/lines/0/price"),
        ({"lines": [LINE | {"quantity": 0}]}, "body/lines/0/quantity"),
        ({"lines": [LINE | {"price": "9999999999", "quantity": "99999999"}], "total": None}, "body/lines"),
        ({"lines": [LINE | {"price": "1", "quantity": "60000000"}] * 2, "total": "5"}, "body/lines"),
        ({"currency": "eur"}, "body/currency"),
        ({"currency": "CHF"}, "body/currency"),
        ({"ordered_at": "9999-12-31T23:59:59-14:00"}, "body/ordered_at"),
        ({"ordered_at": "2199-12-31T23:59:59Z"}, "body/ordered_at"),
    ],
)
def test_an_impossible_order_is_refused(writer: Asking, values: dict[str, object], place: str) -> None:
    answer = writer.send("POST", "/orders", order(**values))
    assert (answer.status, answer.body["errors"][0]["in"]) == (422, place)
    assert not Customer.objects.exists()
