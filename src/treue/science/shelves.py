"""Giving refunded units back to the purchase lines they came from, one refund after the other.

A shelf holds the purchase lines a refund may come from, earliest first. Lines lie on several
shelves at once (all of a customer's purchases of a product; those of one order), and what is taken
from a line is gone from every shelf.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

EMPTY = 1e-9


class Refund(NamedTuple):
    """One refund line; money in ten-thousandths of the currency unit, price per unit likewise."""

    number: int
    at: int
    units: float
    money: int
    price: int
    shelf: int
    by_reference: bool


class Taken(NamedTuple):
    """What one refund took from one purchase line."""

    refund: int
    line: int
    units: float
    money: int


@dataclass
class Stock:
    """Units and money left on each purchase line, and each line's price and moment."""

    units: list[float]
    money: list[int]
    price: list[int]
    at: list[int]


@dataclass(slots=True)
class Shelf:
    """Purchase lines in ascending order of moment and file, searched from the latest downwards."""

    stock: Stock
    lines: Sequence[int]
    times: list[int] = field(init=False)
    below: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.times = [self.stock.at[line] for line in self.lines]
        self.below = list(range(-1, len(self.lines) - 1))

    def latest(self, before: int | None) -> int | None:
        """The latest line with units left, earlier than the moment `before` (None: of any moment).

        Used-up lines are skipped by pointers that shorten as they are followed, so that a thousand
        refunds of a thousand purchases of the same thing do not cost a million steps.
        """
        place = (len(self.lines) if before is None else bisect_left(self.times, before)) - 1
        passed = []
        while place >= 0 and self.stock.units[self.lines[place]] <= EMPTY:
            passed.append(place)
            place = self.below[place]
        for used_up in passed:
            self.below[used_up] = place
        return self.lines[place] if place >= 0 else None


class Shelves:
    """All shelves of one matching; a shelf's lines of one price are a shelf of their own."""

    def __init__(self, stock: Stock, lines: dict[int, list[int]]) -> None:
        self.stock = stock
        self.whole = {number: Shelf(stock, held) for number, held in lines.items()}
        self.priced: dict[int, dict[int, Shelf]] = {}

    def _of_price(self, number: int, price: int) -> Shelf | None:
        if len(self.whole[number].lines) == 1:
            return None  # nothing to prefer; most shelves hold a single line
        if number not in self.priced:
            by_price: dict[int, list[int]] = {}
            for line in self.whole[number].lines:
                by_price.setdefault(self.stock.price[line], []).append(line)
            self.priced[number] = {each: Shelf(self.stock, held) for each, held in by_price.items()}
        return self.priced[number].get(price)

    def give_back(self, refund: Refund) -> Iterator[Taken]:
        """Take a refund's units from its shelf: same price first, then the latest line.

        Each unit takes the refund's own price, never more than its line has left; units beyond
        everything bought are dropped. Yields nothing where nothing is left to take.
        """
        before = None if refund.by_reference else refund.at
        same_price = self._of_price(refund.shelf, refund.price)
        wanted = refund.units
        for shelf in (same_price, self.whole[refund.shelf]):
            while shelf is not None and wanted > EMPTY:
                line = shelf.latest(before)
                if line is None:
                    break
                units = min(wanted, self.stock.units[line])
                money = min(round(refund.money * (units / refund.units)), self.stock.money[line])
                self.stock.units[line] -= units
                self.stock.money[line] -= money
                wanted -= units
                yield Taken(refund.number, line, units, money)
