"""Old months of the log move to the lake: whole, once, not before everybody has read them, and erased there as well."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime

import duckdb
import psycopg
import pytest
from django.db import connection

from treue.core import direct
from treue.core.customers import erasure, persons
from treue.core.customers.models import Customer, Visitor
from treue.core.events import departed, departing, partitions, reading, registry
from treue.core.events.log import Happening, record
from treue.core.events.models import Event, Message, MovedMonth, Parked
from treue.core.events.reacting import drain
from treue.core.jobs import work
from treue.core.jobs.models import Job
from treue.core.lake import errors, events, manifest, writing
from treue.core.lake.erasing import erase
from treue.core.shop.models import Shop

TODAY = date(2026, 11, 28)
MARCH, APRIL = date(2024, 3, 1), date(2024, 4, 1)
IN_MARCH, IN_APRIL = datetime(2024, 3, 31, 23, 59, tzinfo=UTC), datetime(2024, 4, 1, tzinfo=UTC)
KILLED = """
    import os, sys, time
    os.environ["DJANGO_SETTINGS_MODULE"] = "treue.web.settings"
    import django; django.setup()
    from datetime import date
    from treue.core.events import departing, registry
    from treue.core.lake import events
    registry.REACTIONS.clear()
    def before_the_drop(*about, **more):
        print("written", flush=True)
        time.sleep(600)
    def after_the_drop(*about, **more):
        drop(*about, **more)
        print("dropped", flush=True)
        time.sleep(600)
    drop = departing.let_go
    departing.let_go = {moment}
    events.move_old(date(2026, 11, 28))
"""


@pytest.fixture
def old_months(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Partitions of two old months, and nobody who reacts."""
    monkeypatch.setattr(registry, "REACTIONS", {})
    with connection.cursor() as cursor:
        cursor.execute("truncate events_cursor")
        for month in (MARCH, APRIL):
            cursor.execute("select events_make_month(%s)", [month])
    yield
    with connection.cursor() as cursor:
        for month in (MARCH, APRIL):
            cursor.execute(f"drop table if exists {partitions.name_of(month)}")
        cursor.execute("truncate events_cursor")


pytestmark = pytest.mark.usefixtures("old_months")


def happen(shop: Shop, persons: range | list[int | None], moment: datetime = IN_MARCH, **facts: object) -> None:
    """One event of each person, recorded at a moment."""
    found = [Happening(f"{moment} {each}", "a", each, "shop", moment, facts) for each in persons]
    record(shop, found)
    with connection.cursor() as cursor:
        cursor.execute(
            "update events_event set recorded_at = %s where shop_id = %s and message_id = any(%s)",
            [moment, shop.pk, [each.message_id for each in found]],
        )


def moved(shop: Shop, columns: str = "person") -> list:
    """A column of what lies in the lake's files of events."""
    with duckdb.connect() as con:
        files = [str(path) for path in (manifest.folder(shop.pk) / "events").glob("*.parquet")]
        if not files:
            return []
        rows = con.execute(f"select {columns} from read_parquet(?) order by seq", [files]).fetchall()
    return [row[0] if len(row) == 1 else row for row in rows]


def in_the_log() -> list[int]:
    return list(Event.objects.order_by("seq").values_list("person", flat=True))


def test_an_old_month_of_two_shops_moves_whole_and_leaves_the_log(shop: Shop):
    other = Shop.objects.create(name="Coffee House")
    happen(shop, [*range(1, 200), None])
    happen(other, range(1000, 1050))
    happen(shop, [7], datetime(2026, 11, 1, tzinfo=UTC))

    assert events.move_old(TODAY) == [MARCH, APRIL]

    assert moved(shop) == [*range(1, 200), None]
    assert moved(other) == list(range(1000, 1050))
    assert in_the_log() == [7]
    assert partitions.before(date(2024, 12, 1)) == []
    rows = MovedMonth.objects.order_by("shop").values_list("shop", "month", "file")
    assert list(rows) == [(shop.pk, MARCH, "2024-03.parquet"), (other.pk, MARCH, "2024-03.parquet")]
    assert departing.first_month(shop.pk) == APRIL
    assert events.move_old(TODAY) == []


def test_a_message_told_again_after_years_is_no_news(shop: Shop):
    happen(shop, [1])
    events.move_old(TODAY)
    again = Happening(f"{IN_MARCH} 1", "a", 1, "shop", IN_MARCH)
    assert record(shop, [again]) == 0
    assert Message.objects.count() == 1


def test_how_many_months_stay_can_be_set(shop: Shop, settings):
    happen(shop, [1])
    happen(shop, [2], IN_APRIL)
    settings.EVENTS_MONTHS = 31  # back from November 2026, the first of them is April 2024
    assert departing.old(TODAY) == [MARCH]
    assert events.move_old(TODAY) == [MARCH]
    assert in_the_log() == [2]


def test_of_the_facts_only_behaviour_moves(shop: Shop):
    facts = {
        "order": "A-1",
        "total": "12.50",
        "path": "/tea",
        "traits": {"email": "anna@example.org"},
        "external_ids": ["card 7"],
        "anonymous_id": "x-1",
        "ip": "192.0.2.0",
        "user_id": "C-1",
        "query": "tea for Anna",
        "category": {"name": "Anna"},
        "campaign": {"source": "mail", "content": "anna@example.org"},
        "products": [{"sku": "TEA", "quantity": 2, "name": "Anna's tea", "price": {"anna": 1}}, "anna"],
    }
    happen(shop, [1], **facts)
    happen(shop, [2], products="none", campaign="spring")
    events.move_old(TODAY)
    first, second = map(json.loads, moved(shop, "facts"))
    assert first == {
        "order": "A-1", "total": "12.50", "path": "/tea", "campaign": {"source": "mail"},
        "products": [{"sku": "TEA", "quantity": 2}],
    }  # fmt: skip
    assert second == {}


def test_what_moves_says_the_same_as_the_log(shop: Shop):
    happen(shop, range(1, 80), order="A-1")
    names = ("seq", "name", "person", "source", "is_history")
    before = [tuple(row) for row in Event.objects.order_by("seq").values_list(*names)]
    events.move_old(TODAY)
    assert moved(shop, ", ".join(names)) == before
    assert set(moved(shop, "recorded_at")) == set(moved(shop, "occurred_at")) == {IN_MARCH.replace(tzinfo=None)}


@pytest.mark.parametrize("moment", ["before_the_drop", "after_the_drop"])
def test_killed_at_its_work_it_leaves_every_event_somewhere_and_is_finished_later(shop: Shop, moment: str):
    happen(shop, range(1, 80))
    place = connection.settings_dict
    url = f"postgresql:///{place['NAME']}?host={place['HOST']}&user={place['USER']}"
    program = [sys.executable, "-W", "ignore", "-c", textwrap.dedent(KILLED.format(moment=moment))]
    with subprocess.Popen(program, env=os.environ | {"DATABASE_URL": url}, stdout=subprocess.PIPE, text=True) as mover:
        assert mover.stdout is not None
        assert mover.stdout.readline() in {"written\n", "dropped\n"}
        mover.send_signal(signal.SIGKILL)
    assert moved(shop) == list(range(1, 80))
    assert in_the_log() == ([] if moment == "after_the_drop" else moved(shop))
    Event.objects.filter(person=7).delete()  # as an erasure does meanwhile
    events.move_old(TODAY)
    assert in_the_log() == []
    assert moved(shop) == [number for number in range(1, 80) if moment == "after_the_drop" or number != 7]
    assert MovedMonth.objects.count() == 1


def test_a_file_that_holds_another_number_leaves_the_month_in_the_log(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    happen(shop, [1, 2])
    whole = events.write_rows
    monkeypatch.setattr(events, "write_rows", lambda path, schema, rows: whole(path, schema, (r[1:] for r in rows)))
    with pytest.raises(errors.Miscounted):
        events.move_old(TODAY)
    assert in_the_log() == [1, 2]
    assert moved(shop) == []


def test_a_reaction_that_lags_in_one_shard_keeps_the_month_and_the_later_ones(shop: Shop):
    happen(shop, range(1, 80))
    happen(shop, [5], IN_APRIL)
    registry.reaction("test.reads", starts=registry.BEGINNING)(lambda events: None)
    assert departing.keeping(MARCH).reactions == ("test.reads",), "it has no place yet"
    reading.begin()
    drain()
    assert not departing.keeping(MARCH)
    with connection.cursor() as cursor:
        cursor.execute("update events_cursor set seq = seq - 1 where shard = 9")
    assert departing.keeping(MARCH).reactions == ("test.reads",)
    assert events.move_old(TODAY) == []
    drain()
    assert events.move_old(TODAY) == [MARCH, APRIL]
    assert moved(shop) == [*range(1, 80), 5]


def test_a_failed_event_keeps_its_month(shop: Shop):
    happen(shop, [1])
    event = Event.objects.get()
    about = {"seq": event.seq, "recorded_at": event.recorded_at, "place": 1, "person": 1, "shard": 1}
    Parked.objects.create(reaction="test.fails", error="ZeroDivisionError", **about)
    assert departing.keeping(MARCH).parked == 1
    assert events.move_old(TODAY) == []
    Parked.objects.all().delete()
    assert events.move_old(TODAY) == [MARCH, APRIL]


def test_what_is_written_into_the_month_meanwhile_keeps_it(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    """A clock that is wrong by years."""
    happen(shop, [1])
    let_go = departing.let_go

    def late(*about: object, **more: object) -> bool:
        happen(shop, [2])
        return let_go(*about, **more)

    with monkeypatch.context() as patched:
        patched.setattr(departing, "let_go", late)
        assert events.move_old(TODAY) == []
    assert in_the_log() == [1, 2]
    assert events.move_old(TODAY) == [MARCH, APRIL]
    assert moved(shop) == [1, 2]


def test_a_month_that_comes_again_lies_beside_the_first(shop: Shop):
    happen(shop, [1])
    events.move_old(TODAY)
    with connection.cursor() as cursor:
        cursor.execute("select events_make_month(%s)", [MARCH])
    happen(shop, [2])
    events.move_old(TODAY)
    assert moved(shop) == [1, 2]
    assert sorted(MovedMonth.objects.values_list("file", flat=True)) == ["2024-03-2.parquet", "2024-03.parquet"]


def test_who_reads_the_log_is_waited_for_but_not_for_long_by_others(shop: Shop):
    happen(shop, [1])
    with psycopg.connect(direct.conninfo()) as reader:
        reader.execute("select count(*) from events_event")
        slept: list[float] = []

        def sleep(seconds: float) -> None:
            slept.append(seconds)
            if len(slept) == 2:
                reader.rollback()

        assert events.move_old(TODAY, sleep=sleep) == [MARCH, APRIL]
    assert len(slept) == 2
    assert moved(shop) == [1]


def test_a_refresh_of_the_lake_leaves_the_months_where_they_are(shop: Shop):
    happen(shop, [1])
    events.move_old(TODAY)
    writing.write(shop, as_of=TODAY)
    state = manifest.read(shop.pk)
    assert state is not None
    manifest.sweep(shop.pk, state, grace_seconds=-1)
    assert moved(shop) == [1]


def test_one_persons_moved_events_can_be_handed_out(shop: Shop):
    assert list(departed.of(shop.pk, [1])) == []
    happen(shop, [1, 2, None, 3], order="A-1")
    events.move_old(TODAY)
    found = [(event.person, event.name, event.facts) for event in departed.of(shop.pk, [3, 1])]
    assert found == [(1, "a", {"order": "A-1"}), (3, "a", {"order": "A-1"})]


def test_an_erased_person_leaves_the_months_under_all_numbers(shop: Shop):
    anna, former = (Customer.objects.create(shop=shop, number=number) for number in "AB")
    Customer.everyone.filter(pk=former.pk).update(merged_into=anna)
    Visitor.objects.create(number=900_001, shop=shop, anonymous_id="x", customer=anna)
    numbers = persons.numbers_of(anna)
    assert set(numbers) == {anna.pk, former.pk, 900_001}
    happen(shop, [*numbers, 5, None])
    events.move_old(TODAY)

    receipt = erasure.erase(customer=anna, by=None)
    for job in Job.objects.filter(kind="lake.erase"):
        work.run(job.pk)

    assert moved(shop) == [5, None]
    receipt.refresh_from_db()
    assert receipt.lake_rewritten_at is not None
    assert [path.name for path in (manifest.folder(shop.pk) / "events").iterdir()] == ["2024-03.parquet"]


def test_who_is_erased_while_a_month_moves_is_not_in_its_file(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    happen(shop, [1, 2])
    erasing = threading.Thread(target=erase, args=(shop.pk, 1))
    with connection.cursor() as cursor:
        cursor.execute(f"drop table {partitions.name_of(APRIL)}")
    let_go = departing.let_go

    def meanwhile(*about: object, **more: object) -> bool:
        Event.objects.filter(person=1).delete()
        erasing.start()
        erasing.join(0.3)
        assert erasing.is_alive(), "it waits until the month has moved"
        return let_go(*about, **more)

    monkeypatch.setattr(departing, "let_go", meanwhile)
    assert events.move_old(TODAY) == [MARCH]
    erasing.join()
    assert moved(shop) == [2]
