"""Which model of buying suits a shop, by what each says of purchases that it did not see."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from treue.science.buying import validation
from treue.science.buying.fitted import CONVERGED
from treue.science.buying.geometric import BetaGeoNBD, ModifiedBetaGeoNBD
from treue.science.buying.model import BuyingModel
from treue.science.buying.pareto import ParetoNBD
from treue.science.buying.summary import Summary
from treue.science.buying.validation import HeldOut

MODELS: tuple[type[BuyingModel], ...] = (BetaGeoNBD, ModifiedBetaGeoNBD, ParetoNBD)
FIGURES = ("total_bias", "mae", "rmse", "deviance", "rank_correlation", "top_tenth")
LEAST_WORSE = 0.01  # of the deviance: less is within what chance does


@dataclass(frozen=True)
class Choice:
    """table: a row per candidate, the models first and then the rules that need none (`validation.baselines`): `name`,
    `status` (of the fit, none for rules), `log_likelihood`, `aic`, `bic`, and the figures of `validation.Accuracy`.
    chosen: the model's name. reason: `deviance`, or `only_identified` where no other model finds any dropout. as_good:
    the other models of which the holdout says no worse, to a hundredth of the deviance. better_than: the rules that the
    chosen model beats, by deviance.
    """

    table: pd.DataFrame
    chosen: str
    reason: str
    as_good: tuple[str, ...]
    better_than: tuple[str, ...]

    @property
    def is_useful(self) -> bool:
        """Whether the model says more than the best of the rules."""
        rules = self.table[self.table.status.isna()]
        return len(self.better_than) == len(rules)


def compare(held_out: HeldOut, models: Sequence[type[BuyingModel]] = MODELS) -> Choice:
    """Fit each model to what came before, and judge it on what came after.

    Chosen is the one of lowest Poisson deviance; the lowest mean absolute error would reward models that say that
    nobody buys. Raises NoPurchases, TooFewRepeatBuyers.
    """
    fitted = {model.__name__: model().fit(held_out.summary) for model in models}
    rows = [_row(name, validation.judged(model, held_out), model) for name, model in fitted.items()]
    rows += [_row(name, validation.accuracy(guess, held_out)) for name, guess in validation.baselines(held_out).items()]
    table = pd.DataFrame(rows)
    of_models, best = table[table.status.notna()], table.set_index("name").deviance
    identified = of_models[of_models.status == CONVERGED]
    candidates = identified if len(identified) else of_models
    chosen = str(candidates.sort_values(["deviance", "name"]).name.iloc[0])
    near = [name for name in candidates.name if name != chosen and best[name] <= best[chosen] * (1 + LEAST_WORSE)]
    beaten = [name for name in table.name[table.status.isna()] if best[name] > best[chosen]]
    reason = "only_identified" if len(candidates) == 1 < len(models) else "deviance"
    return Choice(table, chosen, reason, tuple(near), tuple(beaten))


def recommended(summary: Summary, instead_of: BuyingModel) -> BuyingModel | None:
    """A model that does find dropout where this one does not, fitted; of several the one with the lowest AIC.

    None where nothing in the customers' histories tells of leaving: then take the personal rhythm (`rhythm`) to see who
    is late.
    """
    others = [model().fit(summary) for model in MODELS if model is not type(instead_of)]
    found = [each for each in others if each.status == CONVERGED]
    return min(found, key=lambda each: each.aic) if found else None


def _row(name: str, accuracy: validation.Accuracy, model: BuyingModel | None = None) -> dict[str, object]:
    fit = {column: getattr(model, column, None) for column in ("status", "log_likelihood", "aic", "bic")}
    return {"name": name, **fit, **{figure: getattr(accuracy, figure) for figure in FIGURES}}
