"""What a partner and the programme owe each other of a month: a pure function of what happened and what was agreed.

A line is the points of one kind, month and agreement at one price. Its amount is rounded half up to the currency's
smallest coin, and nothing else is rounded: a statement comes to the sum of its lines, as they are printed. Above zero
the partner pays, below it is paid.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from treue.act.partners.models import Kind

OWED_BY_PARTNER = {Kind.ISSUE: 1, Kind.RETURN: -1, Kind.REDEEM: -1, Kind.ROLL_BACK: 1}
IN_FEE = {Kind.ISSUE: 1, Kind.RETURN: -1}


@dataclass(frozen=True, slots=True)
class Terms:
    """Of an agreement: money for a point, money for a month, and a share of the value of points issued."""

    issue_price: Decimal
    redemption_price: Decimal
    monthly_fee: Decimal = Decimal(0)
    fee_rate: Decimal = Decimal(0)

    def price(self, kind: Kind) -> Decimal:
        return self.issue_price if kind in IN_FEE else self.redemption_price


@dataclass(frozen=True, slots=True)
class Movement:
    """Points of a kind in a month (its first day) by an agreement (its number); one leg, or many together."""

    kind: Kind
    month: date
    agreement: int
    points: int


@dataclass(frozen=True, slots=True)
class Correction:
    """Of a dispute that was accepted: by how much the line disputed was wrong. month: of that line."""

    dispute: int
    corrects: int
    month: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Reckoned:
    """A line as `models.Line` keeps it."""

    kind: Kind
    month: date
    amount: Decimal
    agreement: int | None = None
    points: int | None = None
    price: Decimal | None = None
    dispute: int | None = None
    corrects: int | None = None


def lines(
    month: date,
    movements: Iterable[Movement],
    terms: Mapping[int, Terms],
    *,
    standing: int | None,
    corrections: Sequence[Correction] = (),
    decimals: int = 2,
) -> list[Reckoned]:
    """The lines of a month's statement: its own, then what was recorded late by month, then what disputes put right.

    standing: the agreement that holds on the last day of the month, whose monthly fee is due. decimals: of the
    currency. The order of movements says nothing.
    """
    sums: dict[tuple[date, int, Kind], int] = defaultdict(int)
    fees: dict[tuple[date, int], int] = defaultdict(int)
    for each in movements:
        sums[each.month, each.agreement, each.kind] += each.points
        fees[each.month, each.agreement] += IN_FEE.get(each.kind, 0) * each.points
    found = [
        _line(kind, of, agreement, points, terms[agreement].price(kind) * OWED_BY_PARTNER[kind], decimals)
        for (of, agreement, kind), points in sums.items()
    ]
    for (of, agreement), points in fees.items():
        rate = terms[agreement].issue_price * terms[agreement].fee_rate
        if rate and points:
            found.append(_line(Kind.FEE_RATE, of, agreement, points, rate, decimals))
    if standing is not None and terms[standing].monthly_fee:
        fee = rounded(terms[standing].monthly_fee, decimals)
        found.append(Reckoned(Kind.MONTHLY_FEE, month, fee, standing))
    found.sort(key=lambda each: (each.month != month, each.month, each.kind, each.agreement))
    for each in sorted(corrections, key=lambda each: each.dispute):
        about = {"dispute": each.dispute, "corrects": each.corrects}
        found.append(Reckoned(Kind.CORRECTION, each.month, rounded(each.amount, decimals), **about))
    return found


def after(month: date) -> date:
    """The next month."""
    return (month + timedelta(days=31)).replace(day=1)


def net(found: Iterable[Reckoned]) -> Decimal:
    """One amount: above zero the partner pays, below it is paid."""
    return sum((each.amount for each in found), Decimal(0))


def rounded(amount: Decimal, decimals: int) -> Decimal:
    """Half up, away from zero: what is taken back in full comes to what was given."""
    return amount.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def _line(kind: Kind, month: date, agreement: int, points: int, price: Decimal, decimals: int) -> Reckoned:
    """price: of one point, below zero where the programme pays; kept without the sign."""
    return Reckoned(kind, month, rounded(points * price, decimals), agreement, points, abs(price))
