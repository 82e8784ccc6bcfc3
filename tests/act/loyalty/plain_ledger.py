"""The ledger as one would write it on paper: slow, of lists alone, to hold the real one against. Moments are days."""

from copy import deepcopy
from dataclasses import dataclass, field

GRACE_DAYS = 30


@dataclass(eq=False)
class PlainLot:
    granted: int
    available: int
    expires: int | None
    qualifying: int = 0
    is_pending: bool = False
    remaining: int = 0
    expired: int = 0
    taken_back: int = 0
    forgone: int = 0
    forgone_from: int = 0
    qualifying_taken_back: int = 0
    number: int = 0
    origin: "PlainLot | None" = None
    owner: "PlainMember | None" = None

    @property
    def issued(self) -> "PlainLot":
        """As which it was issued, where it came from another member."""
        return self.origin or self


@dataclass(eq=False)
class PlainSpending:
    amount: int
    parts: list[tuple[PlainLot, int]]
    is_held: bool
    given_back: int = 0
    until: int = 0
    number: int = 0


@dataclass(eq=False)
class PlainMember:
    lots: list[PlainLot] = field(default_factory=list)
    debt: int = 0
    debt_limit: int | None = None
    qualifying: int = 0
    spendings: list[PlainSpending] = field(default_factory=list)
    acts: int = 0

    @property
    def points(self) -> int:
        return sum(each.remaining for each in self.lots if not each.is_pending) - self.debt

    def has(self) -> dict[str, int]:
        found = {
            "points": self.points,
            "pending": sum(each.remaining for each in self.lots if each.is_pending),
            "held": sum(each.amount for each in self.spendings if each.is_held),
            "qualifying": self.qualifying,
        }
        return {name: points for name, points in found.items() if points}

    def earn(
        self,
        points: int,
        qualifying: int,
        today: int,
        available: int,
        expires: int | None,
        origin: PlainLot | None = None,
    ) -> PlainLot:
        about = {"number": len(self.lots), "origin": origin, "owner": self}
        lot = PlainLot(points, available, expires, qualifying, is_pending=available > today, **about)
        self.lots.append(lot)
        lot.remaining = points
        if not lot.is_pending:
            self._begins(lot)
        return lot

    def _begins(self, lot: PlainLot) -> None:
        lot.is_pending = False
        paid = min(self.debt, lot.remaining)
        lot.remaining -= paid
        self.debt -= paid
        self.qualifying += lot.qualifying - lot.qualifying_taken_back

    def activate(self, today: int) -> None:
        for lot in sorted(self.lots, key=lambda each: (each.available, each.number)):
            if lot.is_pending and lot.remaining and lot.available <= today:
                self._begins(lot)

    def expire(self, today: int) -> None:
        for lot in self.lots:
            if not lot.is_pending and lot.expires is not None and lot.expires <= today:
                lot.expired += lot.remaining
                lot.remaining = 0

    def settle(self, today: int) -> None:
        """What became active, whose time of holding is over, and what has expired."""
        self.activate(today)
        for each in self.spendings:
            if each.is_held and each.until <= today:
                self.capture(each, 0)
        self.expire(today)

    def spend(
        self, points: int, today: int, until: int | None = None, home: "PlainMember | None" = None
    ) -> PlainSpending | None:
        """None where it is refused, and nothing has changed. home: whose points go first."""
        trial = deepcopy(self)
        trial.settle(today)
        if trial.points < points:
            return None
        self.settle(today)
        self.acts += 1
        about = {"is_held": until is not None, "until": until or 0, "number": self.acts}
        spending = PlainSpending(points, self._take(points, home=home), **about)
        self.spendings.append(spending)
        return spending

    def _take(
        self, points: int, first: PlainLot | None = None, home: "PlainMember | None" = None
    ) -> list[tuple[PlainLot, int]]:
        parts = []
        order = sorted(
            (each for each in self.lots if not each.is_pending and each.remaining),
            key=lambda each: (
                each.issued is not first,
                each.origin is None or each.origin.owner is not home,
                each.expires is None,
                each.expires or 0,
                each.number,
            ),
        )
        for lot in order:
            part = min(points, lot.remaining)
            if part:
                lot.remaining -= part
                points -= part
                parts.append((lot, part))
        assert points == 0
        return parts

    def take_back(self, lot: PlainLot, total: int, qualifying_total: int) -> None:
        ask = max(0, min(total, lot.granted - lot.expired) - lot.taken_back - lot.forgone)
        qualifying = max(0, min(qualifying_total, lot.qualifying) - lot.qualifying_taken_back)
        taken = ask
        if self.debt_limit is not None and not lot.is_pending:
            taken = min(ask, max(0, self.points + self.debt_limit))
        lot.taken_back += taken
        if ask > taken and not lot.forgone:
            self.acts += 1
            lot.forgone_from = self.acts
        lot.forgone += ask - taken
        lot.qualifying_taken_back += qualifying
        if lot.is_pending:
            lot.remaining -= taken
            return
        from_lots = min(taken, max(0, self.points))
        self._take(from_lots, lot)
        self.debt += taken - from_lots
        self.qualifying -= qualifying

    def capture(self, spending: PlainSpending, points: int) -> None:
        spending.is_held = False
        self._put(spending, spending.amount - points, None)

    def give_back(self, spending: PlainSpending, total: int, today: int) -> None:
        self._put(spending, max(0, min(total, spending.amount) - spending.given_back), today)

    def _put(self, spending: PlainSpending, points: int, today: int | None) -> None:
        """today: of a roll-back, which prolongs what is about to expire."""
        spending.given_back += points
        paid = min(self.debt, points)
        self.debt -= paid
        points -= paid
        parts = sorted(
            spending.parts,
            key=lambda part: (
                part[0].issued.forgone > 0,
                part[0].expires is None,
                part[0].expires or 0,
                part[0].number,
            ),
            reverse=True,
        )
        spending.parts, back = [], []
        for lot, taken in parts:
            part = min(points, taken)
            points -= part
            if part:
                lot.remaining += part
                back.append((lot, part))
                if lot.expires is not None and today is not None:
                    lot.expires = max(lot.expires, today + GRACE_DAYS)
            if taken - part:
                spending.parts.append((lot, taken - part))
        assert points == 0
        self._collect(sorted(back, key=lambda each: each[0].number), spending)

    def _collect(self, back: list[tuple[PlainLot, int]], spending: PlainSpending) -> None:
        """What returns could not get of the lots themselves, then of those returned since; not for who gave them."""
        rest = dict(back)
        own = [(lot, lot.issued) for lot in rest]
        since = [each for each in self.lots if each.forgone_from > spending.number]
        others = [(lot, each) for lot in rest for each in since if each is not lot.issued]
        for lot, returned in [*own, *others]:
            if returned.owner is self:
                collected = min(rest[lot], returned.forgone)
                rest[lot] -= collected
                lot.remaining -= collected
                returned.forgone -= collected
                returned.taken_back += collected
