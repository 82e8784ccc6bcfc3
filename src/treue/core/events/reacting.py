"""React to the log: a batch of one shard at a time, its effects and the reaction's place in one transaction."""

import logging
import random
import threading
import time
from collections.abc import Sequence
from contextlib import suppress

from django.db import connection, transaction

from treue.core.events import parking, reading, stuck
from treue.core.events.calling import call, concerns_all
from treue.core.events.errors import NotNow
from treue.core.events.reading import Read
from treue.core.events.registry import Reaction, named

SECONDS_ASLEEP, SECONDS_AFTER_FAILURE = 0.2, 2.0
SECONDS_WITHOUT = 60.0  # a failure, then the same one is another one
SECONDS_UNTIL_COMMITTED, SECONDS_BETWEEN_LOOKS = 10.0, 5.0
log = logging.getLogger(__name__)


def react(reaction: Reaction, shard: int) -> int:
    """Deal with the next batch of a shard. Returns how many events were read; 0 where there are none, another worker
    holds the shard, or the reaction cannot go on now."""
    with suppress(NotNow), transaction.atomic():
        position = reading.hold(reaction, shard)
        if position is None:
            return 0
        found = reading.following(shard, position, reaction.batch)
        if not found:
            return 0
        _deal_with(reaction, shard, [each for each in found if reaction.concerns(each.event)])
        reading.move(reaction, shard, found[-1])
        return len(found)
    return 0


def _deal_with(reaction: Reaction, shard: int, found: Sequence[Read]) -> None:
    """Hand over what nobody has to wait for; who has a failed event keeps the later ones behind it."""
    parked = parking.persons(reaction, [each.lane for each in found])
    behind = [each for each in found if each.lane in parked]
    parking.park(reaction, shard, behind)
    _try(reaction, shard, [each for each in found if each.lane not in parked])


def _try(reaction: Reaction, shard: int, found: Sequence[Read]) -> None:
    """All at once, or, where that fails, the first half and then the rest, down to the one that fails."""
    if not found:
        return
    error = call(reaction, [each.event for each in found])
    if error is None:
        return
    if len(found) == 1:
        parking.park(reaction, shard, found, error=error)
        return
    half = len(found) // 2
    _try(reaction, shard, found[:half])
    _deal_with(reaction, shard, found[half:])


def drain() -> int:
    """React until nothing is left to read. Returns how many events were read, once for each reaction."""
    total = 0
    while read := _round(threading.Event()):
        total += read
    return total


def _round(stop: threading.Event) -> int:
    """Once through all that waits, in an order of this worker's own, so that two workers seldom meet."""
    waiting = reading.waiting()
    random.shuffle(waiting)
    total = 0
    for name, shard in waiting:
        while not stop.is_set() and (read := _react(name, shard)):
            total += read
    return total


def _react(name: str, shard: int) -> int:
    """What goes wrong in one place must not keep all others back; only where the database is gone, or its disk is
    full, all wait."""
    try:
        return react(named(name), shard)
    except Exception as error:
        if concerns_all(error) or not connection.is_usable():
            raise
        if stuck.note(name, shard, error):  # not each round anew
            log.exception("Reaction %s cannot go on in shard %s: %s", name, shard, type(error).__name__)
        return 0


def run(stop: threading.Event) -> None:
    """React to whatever comes, until told to stop. Where the database goes away, wait until it is back; a fault of
    ours must not end the thread that everybody relies on either. What goes on is told once: a full disk would only get
    fuller."""
    told, last = "", -SECONDS_WITHOUT
    while not stop.is_set():
        try:
            reading.begin()
            _react_on(stop)
        except Exception as error:
            kind, now = type(error).__name__, time.monotonic()
            if kind != told or now - last > SECONDS_WITHOUT:
                log.exception("The log cannot be worked off; trying again every %s seconds", SECONDS_AFTER_FAILURE)
            told, last = kind, now
            connection.close()
            stop.wait(SECONDS_AFTER_FAILURE)
    connection.close()


def _react_on(stop: threading.Event) -> None:
    news = News()
    while not stop.is_set():
        read = _round(stop) if news.is_worth_a_look(time.monotonic()) else 0
        if not read and not parking.try_due(stop):
            stop.wait(SECONDS_ASLEEP)


class News:
    """Whether anything can have happened: to look at every place five times a second would keep an idle machine busy.

    Numbers are given before events are committed; so a new one is worth looks for a while, and every few seconds one
    is worth it anyway.
    """

    def __init__(self) -> None:
        self._number = -1
        self._until = self._next = 0.0

    def is_worth_a_look(self, now: float) -> bool:
        """now: by a clock that only goes forward, seconds."""
        number = reading.last_number()
        if number != self._number:
            self._number, self._until = number, now + SECONDS_UNTIL_COMMITTED
        is_due = now < self._until or now >= self._next
        if is_due:
            self._next = now + SECONDS_BETWEEN_LOOKS
        return is_due
