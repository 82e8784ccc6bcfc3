"""Which customers a page looks at: by channel, country and category of their first order."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Self

ALL = ""
UNKNOWN = "~unknown"
OTHER = "~other"
# Beyond these, a dimension's values are put together as OTHER: a page offers what a person can read through, and the
# number of slices stays bounded, whatever a shop delivers.
VALUES_KEPT = 30

DIMENSIONS = ("channel", "country", "category")


@dataclass(frozen=True)
class Filters:
    """One value per dimension; ALL for every one, UNKNOWN for none told, OTHER for those beyond the most frequent."""

    channel: str = ALL
    country: str = ALL
    category: str = ALL

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Self:
        """The filters among an address' parameters; a NUL, which no database text can hold, is left out."""
        return cls(**{field.name: query.get(field.name, ALL).replace("\0", "") for field in fields(cls)})

    @property
    def active(self) -> dict[str, str]:
        return {name: value for name in DIMENSIONS if (value := getattr(self, name)) != ALL}

    def but(self, **changes: str) -> Self:
        return replace(self, **changes)


EVERYBODY = Filters()
