"""How often somebody tried is counted, and said for how long to wait."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.at_once import CLIENTS, at_once
from treue.core.throttling.counting import Limit, count, forget, seconds_to_wait
from treue.core.throttling.models import Tally

NOW = datetime(2026, 11, 22, 12, 0, 30, tzinfo=UTC)
THREE = Limit("trial: three a minute", 3, timedelta(minutes=1))
ANNA = "anna@example.org"


class TooOften(Exception):
    pass


@pytest.mark.django_db(transaction=True)
def test_of_64_at_once_as_many_get_through_as_the_limit_has() -> None:
    limit = Limit("trial: twenty an hour", 20, timedelta(hours=1))

    def try_it(place: int) -> None:
        if count(limit, ANNA, now=NOW + timedelta(milliseconds=place)):
            raise TooOften

    assert at_once(try_it, refused=TooOften) == {"": 20, "TooOften": CLIENTS - 20}
    assert Tally.objects.get().count == CLIENTS


@pytest.mark.django_db
def test_it_counts_from_the_first_and_anew_when_the_span_is_over() -> None:
    seconds = [0, 10, 20, 45, 59, 60, 61]
    waits = [count(THREE, ANNA, now=NOW + timedelta(seconds=each)) for each in seconds]
    assert waits == [0, 0, 0, 15, 1, 0, 0]
    assert Tally.objects.get().count == 2


@pytest.mark.django_db
def test_several_count_as_so_many() -> None:
    assert count(THREE, ANNA, now=NOW, times=3) == 0
    assert count(THREE, ANNA, now=NOW, times=3) == 60
    assert Tally.objects.get().count == 6


@pytest.mark.django_db
def test_who_looks_whether_there_is_room_is_not_counted() -> None:
    assert [seconds_to_wait(THREE, ANNA, now=NOW) for _time in range(5)] == [0] * 5
    assert not Tally.objects.exists()
    count(THREE, ANNA, now=NOW, times=3)
    moments = [NOW + timedelta(seconds=each) for each in (0, 59.5, 60)]
    assert [seconds_to_wait(THREE, ANNA, now=moment) for moment in moments] == [60, 1, 0]


@pytest.mark.django_db
def test_each_limit_counts_each_of_them_apart() -> None:
    other = Limit("trial: three an hour", 3, timedelta(hours=1))
    count(THREE, ANNA, now=NOW, times=4)
    assert count(other, ANNA, now=NOW) == 0
    assert count(THREE, "ben@example.org", now=NOW) == 0
    assert count(THREE, ANNA, now=NOW) == 60


@pytest.mark.django_db
def test_the_table_names_nobody_and_forgets() -> None:
    count(THREE, ANNA, now=NOW)
    found = Tally.objects.get()
    assert ANNA not in found.who
    assert found.scope == THREE.scope
    assert forget(now=NOW + timedelta(hours=23)) == 0
    assert forget(now=NOW + timedelta(hours=25)) == 1
