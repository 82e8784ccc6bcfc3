"""What each table knows about a person, and what export and erasure do with it.

Every model says it: `personal = PersonalData(...)` or `personal = NOT_PERSONAL`. The export of a person's data is made
from these lists, and a test fails for a model without one.
"""

from dataclasses import dataclass
from enum import StrEnum

CUT = "…"


class OnErasure(StrEnum):
    DELETE = "delete"
    KEEP = "keep"


@dataclass(frozen=True)
class PersonalData:
    """fields: what a copy of the person's data contains, in this order. owner: the path from a row to the customer
    ("" for the customer's own row), or None where the row is about a colleague or nobody. why: the reason where a row
    is kept. quotes: columns in which a delivered file may be quoted; export repeats what names the person there, and
    erasure blots it out.
    """

    fields: tuple[str, ...]
    owner: str | None
    on_erasure: OnErasure = OnErasure.DELETE
    why: str = ""
    quotes: tuple[str, ...] = ()


def quoted(cell: str, most: int) -> str:
    """A cell as it is kept in a column of `quotes`: `most` characters, the last of which says that it was cut.

    A cut may go through a name, and erasure has to know where it must look for the beginning of one.
    """
    return cell if len(cell) <= most else cell[: most - 1] + CUT


NOT_PERSONAL = PersonalData(fields=(), owner=None, on_erasure=OnErasure.KEEP)
