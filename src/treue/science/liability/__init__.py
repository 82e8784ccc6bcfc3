"""Points as a liability: how many will never be redeemed, what the others cost, and how the books show it."""

from treue.science.liability.assumptions import Assumption, Interval
from treue.science.liability.breakage import Breakage, breakage
from treue.science.liability.chain import ChainLadder
from treue.science.liability.cohorts import Cohorts, cohorts
from treue.science.liability.errors import ImpossiblePoints, ImpossibleTriangle, TooLittleHistory
from treue.science.liability.hgb import Movement, Settlement, roll_forward, settlement
from treue.science.liability.ifrs import Allocation, PointsAtDate, Recognised, allocate, recognised
from treue.science.liability.money import Liability, liability

__all__ = [
    "Allocation",
    "Assumption",
    "Breakage",
    "ChainLadder",
    "Cohorts",
    "ImpossiblePoints",
    "ImpossibleTriangle",
    "Interval",
    "Liability",
    "Movement",
    "PointsAtDate",
    "Recognised",
    "Settlement",
    "TooLittleHistory",
    "allocate",
    "breakage",
    "cohorts",
    "liability",
    "recognised",
    "roll_forward",
    "settlement",
]
