"""Reckoning points: exactly in Decimal, and rounded once."""

from decimal import Context, Decimal, Inexact, InvalidOperation

from treue.act.loyalty.earning.rules import Rounding

# Wide enough for the largest amount under twenty multipliers. What would be rounded on the way raises.
EXACT = Context(prec=400, traps=[Inexact, InvalidOperation])
WHOLE = Context(prec=400, traps=[InvalidOperation])


times = EXACT.multiply


def quotient(part: Decimal, whole: Decimal, rounding: Rounding) -> int:
    """part ÷ whole as an integer. Neither is negative, and the whole is more than nothing."""
    down, rest = WHOLE.divmod(part, whole)
    if rounding is Rounding.UP:
        return int(down) + (rest > 0)
    if rounding is Rounding.HALF_UP:
        return int(down) + (EXACT.add(rest, rest) >= whole)
    return int(down)
