"""What follows an erasure in files: it cannot be called off, waits for its turn, is tried again, survives a restore."""

import threading
import time
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from django.db import connection, connections
from django.utils import timezone

from treue.core.commerce.models import Order
from treue.core.customers import erasure, receipts
from treue.core.customers.erased import before_their_erasure
from treue.core.customers.models import Customer, Erasure, Visitor
from treue.core.customers.persons import Key
from treue.core.events.log import Happening, record
from treue.core.events.models import Event
from treue.core.jobs import work
from treue.core.jobs.models import Job
from treue.core.lake import customers, manifest, writing
from treue.core.shop.models import Shop
from treue.science.calendar import Calendar

AS_OF = date(2026, 6, 30)
FOLLOWING = ["imports.forget", "lake.erase"]


@pytest.fixture
def in_lake(shop, anna, ben) -> Customer:
    """Anna's orders are in the lake, and in the files of a state before that readers may still hold."""
    for _ in range(2):
        writing.write(shop, as_of=AS_OF)
        customers.write(shop.pk, Calendar(date(2026, 3, 1), AS_OF))
    return anna


def files_with(customer_id: int, shop: Shop) -> list[Path]:
    """The Parquet files in which a customer stands, whether a manifest names them or not."""
    files = sorted(manifest.folder(shop.pk).rglob("*.parquet"))
    assert files
    with duckdb.connect() as con:
        return [path for path in files if con.execute(f"from '{path}' where #1 = {customer_id}").fetchall()]


def jobs(kind: str) -> list[Job]:
    return list(Job.objects.filter(kind=kind).order_by("pk"))


def do(kind: str) -> Job:
    """What the worker does with the latest job of a kind."""
    job = jobs(kind)[-1]
    work.run(job.pk)
    job.refresh_from_db()
    return job


def test_the_worker_takes_the_person_out_of_every_file_of_the_lake(in_lake, ben, shop, staff):
    assert len(files_with(in_lake.pk, shop)) == 4
    receipt = erasure.erase(customer=in_lake, by=staff("manager"))
    assert do("lake.erase").state == Job.State.DONE
    receipt.refresh_from_db()
    assert receipt.lake_rewritten_at > receipt.erased_at
    assert files_with(receipt.customer_id, shop) == []
    assert len(files_with(ben.pk, shop)) == 2
    (refresh,) = jobs("metrics.refresh")
    assert refresh.arguments == {"shop_id": shop.pk, "changed_only": True}


def test_jobs_name_nobody(in_lake):
    receipt = erasure.erase(customer=in_lake, by=None)
    assert sorted(job.kind for job in Job.objects.all()) == FOLLOWING
    about = {"shop_id": receipt.shop_id, "customer_id": receipt.customer_id, "erasure_id": receipt.pk}
    assert {job.kind: job.arguments for job in Job.objects.all()} == {
        "imports.forget": about,
        "lake.erase": about | {"persons": [receipt.customer_id]},
    }


def test_it_waits_until_nobody_computes_figures_from_the_files(in_lake, shop):
    receipt = erasure.erase(customer=in_lake, by=None)
    worker = threading.Thread(target=lambda: (do("lake.erase"), connections.close_all()))
    with manifest.alone(shop.pk, at="refreshing"):
        worker.start()
        time.sleep(0.5)
        assert len(files_with(receipt.customer_id, shop)) == 4, "whoever reads them must find them"
    worker.join()
    assert files_with(receipt.customer_id, shop) == []


def test_what_is_written_from_a_state_before_the_erasure_does_not_stay(in_lake, shop, monkeypatch):
    """A refresh that read PostgreSQL before the erasure puts its files in force after it."""
    began, go_on = threading.Event(), threading.Event()
    swap = manifest.swap

    def slowly(*arguments: object) -> None:
        began.set()
        go_on.wait()
        swap(*arguments)

    def refresh() -> None:
        with manifest.alone(shop.pk, at="refreshing"):
            writing.write(Shop.objects.get(pk=shop.pk), as_of=AS_OF)
        connections.close_all()

    monkeypatch.setattr(manifest, "swap", slowly)
    refreshing = threading.Thread(target=refresh)
    refreshing.start()
    began.wait()
    receipt = erasure.erase(customer=in_lake, by=None)
    worker = threading.Thread(target=lambda: (do("lake.erase"), connections.close_all()))
    worker.start()
    time.sleep(0.2)
    go_on.set()
    refreshing.join()
    worker.join()
    assert files_with(receipt.customer_id, shop) == []


@pytest.mark.parametrize("kind", FOLLOWING)
def test_nobody_can_call_it_off(in_lake, staff, client, kind):
    erasure.erase(customer=in_lake, by=staff("admin"))
    (job,) = jobs(kind)
    with pytest.raises(work.MustEnd):
        work.cancel(job=job, by=staff("admin"))
    client.force_login(staff("admin"), backend="allauth.account.auth_backends.AuthenticationBackend")
    answer = client.post(f"/jobs/{job.pk}/cancel/", follow=True)
    assert "cannot be cancelled" in answer.content.decode()
    job.refresh_from_db()
    assert (job.state, job.cancel_requested) == (Job.State.WAITING, False)


def test_what_failed_is_tried_again_after_an_hour_until_it_is_done(in_lake, shop, monkeypatch):
    receipt = erasure.erase(customer=in_lake, by=None)
    with monkeypatch.context() as broken:
        broken.setattr(manifest, "swap", lambda *_arguments: 1 / 0)
        assert do("lake.erase").state == Job.State.FAILED
    do("imports.forget")
    now = timezone.now()
    assert receipts.take_up(now=now) == 0, "too early"
    assert receipts.take_up(now=now + timedelta(hours=2)) == 2
    assert receipts.take_up(now=now + timedelta(hours=2)) == 0, "they wait"
    first, again = jobs("lake.erase")
    assert again.arguments == first.arguments, "with all numbers that were the person's"
    assert do("lake.erase").state == Job.State.DONE
    do("imports.forget")
    assert files_with(receipt.customer_id, shop) == []
    assert receipts.take_up(now=now + timedelta(hours=4)) == 0
    assert not receipts.unfinished().exists()


def test_the_work_may_die_and_be_done_twice(in_lake, shop):
    receipt = erasure.erase(customer=in_lake, by=None)
    for _ in range(2):
        Job.objects.filter(kind="lake.erase").update(state=Job.State.RUNNING)
        assert do("lake.erase").state == Job.State.DONE
    assert files_with(receipt.customer_id, shop) == []


def test_receipts_outlive_a_restore_and_erase_again_whom_it_brings_back(anna, ben, shop, staff):
    number, former = anna.number, Customer.objects.filter(pk=anna.pk).values().get()
    receipt = erasure.erase(customer=anna, by=staff("manager"))
    known = receipts.known()
    Erasure.objects.all().delete()
    generated = ("name_key", "words")
    Customer.objects.create(**{name: value for name, value in former.items() if name not in generated})

    assert receipts.apply_again(known) == 1

    back = Erasure.objects.get()
    assert (back.erased_at, back.number_hash, back.erased_by) == (
        receipt.erased_at,
        receipt.number_hash,
        staff("manager"),
    )
    assert back.deleted == receipt.deleted
    assert not Customer.objects.filter(number=number).exists()
    assert sorted(job.kind for job in Job.objects.filter(arguments__erasure_id=back.pk)) == FOLLOWING
    assert receipts.apply_again(known) == 0, "once is enough"


VISIT, LATER_VISIT = 900_001, 900_002


def happen(shop: Shop, *persons: int) -> None:
    record(shop, [Happening(f"m{each}", "Product Viewed", each, "web", timezone.now()) for each in persons])


def visited(shop: Shop, number: int, customer: Customer | None) -> None:
    Visitor.objects.create(number=number, shop=shop, anonymous_id=f"browser {number}", customer=customer)


def test_a_restore_brings_back_no_visit_of_the_erased(anna, ben, shop):
    """In the backup one of the visits is nobody's yet, and one passes for another customer's, with an order."""
    for number in (VISIT, LATER_VISIT):
        visited(shop, number, anna)
    erasure.erase(customer=anna, by=None)
    known = receipts.known()
    Erasure.objects.all().delete()
    visited(shop, VISIT, None)
    visited(shop, LATER_VISIT, ben)
    visited(shop, 900_003, None)
    happen(shop, VISIT, LATER_VISIT, 900_003, ben.pk)
    Order.objects.filter(customer=ben).update(person=LATER_VISIT)

    assert receipts.apply_again(known) == 1

    assert list(Visitor.objects.values_list("number", flat=True)) == [900_003]
    assert set(Event.objects.values_list("person", flat=True)) == {900_003, ben.pk}
    assert not Order.objects.filter(customer=ben).exists()
    (job,) = Job.objects.filter(kind="lake.erase", arguments__erasure_id=Erasure.objects.get().pk)
    assert set(job.arguments["persons"]) == {known[0].customer_id, VISIT, LATER_VISIT}
    before = Erasure.objects.get().erased_at - timedelta(1)
    whom = [Key(shop.pk, "anonymous", f"browser {number}") for number in (VISIT, 5)]
    with connection.cursor() as cursor:
        assert before_their_erasure(cursor, whom, [before, before]) == {0}
    assert receipts.known() == known
    assert receipts.apply_again(known) == 0, "once is enough"


def test_visits_that_only_the_backup_knows_as_theirs_are_kept_out_too(anna, shop):
    former = Customer.objects.filter(pk=anna.pk).values("id", "shop", "number").get()
    erasure.erase(customer=anna, by=None)
    known = receipts.known()
    Erasure.objects.all().delete()
    back = Customer.objects.create(pk=former["id"], shop=shop, number=former["number"])
    visited(shop, VISIT, back)
    happen(shop, VISIT)
    assert receipts.apply_again(known) == 1
    assert not Event.objects.exists()
    before = Erasure.objects.get().erased_at - timedelta(1)
    with connection.cursor() as cursor:
        assert before_their_erasure(cursor, [Key(shop.pk, "anonymous", f"browser {VISIT}")], [before]) == {0}


def test_receipts_of_a_release_that_kept_no_visits_are_read(anna, monkeypatch):
    erasure.erase(customer=anna, by=None)
    names = [name for name in connection.introspection.table_names() if name != "customers_erasedvisitor"]
    with monkeypatch.context() as before:
        before.setattr(connection.introspection, "table_names", lambda: names)
        assert [each.anonymous_hashes for each in receipts.known()] == [()]


def test_a_restored_customer_with_the_number_of_somebody_else_stays(anna, shop):
    erasure.erase(customer=anna, by=None)
    known = receipts.known()
    Erasure.objects.all().delete()
    Customer.objects.create(pk=anna.pk, shop=shop, number="somebody else")
    assert receipts.apply_again(known) == 0
    assert Customer.objects.filter(number="somebody else").exists()


def test_after_a_restore_nobody_new_gets_the_number_of_a_receipt(anna, shop):
    erasure.erase(customer=anna, by=None)
    known = [receipts.Receipt(shop.pk, "0" * 64, 5_000_000, timezone.now(), None, {})]
    receipts.apply_again(known)
    assert Customer.objects.create(shop=shop, number="new").pk == 5_000_001
