"""Events are written in groups; the answer is given after the commit, so what was acknowledged is never lost."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

import psycopg
from django.db import DatabaseError, connection
from django.db.utils import InterfaceError, OperationalError

from treue.core.grouping import Bounds, Groups, NotWritten, TooManyWaiting
from treue.listen.tracking.checking import Row
from treue.listen.tracking.errors import Busy, NotStorable
from treue.listen.tracking.models import Tally
from treue.listen.tracking.storing import Tallies, write

# In events, and one more for each request. A group costs the database as much as 40 events, and two writers at once
# halve the groups; so a second one begins where a batch waits, or fifty lone events, which would else wait twice.
BOUNDS = Bounds(writers=2, enough_for_another=100, largest=3_000, most=30_000)
ATTEMPTS = 2
RETRY_AFTER_SECONDS, RETRY_AFTER_OUTAGE_SECONDS = 1, 5
REFUSED = (psycopg.Error, DatabaseError, UnicodeError)
NOT_THERE = (psycopg.OperationalError, psycopg.InterfaceError, OperationalError, InterfaceError)


@dataclass(eq=False, slots=True)
class Request:
    """What one request wants written. refused: how many events for which reason. unstorable: indexes into `rows`, set
    when it is over."""

    source_id: int
    rows: Sequence[Row]
    refused: Tallies
    unstorable: list[int] = field(default_factory=list)


class Committer:
    """Belongs to one event loop."""

    def __init__(self) -> None:
        self._groups = Groups(self._begun, BOUNDS, name="tracking")
        self._noted: Tallies = Counter()

    def note(self, source_id: int, outcome: str, events: int) -> None:
        """Count what needs no answer after the commit with the next group."""
        self._noted[source_id, outcome] += events

    async def commit(self, source_id: int, rows: Sequence[Row], refused: Tallies) -> Sequence[int]:
        """Return when the events are in the log, with the places of those that cannot be stored. Raises Busy."""
        request = Request(source_id, rows, refused)
        try:
            await self._groups.written(request, weight=len(rows) + 1)
        except TooManyWaiting as error:
            raise Busy(RETRY_AFTER_SECONDS) from error
        except NotWritten as error:
            raise Busy(RETRY_AFTER_OUTAGE_SECONDS) from error
        return request.unstorable

    def _begun(self, group: Sequence[Request]) -> Callable[[], None]:
        noted, self._noted = self._noted, Counter()
        return partial(_write, group, noted)


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
