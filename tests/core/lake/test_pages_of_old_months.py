"""Pages of what happened go on in the months that left the log, and open no more files than they must."""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from tests.core.lake import old_months
from treue.core.events import feed, partitions
from treue.core.events.log import Happening, record
from treue.core.events.models import Event
from treue.core.lake import events
from treue.core.shop.models import Shop

MONTHS = [date(2024, number, 1) for number in range(1, 7)]
ANNA, VISIT, BEN = 7, 8, 9
Told = tuple[int, datetime, datetime]


@pytest.fixture
def months(shop: Shop) -> Iterator[None]:
    """Partitions from January to June."""
    with old_months.there(), connection.cursor() as cursor:
        for month in MONTHS:
            cursor.execute("select events_make_month(%s)", [month])
        yield
        for month in MONTHS:
            cursor.execute(f"drop table if exists {partitions.name_of(month)}")


pytestmark = pytest.mark.usefixtures("months")


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are read, one after the other."""
    names: list[str] = []
    whole = events.parquet.read_table

    def read(path: object, **more: object) -> object:
        names.append(path.stem)
        return whole(path, **more)

    monkeypatch.setattr(events.parquet, "read_table", read)
    return names


def move(shop: Shop, told: list[Told]) -> None:
    """Write events down: whose, when they happened and when they were recorded; and have their months leave the log."""
    record(shop, [Happening(f"m{n}", "a", who, "shop", at) for n, (who, at, _) in enumerate(told)])
    with connection.cursor() as cursor:
        cursor.executemany(
            "update events_event set recorded_at = %s where message_id = %s",
            [(recorded_at, f"m{number}") for number, (*_, recorded_at) in enumerate(told)],
        )
    assert events.move_old(old_months.TODAY) == MONTHS
    assert not Event.objects.exists()


def each_day(who: int) -> list[Told]:
    """Noon of the first ten days of every month, recorded at once."""
    noons = [datetime(2024, month.month, day, 12, tzinfo=UTC) for month in MONTHS for day in range(1, 11)]
    return [(who, noon, noon) for noon in noons]


def walked(shop: Shop, numbers: list[int], most: int, note: Callable[[], None] = lambda: None) -> list[datetime]:
    """When everything happened that page after page tells."""
    found: list[Event] = []
    while True:
        last = (found[-1].occurred_at, found[-1].seq) if found else None
        page = feed.timeline(shop, numbers, most, before=last)
        note()
        found += page
        if len(page) < most:
            return [event.occurred_at for event in found]


def test_a_page_reads_backwards_until_it_is_full(shop: Shop, opened: list[str]):
    move(shop, each_day(ANNA))
    feed.timeline(shop, [ANNA], 5)
    assert opened == ["2024-06"]
    feed.timeline(shop, [ANNA], 15)
    assert opened[1:] == ["2024-06", "2024-05"]


def test_a_later_page_does_not_read_what_all_happened_later(shop: Shop, opened: list[str]):
    told = each_day(ANNA)
    move(shop, told)
    reads: list[int] = []

    def note() -> None:
        reads.append(len(opened))
        opened.clear()

    assert walked(shop, [ANNA], 7, note) == sorted((at for _, at, _ in told), reverse=True)
    assert max(reads) <= 2


def test_of_whom_no_file_can_hold_anything_none_is_read(shop: Shop, opened: list[str]):
    move(shop, [*each_day(ANNA), *each_day(BEN)[:10]])
    assert feed.timeline(shop, [100], 5) == []
    assert opened == []
    assert len(feed.timeline(shop, [BEN], 50)) == 10
    assert opened == ["2024-01"]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("most", [1, 3, 10])
def test_what_was_told_months_late_or_a_day_ahead_stands_where_it_happened(shop: Shop, seed: int, most: int):
    chance = random.Random(seed)
    told: list[Told] = []
    for month in MONTHS:
        for _ in range(6):
            recorded_at = datetime(2024, month.month, chance.choice([1, 28]), chance.randrange(24), tzinfo=UTC)
            late = chance.choice([-1, -0.5, 0, 0, 0, 3, 40, 100])
            told.append((chance.choice([ANNA, VISIT, BEN]), recorded_at - timedelta(days=late), recorded_at))
    move(shop, told)
    expected = sorted((at for who, at, _ in told if who != BEN), reverse=True)
    assert walked(shop, [ANNA, VISIT], most) == expected
