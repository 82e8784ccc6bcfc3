"""Statements that are planned once on a connection, and those that are not."""

import pytest
from django.db import DataError, connection, transaction
from django.test.utils import CaptureQueriesContext

from treue.core import prepared

OURS = "select %s::bigint + 1"
KEPT = "select count(*) from pg_prepared_statements where statement like %s"


def called(value: int) -> int:
    with prepared.cursor() as cursor:
        cursor.execute(OURS, [value])
        return cursor.fetchone()[0]


def kept(like: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(KEPT, [like])
        return cursor.fetchone()[0]


@pytest.mark.django_db
def test_what_is_called_often_is_planned_once() -> None:
    with CaptureQueriesContext(connection) as asked:
        assert [called(number) for number in range(5)] == [1, 2, 3, 4, 5]
    assert len(asked) == 5, "whoever watches the connection sees it"
    assert kept("select $1::bigint + 1%") == 1


@pytest.mark.django_db
def test_what_others_ask_on_that_connection_is_not_kept() -> None:
    called(1)
    for number in range(5):
        with connection.cursor() as cursor:
            cursor.execute("select %s || ' somebody@example.org'", [str(number % 2)])
    assert kept("%somebody%") == 0
    assert connection.connection.prepare_threshold is None


@pytest.mark.django_db
def test_a_refusal_is_djangos_own_and_the_next_call_goes_on() -> None:
    for _turn in range(4):
        with pytest.raises(DataError), transaction.atomic(), prepared.cursor() as cursor:
            cursor.execute("select 1 / %s::int", [0])
        assert called(1) == 2
