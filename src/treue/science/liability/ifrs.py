"""Points under IFRS 15: a part of each sale is owed until they are redeemed, or until nobody will redeem them."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

from treue.science.errors import ImpossibleHorizon
from treue.science.figures import to_the_cent
from treue.science.liability.money import EXACT, amount, points, share


@dataclass(frozen=True)
class Allocation:
    """A sale in two, adding up to it: what the goods brought, and what is owed for the points."""

    goods: Decimal
    points: Decimal


@dataclass(frozen=True, kw_only=True)
class PointsAtDate:
    """What had become of the points of one allocation by the end of a period, all counted from their issue.

    redeemed, expired: points. expected: points thought by then to be redeemed in all, those already redeemed included.
    """

    redeemed: int
    expected: float | Decimal
    expired: int = 0


@dataclass(frozen=True)
class Recognised:
    """A period's revenue from points, and the contract liability before and after it. revenue falls below 0 where the
    estimate rose so much that earlier periods had too much."""

    opening: Decimal
    revenue: Decimal
    closing: Decimal


def allocate(
    sale: Decimal,
    points_granted: int,
    value_per_point: Decimal,
    expected_redemption: float | Decimal,
    *,
    goods_value: Decimal | None = None,
) -> Allocation:
    """The price of a sale, divided by relative stand-alone selling prices.

    sale: the transaction price, money. value_per_point: what a point buys, money; times the share that is expected to
    be redeemed it is the stand-alone selling price of a point. goods_value: of the goods; None where it is the price.
    The points' part is rounded half up to the cent, the goods have the rest. Raises ImpossibleHorizon.
    Source: IFRS 15.74, 15.76, B40 and B42.
    """
    price = amount("sale", sale)
    goods = price if goods_value is None else amount("goods_value", goods_value)
    value, redeemed = amount("value_per_point", value_per_point), share("expected_redemption", expected_redemption)
    with localcontext(EXACT):
        of_points = points("points_granted", points_granted) * value * redeemed
        both = goods + of_points
        owed = to_the_cent(price * of_points / both) if both else to_the_cent(Decimal(0))
    return Allocation(price - owed, owed)


def recognised(owed: Decimal, points_granted: int, periods: Sequence[PointsAtDate]) -> list[Recognised]:
    """Revenue by period of what was owed for points, in the proportion in which those expected were redeemed.

    owed: the points' part of the price, money. periods: the ends of periods, in turn. By each end the share redeemed ÷
    expected of what was owed is revenue; what that makes of an estimate that changed falls into the period. No more is
    expected than what is not expired, and no less than what is redeemed: when nothing is left to redeem, or nobody is
    expected to, all is revenue. Raises ImpossibleHorizon where more points are gone than were granted.
    Source: IFRS 15.B46; the figures of its example 52, IE267 to IE270.
    """
    owed, granted = amount("owed", owed), points("points_granted", points_granted)
    rows, before = [], Decimal(0)
    for period in periods:
        now = to_the_cent(_to_date(owed, granted, period))
        rows.append(Recognised(owed - before, now - before, owed - now))
        before = now
    return rows


def _to_date(owed: Decimal, granted: Decimal, period: PointsAtDate) -> Decimal:
    redeemed, expired = points("redeemed", period.redeemed), points("expired", period.expired)
    if redeemed + expired > granted:
        raise ImpossibleHorizon("redeemed", period.redeemed)
    expected = max(redeemed, min(points("expected", period.expected), granted - expired))
    with localcontext(EXACT):
        return owed * redeemed / expected if expected else owed
