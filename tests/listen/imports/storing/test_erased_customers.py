"""After an erasure nothing of the person is left in anything an import has made, and no old file brings them back."""

import io
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.db import connection, connections
from django.utils import timezone

from treue.core import home
from treue.core.commerce.models import Order
from treue.core.customers import erasure, receipts
from treue.core.customers.models import Customer, Erasure
from treue.core.jobs import work
from treue.core.jobs.models import Job
from treue.core.shop.locking import LOCK_CLASS
from treue.listen.imports import forgetting, uploads
from treue.listen.imports.models import Import, SetAside
from treue.understand.metrics.counts import reading
from treue.understand.metrics.counts.refresh import refresh
from treue.understand.profile.models import BuyingProfile

ORDERS = """A-4711,C-1017,2026-03-01 10:00,TEA,2,4.50,Tea,Online,DE
A-4712,C-1017,2026-04-01 10:00,TEA,1,4.50,Tea,Online,DE
A-4713,C-1017,31.31.2026,TEA,1,4.50,Tea,Online,DE
C-1017,,2026-03-03 10:00,TEA,1,4.50,Tea,Online,DE
B-4714,C-2018,2026-03-02 11:00,TEA,1,7.00,Tea,Online,AT
"""
PEOPLE = "number,name,email,phone,city\nC-1017,Anna Öztürk,anna@example.org,+49 30 1234567,Köln\n"
OTHERS = "number,name,email,phone,city\nC-2018,Ben Weiß,ben@example.org,+49 30 7654321,Bonn\n"
TRACES = ("C-1017", "Öztürk", "Anna", "anna@example", "1234567", "A-4711", "A-4712")


def do_all() -> None:
    """What the worker does until nothing waits."""
    while job := Job.objects.filter(state=Job.State.WAITING).order_by("pk").first():
        work.run(job.pk)
        job.refresh_from_db()
        assert job.state == Job.State.DONE, job.error


def erase(number: str = "C-1017") -> Erasure:
    receipt = erasure.erase(customer=Customer.objects.get(number=number), by=None)
    do_all()
    receipt.refresh_from_db()
    return receipt


def database() -> Iterator[tuple[str, str]]:
    """Every row of every table, the queue's among them, as text."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'select t::text from "{table}" t')
            yield from ((table, row) for (row,) in cursor.fetchall())


def files() -> Iterator[tuple[str, str]]:
    """Every file of the installation; what is packed into columns counts unpacked, too."""
    for path in home.home().rglob("*"):
        if path.is_file():
            yield path.name, path.read_bytes().decode("latin-1")
            if path.suffix == ".parquet":
                yield path.name, str(pq.read_table(path).to_pylist())


def traces(places: Iterator[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(place, trace) for place, text in places for trace in TRACES if trace in text]


def test_nothing_of_the_person_is_left_in_the_database_or_in_any_file(bring_in, shop):
    bring_in(PEOPLE, "customers", "people.csv")
    bring_in(ORDERS)
    bring_in(PEOPLE.replace("Köln", "Kiel"), "customers", "people.csv")
    bring_in(OTHERS, "customers", "others.csv")
    bring_in(ORDERS.replace("4.50", "5.50"))
    do_all()
    assert traces(database())
    assert traces(files())
    number = Customer.objects.get(number="C-1017").pk

    receipt = erase()

    assert traces(database()) == []
    assert traces(files()) == []
    assert not any(f"'customer_id': {number}," in text or f"'customer': {number}," in text for _file, text in files())
    assert (receipt.deleted["imports.Replaced"], receipt.deleted[Erasure.UPLOADS]) == (3, 4)
    assert Customer.objects.get().name == "Ben Weiß"


def test_the_cockpit_holds_the_person_no_more(bring_in, shop):
    bring_in(ORDERS)
    refresh(shop)
    before = reading.totals(reading.current(shop))
    assert (before.customers, before.orders) == (2, 3)
    erase()
    after = reading.totals(reading.current(shop))
    assert (after.customers, after.orders, after.revenue) == (1, 1, 7)
    assert BuyingProfile.objects.get().customer.number == "C-2018"


def test_the_old_file_brings_the_others_back_and_the_person_not(bring_in):
    bring_in(ORDERS)
    erase()
    task = bring_in(ORDERS)
    assert list(Customer.objects.values_list("number", flat=True)) == ["C-2018"]
    assert task.summary["set_aside"] == {"unreadable_time": 1, "no_customer": 1, "erased_person": 2}
    people = bring_in(PEOPLE, "customers", "people.csv")
    assert people.summary["set_aside"] == {"erased_person": 1}
    assert Customer.objects.count() == 1


def test_who_orders_again_is_a_new_customer_and_can_be_erased_again(bring_in, shop):
    bring_in(ORDERS)
    first = erase()
    tomorrow = (timezone.now() + timedelta(days=1)).strftime("%Y-%m-%d")
    bring_in(f"A-9,C-1017,{tomorrow} 12:00,TEA,1,9,Tea,Online,DE\n")
    assert Order.objects.filter(customer__number="C-1017").count() == 1
    second = erase()
    assert (second.pk, second.number_hash) == (first.pk + 1, first.number_hash)
    assert erasure.receipts_for(shop.pk, "C-1017").count() == 2


def test_undoing_an_import_after_the_erasure_does_not_bring_the_person_back(bring_in, undo):
    first, second = bring_in(ORDERS), bring_in(ORDERS.replace("4.50", "5.50"))
    erase()
    undo(second)
    assert list(Order.objects.values_list("number", flat=True)) == ["B-4714"]
    undo(first)
    assert not Customer.objects.exists()
    assert traces(database()) == []


def workbook() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["Order", "Customer", "Time", "Amount"])
    book.active.append(["X", 1017, "2026-03-01", 5])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def parquet() -> bytes:
    file = io.BytesIO()
    table = pa.table({"order": ["X"], "customer": [1017.0], "time": ["2026-03-01"], "amount": [5.0]})
    pq.write_table(table, file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "goes"),
    [
        ("semicolons.csv", "Nr;Kunde;Wert\n1; 1017 ;3\n".encode("latin-1"), True),
        ("floats.csv", b"order,customer,amount\n1,1017.0,3\n", True),
        ("wide.csv", "Nr\tKunde\n1\t1017\n".encode("utf-16"), True),
        ("headless.csv", b"A,1017,3\nB,1018,4\n", True),
        ("torn.csv", b"order,customer,amount\n1,1018,3\n2,1017\n", True),
        ("book.xlsx", workbook(), True),
        ("table.parquet", parquet(), True),
        ("others.csv", b"order,customer,amount\n1017x,10170,31017\n", False),
    ],
)
def test_of_the_uploads_those_go_in_which_the_number_stands(shop, name, content, goes):
    task = Import.objects.create(shop=shop, what="orders", file_name=name, stored_as=uploads.keep([content], name))
    receipt = erasure.erase(customer=Customer.objects.create(shop=shop, number="1017"), by=None)
    assert forgetting.run(receipt.pk, work.Silent()) == {"deleted": int(goes), "left": 0}
    task.refresh_from_db()
    receipt.refresh_from_db()
    assert bool(task.stored_as) is not goes
    assert bool(list(uploads.folder().iterdir())) is not goes
    assert receipt.deleted[Erasure.UPLOADS] == int(goes)


def test_an_upload_that_cannot_be_read_any_more_goes_too(shop):
    spoilt = Import.objects.create(shop=shop, what="orders", file_name="x", stored_as=uploads.keep([b"PK\3\4"], "x"))
    Import.objects.create(shop=shop, what="orders", file_name="y", stored_as="gone.csv")
    receipt = erasure.erase(customer=Customer.objects.create(shop=shop, number="1017"), by=None)
    assert forgetting.run(receipt.pk, work.Silent())["deleted"] == 2
    assert not list(uploads.folder().iterdir())
    assert not Import.objects.exclude(stored_as="").exists()
    spoilt.refresh_from_db()
    assert spoilt.file_name == "x", "that there was an import is kept"


def test_rows_set_aside_go_with_their_file_and_the_counts_stay(bring_in):
    task = bring_in(ORDERS)
    assert SetAside.objects.count() == 2
    erase()
    task.refresh_from_db()
    assert not SetAside.objects.exists()
    assert task.preview == {}
    assert task.summary["set_aside"] == {"unreadable_time": 1, "no_customer": 1}


def test_a_file_that_is_about_to_be_imported_is_left_for_the_next_look(shop, upload):
    task = upload("order,customer,time,product,quantity,price\n" + "A,C-1017,2026-03-01 10:00,TEA,1,1\n")
    task.job = Job.objects.create(kind="imports.run", arguments={"import_id": task.pk})
    task.save()
    receipt = erasure.erase(customer=Customer.objects.create(shop=shop, number="C-1017"), by=None)
    assert forgetting.run(receipt.pk, work.Silent()) == {"deleted": 0, "left": 1}
    assert uploads.path_of(task).exists()
    assert list(receipts.unfinished()) == [receipt]

    do_all()
    assert not Order.objects.exists(), "the import set the erased person aside"
    receipts.take_up(now=timezone.now() + timedelta(hours=2))
    do_all()
    assert not list(uploads.folder().iterdir())
    assert not receipts.unfinished().exists()


def test_it_looks_through_the_uploads_when_no_import_runs(shop, upload):
    upload("order,customer,time,product,quantity,price\n" + "A,C-1017,2026-03-01 10:00,TEA,1,1\n")
    Import.objects.update(state=Import.State.DONE)
    receipt = erasure.erase(customer=Customer.objects.create(shop=shop, number="C-1017"), by=None)
    worker = threading.Thread(target=lambda: (forgetting.run(receipt.pk, work.Silent()), connections.close_all()))
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_lock(%s, %s)", [LOCK_CLASS, shop.pk])
        worker.start()
        time.sleep(0.8)
        waited = list(uploads.folder().iterdir())
        cursor.execute("select pg_advisory_unlock(%s, %s)", [LOCK_CLASS, shop.pk])
    worker.join()
    assert waited
    assert not list(uploads.folder().iterdir())


def test_the_page_of_an_import_whose_file_went_still_opens(bring_in, staff, client, shop):
    task = bring_in(ORDERS)
    waiting = Import.objects.create(
        shop=shop, what="orders", file_name="o.csv", stored_as=uploads.keep([b"customer\nC-1017\n"], "o.csv")
    )
    erase()
    client.force_login(staff("manager"), backend="allauth.account.auth_backends.AuthenticationBackend")
    for each in (task, waiting):
        assert client.get(f"/imports/{each.pk}/", follow=True).status_code == 200
    assert client.get(f"/imports/{waiting.pk}/columns/", follow=True).status_code == 200
    assert client.get("/imports/").status_code == 200
    assert Path(home.home() / "uploads").is_dir()
