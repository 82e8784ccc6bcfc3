"""Reactions: functions of a batch of events, by name.

A room declares its reactions in its `reactions.py`:

    @reaction("loyalty.earn", on={"Order Completed"})
    def earn(events: Sequence[Event]) -> None: ...

The function runs in the transaction in which its place in the log moves on. What it writes there happens once, whatever
dies in between; what leaves the process (a mail, a webhook) is written to an outbox there.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from treue.core.events.errors import TwoReactionsOfOneName, UnknownReaction
from treue.core.events.models import Event

Handle = Callable[[Sequence[Event]], None]

BEGINNING, NOW = "beginning", "now"
BATCH = 500


@dataclass(frozen=True)
class Reaction:
    """on: the names of events it is called with; empty: all. starts: where in the log it begins when it is new:
    BEGINNING, NOW, or a moment before which nothing recorded concerns it. history: also called with what happened
    before its source was live."""

    name: str
    handle: Handle
    on: frozenset[str]
    starts: str | datetime
    batch: int
    history: bool

    def concerns(self, event: Event) -> bool:
        return (self.history or not event.is_history) and (not self.on or event.name in self.on)


REACTIONS: dict[str, Reaction] = {}


def reaction(
    name: str, *, on: Collection[str] = (), starts: str | datetime = NOW, batch: int = BATCH, history: bool = False
) -> Callable[[Handle], Handle]:
    """Register a reaction. batch: the most events of one call. history: what happened before its source was live
    concerns it too."""

    def register(handle: Handle) -> Handle:
        if name in REACTIONS:
            raise TwoReactionsOfOneName(name)
        REACTIONS[name] = Reaction(name, handle, frozenset(on), starts, batch, history)
        return handle

    return register


def named(name: str) -> Reaction:
    try:
        return REACTIONS[name]
    except KeyError:
        raise UnknownReaction(name) from None
