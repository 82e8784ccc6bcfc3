"""Points that something gave which has a row of its own: they go back with it, so that the row and the ledger say the
same, and never by themselves."""

from collections.abc import Callable
from dataclasses import dataclass

from treue.act.loyalty.errors import GivenForSomething


@dataclass(frozen=True)
class Giver:
    """what: its name for programs. number: its own. way: a sentence that says how its points go back."""

    what: str
    number: int
    way: str


GIVERS: list[Callable[[int], Giver | None]] = []


def known_by(giver_of: Callable[[int], Giver | None]) -> None:
    """Let a room say what gave a journal's points; None where nothing of its own did."""
    GIVERS.append(giver_of)


def require_free(journal: int) -> None:
    """Raises GivenForSomething."""
    for giver_of in GIVERS:
        if found := giver_of(journal):
            raise GivenForSomething(found.what, found.number, found.way)
