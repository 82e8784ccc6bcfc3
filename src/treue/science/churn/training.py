"""Learning from some customers to judge on others: which way of scoring, which calibration, which features matter."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from treue.science.churn.calibration import Calibration, Isotonic, Sigmoid, log_losses
from treue.science.churn.columns import Columns
from treue.science.churn.folds import FOLDS
from treue.science.churn.scorers import LEARNERS, BaseRate, Linear, Trees

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Parts = NDArray[np.intp]
FEWEST_FOR_STEPS = 1_000  # of churners and of stayers; with fewer, steps follow chance
SHUFFLES = 3
Learner: TypeAlias = type[BaseRate] | type[Linear] | type[Trees]
Scorer: TypeAlias = BaseRate | Linear | Trees
Calibrating: TypeAlias = type[Sigmoid] | type[Isotonic]


@dataclass(frozen=True)
class Data:
    """(n, p) features, (n,) labels, (n,) the customer of each row and the part that customer is in."""

    columns: Columns
    x: Floats
    left: Flags
    customer: NDArray[np.intp]
    part: Parts
    seed: int

    def where(self, kept: Flags) -> "Data":
        return Data(self.columns, self.x[kept], self.left[kept], self.customer[kept], self.part[kept], self.seed)


@dataclass(frozen=True)
class OutOfFold:
    """A way of scoring, learned FOLDS times, each time without one part. score: (n,) log-odds of each row by the scorer
    that did not see its customer; probability: (n,) the same, calibrated on the scores of the other parts."""

    learner: Learner
    scorers: Sequence[Scorer]
    score: Floats
    calibration: Calibrating
    probability: Floats

    @property
    def name(self) -> str:
        return self.learner.name


def out_of_fold(data: Data) -> Sequence[OutOfFold]:
    return [learned(data, learner) for learner in LEARNERS]


def learned(data: Data, learner: Learner) -> OutOfFold:
    scorers: list[Scorer] = []
    score = np.empty(len(data.left))
    for part in range(FOLDS):
        held = data.part == part
        scorers.append(learner.learn(data.columns, data.x[~held], data.left[~held], data.seed))
        score[held] = scorers[-1].log_odds(data.x[held])
    probability = expit(score) if learner is BaseRate else crossed(Sigmoid, score, data)
    return OutOfFold(learner, scorers, score, Sigmoid, probability)


def crossed(calibration: Calibrating, score: Floats, data: Data) -> Floats:
    """(n,) probabilities, of each part by what the scores of the others say."""
    found = np.empty_like(score)
    for part in range(FOLDS):
        held = data.part == part
        found[held] = calibration.fit(score[~held], data.left[~held]).probability(score[held])
    return found


def calibrated(chosen: OutOfFold, data: Data) -> OutOfFold:
    """With isotonic steps instead of the sigmoid, where there are enough customers for them and they do better."""
    if min(data.left.sum(), (~data.left).sum()) < FEWEST_FOR_STEPS or chosen.learner is BaseRate:
        return chosen
    other = OutOfFold(chosen.learner, chosen.scorers, chosen.score, Isotonic, crossed(Isotonic, chosen.score, data))
    return simplest([chosen, other], data)


def simplest(candidates: Sequence[OutOfFold], data: Data) -> OutOfFold:
    """The first whose mean log loss is within a standard error of the lowest, both on the same rows; the base rate
    within two, so that chance is seldom taken for a reason.

    Source: Breiman, Friedman, Olshen & Stone 1984, "Classification and Regression Trees", section 3.4.3, with the error
    of the difference.
    """
    losses = [log_losses(each.probability, data.left) for each in candidates]
    best = losses[int(np.argmin([each.mean() for each in losses]))]
    for candidate, loss in zip(candidates, losses, strict=True):
        errors = 2 if candidate.learner is BaseRate else 1
        if loss.mean() - best.mean() <= errors * error_of_mean(loss - best, data.customer):
            return candidate
    return candidates[-1]


def error_of_mean(differences: Floats, customer: NDArray[np.intp]) -> float:
    """Standard error of the mean over rows of which those of a customer go together."""
    off = np.bincount(customer, weights=differences - differences.mean())
    return float(np.sqrt(off @ off) / len(differences))


def calibration_of(chosen: OutOfFold, data: Data) -> Calibration:
    """From all scores out of fold, for customers to come."""
    if chosen.learner is BaseRate:
        return Sigmoid(1.0, 0.0)
    return chosen.calibration.fit(chosen.score, data.left)


def compared(candidates: Sequence[OutOfFold], data: Data) -> pd.DataFrame:
    """A row per way of scoring, by name: mean `log_loss` and `brier` out of fold, `worse_by` (log loss above the
    lowest) with its `standard_error`."""
    losses = [log_losses(each.probability, data.left) for each in candidates]
    best = losses[int(np.argmin([each.mean() for each in losses]))]
    rows = {
        each.name: {
            "log_loss": loss.mean(),
            "brier": ((each.probability - data.left) ** 2).mean(),
            "worse_by": loss.mean() - best.mean(),
            "standard_error": error_of_mean(loss - best, data.customer),
        }
        for each, loss in zip(candidates, losses, strict=True)
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("name")


def importance(chosen: OutOfFold, calibration: Calibration, data: Data) -> pd.DataFrame:
    """A row per feature, the most important first: `feature`; `log_loss`, by how much it grows out of fold when the
    feature's values are shuffled among the customers, with its `standard_error`.

    What two features both say is missed in neither. Source: Breiman 2001, Machine Learning 45; Fisher, Rudin &
    Dominici 2019, Journal of Machine Learning Research 20.
    """
    rng = np.random.default_rng(data.seed)
    before = log_losses(calibration.probability(chosen.score), data.left)
    rows = []
    for place, name in enumerate(data.columns.names):
        grown = np.mean([_shuffled(chosen, calibration, data, place, rng) - before for _ in range(SHUFFLES)], axis=0)
        rows.append((name, grown.mean(), error_of_mean(grown, data.customer)))
    table = pd.DataFrame(rows, columns=["feature", "log_loss", "standard_error"])
    return table.sort_values(["log_loss", "feature"], ascending=[False, True], ignore_index=True)


def _shuffled(chosen: OutOfFold, calibration: Calibration, data: Data, place: int, rng: np.random.Generator) -> Floats:
    score = np.empty_like(chosen.score)
    for part, scorer in enumerate(chosen.scorers):
        held = data.part == part
        x = data.x[held].copy()
        x[:, place] = rng.permutation(x[:, place])
        score[held] = scorer.log_odds(x)
    return log_losses(calibration.probability(score), data.left)
