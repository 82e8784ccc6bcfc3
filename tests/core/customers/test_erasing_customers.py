"""A person is erased from the database whole, once, or not at all."""

import os
import subprocess
import sys
import textwrap
import threading
from decimal import Decimal

import pytest
from django.apps import apps
from django.db import connection, connections

from tests.core.lake import buying
from treue.core.commerce.models import Order, OrderLine, Refund, RefundMatch
from treue.core.customers import erasure
from treue.core.customers.errors import AlreadyErased, NotThere
from treue.core.customers.models import Customer, Erasure
from treue.core.jobs.models import Job
from treue.core.shop.locking import LOCK_CLASS, ShopIsBeingWritten
from treue.core.staff.models import AuditEntry

MIDDLE = """
    import os, sys, time
    os.environ["DJANGO_SETTINGS_MODULE"] = "treue.web.settings"
    import django; django.setup()
    from treue.core.customers import erasure
    from treue.core.customers.models import Customer
    def stop_here(*arguments, **named):
        print("deleted", flush=True)
        time.sleep(600)
    erasure.follow_up = stop_here
    erasure.erase(customer=Customer.objects.get(number="C-1017"), by=None)
"""


def everything() -> dict[str, int]:
    """How many rows each of our tables has."""
    ours = [model for model in apps.get_models() if model.__module__.startswith("treue.")]
    return {model._meta.label: model._base_manager.count() for model in ours}


def test_everything_about_a_person_goes_and_the_receipt_counts_it(anna, ben, staff):
    by = staff("manager")
    receipt = erasure.erase(customer=anna, by=by)
    assert receipt.deleted == {
        "customers.Customer": 1,
        "commerce.Order": 2,
        "commerce.OrderLine": 2,
        "commerce.Refund": 1,
        "commerce.RefundMatch": 1,
        "profile.NeverOrdered": 1,
    }
    assert receipt.erased_by == by
    assert not Refund.objects.exists()
    assert list(Customer.objects.values_list("number", flat=True)) == ["C-10170"]
    assert list(Order.objects.values_list("number", "amount")) == [("B-1", Decimal(40))]
    assert OrderLine.objects.count() == 1


def test_what_a_page_announces_is_what_is_deleted(anna, ben):
    announced = erasure.rows_about(anna)
    assert erasure.erase(customer=anna, by=None).deleted == announced


def test_the_trail_and_the_receipt_name_nobody(anna, staff):
    receipt = erasure.erase(customer=anna, by=staff("manager"))
    entry = AuditEntry.objects.get(action="customer.erased")
    assert (entry.subject, entry.facts) == (f"erasure {receipt.pk}", receipt.deleted)
    assert "C-1017" not in receipt.number_hash
    assert erasure.receipts_for(anna.shop_id, "C-1017").get() == receipt
    assert not erasure.receipts_for(anna.shop_id, "C-10170").exists()


def test_an_order_of_somebody_else_is_whole_again_without_the_refund_that_the_person_sent(anna, ben):
    gift = Order.objects.get(number="B-1")
    sent_back = buying.refund(gift, "2026-05-01 10:00", 15)
    Refund.objects.filter(pk=sent_back.pk).update(customer=anna)
    own = buying.refund(gift, "2026-05-02 10:00", 5, units=0)
    erasure.erase(customer=anna, by=None)
    gift.refresh_from_db()
    assert (gift.refunded_amount, gift.refunded_units) == (Decimal(5), Decimal(0))
    assert RefundMatch.objects.get().refund == own


def test_the_second_of_two_at_once_gets_the_receipt_of_the_first(anna, ben):
    outcomes: list[object] = []
    start = threading.Barrier(2)

    def erase() -> None:
        try:
            customer = Customer.objects.get(pk=anna.pk)
            start.wait()
            outcomes.append(erasure.erase(customer=customer, by=None))
        except AlreadyErased as error:
            outcomes.append(error.receipt_id)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=erase) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    receipt = Erasure.objects.get()
    assert sorted(outcomes, key=str) == sorted([receipt, receipt.pk], key=str)
    assert AuditEntry.objects.filter(action="customer.erased").count() == 1
    assert Job.objects.count() == len(erasure.FOLLOWED_BY)


def test_while_an_import_runs_nothing_is_deleted(anna):
    before = everything()
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
        with pytest.raises(ShopIsBeingWritten):
            erasure.erase(customer=anna, by=None, patience_seconds=0.1)
    finally:
        release.set()
        importer.join()
    assert everything() == before
    assert erasure.erase(customer=anna, by=None).deleted["commerce.Order"] == 2


def test_who_went_without_a_receipt_is_not_there(anna):
    gone = Customer.objects.get(pk=anna.pk)
    erasure.delete(anna)
    with pytest.raises(NotThere):
        erasure.erase(customer=gone, by=None)
    assert not Erasure.objects.exists()


def test_killed_in_the_middle_it_leaves_everything_as_it_was(anna, ben):
    before = everything()
    settings = connection.settings_dict
    url = f"postgresql://{settings['USER']}@/{settings['NAME']}?host={settings['HOST']}"
    program = [sys.executable, "-W", "ignore", "-c", textwrap.dedent(MIDDLE)]
    with subprocess.Popen(
        program, env=os.environ | {"DATABASE_URL": url}, stdout=subprocess.PIPE, text=True
    ) as erasing:
        assert erasing.stdout.readline() == "deleted\n"
        erasing.kill()
    assert everything() == before
    assert erasure.erase(customer=anna, by=None).deleted["commerce.OrderLine"] == 2
