"""Two clicks, two people, two imports; and somebody who goes back in the browser."""

import threading
import time

import pytest
from django.db import connection, connections
from django.test import Client

from treue.core.commerce.models import Order
from treue.core.customers.models import Customer
from treue.core.jobs import work
from treue.core.jobs.models import Job
from treue.core.shop.locking import LOCK_CLASS
from treue.listen.imports.models import Import

HEADER = "order,customer,time,amount\n"
AT_ONCE = 4
DONE_ALREADY = {"en": "This was done already", "de": "Das ist schon geschehen"}


@pytest.fixture
def colleague(shop, staff) -> Client:
    client = Client()
    user = staff("admin", email="second@example.org")
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def probed(console, upload, assign, work_off):
    """A file whose dry run is over."""

    def ready(content: str, name: str = "orders.csv") -> Import:
        task = upload(content, name=name)
        console.post(f"/imports/{task.pk}/columns/", assign(task))
        work_off()
        return task

    return ready


@pytest.fixture
def brought_in(console, probed, work_off):
    def done(content: str, name: str = "orders.csv") -> Import:
        task = probed(content, name)
        console.post(f"/imports/{task.pk}/start/")
        work_off()
        task.refresh_from_db()
        assert task.state == Import.State.DONE
        return task

    return done


def at_once(clients: list[Client], address: str) -> list[int]:
    """Post from all of them in the same moment; returns the answers' status."""
    barrier, found = threading.Barrier(len(clients)), []

    def post(client: Client) -> None:
        try:
            barrier.wait()
            found.append(client.post(address).status_code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=post, args=[client]) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def again(client: Client) -> Client:
    """The same person's second click."""
    other = Client()
    other.cookies = client.cookies
    return other


def text(answer) -> str:
    return answer.content.decode()


def test_a_double_click_on_import_starts_one_import(console, colleague, probed, work_off):
    task = probed(HEADER + "A1,1,2026-01-01,5\n")
    clicks = [console, again(console), colleague, again(colleague)]
    assert at_once(clicks, f"/imports/{task.pk}/start/") == [302] * AT_ONCE
    assert Job.objects.filter(kind="imports.run").count() == 1
    work_off()
    assert Order.objects.count() == 1


def test_a_double_click_on_undo_undoes_once(console, colleague, brought_in, work_off):
    task = brought_in(HEADER + "A1,1,2026-01-01,5\n")
    assert (
        at_once([console, again(console), colleague, again(colleague)], f"/imports/{task.pk}/undo/") == [302] * AT_ONCE
    )
    assert Job.objects.filter(kind="imports.undo").count() == 1
    work_off()
    assert not Order.objects.exists()


@pytest.mark.parametrize("language", ["en", "de"])
def test_whoever_comes_second_is_told_and_sees_how_it_stands(console, staff, probed, language):
    user = staff("manager")
    user.language = language
    user.save(update_fields=["language"])
    task = probed(HEADER + "A1,1,2026-01-01,5\n")
    console.post(f"/imports/{task.pk}/start/")
    answer = console.post(f"/imports/{task.pk}/start/", follow=True)
    assert answer.redirect_chain[-1][0] == f"/imports/{task.pk}/"
    assert DONE_ALREADY[language] in text(answer)


def test_two_people_bring_in_two_files_one_after_the_other(console, colleague, probed, work_off):
    hers = probed(HEADER + "A1,1,2026-01-01,5\n", "hers.csv")
    his = probed(HEADER + "A1,1,2026-01-01,5\nA2,2,2026-01-01,5\n", "his.csv")
    console.post(f"/imports/{hers.pk}/start/")
    colleague.post(f"/imports/{his.pk}/start/")
    page = text(console.get("/imports/"))
    assert "Import: hers.csv" in page
    assert "Import: his.csv" in page
    work_off()
    assert [Import.objects.get(pk=each.pk).summary["orders"] for each in (hers, his)] == [
        {"new": 1, "changed": 0, "same": 0},
        {"new": 1, "changed": 0, "same": 1},
    ]


def test_going_back_after_the_start_leads_forward_again(console, probed, assign, work_off):
    task = probed(HEADER + "A1,1,2026-01-01,5\n")
    console.post(f"/imports/{task.pk}/start/")
    for page in ("columns/", "check/"):
        assert console.get(f"/imports/{task.pk}/{page}")["Location"] == f"/imports/{task.pk}/"
    for page, sent in (("columns/", assign(task) | {"c3": ""}), ("probe/", {}), ("sheet/", {"sheet": "x"})):
        assert console.post(f"/imports/{task.pk}/{page}", sent).status_code == 302
    work_off()
    assert console.post(f"/imports/{task.pk}/columns/", assign(task)).status_code == 302
    task.refresh_from_db()
    assert task.state == Import.State.DONE
    assert task.columns["amount"] == "amount"
    assert not Job.objects.filter(kind="imports.probe", pk__gt=task.job_id).exists()


def test_nothing_leads_in_a_circle_when_the_file_is_gone(console, upload):
    from treue.listen.imports import uploads

    task = upload(HEADER + "A1,1,2026-01-01,5\n")
    uploads.discard(task)
    for page in ("", "columns/", "check/", "undo/"):
        answer = console.get(f"/imports/{task.pk}/{page}", follow=True)
        assert answer.status_code == 200
        assert "The file was never imported" in text(answer)


def test_undoing_waits_while_another_import_runs(console, shop, brought_in, work_off):
    task = brought_in(HEADER + "A1,1,2026-01-01,5\n")
    console.post(f"/imports/{task.pk}/undo/")
    job = Job.objects.get(kind="imports.undo")
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_lock(%s, %s)", [LOCK_CLASS, shop.pk])
        undoing = threading.Thread(target=lambda: (work.run(job.pk), connections.close_all()))
        undoing.start()
        limit = time.monotonic() + 30
        while Job.objects.get(pk=job.pk).step != "waiting":
            assert time.monotonic() < limit
            time.sleep(0.05)
        page = text(console.get(f"/imports/{task.pk}/"))
        assert "Waits for another import in this shop" in page
        assert f"/imports/{task.pk}/cancel/" in page
        assert Order.objects.count() == 1
        cursor.execute("select pg_advisory_unlock(%s, %s)", [LOCK_CLASS, shop.pk])
    undoing.join()
    assert not Order.objects.exists()


def test_undoing_that_is_cancelled_before_its_turn_leaves_the_import_as_it_was(console, brought_in):
    task = brought_in(HEADER + "A1,1,2026-01-01,5\n")
    console.post(f"/imports/{task.pk}/undo/")
    console.post(f"/imports/{task.pk}/cancel/")
    page = text(console.get(f"/imports/{task.pk}/"))
    assert "The import was not undone. It was cancelled." in page
    assert "1 order was added." in page
    assert "Undo the import" in page


def test_undoing_that_another_import_overtook_says_which_one(console, brought_in, probed):
    task = brought_in(HEADER + "A1,1,2026-01-01,5\n")
    later = probed(HEADER + "A1,1,2026-01-01,6\n", "later.csv")
    console.post(f"/imports/{later.pk}/start/")
    console.post(f"/imports/{task.pk}/undo/")
    for job in Job.objects.filter(state=Job.State.WAITING, kind__startswith="imports.").order_by("pk"):
        work.run(job.pk)
    page = text(console.get(f"/imports/{task.pk}/"))
    assert "The import was not undone. A later import has changed the same records" in page
    assert "later.csv" in page
    assert Order.objects.get().amount == 6


def test_undoing_that_broke_off_in_the_middle_says_so_and_is_finished_by_undoing_again(console, brought_in, work_off):
    task = brought_in(HEADER + "A1,1,2026-01-01,5\n")
    console.post(f"/imports/{task.pk}/undo/")
    Job.objects.filter(kind="imports.undo").update(state=Job.State.FAILED, step="undoing", error="DiskFull")
    page = text(console.get(f"/imports/{task.pk}/"))
    assert "part of the import is still here" in page
    assert "The disk is full." in page
    console.post(f"/imports/{task.pk}/undo/")
    work_off()
    assert not Order.objects.exists()
    task.refresh_from_db()
    assert task.state == Import.State.UNDONE


def test_customers_who_came_back_in_a_later_file_stay_when_the_first_is_undone(console, brought_in, work_off):
    first = brought_in(HEADER + "A1,1,2026-01-01,5\nA2,2,2026-01-01,5\n")
    brought_in(HEADER + "A3,1,2026-02-01,7\n", "later.csv")
    console.post(f"/imports/{first.pk}/undo/")
    work_off()
    assert list(Customer.objects.values_list("number", flat=True)) == ["1"]
    assert list(Order.objects.values_list("number", "amount")) == [("A3", 7)]


def test_columns_can_be_changed_after_undoing_and_the_file_brought_in_anew(console, brought_in, assign, work_off):
    task = brought_in("order,customer,time,amount,total\nA1,1,2026-01-01,5,50\n")
    console.post(f"/imports/{task.pk}/undo/")
    work_off()
    assert "Change the columns" in text(console.get(f"/imports/{task.pk}/"))
    places = {column: f"c{place}" for place, column in enumerate(task.preview["columns"])}
    console.post(f"/imports/{task.pk}/columns/", assign(task) | {places["amount"]: "", places["total"]: "amount"})
    work_off()
    console.post(f"/imports/{task.pk}/start/")
    work_off()
    assert Order.objects.get().amount == 50
