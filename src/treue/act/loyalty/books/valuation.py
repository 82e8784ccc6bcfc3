"""What outstanding points come to in money: as a liability, under IFRS 15, and under German commercial law."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from treue.act.loyalty.books.cohorts import Expected
from treue.act.loyalty.books.outstanding import Books, Part
from treue.act.loyalty.models import BookTerms
from treue.science.figures import to_the_cent
from treue.science.liability import (
    Movement,
    PointsAtDate,
    Settlement,
    allocate,
    liability,
    recognised,
    roll_forward,
    settlement,
)

ONE_YEAR = 1
Which = Callable[[Part], bool]
COUNTED = ("granted", "sold", "sales", "redeemed", "expired", "taken_back")


def of_all(_part: Part) -> bool:
    return True


@dataclass(frozen=True)
class Contract:
    """IFRS 15. closing: owed for points that orders earned. deferred: of the sales of the period. others: what those
    points cost that came with no sale (for a review, as a correction) and so are a provision of their own.
    """

    opening: Decimal
    deferred: Decimal
    closing: Decimal
    others: Decimal

    @property
    def revenue(self) -> Decimal:
        """Of the period: what was redeemed, and what the estimate that changed makes of earlier ones."""
        return self.opening + self.deferred - self.closing


@dataclass(frozen=True)
class Valued:
    """At the end of a day. full: if every point was redeemed. total: what is expected to be, low and high its ends."""

    books: Books
    expected: Expected
    full: Decimal
    total: Decimal
    low: Decimal
    high: Decimal
    contract_liability: Decimal
    others: Decimal
    settlement: Settlement

    @property
    def provision(self) -> Decimal:
        return self.settlement.provision


def valued(books: Books, expected: Expected, terms: BookTerms) -> Valued:
    points = books.by_issue_month
    owed = liability(list(points.values()), [_share(expected, month) for month in points], terms.value_per_point)
    contract, others = _contract(books, expected, terms)
    ends = (expected.points.low, expected.points.high)
    low, high = (to_the_cent(Decimal(str(end)) * terms.value_per_point) for end in ends)
    return Valued(
        books,
        expected,
        to_the_cent(sum(points.values()) * terms.value_per_point),
        owed.total,
        low,
        high,
        contract,
        others,
        settlement(
            expected.ahead,
            cost_per_point=terms.cost,
            cost_increase=terms.cost_increase,
            rates={ONE_YEAR: terms.interest_rate},
        ),
    )


def contract(now: Valued, before: Valued, terms: BookTerms, *, opening: Decimal | None = None) -> Contract:
    """How the contract liability went from one day to another. opening: what the books closed with then, where they
    did; what was recorded late for that time is in the revenue of this one.
    """
    since = before.books.day
    deferred = _owed(now.books, now.expected, terms, lambda part: part.issue_month > since)
    begun = before.contract_liability if opening is None else opening
    return Contract(begun, sum(deferred.values(), Decimal(0)), now.contract_liability, now.others)


def provision(
    now: Valued, before: Valued, terms: BookTerms, *, months: int, opening: Decimal | None = None
) -> Movement:
    """How the provision went from one day to another. Used is what was redeemed of the points that were there then."""
    since = before.books.day
    old = [each for each in now.books.parts if each.issue_month <= since]
    redeemed = sum(each.redeemed for each in old if each.month > since)
    closing = now.provision
    to_come = {month: points * _share(now.expected, month) for month, points in now.books.by_issue_month.items()}
    total = sum(to_come.values(), Decimal(0))
    new = sum((points for month, points in to_come.items() if month > since), Decimal(0))
    closing_of_new = to_the_cent(closing * new / total) if total else Decimal("0.00")
    begun = before.provision if opening is None else opening
    return roll_forward(
        opening=begun,
        used=min(to_the_cent(max(redeemed, 0) * terms.cost), begun),
        interest=before.settlement.interest(months=months),
        closing_of_opening=closing - closing_of_new,
        closing_of_new=closing_of_new,
    )


@dataclass
class _Cohort:
    granted: int = 0
    sold: int = 0
    sales: Decimal = Decimal(0)
    redeemed: int = 0
    expired: int = 0
    taken_back: int = 0

    @property
    def issued(self) -> int:
        return self.granted - self.taken_back

    @property
    def outstanding(self) -> int:
        return self.issued - self.redeemed - self.expired

    def bought(self, points: int) -> int:
        """How many of some points an order had earned."""
        return points * self.sold // self.granted if self.granted else 0


def _cohorts(books: Books, which: Which = of_all) -> dict[date, _Cohort]:
    found: dict[date, _Cohort] = {}
    for part in filter(which, books.parts):
        cohort = found.setdefault(part.issue_month, _Cohort())
        for name in COUNTED:
            setattr(cohort, name, getattr(cohort, name) + getattr(part, name))
    return found


def _owed(books: Books, expected: Expected, terms: BookTerms, which: Which = of_all) -> dict[date, Decimal]:
    """What of the sales of each month of issue belongs to the points that nobody took back."""
    found = {}
    for month, cohort in _cohorts(books, which).items():
        if cohort.issued <= 0 or not cohort.sold or cohort.sales <= 0:
            continue
        ever = cohort.redeemed + cohort.outstanding * _share(expected, month)
        sale = to_the_cent(cohort.sales * cohort.issued / cohort.granted)
        redemption = min(max(ever / cohort.issued, Decimal(0)), Decimal(1))
        found[month] = allocate(sale, cohort.bought(cohort.issued), terms.value_per_point, redemption).points
    return found


def _contract(books: Books, expected: Expected, terms: BookTerms) -> tuple[Decimal, Decimal]:
    """The contract liability, and what the points cost that no order earned."""
    owed, cohorts = _owed(books, expected, terms), _cohorts(books)
    closing = others = Decimal("0.00")
    for month, cohort in cohorts.items():
        share, left = _share(expected, month), cohort.outstanding
        if month in owed:
            redeemed = max(cohort.bought(cohort.redeemed), 0)
            end = PointsAtDate(
                redeemed=redeemed,
                expected=redeemed + cohort.bought(left) * share,
                expired=min(cohort.bought(cohort.expired), cohort.bought(cohort.issued) - redeemed),
            )
            closing += recognised(owed[month], cohort.bought(cohort.issued), [end])[0].closing
        others += (left - (cohort.bought(left) if month in owed else 0)) * share * terms.cost
    return closing, to_the_cent(others)


def _share(expected: Expected, month: date) -> Decimal:
    return Decimal(str(min(max(expected.shares.get(month, expected.found.of_new_points), 0.0), 1.0)))
