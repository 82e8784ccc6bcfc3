"""A place among events that are told by moment, in a form that an address can carry."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Place:
    """At an event, and right behind it for whoever goes on. moment: when it happened or was recorded, by the order."""

    moment: datetime
    seq: int

    def __str__(self) -> str:
        return f"{(self.moment - EPOCH) // MICROSECOND}-{self.seq}"

    @classmethod
    def parse(cls, text: str) -> "Place | None":
        """None for what is no place, which leads to the beginning."""
        micros, _dash, seq = text.partition("-")
        if not all(part.isascii() and part.isdigit() and len(part) < 18 for part in (micros, seq)):
            return None
        try:
            return cls(EPOCH + int(micros) * MICROSECOND, int(seq))
        except OverflowError:
            return None
