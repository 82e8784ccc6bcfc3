"""What several tell of one order, over real HTTP: by letters, of which the number of the order is made."""

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sending import Sender

IDENTIFY = "I"
Told = Callable[[str, str], tuple[str, dict[str, object]]]


def react() -> None:
    from treue.core.events import parking
    from treue.core.events.reacting import drain
    from treue.core.events.reading import begin

    begin()
    while drain() + parking.try_due(threading.Event()):
        pass


def in_rounds(told_of: Collection[str]) -> list[list[tuple[str, str]]]:
    """Numbers of orders with the next telling of each, the letters of its number from the first to the last."""
    longest = max(map(len, told_of))
    return [[(number, number[place]) for number in told_of if len(number) > place] for place in range(longest)]


def tell_all(senders: Mapping[str, "Sender"], rounds: Sequence[Sequence[tuple[str, str]]], told: Told) -> None:
    """Each round before the next one, in a request for each source; then all that has its effect.

    told: the source and the event, by number and letter.
    """
    for these in rounds:
        for name, sender in senders.items():
            events = [event for source, event in (told(*each) for each in these) if source == name]
            if events:
                assert sender.send(*events).json == {"success": True}
    react()


def best(said: Sequence[str]) -> str | None:
    """Whose word counts: the last in the alphabet of those of which is known whose they are."""
    return max((each for each in said if each in "BD" or (each in "AC" and IDENTIFY in said)), default=None)
