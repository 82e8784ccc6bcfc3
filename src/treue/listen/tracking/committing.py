"""Group commit: requests put their events on a list and wait; two writers take what has come together meanwhile.

No timer: a lone request is written at once, and under load a group grows by itself while the one before is on its way
to the disk. The answer is given after the commit, so what was acknowledged is never lost.
"""

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime

import psycopg
from django.db import DatabaseError, connection
from django.db.utils import InterfaceError, OperationalError

from treue.listen.tracking.checking import Row
from treue.listen.tracking.errors import Busy, NotStorable
from treue.listen.tracking.models import Tally
from treue.listen.tracking.storing import Tallies, write

WRITERS = 2
ENOUGH_FOR_ANOTHER = 40  # a group costs the database as much as so many events: fewer do not begin a second one
LARGEST_GROUP = 3_000
MOST_PENDING = 30_000
ATTEMPTS = 2
RETRY_AFTER_SECONDS, RETRY_AFTER_OUTAGE_SECONDS = 1, 5
REFUSED = (psycopg.Error, DatabaseError, UnicodeError)
NOT_THERE = (psycopg.OperationalError, psycopg.InterfaceError, OperationalError, InterfaceError)
log = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class Request:
    """What one request wants written. refused: how many events for which reason. unstorable: indexes into `rows`, set
    when it is over."""

    source_id: int
    rows: Sequence[Row]
    refused: Tallies
    done: asyncio.Future[None]
    unstorable: list[int] = field(default_factory=list)

    @property
    def weight(self) -> int:
        return len(self.rows) + 1


class Committer:
    """Belongs to one event loop; its threads only write."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._threads = ThreadPoolExecutor(WRITERS, thread_name_prefix="tracking")
        self._pending: deque[Request] = deque()
        self._weight = 0
        self._writing = 0
        self._noted: Tallies = Counter()

    def note(self, source_id: int, outcome: str, events: int) -> None:
        """Count what needs no answer after the commit with the next group."""
        self._noted[source_id, outcome] += events

    async def commit(self, source_id: int, rows: Sequence[Row], refused: Tallies) -> Sequence[int]:
        """Return when the events are in the log, with the places of those that cannot be stored. Raises Busy."""
        if self._weight > MOST_PENDING:
            raise Busy(RETRY_AFTER_SECONDS)
        request = Request(source_id, rows, refused, self._loop.create_future())
        self._pending.append(request)
        self._weight += request.weight
        self._begin_if_due()
        await request.done
        return request.unstorable

    def _begin_if_due(self) -> None:
        if not self._pending or self._writing >= WRITERS:
            return
        if self._writing and self._weight < ENOUGH_FOR_ANOTHER:
            return
        self._begin()

    def _begin(self) -> None:
        group, noted = self._group(), self._noted
        self._noted = Counter()
        self._writing += 1
        writing = self._loop.run_in_executor(self._threads, _write, group, noted)
        writing.add_done_callback(lambda over: self._end(group, over))

    def _group(self) -> list[Request]:
        group, weight = [], 0
        while self._pending and (not group or weight + self._pending[0].weight <= LARGEST_GROUP):
            request = self._pending.popleft()
            weight += request.weight
            group.append(request)
        self._weight -= weight
        return group

    def _end(self, group: Sequence[Request], over: "asyncio.Future[None]") -> None:
        self._writing -= 1
        error = over.exception()
        if error is not None:
            log.error("Events could not be written: %s", type(error).__name__)
        for request in group:
            if request.done.done():
                continue  # the client has gone
            if error is None:
                request.done.set_result(None)
            else:
                request.done.set_exception(Busy(RETRY_AFTER_OUTAGE_SECONDS))
        self._begin_if_due()


def _write(group: Sequence[Request], noted: Tallies) -> None:
    """In a thread of its own. Raises where nothing of the group can be written now."""
    tallies = Counter(noted)
    for request in group:
        tallies += request.refused
        if request.rows:
            tallies[request.source_id, Tally.TAKEN] += len(request.rows)
    rows = [row for request in group for row in request.rows]
    try:
        _insist(rows, tallies)
    except REFUSED as error:
        if isinstance(error, NOT_THERE):
            raise
        _insist([], noted)
        for request in group:
            _write_apart(request)


def _write_apart(request: Request) -> None:
    """A group could not be stored because of one event of somebody: each request alone, then its halves."""
    tallies = Counter(request.refused)
    request.unstorable = sorted(_unstorable(request.rows, range(len(request.rows))))
    if request.unstorable:
        tallies[request.source_id, NotStorable.code] += len(request.unstorable)
    if taken := len(request.rows) - len(request.unstorable):
        tallies[request.source_id, Tally.TAKEN] += taken
    _insist([], tallies)


def _unstorable(rows: Sequence[Row], places: Sequence[int]) -> list[int]:
    if not places:
        return []
    try:
        _insist([rows[place] for place in places], Counter())
    except REFUSED as error:
        if isinstance(error, NOT_THERE):
            raise
        if len(places) == 1:
            return list(places)
        half = len(places) // 2
        return _unstorable(rows, places[:half]) + _unstorable(rows, places[half:])
    return []


def _insist(rows: Sequence[Row], tallies: Tallies) -> None:
    """Write, and where the connection turns out to be dead, or two writers met crosswise, once more.

    Message ids are given by now, so that a commit whose answer got lost is not written twice.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return write(rows, tallies, datetime.now(UTC))
        except NOT_THERE:
            connection.close()
            if attempt == ATTEMPTS:
                raise
    raise AssertionError("unreachable")
