"""What a model may be trusted for. The rules, and nothing but the rules: `wording` says them."""

from enum import StrEnum, auto
from math import sqrt

from treue.understand.value.trust.checked import Checked, Did

CLOSE, ROUGH = 0.1, 0.25  # of the total
WELL_RANKED = 0.5  # of the way from a tenth of the customers drawn by lot to the one that brought most
CORRELATED = 0.2  # of ranks
FORESEEN = 0.5  # of the differences between single customers
AS_GOOD = 0.01  # of the deviance: less is within what chance does (`science.buying.choice`)
TENTH, Z95 = 0.1, 1.96


class Trust(StrEnum):
    """What to believe, from nothing to everything."""

    UNCHECKED = auto()  # nothing was held out
    TOO_FEW = auto()  # too little was
    RULE_IS_BETTER = auto()  # one that needs no model came closer
    NOTHING = auto()
    ORDER = auto()  # who buys more than others, not how much
    ROUGH_TOTALS = auto()
    ROUGH_TOTALS_AND_ORDER = auto()
    TOTALS = auto()
    TOTALS_AND_ORDER = auto()
    SINGLE_CUSTOMERS = auto()  # and all of the former


def judge(checked: Checked | None) -> Trust:
    """The most that the purchases held out support."""
    if checked is None:
        return Trust.UNCHECKED
    if chance(checked) > ROUGH:
        return Trust.TOO_FEW
    if better_rule(checked):
        return Trust.RULE_IS_BETTER
    off, order = max(abs(checked.chosen.total_bias), chance(checked)), is_ranked(checked)
    if off <= CLOSE and order:
        return Trust.SINGLE_CUSTOMERS if checked.explained >= FORESEEN else Trust.TOTALS_AND_ORDER
    if off <= CLOSE:
        return Trust.TOTALS
    if off <= ROUGH:
        return Trust.ROUGH_TOTALS_AND_ORDER if order else Trust.ROUGH_TOTALS
    return Trust.ORDER if order else Trust.NOTHING


def better_rule(checked: Checked) -> Did | None:
    """The closest rule, where it was closer than the model by more than chance does."""
    rule = min(checked.rules, key=lambda each: each.deviance)
    return rule if rule.deviance < checked.chosen.deviance * (1 - AS_GOOD) else None


def is_ranked(checked: Checked) -> bool:
    """Whether those come first who then buy most."""
    return checked.chosen.rank_correlation >= CORRELATED and captured(checked.chosen) >= WELL_RANKED


def captured(did: Did) -> float:
    """How far it goes from a tenth drawn by lot (0) to the tenth that brought most (1); at least 0."""
    most = did.top_possible - TENTH
    return max((did.top_tenth - TENTH) / most, 0.0) if most > 0 else 0.0


def chance(checked: Checked) -> float:
    """How far so many purchases may be from what is to be expected by chance alone, at 95 %, as a share of them."""
    return Z95 / sqrt(checked.purchases) if checked.purchases else 1.0
