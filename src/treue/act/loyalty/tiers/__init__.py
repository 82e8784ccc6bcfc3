"""Tiers: a pure function of what a member did, the rules and a moment. Recomputing gives the same."""

from treue.act.loyalty.tiers.benefits import Benefit, BenefitKind
from treue.act.loyalty.tiers.facts import Facts, Grant, Order, Points
from treue.act.loyalty.tiers.moves import Move, history
from treue.act.loyalty.tiers.rules import (
    CalendarYear,
    Downgrade,
    ForMonths,
    Level,
    Measure,
    RollingMonths,
    Rules,
    RuleVersion,
    UntilNextYearEnds,
)
from treue.act.loyalty.tiers.standings import Missing, Standing, standing
from treue.act.loyalty.tiers.walking import Reason

__all__ = [
    "Benefit",
    "BenefitKind",
    "CalendarYear",
    "Downgrade",
    "Facts",
    "ForMonths",
    "Grant",
    "Level",
    "Measure",
    "Missing",
    "Move",
    "Order",
    "Points",
    "Reason",
    "RollingMonths",
    "RuleVersion",
    "Rules",
    "Standing",
    "UntilNextYearEnds",
    "history",
    "standing",
]
