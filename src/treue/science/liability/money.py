"""Outstanding points as money: what they are expected to cost, in cents that add up."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Context, Decimal, localcontext

from treue.science.errors import ImpossibleHorizon
from treue.science.figures import CENT, to_the_cent

EXACT = Context(prec=60)  # digits: points, shares and values multiply without a loss


@dataclass(frozen=True)
class Liability:
    """total: what all points are expected to cost, to the cent. parts: (k,) the same by part, adding up to it."""

    total: Decimal
    parts: tuple[Decimal, ...]


def liability(
    outstanding: Sequence[int], expected_redemption: Sequence[float | Decimal], value_per_point: Decimal
) -> Liability:
    """What outstanding points are expected to cost: points × expected redemption × value per point.

    outstanding: (k,) points, 0 or more, of each part (a month of issue, a partner) on whatever day they were counted.
    expected_redemption: (k,) share of those points, 0 to 1, that will be redeemed. value_per_point: money.
    The total is rounded half up to the cent; the parts are, too, but for the cents that are needed to add up, which go
    where rounding down took most.
    Raises ImpossibleHorizon for points, shares and values that mean nothing, or lists of different lengths.
    """
    if len(outstanding) != len(expected_redemption):
        raise ImpossibleHorizon("expected_redemption", f"of {len(expected_redemption)} parts for {len(outstanding)}")
    value = amount("value_per_point", value_per_point)
    with localcontext(EXACT):
        exact = [
            points("outstanding", each) * share("expected_redemption", part) * value
            for each, part in zip(outstanding, expected_redemption, strict=True)
        ]
    return in_cents(exact)


def in_cents(exact: Sequence[Decimal]) -> Liability:
    """Amounts, 0 or more, to the cent so that they add up to their sum to the cent (largest remainder)."""
    with localcontext(EXACT):
        total = to_the_cent(sum(exact, Decimal(0)))
        parts = [each.quantize(CENT, rounding=ROUND_FLOOR) for each in exact]
        missing = int((total - sum(parts, Decimal(0))) / CENT)
        by_remainder = sorted(range(len(exact)), key=lambda place: parts[place] - exact[place])
        for place in by_remainder[:missing]:
            parts[place] += CENT
    return Liability(total, tuple(parts))


def amount(name: str, value: Decimal) -> Decimal:
    """Money from 0 on. Raises ImpossibleHorizon for anything else, and for binary fractions."""
    found = decimal(name, value)
    if found < 0:
        raise ImpossibleHorizon(name, value)
    return found


def decimal(name: str, value: Decimal) -> Decimal:
    """Any decimal or whole number that is one. Raises ImpossibleHorizon for anything else, and for binary fractions."""
    if isinstance(value, bool) or not isinstance(value, Decimal | int) or not Decimal(value).is_finite():
        raise ImpossibleHorizon(name, value)
    return Decimal(value)


def points(name: str, value: float | Decimal) -> Decimal:
    """Points from 0 on, expected ones with a fraction, as the decimal that they are written as."""
    try:
        found = Decimal(str(value))
        if 0 <= found < Decimal("Infinity"):
            return found
    except ArithmeticError as no_number:
        raise ImpossibleHorizon(name, value) from no_number
    raise ImpossibleHorizon(name, value)


def share(name: str, value: float | Decimal) -> Decimal:
    """0 to 1, as the decimal that it is written as."""
    found = points(name, value)
    if found > 1:
        raise ImpossibleHorizon(name, value)
    return found
