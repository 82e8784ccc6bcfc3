"""Which model of buying suits a shop, by what each says of purchases that it did not see."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property

import pandas as pd

from treue.science.buying import validation
from treue.science.buying.fitted import CONVERGED
from treue.science.buying.geometric import BetaGeoNBD, ModifiedBetaGeoNBD
from treue.science.buying.model import BuyingModel
from treue.science.buying.pareto import ParetoNBD
from treue.science.buying.summary import Summary
from treue.science.buying.validation import Accuracy, HeldOut

MODELS: Mapping[str, BuyingModel] = {
    "BetaGeoNBD": BetaGeoNBD(),
    "ModifiedBetaGeoNBD": ModifiedBetaGeoNBD(),
    "ParetoNBD": ParetoNBD(),
}
OF_A_FIT = ("status", "log_likelihood", "aic", "bic")
LEAST_WORSE = 0.01  # of the deviance: less is within what chance does


@dataclass(frozen=True)
class Choice:
    """models: those that were compared, fitted, and rules: those that need none (`validation.baselines`), by name, with
    how each did on what was held out. chosen: the name of the model with the lowest Poisson deviance; the lowest mean
    absolute error would reward models that say that nobody buys.
    """

    fitted: Mapping[str, BuyingModel]
    models: Mapping[str, Accuracy]
    rules: Mapping[str, Accuracy]

    @cached_property
    def chosen(self) -> str:
        return min(self.models, key=lambda name: self.models[name].deviance)

    @property
    def as_good(self) -> tuple[str, ...]:
        """The other models that did no worse than the chosen one, to a hundredth of the deviance."""
        enough = self.models[self.chosen].deviance * (1 + LEAST_WORSE)
        return tuple(name for name, each in self.models.items() if name != self.chosen and each.deviance <= enough)

    @property
    def better_than(self) -> tuple[str, ...]:
        """The rules that the chosen model beats, by deviance."""
        best = self.models[self.chosen].deviance
        return tuple(name for name, each in self.rules.items() if each.deviance > best)

    @property
    def table(self) -> pd.DataFrame:
        """A row per model and rule, by name: `status`, `log_likelihood`, `aic` and `bic` of the fit, none for rules;
        and the figures of `validation.Accuracy`."""
        rows = {name: self._of_fit(name) | asdict(each) for name, each in {**self.models, **self.rules}.items()}
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("name")

    def _of_fit(self, name: str) -> dict[str, object]:
        return {column: getattr(self.fitted.get(name), column, None) for column in OF_A_FIT}


def compare(held_out: HeldOut, models: Mapping[str, BuyingModel] = MODELS) -> Choice:
    """Fit each model to what came before, and judge it on what came after. Raises NoPurchases, TooFewRepeatBuyers."""
    fitted = {name: model.fit(held_out.summary) for name, model in models.items()}
    return Choice(
        fitted=fitted,
        models={name: validation.judged(model, held_out) for name, model in fitted.items()},
        rules={name: validation.accuracy(told, held_out) for name, told in validation.baselines(held_out).items()},
    )


def recommended(summary: Summary, instead_of: BuyingModel) -> BuyingModel | None:
    """A model that does find dropout where this one does not, fitted; of several the one with the lowest AIC.

    None where nothing in the customers' histories tells of leaving: then take the personal rhythm (`rhythm`) to see who
    is late.
    """
    others = [model.fit(summary) for model in MODELS.values() if type(model) is not type(instead_of)]
    found = [each for each in others if each.status == CONVERGED]
    return min(found, key=lambda each: each.aic) if found else None
