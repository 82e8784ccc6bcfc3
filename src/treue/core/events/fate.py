"""What became of events: for each reaction, whether it dealt with one, failed at it, or has not come to it yet."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import connection

from treue.core.events import registry
from treue.core.events.models import Event

# A batch takes all or nothing: what lies behind a reaction's place and is not parked was dealt with.
FATES = """
select e.seq, c.reaction, (e.xid, e.seq) <= (c.xid, c.seq), e.recorded_at < coalesce(c.since, '-infinity'),
    p.error, p.attempts, p.next_try_at, c.failed_at
from unnest(%(seqs)s::bigint[], %(moments)s::timestamptz[]) as asked (seq, recorded_at)
join events_event e on e.recorded_at = asked.recorded_at and e.seq = asked.seq
join events_cursor c on c.shard = e.shard and c.reaction = any(%(reactions)s)
left join events_parked p on p.reaction = c.reaction and p.seq = e.seq"""


class State(StrEnum):
    """BEFORE: recorded before the reaction began. AHEAD: not come to yet. BEHIND: it waits behind a failed one."""

    DEALT_WITH = "dealt_with"
    UNCONCERNED = "unconcerned"
    BEFORE = "before"
    AHEAD = "ahead"
    FAILED = "failed"
    BEHIND = "behind"


@dataclass(frozen=True, slots=True)
class Fate:
    """stuck_since: of an event ahead, since when the reaction cannot go on in its part of the log."""

    state: State
    error: str = ""
    attempts: int = 0
    next_try_at: datetime | None = None
    stuck_since: datetime | None = None


def of(events: Collection[Event], reactions: Collection[str] | None = None) -> dict[tuple[int, str], Fate]:
    """By the event's number and the reaction's name. reactions: of all that are registered unless told otherwise."""
    asked = [each for each in reactions or registry.REACTIONS if each in registry.REACTIONS]
    if not events or not asked:
        return {}
    values = {
        "seqs": [each.seq for each in events],
        "moments": [each.recorded_at for each in events],
        "reactions": asked,
    }
    with connection.cursor() as cursor:
        cursor.execute(FATES, values)
        found = {(seq, reaction): facts for seq, reaction, *facts in cursor.fetchall()}
    return {(each.seq, name): _fate(each, name, found.get((each.seq, name))) for each in events for name in asked}


def _fate(event: Event, reaction: str, facts: list | None) -> Fate:
    """facts: None where no worker has given the reaction its places yet."""
    if not registry.named(reaction).concerns(event):
        return Fate(State.UNCONCERNED)
    if facts is None:
        return Fate(State.AHEAD)
    is_read, is_before, error, attempts, next_try_at, stuck_since = facts
    if error is not None:
        return Fate(State.FAILED if error else State.BEHIND, error, attempts, next_try_at)
    if is_before:
        return Fate(State.BEFORE)
    return Fate(State.DEALT_WITH) if is_read else Fate(State.AHEAD, stuck_since=stuck_since)
