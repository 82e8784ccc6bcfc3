"""Which model of buying a shop gets: the one that was least wrong about purchases which it had not seen."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta

import ibis.expr.types as ir

from treue.science.buying import validation
from treue.science.buying.choice import compare, recommended
from treue.science.buying.fitted import NOT_IDENTIFIED
from treue.science.buying.geometric import BetaGeoNBD, ModifiedBetaGeoNBD
from treue.science.buying.model import BuyingModel
from treue.science.buying.pareto import ParetoNBD
from treue.science.buying.summary import Summary
from treue.science.buying.units import WEEK
from treue.science.buying.validation import HeldOut
from treue.science.errors import ImpossibleHoldout, TooFewRepeatBuyers
from treue.understand.value.models import Fit

Model, Choice = Fit.Model, Fit.Choice
CANDIDATES: Mapping[str, BuyingModel] = {
    Model.BG_NBD: BetaGeoNBD(),
    Model.MBG_NBD: ModifiedBetaGeoNBD(),
    Model.PARETO_NBD: ParetoNBD(),
}
PARTS = 4  # of the history, the last of which is held out
FEWEST_WEEKS, MOST_WEEKS = 4, 26


@dataclass(frozen=True)
class Chosen:
    """name: of the candidate. why: a `Fit.Choice`. figures: how all did, as JSON; empty where nothing was held out."""

    name: str
    why: str
    figures: dict[str, object] = field(default_factory=dict)


def held_out(orders: ir.Table, summary: Summary) -> HeldOut | None:
    """The last quarter of a shop's history kept apart, in whole weeks; None where it is too short for that.

    orders: of which the summary was made; they are not read again. Raises what `summarise` raises.
    """
    last = _last_day(summary)
    weeks = int(summary.distinct.age.max() / PARTS)
    weeks = min(weeks, MOST_WEEKS) if weeks >= FEWEST_WEEKS else 0
    try:
        return validation.followed(validation.split(orders, until=last - timedelta(weeks=weeks), last=last, unit=WEEK))
    except ImpossibleHoldout:
        return None


def choose(held_out: HeldOut | None) -> Chosen:
    """The candidate with the lowest Poisson deviance; the simplest, the first, where nothing can be compared."""
    if held_out is None:
        return Chosen(Model.BG_NBD, Choice.TOO_SHORT)
    try:
        choice = compare(held_out, CANDIDATES)
    except TooFewRepeatBuyers:
        return Chosen(Model.BG_NBD, Choice.TOO_FEW_BEFORE)
    fitted = choice.fitted
    figures = {
        "until": held_out.until.isoformat(),
        "last": held_out.last.isoformat(),
        "models": {name: {"status": fitted[name].status} | asdict(each) for name, each in choice.models.items()},
        "baselines": {name: asdict(each) for name, each in choice.rules.items()},
        "by_frequency": validation.by_frequency(fitted[choice.chosen], held_out).to_dict("records"),
        "tracking": _tracking(fitted[choice.chosen], held_out),
    }
    return Chosen(choice.chosen, Choice.LOWEST_DEVIANCE, figures)


def _tracking(model: BuyingModel, held_out: HeldOut) -> dict[str, object]:
    """Repeat purchases of all up to the end of each week from `first` on; the last `held_out` weeks were not seen."""
    weeks = validation.tracked(model, held_out)
    return {
        "first": held_out.first.isoformat(),
        "held_out": int(weeks["is_held_out"].sum()),
        "actual": weeks["actual"].astype(int).tolist(),
        "expected": weeks["expected"].round(2).tolist(),
    }


def instead_of(model: BuyingModel, summary: Summary) -> str:
    """The candidate that finds dropout in all of the history where this one, fitted to it, does not; "" for none."""
    if model.status != NOT_IDENTIFIED:
        return ""
    found = recommended(summary, instead_of=model)
    return next((name for name, each in CANDIDATES.items() if type(each) is type(found)), "")


def _last_day(summary: Summary) -> date:
    if summary.until is None:
        raise ValueError("a summary without its last day")
    return summary.until
