"""The demo shop's programme, as if since a year. Nothing is put into a table by hand: members join, orders are reckoned
and points are spent by the functions by which a shop's own are, at the moments at which they would have been."""

from collections.abc import Callable

OTHERS: list[Callable[..., None]] = []
WEEKS: list[Callable[..., None]] = []


def also(write: Callable[..., None]) -> None:
    """Let a room above add what it has to a programme of the demo: `write(shop, now=…)`, once however often called."""
    OTHERS.append(write)


def each_week(write: Callable[..., None]) -> None:
    """Let a room above take part in each week before it is sealed, in its transaction: `write(programme, active,
    since, until)`, active being the members who bought something."""
    WEEKS.append(write)
