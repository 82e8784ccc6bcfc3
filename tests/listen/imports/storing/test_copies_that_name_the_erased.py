"""A file that comes after an erasure and names the erased person is not kept: neither for thirty days nor at all."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from treue.core import home
from treue.core.commerce.models import Order
from treue.core.customers import erasure
from treue.core.customers.models import Customer
from treue.core.jobs import work
from treue.core.jobs.errors import Cancelled
from treue.listen.imports import forgetting, importing, order_files, probing, uploads
from treue.listen.imports.models import Import, SetAside

HEADER = "order,customer,time,product,quantity,price,category,channel,country\n"
ERASED = "A-1,C-1017,2026-03-01 10:00,TEA,2,4.50,Tea,Online,DE\n"
OTHER = "B-1,C-2018,2026-03-02 11:00,TEA,1,7.00,Tea,Online,AT\n"
TORN = "B-2,C-1017,2026-03-02 11:00\n"
LATER = timedelta(days=1, hours=1)


@pytest.fixture(autouse=True)
def erased(shop) -> None:
    erasure.erase(customer=Customer.objects.create(shop=shop, number="C-1017"), by=None)
    erasure.erase(customer=Customer.objects.create(shop=shop, number="anna@example.org"), by=None)


def kept() -> list[str]:
    return [path.read_text() for path in uploads.folder().iterdir()]


def rows_set_aside() -> list[tuple[int, str, str]]:
    return list(SetAside.objects.values_list("line_no", "reason", "value"))


def test_the_copy_goes_with_the_import_and_what_it_counted_stays(bring_in, undo):
    task = bring_in(ERASED + OTHER + "B-3,,2026-03-02 11:00,TEA,1,7.00,Tea,Online,AT\n")
    assert (kept(), task.stored_as, task.preview) == ([], "", {})
    assert task.summary["set_aside"] == {"no_customer": 1, "erased_person": 1}
    assert rows_set_aside() == [(2, "erased_person", ""), (4, "no_customer", "")]
    undo(task)
    assert not Order.objects.exists()


def test_a_row_set_aside_for_another_reason_keeps_its_place_and_no_name(bring_in):
    bring_in(ERASED + TORN + TORN.replace("C-1017", "C-2018") + TORN.replace("B-2", "B" * 200))
    assert rows_set_aside() == [
        (2, "erased_person", ""),
        (3, "unreadable_row", ""),
        (4, "unreadable_row", "B-2,C-2018,2026-03-02 11:00"),
        (5, "unreadable_row", ""),
    ]


def test_a_person_named_twice_in_a_file_of_customers_is_quoted_by_neither_row(bring_in):
    bring_in("email,name\nAnna@example.org,Anna\nanna@example.org,Anna\nben@example.org,Ben\n", "customers", "c.csv")
    assert kept() == []
    assert [value for _line, _reason, value in rows_set_aside()] == ["", ""]


def test_a_file_that_names_nobody_who_was_erased_is_kept(bring_in):
    task = bring_in(OTHER)
    assert kept() == [HEADER + OTHER]
    assert uploads.path_of(task).exists()


def test_a_dry_run_leaves_the_copy_to_the_import_that_may_follow(upload):
    task = upload(HEADER + ERASED + OTHER)
    assert probing.run(task.pk, work.Silent())["set_aside"] == {"erased_person": 1}
    assert len(kept()) == 1
    importing.run(task.pk, work.Silent())
    assert kept() == []


def test_an_import_that_was_cancelled_can_be_started_again(upload, monkeypatch):
    task = upload(HEADER + ERASED + OTHER)

    def stop(*_args, **_facts):
        raise Cancelled

    with monkeypatch.context() as patched:
        patched.setattr(order_files.matching, "rematch_import", stop)
        with pytest.raises(Cancelled):
            importing.run(task.pk, work.Silent())
    assert len(kept()) == 1
    assert importing.run(task.pk, work.Silent())["orders"]["new"] == 1
    assert kept() == []
    assert importing.run(task.pk, work.Silent())["orders"]["new"] == 1, "once more, by a worker that takes it up"


@pytest.mark.parametrize(
    ("state", "content", "after", "goes"),
    [
        ("mapping", ERASED, LATER, True),
        ("failed", ERASED, LATER, True),
        ("cancelled", ERASED, LATER, True),
        ("mapping", ERASED.replace("C-1017", "Anna@Example.org"), LATER, True),
        ("mapping", ERASED, timedelta(hours=23), False),
        ("mapping", OTHER, LATER, False),
        ("running", ERASED, LATER, False),
    ],
)
def test_a_file_of_which_nothing_came_goes_after_a_day(upload, state, content, after, goes):
    task = upload(HEADER + content)
    Import.objects.filter(pk=task.pk).update(state=state, preview={"rows": [["C-1017"]]})
    assert forgetting.let_go_of_abandoned(timezone.now() + after) == int(goes)
    task.refresh_from_db()
    assert (kept() == [], task.stored_as == "", task.preview == {}) == (goes, goes, goes)


def test_a_file_that_somebody_has_just_started_is_not_taken_from_them(shop, upload):
    task = upload(HEADER + ERASED)
    Import.objects.filter(pk=task.pk).update(state="mapping", created_at=timezone.now() + timedelta(seconds=1))
    task.refresh_from_db()
    importing.start(task=task, by=None)
    Import.objects.filter(pk=task.pk).update(state="failed")
    assert forgetting.let_go_of_abandoned(timezone.now() + LATER) == 0
    assert len(kept()) == 1


def test_the_page_says_why_the_file_is_not_there(bring_in, upload, staff: Callable, client):
    done, waiting = bring_in(ERASED + OTHER), upload(HEADER + ERASED)
    Import.objects.filter(pk=waiting.pk).update(state="mapping")
    forgetting.let_go_of_abandoned(timezone.now() + LATER)
    client.force_login(staff("manager"), backend="allauth.account.auth_backends.AuthenticationBackend")
    assert "The copy of the file goes with the import." in client.get(f"/imports/{done.pk}/").text
    page = client.get(f"/imports/{waiting.pk}/", follow=True).text
    assert "The file was never imported. The file is not kept any more" in page
    assert home.home().is_dir()
