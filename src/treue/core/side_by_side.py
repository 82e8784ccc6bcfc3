"""Independent pieces of work in the database, two at a time, each worker on a connection of its own."""

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

Piece = TypeVar("Piece")
Result = TypeVar("Result")

WORKERS = 2
AHEAD = 1  # a piece that waits, so that nobody waits for it


def side_by_side(work: Callable[[Piece], Result], pieces: Iterable[Piece], done: Callable[[Result], None]) -> None:
    """`work` on each piece; `pieces` are made and `done` is called in this thread and in their order.

    Returns, or raises what a piece of work or `done` raised, when no worker works any more. Within a transaction the
    pieces are worked on one after the other in this thread: no other connection sees what it wrote.
    """
    if connection.in_atomic_block:
        for piece in pieces:
            done(work(piece))
        return
    opened: list[BaseDatabaseWrapper] = []

    def open_connection() -> None:
        own = connections[DEFAULT_DB_ALIAS]
        own.inc_thread_sharing()  # it is closed by this thread, when its own has ended
        opened.append(own)

    try:
        with ThreadPoolExecutor(WORKERS, initializer=open_connection) as executor:
            _hand_out(executor, work, pieces, done)
    finally:
        for own in opened:
            own.close()


def _hand_out(
    executor: ThreadPoolExecutor,
    work: Callable[[Piece], Result],
    pieces: Iterable[Piece],
    done: Callable[[Result], None],
) -> None:
    under_way: deque[Future[Result]] = deque()
    try:
        for piece in pieces:
            under_way.append(executor.submit(work, piece))
            if len(under_way) > WORKERS + AHEAD:
                done(under_way.popleft().result())
        while under_way:
            done(under_way.popleft().result())
    finally:
        executor.shutdown(wait=True, cancel_futures=True)
