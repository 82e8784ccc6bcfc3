"""Month by month: what was there, what came and went, and what was left."""

from dataclasses import dataclass
from datetime import date

from treue.act.loyalty.books.closing import after
from treue.act.loyalty.books.outstanding import Books, Moved


@dataclass(frozen=True)
class Month:
    """Points. redeemed: less what was given back. owed: how much more members owe than at its begin; as nothing is set
    off against it, the outstanding points are so many more than the ones that moved.
    """

    month: date
    opening: int
    earned: int
    taken_back: int
    redeemed: int
    expired: int
    adjusted: int
    owed: int

    @property
    def closing(self) -> int:
        return self.opening + self.earned + self.adjusted + self.owed - self.taken_back - self.redeemed - self.expired


def months(books: Books) -> list[Month]:
    """From the first month with points to that of the day, each of them."""
    moved = {each.month: each for each in books.months}
    gross: dict[date, int] = {}
    for part in books.parts:
        gross[part.month] = gross.get(part.month, 0) + part.outstanding
    if not moved:
        return []
    found: list[Month] = []
    month = min([*moved, *gross])
    opening = 0
    while month <= books.day:
        found.append(_month(moved.get(month), month, opening, gross.get(month, 0)))
        opening, month = found[-1].closing, after(month)
    return found


def _month(moved: Moved | None, month: date, opening: int, gross: int) -> Month:
    if moved is None:
        return Month(month, opening, 0, 0, 0, 0, 0, gross)
    net = moved.active + moved.pending + moved.held
    redeemed = moved.redeemed - moved.given_back
    return Month(month, opening, moved.earned, moved.taken_back, redeemed, moved.expired, moved.adjusted, gross - net)
