"""A write that is sent again is done once."""

import threading
from datetime import timedelta

import pytest
from asking import Answer as Heard
from asking import Asking
from django.db import connection, transaction
from django.utils import timezone

from tests.core.lake import buying
from treue.core.api import idempotency
from treue.core.api.models import Answer
from treue.core.customers.models import Customer
from treue.core.shop.models import Shop
from treue.core.staff import keys

ANNA = {"number": "C-1017", "name": "Anna Öztürk"}
PATIENCE_SECONDS = 10


@pytest.mark.parametrize("key", ["", " ", "ü", "x" * 201, "a b"])
def test_a_write_needs_a_key(writer: Asking, key: str) -> None:
    answer = writer.send("POST", "/customers", ANNA, key=key)
    assert answer.status == 422
    assert {each["in"] for each in answer.body["errors"]} == {"header/Idempotency-Key"}
    assert not Customer.objects.exists()


def test_what_is_sent_again_gets_the_first_answer(writer: Asking) -> None:
    first = writer.send("POST", "/customers", ANNA, key="k1")
    Customer.objects.update(name="changed since")
    again = writer.send("POST", "/customers", ANNA, key="k1")
    assert (first.status, again.status) == (201, 201)
    assert (again.body, again.headers["Location"]) == (first.body, first.headers["Location"])
    assert Customer.objects.get().name == "changed since"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("POST", "/customers", {**ANNA, "name": "Ben"}), ("POST", "/orders", ANNA), ("PATCH", "/customers/1", {})],
)
def test_a_key_is_good_for_one_request(
    writer: Asking, shop: Shop, method: str, path: str, body: dict[str, str]
) -> None:
    writer.send("POST", "/customers", ANNA, key="k1")
    answer = writer.send(method, path, body, key="k1")
    assert answer.status == 422
    assert answer.type in ("idempotency-key-reused", "invalid")
    assert Customer.objects.get().name == "Anna Öztürk"


def test_each_program_has_its_own_keys(writer: Asking, shop: Shop) -> None:
    other = Asking(keys.add(shop=shop, name="other", scopes=["write"], by=None)[1])
    answers = [
        each.send("POST", "/customers", {"number": number}, key="k1") for each, number in ((writer, "1"), (other, "2"))
    ]
    assert [answer.status for answer in answers] == [201, 201]


def test_what_was_refused_is_tried_again(writer: Asking, shop: Shop) -> None:
    path = "/customers/{}".format(buying.customer(shop, "C-1").pk + 1)
    assert writer.send("PATCH", path, {"name": "Ben"}, key="k1").status == 404
    ben = buying.customer(shop, "C-2")
    assert path.endswith(f"/{ben.pk}")
    assert writer.send("PATCH", path, {"name": "Ben"}, key="k1").status == 200


def test_two_at_once_are_one(writer: Asking) -> None:
    """The second one waits for the first one's answer."""
    heard: list[Heard] = []
    start = threading.Barrier(4)

    def send() -> None:
        try:
            start.wait(PATIENCE_SECONDS)
            heard.append(Asking(writer.token).send("POST", "/customers", ANNA, key="k1"))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _each in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [each.status for each in heard] == [201] * 4
    assert len({each.body["id"] for each in heard}) == 1
    assert Answer.objects.count() == Customer.objects.count() == 1


def test_who_waits_too_long_is_told_to_come_again(writer: Asking, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idempotency, "PATIENCE_SECONDS", 1)
    held, answered = threading.Event(), threading.Event()

    def first() -> None:
        try:
            with transaction.atomic():
                Customer.objects.create(shop=shop, number="C-1017")
                held.set()
                answered.wait(PATIENCE_SECONDS)
        finally:
            connection.close()

    def second() -> None:
        """Waits in the middle of its write for the first one's customer."""
        try:
            Asking(writer.token).send("POST", "/customers", ANNA, key="k1")
        finally:
            connection.close()

    threads = [threading.Thread(target=each) for each in (first, second)]
    threads[0].start()
    held.wait(PATIENCE_SECONDS)
    threads[1].start()
    try:
        while not _somebody_waits():
            pass
        answer = writer.send("POST", "/customers", ANNA, key="k1")
    finally:
        answered.set()
        for thread in threads:
            thread.join()
    assert (answer.status, answer.type, answer.headers["Retry-After"]) == (409, "in-progress", "5")
    assert writer.send("POST", "/customers", ANNA, key="k1").status in (200, 201)


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("select exists (select from pg_locks where not granted)")
        return cursor.fetchone()[0]


def test_nobody_is_named_in_what_is_kept_and_nobody_comes_back_by_it(writer: Asking) -> None:
    key = "anna@example.org"
    anna = writer.send("POST", "/customers", ANNA, key=key).body["id"]
    kept = str(Answer.objects.values().get())
    assert not any(word in kept for word in ("Anna", "anna", "C-1017"))
    writer.send("DELETE", f"/customers/{anna}")
    again = writer.send("POST", "/customers", ANNA, key=key)
    assert (again.status, again.body) == (201, {"id": anna})
    assert not Customer.objects.exists()


def test_answers_are_kept_for_two_days(writer: Asking) -> None:
    writer.send("POST", "/customers", ANNA, key="k1")
    now = timezone.now()
    assert idempotency.forget(now=now + timedelta(hours=47)) == 0
    assert idempotency.forget(now=now + timedelta(hours=49)) == 1
