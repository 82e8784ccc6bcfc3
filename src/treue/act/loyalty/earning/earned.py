"""What was earned, rule by rule, with the facts that explain it."""

from dataclasses import dataclass
from decimal import Decimal

from treue.act.loyalty.earning.rules import Period


@dataclass(frozen=True, slots=True)
class Cut:
    """How many points a limit took off. is_common: it is the cap of all rules together."""

    period: Period
    points: int
    is_common: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """What one rule gave. points: after its limits. qualifying: likewise.

    amount, units: what counted of the order, before the part that was paid with points or vouchers went off; 0 of a
    deed. factor: of the multipliers that held; multipliers: which, by their place in the rule. cuts: what limits took
    off `points`; so `points` and all cuts together are what the rule gives without limits.
    """

    rule: str
    points: int
    qualifying: int
    amount: Decimal = Decimal(0)
    units: Decimal = Decimal(0)
    factor: Decimal = Decimal(1)
    multipliers: tuple[int, ...] = ()
    cuts: tuple[Cut, ...] = ()

    @property
    def cut(self) -> int:
        return sum([each.points for each in self.cuts]) if self.cuts else 0


@dataclass(frozen=True, slots=True)
class Earned:
    """lines: of the rules that gave something or would have without limits, in the order of the rules."""

    lines: tuple[Line, ...] = ()

    @property
    def points(self) -> int:
        return sum([each.points for each in self.lines])

    @property
    def qualifying(self) -> int:
        return sum([each.qualifying for each in self.lines])

    @property
    def cut(self) -> int:
        """How many points limits took off."""
        return sum([each.cut for each in self.lines])


NOTHING = Earned()
