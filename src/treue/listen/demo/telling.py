"""Messages as libraries send them, on the way of every message: checked, counted, written into the log."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby

import msgspec

from treue.listen.tracking.checking import Arrival, check
from treue.listen.tracking.errors import BadEvent
from treue.listen.tracking.keys import Sender
from treue.listen.tracking.models import Tally
from treue.listen.tracking.storing import write

ONE_BY_ONE = timedelta(hours=25)  # before it, a day is told at once: the list of sources counts the last 24 hours


@dataclass(frozen=True, slots=True)
class Message:
    """by: kind of the source that says it. said: in the Segment form."""

    at: datetime
    by: str
    said: Mapping[str, object]


def tell(senders: Mapping[str, Sender], messages: Iterable[Message], now: datetime) -> None:
    """Write down what was said, in the order in which it happened. senders: by kind."""
    told = sorted(messages, key=lambda each: each.at)
    for _key, group in groupby(told, key=lambda each: _span(each.at.astimezone(UTC), now)):
        _tell(senders, list(group))


def _span(at: datetime, now: datetime) -> tuple[int, ...]:
    return (at.toordinal(), at.hour) if now - at < ONE_BY_ONE else (at.toordinal(),)


def _tell(senders: Mapping[str, Sender], messages: list[Message]) -> None:
    rows, tallies = [], Counter()
    for each in messages:
        sender = senders[each.by]
        try:
            rows.append(check(_sent(each), _arrival(sender, each.at), None))
            tallies[sender.source_id, Tally.TAKEN] += 1
        except BadEvent as error:
            tallies[sender.source_id, error.code] += 1
    write(rows, tallies, messages[-1].at)


def _sent(message: Message) -> bytes:
    return msgspec.json.encode({**message.said, "timestamp": message.at.isoformat()})


def _arrival(sender: Sender, at: datetime) -> Arrival:
    """Addresses and browsers are in the messages themselves."""
    return Arrival(sender=sender, received_at=at, skew=None, address=None, user_agent=None)
