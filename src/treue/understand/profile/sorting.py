"""In which order customers are listed. Whoever never ordered stands last where the order is about ordering."""

from dataclasses import dataclass
from typing import Self

COLUMNS = {
    "last": "p.last_order_at",
    "first": "p.first_order_at",
    "orders": "p.orders",
    "revenue": "p.revenue",
    "name": "c.name_key",
}


@dataclass(frozen=True)
class Sort:
    name: str = "last"
    descending: bool = True

    @classmethod
    def of(cls, text: str) -> Self:
        """ "-revenue" is by revenue, the highest first; anything unknown is the latest order first."""
        name = text.removeprefix("-")
        return cls(name, text.startswith("-")) if name in COLUMNS else cls()

    def __str__(self) -> str:
        return f"-{self.name}" if self.descending else self.name

    @property
    def column(self) -> str:
        return COLUMNS[self.name]

    @property
    def by_person(self) -> bool:
        return self.name == "name"
