"""What the rail shows: Today, the loop with its four stations, and the rooms behind the name at its foot."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import pgettext


@dataclass(frozen=True)
class Item:
    """A room. count: how much open work waits there."""

    label: str
    url: str
    current: bool = False
    count: int | None = None


@dataclass(frozen=True)
class Station:
    """One station of the loop with the rooms that exist there. key: "listen", "understand", "act" or "prove"."""

    key: str
    label: str
    items: Sequence[Item] = ()

    @property
    def current(self) -> bool:
        return any(item.current for item in self.items)

    @property
    def url(self) -> str:
        """Where the station itself leads: its first room."""
        return self.items[0].url if self.items else ""


def loop(
    *,
    listen: Sequence[Item] = (),
    understand: Sequence[Item] = (),
    act: Sequence[Item] = (),
    prove: Sequence[Item] = (),
) -> tuple[Station, ...]:
    """The four stations in their order; one without rooms stays, quietly, as a promise."""
    return (
        Station("listen", pgettext("station of the loop", "Listen"), tuple(listen)),
        Station("understand", pgettext("station of the loop", "Understand"), tuple(understand)),
        Station("act", pgettext("station of the loop", "Act"), tuple(act)),
        Station("prove", pgettext("station of the loop", "Prove"), tuple(prove)),
    )


@dataclass(frozen=True)
class Person:
    name: str
    role: str = ""


@dataclass(frozen=True)
class Navigation:
    today: Item | None
    stations: Sequence[Station]
    foot: Sequence[Item] = ()
    person: Person | None = None
