"""What left the log is still told of a person: in the copy of their data, and page by page."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection

from tests.core.api.asking import Asking
from tests.core.lake import buying, old_months
from tests.core.lake.old_months import IN_MARCH
from treue.core.customers import persons
from treue.core.customers.export import export
from treue.core.customers.models import Customer, Visitor
from treue.core.events import departed, feed
from treue.core.events.log import Happening, record
from treue.core.events.models import Event, MovedMonth
from treue.core.lake import manifest
from treue.core.shop.models import Shop
from treue.core.staff import keys
from treue.understand.profile import timeline
from treue.understand.profile.happenings_wording import only
from treue.understand.profile.timeline import PAGE

VISIT = 900_001
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def old_month(shop: Shop) -> Iterator[None]:
    with old_months.there():
        yield


@pytest.fixture
def anna(shop: Shop) -> Customer:
    """With a record that was merged into hers, and a visit that was recognised as hers."""
    anna = buying.customer(shop, "C-1")
    Customer.everyone.filter(pk=buying.customer(shop, "C-2").pk).update(merged_into=anna)
    Visitor.objects.create(number=VISIT, shop=shop, anonymous_id="x", customer=anna)
    return anna


def happening(person: int | None, moment: datetime, number: int) -> Happening:
    """Of the facts, the query stays behind when the month moves."""
    return Happening(f"m{number}", "Product Viewed", person, "web", moment, {"sku": f"T{number}", "query": "tea"})


def of_all_numbers(anna: Customer) -> list[Happening]:
    """Three in the old month, one under each number, and one of today; and somebody else's."""
    former = Customer.everyone.get(number="C-2").pk
    stranger = buying.customer(anna.shop, "C-3").pk
    return [
        *(happening(each, IN_MARCH + timedelta(hours=n), n) for n, each in enumerate((anna.pk, VISIT, former))),
        happening(stranger, IN_MARCH, 7),
        happening(None, IN_MARCH, 8),
        happening(anna.pk, NOW, 9),
    ]


def copied(customer: Customer) -> list[dict[str, object]]:
    with export(customer=customer, by=None, now=NOW) as file:
        return json.load(file)["data"].get("events.event", [])


def test_the_copy_of_a_persons_data_holds_what_left_the_log_under_all_their_numbers(anna: Customer):
    old_months.happen(anna.shop, of_all_numbers(anna))
    before = copied(anna)
    old_months.move()
    after = copied(anna)
    assert [row["facts"]["sku"] for row in after] == [row["facts"]["sku"] for row in before] == ["T0", "T1", "T2", "T9"]
    assert after[0] == {
        "occurred_at": "2024-03-20T12:00:00Z",
        "name": "Product Viewed",
        "source": "web",
        "facts": {"sku": "T0"},
    }
    assert after[3] == before[3]


def test_the_copy_holds_it_also_where_nothing_is_in_the_log_any_more(anna: Customer):
    old_months.happen(anna.shop, of_all_numbers(anna)[:3])
    old_months.move()
    assert not Event.objects.exists()
    assert len(copied(anna)) == 3


def test_no_month_leaves_the_log_while_it_is_copied(anna: Customer, monkeypatch: pytest.MonkeyPatch):
    """Who copies sees the database at one moment, and the month would be gone from it without standing elsewhere."""
    old_months.happen(anna.shop, of_all_numbers(anna))

    def move() -> None:
        try:
            old_months.move()
        finally:
            connection.close()

    moving, numbers_of = threading.Thread(target=move), persons.numbers_of

    def meanwhile(customer: Customer) -> list[int]:
        moving.start()
        moving.join(1)
        assert moving.is_alive(), "it waits until the copy is there"
        return numbers_of(customer)

    with monkeypatch.context() as patched:
        patched.setattr(persons, "numbers_of", meanwhile)
        assert len(copied(anna)) == 4
    moving.join()
    assert len(copied(anna)) == 4


def pages(reader: Asking, customer: Customer, limit: int) -> list[list[dict]]:
    found, after = [], {}
    while True:
        page = reader.get(f"/customers/{customer.pk}/events", limit=limit, **after).body
        found.append(page["data"])
        if page["next"] is None:
            return found
        after = {"after": page["next"]}


@pytest.mark.parametrize("limit", [1, 2, 3, 50])
def test_the_api_goes_on_where_the_log_ends(anna: Customer, limit: int):
    """An order of long ago that was told today stands among what left the log."""
    old_months.happen(anna.shop, of_all_numbers(anna))
    record(anna.shop, [happening(anna.pk, IN_MARCH + timedelta(minutes=90), 5)])
    reader = Asking(keys.add(shop=anna.shop, name="reader", scopes=["read"], by=None)[1])
    before = pages(reader, anna, limit)
    old_months.move()
    after = pages(reader, anna, limit)
    told = [event["facts"]["sku"] for page in after for event in page]
    assert told == [event["facts"]["sku"] for page in before for event in page] == ["T9", "T2", "T5", "T1", "T0"]
    assert [len(page) for page in after] == [len(page) for page in before]
    by_sku = {event["facts"]["sku"]: event for page in after for event in page}
    assert [by_sku[sku]["message_id"] for sku in ("T9", "T5", "T1")] == ["m9", "m5", None]
    assert {event["customer"] for event in by_sku.values()} == {anna.pk}


@pytest.mark.parametrize("kind", ["", "behaviour", "purchases"])
def test_a_timeline_goes_on_where_the_log_ends(anna: Customer, kind: str):
    some = [happening(anna.pk, IN_MARCH + timedelta(minutes=n), n) for n in range(PAGE + 10)]
    bought = Happening("o", "Order Completed", VISIT, "web", IN_MARCH, {"order": "A-1"})
    old_months.happen(anna.shop, [*some, bought])
    record(anna.shop, [happening(anna.pk, NOW, 99)])
    before = walked(anna, kind)
    old_months.move()
    assert walked(anna, kind) == before
    assert len(before) == {"": PAGE + 12, "behaviour": PAGE + 11, "purchases": 1}[kind]


def walked(customer: Customer, kind: str) -> list[int]:
    found, behind = [], None
    while True:
        page = timeline.read(customer, only=only(kind), behind=behind)
        found += [event.seq for event in page.events]
        if page.older is None:
            return found
        behind = timeline.Place.parse(str(page.older))


def test_a_page_that_the_log_fills_reads_no_file(anna: Customer, monkeypatch: pytest.MonkeyPatch):
    old_months.happen(anna.shop, of_all_numbers(anna))
    old_months.move()
    record(anna.shop, [happening(anna.pk, NOW + timedelta(minutes=n), 20 + n) for n in range(3)])
    monkeypatch.setattr(departed, "ARCHIVES", [None])
    assert [event.message_id for event in feed.timeline(anna.shop, [anna.pk], 3)] == ["m22", "m21", "m20"]


def test_a_file_of_a_month_that_is_still_in_the_log_is_not_read(anna: Customer):
    """A writer that was killed left it."""
    old_months.happen(anna.shop, of_all_numbers(anna))
    old_months.move()
    (path,) = (manifest.folder(anna.shop.pk) / "events").iterdir()
    path.with_name("2024-04.parquet").write_bytes(path.read_bytes())
    assert len(copied(anna)) == 4


def test_of_a_file_that_is_lost_nothing_is_told_and_the_rest_is(anna: Customer):
    old_months.happen(anna.shop, of_all_numbers(anna))
    old_months.move()
    lost: Path = manifest.folder(anna.shop.pk) / "events" / MovedMonth.objects.get().file
    lost.unlink()
    assert [row["facts"]["sku"] for row in copied(anna)] == ["T9"]
