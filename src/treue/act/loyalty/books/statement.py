"""The books at the end of a day, beside those of the month before: what a page, a file and the API show."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from treue.act.loyalty.books import cohorts, outstanding, valuation
from treue.act.loyalty.books.outstanding import Books, Position
from treue.act.loyalty.books.valuation import Contract, Valued
from treue.act.loyalty.models import BookMonth, BookTerms, Programme
from treue.science.liability import Movement


@dataclass(frozen=True)
class Statement:
    """closed: the month, where it ends with the day and somebody closed it. closed_before: the one before.

    now, before, contract, provision: None as long as nobody said what a point is worth.
    """

    books: Books
    zone: ZoneInfo
    terms: BookTerms | None
    closed: BookMonth | None
    closed_before: BookMonth | None
    now: Valued | None = None
    before: Valued | None = None
    contract: Contract | None = None
    provision: Movement | None = None

    @property
    def day(self) -> date:
        return self.books.day

    @property
    def day_before(self) -> date:
        return end_before(self.day)

    @property
    def position(self) -> Position:
        """As it was closed, or as it is known now."""
        return closed_position(self.closed) if self.closed else self.books.position

    @property
    def position_before(self) -> Position:
        if self.closed_before:
            return closed_position(self.closed_before)
        return self.books.until(self.day_before).position

    @property
    def late(self) -> int:
        """How many points more are known today than when the day was closed, or the month before it."""
        if self.closed:
            return self.books.position.outstanding - self.position.outstanding
        if self.closed_before:
            return self.books.until(self.day_before).position.outstanding - self.position_before.outstanding
        return 0


def end_before(day: date) -> date:
    """The last day of the month before."""
    return day.replace(day=1) - timedelta(days=1)


def ends_a_month(day: date) -> bool:
    return (day + timedelta(days=1)).day == 1


def statement(programme: Programme, day: date, *, as_known: int | None = None) -> Statement:
    """Raises ImpossiblePoints where the ledger says what cannot be."""
    found = outstanding.books(programme, day, as_known=as_known)
    terms = BookTerms.objects.filter(programme=programme).first()
    closed = {each.month: each for each in BookMonth.objects.filter(programme=programme, month__lte=day)}
    before = end_before(day)
    made = Statement(
        found,
        programme.shop.tz,
        terms,
        closed.get(day.replace(day=1)) if ends_a_month(day) else None,
        closed.get(before.replace(day=1)),
    )
    return _valued(made, programme, terms) if terms else made


def _valued(made: Statement, programme: Programme, terms: BookTerms) -> Statement:
    earlier = made.books.until(made.day_before)
    now, before = (
        valuation.valued(each, cohorts.expected(each, programme, terms.assumed_redemption), terms)
        for each in (made.books, earlier)
    )
    opening = made.closed_before
    return Statement(
        made.books,
        made.zone,
        terms,
        made.closed,
        opening,
        now,
        before,
        valuation.contract(now, before, terms, opening=opening.contract_liability if opening else None),
        valuation.provision(
            now,
            before,
            terms,
            months=1 if ends_a_month(made.day) else 0,
            opening=opening.provision if opening else None,
        ),
    )


def closed_position(month: BookMonth) -> Position:
    return Position(month.active, month.pending, month.held, month.owed)


def share(points: float, outstanding: int) -> Decimal:
    """Of the points outstanding, to six places."""
    found = Decimal(str(points)) / outstanding if outstanding else Decimal(0)
    return min(found, Decimal(1)).quantize(Decimal("0.000001"))
