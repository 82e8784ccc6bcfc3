"""The pages of a person's rights: a copy, the erasure, its receipt. Who may open them, and what they say."""

import asyncio
import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from asgiref.sync import sync_to_async
from django.db import connection, connections
from django.test import AsyncClient, Client
from django.urls import reverse

from tests.core.lake import buying
from tests.understand.profile.somebody import person
from treue.core.commerce.models import Order
from treue.core.customers import erasure
from treue.core.customers.models import Customer, Erasure
from treue.core.jobs.models import Job
from treue.core.shop.locking import LOCK_CLASS
from treue.core.staff.models import AuditEntry
from treue.understand.profile import erasing_views, erasing_words

pytestmark = pytest.mark.django_db(transaction=True)
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def anna(transactional_db: None, installation: Path) -> Customer:
    anna = person("C/1017 ö", "Anna <Öztürk>", email="anna@example.org")
    buying.order(anna, "2026-03-01 10:00", 20, number="A-1")
    buying.order(anna, "2026-04-01 10:00", 30, number="A-2")
    return anna


@pytest.fixture
def console(staff: Callable) -> Callable[..., Client]:
    """The browser of somebody with a role."""

    def signed_in(role: str, language: str = "en") -> Client:
        client = Client()
        client.force_login(staff(role, language=language), backend=BACKEND)
        return client

    return signed_in


def erase_page(customer: Customer) -> str:
    return reverse("customer_erase", args=[customer.pk])


def text(answer: object) -> str:
    return answer.content.decode()


def test_the_page_says_what_goes_what_stays_and_what_to_type(anna, console):
    page = text(console("manager").get(erase_page(anna)))
    assert "Erase Anna &lt;Öztürk&gt;" in page
    assert "Type C/1017 ö to confirm." in page
    for name, count in (("Personal record", 1), ("Orders", 2), ("Order lines", 2)):
        assert f">{name}<" in page
        assert f">{count}</td>" in page
    assert "Refunds" not in page, "what there is none of is not announced"
    assert "deleted 30 days after their upload" in page
    assert "Backups that were written before still hold the person" in page


def test_the_page_speaks_german(anna, console):
    page = text(console("manager", "de").get(erase_page(anna)))
    assert "Anna &lt;Öztürk&gt; löschen" in page
    assert "Geben Sie zur Bestätigung C/1017 ö ein." in page
    assert "Das lässt sich nicht rückgängig machen." in page


def test_the_right_number_erases_and_leads_to_the_receipt(anna, console):
    answer = console("manager").post(erase_page(anna), {"number": "  C/1017 ö "}, follow=True)
    receipt = Erasure.objects.get()
    assert answer.redirect_chain == [(reverse("erasure", args=[receipt.pk]), 302)]
    assert "The customer was erased." in text(answer)
    assert "Öztürk" not in text(answer)
    assert "C/1017" not in text(answer)
    assert not Customer.objects.exists()


@pytest.mark.parametrize("typed", ["", "c/1017 ö", "C/1017", "C/1017 ö 2", "Anna <Öztürk>", "x" * 500, "C/1017\0ö"])
def test_another_number_deletes_nothing_and_says_so(anna, console, typed):
    answer = console("manager").post(erase_page(anna), {"number": typed})
    assert answer.status_code == 422
    assert "Nothing was deleted" in text(answer)
    assert Order.objects.count() == 2
    assert not Erasure.objects.exists()


def test_while_an_import_runs_the_page_says_so_and_deletes_nothing(anna, console, monkeypatch):
    monkeypatch.setattr(erasure.erase, "__kwdefaults__", {"patience_seconds": 0.1})
    held, release = threading.Event(), threading.Event()

    def import_something() -> None:
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_lock(%s, %s)", [LOCK_CLASS, anna.shop_id])
            held.set()
            release.wait()
            cursor.execute("select pg_advisory_unlock(%s, %s)", [LOCK_CLASS, anna.shop_id])
        connections.close_all()

    importer = threading.Thread(target=import_something)
    importer.start()
    held.wait()
    try:
        answer = console("manager").post(erase_page(anna), {"number": anna.number})
    finally:
        release.set()
        importer.join()
    assert answer.status_code == 409
    assert "by an import or another erasure" in text(answer)
    assert Order.objects.count() == 2


def test_a_double_click_shows_the_same_receipt_twice(anna, console):
    client = console("manager")
    answers: list[object] = []
    start = threading.Barrier(2)

    def click() -> None:
        mine = Client()
        mine.cookies = client.cookies
        start.wait()
        answers.append(mine.post(erase_page(anna), {"number": anna.number}))
        connections.close_all()

    clicks = [threading.Thread(target=click) for _ in range(2)]
    for each in clicks:
        each.start()
    for each in clicks:
        each.join()
    receipt = Erasure.objects.get()
    assert [answer.status_code for answer in answers] == [302, 302]
    assert {answer["Location"] for answer in answers} == {reverse("erasure", args=[receipt.pk])}
    assert AuditEntry.objects.filter(action="customer.erased").count() == 1


def test_who_was_erased_has_a_receipt_in_place_of_the_pages(anna, console):
    receipt = erasure.erase(customer=anna, by=None)
    manager, service = console("manager"), console("service")
    for name in ("customer", "customer_erase"):
        answer = manager.get(reverse(name, args=[anna.pk]))
        assert (answer.status_code, answer["Location"]) == (302, reverse("erasure", args=[receipt.pk]))
    assert service.get(reverse("customer", args=[anna.pk])).status_code == 404
    assert service.post(reverse("customer_export", args=[anna.pk])).status_code == 404
    assert manager.get(reverse("customer_erase", args=[999_999])).status_code == 404


@pytest.mark.parametrize(
    ("role", "exports", "erases"),
    [("admin", 200, 200), ("manager", 200, 200), ("service", 200, 403), ("analyst", 403, 403)],
)
def test_each_role_does_what_it_may(anna, console, role, exports, erases):
    client = console(role)
    copy = client.post(reverse("customer_export", args=[anna.pk]))
    assert copy.status_code == exports
    if copy.streaming:
        list(copy.streaming_content)
    assert client.get(erase_page(anna)).status_code == erases
    assert client.get(reverse("erasures")).status_code == erases
    assert client.post(erase_page(anna), {"number": anna.number}).status_code == (302 if erases == 200 else 403)
    assert Customer.objects.exists() is (erases == 403)


def test_a_copy_is_a_file_for_saving_that_nobody_keeps(anna, console):
    answer = console("service").post(reverse("customer_export", args=[anna.pk]))
    document = json.loads(b"".join(answer.streaming_content))
    assert document["data"]["customers.customer"][0]["name"] == "Anna <Öztürk>"
    assert answer["Content-Disposition"] == 'attachment; filename="customer-C-1017.json"'
    assert answer["Content-Type"] == "application/json"
    assert answer["Cache-Control"] == "no-store, private"
    assert AuditEntry.objects.get(action="customer.exported").subject == f"customer {anna.pk}"


def test_a_copy_is_never_made_by_following_a_link(anna, console):
    assert console("admin").get(reverse("customer_export", args=[anna.pk])).status_code == 405
    assert not AuditEntry.objects.filter(action="customer.exported").exists()


def test_a_copy_streams_under_an_asynchronous_server(anna, console):
    client = AsyncClient()
    client.cookies = console("admin").cookies
    address = reverse("customer_export", args=[anna.pk])

    async def whole() -> bytes:
        answer = await client.post(address)
        assert answer.is_async
        pieces = [piece async for piece in answer.streaming_content]
        await sync_to_async(connections.close_all)()
        return b"".join(pieces)

    assert b"A-2" in asyncio.run(whole())


def test_the_same_address_once_more_is_pointed_out(anna, console):
    twin = person("D-1", "A. Öztürk", email="Anna@Example.org")
    person("D-2", "Somebody", email="other@example.org")
    page = text(console("manager").get(erase_page(anna)))
    assert "The same e-mail address once more" in page
    assert reverse("customer", args=[twin.pk]) in page
    assert "Somebody" not in page


def test_the_list_of_receipts_says_when_by_whom_and_how_much(anna, console, staff):
    empty = text(console("manager").get(reverse("erasures")))
    assert "Nobody has been erased yet." in empty
    receipt = erasure.erase(customer=anna, by=staff("manager"))
    page = text(console("admin").get(reverse("erasures")))
    assert f">Receipt {receipt.pk}<" in page
    assert "Kim Manager" in page
    assert "under way" in page
    Erasure.objects.update(lake_rewritten_at=receipt.erased_at, deleted=receipt.deleted | {Erasure.UPLOADS: 0})
    assert "complete" in text(console("admin").get(reverse("erasures")))


def test_receipts_are_paged(anna, console):
    for number in range(60):
        Erasure.objects.create(shop_id=anna.shop_id, customer_id=1_000 + number, number_hash=str(number))
    client = console("manager")
    first = text(client.get(reverse("erasures")))
    assert first.count(">Receipt ") == 50
    before = Erasure.objects.order_by("-pk")[49].pk
    assert text(client.get(reverse("erasures"), {"before": before})).count(">Receipt ") == 10


def test_a_receipt_is_found_by_the_number_which_stands_in_no_address(anna, console):
    receipt = erasure.erase(customer=anna, by=None)
    client = console("manager")
    found = client.post(reverse("erasures"), {"number": " C/1017 ö"})
    assert (found.status_code, found["Location"]) == (302, reverse("erasure", args=[receipt.pk]))
    missed = client.post(reverse("erasures"), {"number": "C/1018"})
    assert missed.status_code == 200
    assert "There is no receipt for this number." in text(missed)
    assert client.post(reverse("erasures"), {"number": ""}).status_code == 422


def test_a_receipt_says_how_far_the_files_are(anna, console):
    receipt = erasure.erase(customer=anna, by=None)
    client, page = console("manager"), reverse("erasure", args=[receipt.pk])
    waiting = text(client.get(page))
    assert "not rewritten yet" in waiting
    assert "not looked through yet" in waiting
    assert 'hx-trigger="every 3s"' in waiting
    assert "Erasure of a customer from the files" in waiting
    assert reverse("job_cancel", args=[Job.objects.get(kind="lake.erase").pk]) not in waiting
    Job.objects.filter(kind="lake.erase").update(state=Job.State.FAILED, error="Unexpected")
    assert "A file could not be rewritten" in text(client.get(page))
    Job.objects.update(state=Job.State.DONE)
    Erasure.objects.update(lake_rewritten_at=receipt.erased_at, deleted=receipt.deleted | {Erasure.UPLOADS: 3})
    done = text(client.get(page))
    assert "complete" in done
    assert "looked through, 3 deleted" in done
    assert "every 3s" not in done


def test_receipts_of_another_shop_are_not_shown(anna, console):
    from treue.core.shop.models import Shop

    other = Erasure.objects.create(shop=Shop.objects.create(name="Other"), customer_id=5, number_hash="x")
    client = console("admin")
    assert client.get(reverse("erasure", args=[other.pk])).status_code == 404
    assert f">Receipt {other.pk}<" not in text(client.get(reverse("erasures")))


def test_every_table_that_an_erasure_deletes_from_has_its_words():
    deleted = {model._meta.label for model in erasure._deleted_tables()}
    assert deleted | {Erasure.UPLOADS} == set(erasing_words.TABLES)


@pytest.mark.parametrize(
    ("number", "name"),
    [
        ("4711", "customer-4711.json"),
        ("anna@example.org", "customer-anna-example-org.json"),
        ('../"x\r\n', "customer-x.json"),
        ("顧客", "customer-7.json"),
        ("9" * 120, f"customer-{'9' * 60}.json"),
    ],
)
def test_the_name_of_a_copy_is_harmless_whatever_the_number(number, name):
    assert erasing_views.export.file_name(Customer(pk=7, number=number)) == name
