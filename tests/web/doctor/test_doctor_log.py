"""What the doctor finds in the log."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest
from django.db import connection

from treue.core import direct
from treue.core.events import reading, registry
from treue.core.events.log import Happening, record
from treue.core.events.models import Event, Parked
from treue.core.events.reacting import drain
from treue.core.lake import events, manifest
from treue.core.shop.models import Shop
from treue.web.doctor import log

Found = Callable[..., list[str]]


@pytest.fixture
def failing(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """The only reaction there is; it fails at events of these names."""
    monkeypatch.setattr(registry, "REACTIONS", {})
    names: set[str] = set()

    @registry.reaction("test.fails", starts=registry.BEGINNING)
    def react(events: Sequence[Event]) -> None:
        if names & {event.name for event in events}:
            raise ZeroDivisionError

    reading.begin()
    return names


def happen(shop: Shop, name: str) -> None:
    record(shop, [Happening(name, name, 1, "shop", datetime.now(UTC))])


def test_a_log_that_is_read_is_well(shop: Shop, failing: set[str], found: Found) -> None:
    happen(shop, "a")
    drain()
    for name in ("horizon", "numbers", "reactions"):
        assert found(f"log.{name}") == []


def _of_psql(sentences: list[str]) -> list[str]:
    """PostgreSQL's own cleaning may hold everybody back for a moment, too."""
    return [each for each in sentences if "forgotten psql" in each]


@pytest.mark.usefixtures("shop")
def test_who_holds_everybody_back_is_found(found: Found, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "LONGEST_TRANSACTION", timedelta(0))
    with psycopg.connect(direct.conninfo(application_name="forgotten psql")) as other:
        other.execute("select now()")
        assert not _of_psql(found("log.horizon"))  # who only reads holds nobody back
        other.execute("update shop_shop set name = 'Coffee House'")
        (sentence,) = _of_psql(found("log.horizon"))
        other.rollback()
    assert "forgotten psql" in sentence
    assert str(other.info.backend_pid if not other.closed else "") in sentence


def test_a_reaction_that_is_behind_is_found(shop: Shop, failing: set[str], found: Found) -> None:
    happen(shop, "a")
    assert found("log.reactions") == []
    later = found("log.reactions", clock=lambda: datetime.now(UTC) + timedelta(minutes=10, seconds=1))
    assert later == ["The reaction test.fails is 10 minutes behind."]


def test_a_place_that_goes_wrong_again_and_again_is_found(shop: Shop, failing: set[str], found: Found) -> None:
    happen(shop, "a")
    with connection.cursor() as cursor:  # facts that nobody can read
        cursor.execute("update events_event set facts = '{\"n\": 1e5000}'")
    drain()
    assert found("log.stuck") == []  # once is nothing yet
    later = found("log.stuck", clock=lambda: datetime.now(UTC) + timedelta(minutes=7, seconds=1))
    assert later == [
        "The reaction test.fails has not got on in 1 of 64 parts of the log for 7 minutes: ValidationError."
    ]
    with connection.cursor() as cursor:
        cursor.execute("update events_event set facts = '{}'")
    drain()
    assert found("log.stuck", clock=lambda: datetime.now(UTC) + timedelta(minutes=7)) == []


def test_an_event_that_a_reaction_failed_at_is_found(shop: Shop, failing: set[str], found: Found) -> None:
    failing.add("a")
    happen(shop, "a")
    drain()
    (sentence,) = found("log.reactions")
    assert sentence.startswith("The reaction test.fails failed at 1 event")


def test_parts_of_the_log_that_nobody_reads_are_found(shop: Shop, failing: set[str], found: Found) -> None:
    happen(shop, "a")
    drain()
    with connection.cursor() as cursor:
        cursor.execute("delete from events_cursor where shard < 4")
    assert found("log.reactions") == ["The reaction test.fails has its place in only 60 of 64 parts of the log."]


@pytest.mark.parametrize("table", ["events_event", "events_cursor"])
def test_numbers_of_another_server_are_found(shop: Shop, failing: set[str], found: Found, table: str) -> None:
    happen(shop, "a")
    with connection.cursor() as cursor:
        cursor.execute(f"update {table} set xid = (xid::text::bigint + 1000000000000)::text::xid8")
    assert len(found("log.numbers")) == 1


@pytest.fixture
def old_month(shop: Shop) -> Iterator[None]:
    """An event of March 2024 in its partition."""
    happen(shop, "a")
    with connection.cursor() as cursor:
        cursor.execute("select events_make_month('2024-03-01')")
        cursor.execute("update events_event set recorded_at = '2024-03-05 12:00+00'")
        yield
        cursor.execute("drop table if exists events_event_2024_03")


@pytest.mark.usefixtures("old_month")
def test_an_old_month_that_stays_is_found_with_what_keeps_it(failing: set[str], found: Found) -> None:
    def at(day: int, month: int = 4) -> list[str]:
        return found("log.old_months", clock=lambda: datetime(2026, month, day, tzinfo=UTC))

    begins = "The events of March 2024 and later are still in the database"
    assert at(7) == [], "it may wait for a week"
    assert at(8) == [f"{begins}: the reaction test.fails has not read all of them."]
    failing.add("a")
    drain()
    assert at(8) == [f"{begins}: some of them wait because a reaction failed (1)."]
    Parked.objects.all().delete()
    assert at(8) == [f"{begins}, though nothing keeps them there."]


@pytest.mark.usefixtures("old_month")
def test_a_lost_file_of_a_moved_month_is_found(shop: Shop, found: Found, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "REACTIONS", {})
    assert events.move_old(date(2026, 11, 28)) == [date(2024, 3, 1)]
    assert found("log.moved_months") == found("log.old_months") == []
    path = manifest.folder(shop.pk) / "events" / "2024-03.parquet"
    path.unlink()
    assert found("log.moved_months") == [f"The file with the events of March 2024 is missing: {path}."]
