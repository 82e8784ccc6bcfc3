"""Pieces of work on connections of their own, against real PostgreSQL."""

import threading
import time

import pytest
from django.db import connection, transaction

from treue.core.side_by_side import WORKERS, side_by_side


def _backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        return cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
def test_two_pieces_are_in_work_at_once_each_on_its_own_connection() -> None:
    both = threading.Barrier(WORKERS, timeout=20)
    backends: set[int] = set()

    def work(_piece: int) -> int:
        both.wait()
        return _backend()

    own = _backend()
    side_by_side(work, range(WORKERS), backends.add)
    assert len(backends) == WORKERS
    assert own not in backends


@pytest.mark.django_db(transaction=True)
def test_connections_go_back_to_the_pool() -> None:
    rounds = connection.settings_dict["OPTIONS"]["pool"]["max_size"]
    for _ in range(rounds):
        side_by_side(lambda _piece: _backend(), range(WORKERS), lambda _result: None)
    stats = connection.pool.get_stats()
    assert stats["pool_size"] - stats["pool_available"] <= 1  # this thread's own


@pytest.mark.django_db(transaction=True)
def test_results_come_in_the_order_of_the_pieces() -> None:
    results: list[int] = []

    def work(piece: int) -> int:
        time.sleep(0.01 if piece % 2 else 0.03)
        return piece

    side_by_side(work, range(12), results.append)
    assert results == list(range(12))


@pytest.mark.django_db(transaction=True)
def test_when_a_piece_fails_nobody_works_any_more() -> None:
    working: set[int] = set()
    taken: list[int] = []

    def work(piece: int) -> int:
        taken.append(piece)
        working.add(piece)
        time.sleep(0.05)
        working.remove(piece)
        if piece == 1:
            raise LookupError(piece)
        return piece

    with pytest.raises(LookupError):
        side_by_side(work, range(100), lambda _result: None)
    assert not working
    assert len(taken) < 10


@pytest.mark.django_db(transaction=True)
def test_when_somebody_calls_it_off_nobody_works_any_more() -> None:
    working: set[int] = set()

    def work(piece: int) -> int:
        working.add(piece)
        time.sleep(0.05)
        working.remove(piece)
        return piece

    def call_off(_result: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        side_by_side(work, range(100), call_off)
    assert not working


@pytest.mark.django_db
def test_within_a_transaction_everything_happens_in_it() -> None:
    backends: set[int] = set()
    with transaction.atomic():
        side_by_side(lambda _piece: _backend(), range(3), backends.add)
        assert backends == {_backend()}
