"""Redemptions that belong to something a room above gave for them: undone there, never by their points alone."""

from collections.abc import Callable

from treue.act.loyalty.errors import BelongsToSomething

CLAIMS: list[Callable[[int], str]] = []


def claimed_by(name_of: Callable[[int], str]) -> None:
    """Let a room say what it gave for a journal's points, such as "claim 4711"; "" for nothing."""
    CLAIMS.append(name_of)


def require(journal: int) -> None:
    """Raises BelongsToSomething."""
    for name_of in CLAIMS:
        if what := name_of(journal):
            raise BelongsToSomething(what)
