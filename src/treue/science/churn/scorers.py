"""Three ways to tell who leaves, the simpler first.

Each learns from (n, p) features and (n,) labels, and says the log-odds (n,) of leaving, and the `contributions` of the
features to them, (n, p): Shapley values, which add up to the log-odds less those of an average customer.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from treue.science.churn.columns import Columns
from treue.science.churn.leaves import Leaves

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
STRENGTH = 1.0  # of a standard deviation's effect, about ±2 log-odds are expected at most
TREES, LEARNING_RATE, FEWEST_IN_A_LEAF = 150, 0.1, 20
PAIRWISE = 2  # how deep: no tree looks at more than two features on its way to a leaf
BACKGROUND = 5_000


@dataclass(frozen=True)
class BaseRate:
    """Everybody as all together: what is left where the features tell nothing."""

    at: float

    name: ClassVar[str] = "base rate"

    @classmethod
    def learn(cls, columns: Columns, x: Floats, left: Flags, seed: int) -> "BaseRate":
        return cls(float(logit((left.sum() + 0.5) / (len(left) + 1))))

    def log_odds(self, x: Floats) -> Floats:
        return np.full(len(x), self.at)

    def contributions(self, x: Floats) -> Floats:
        return np.zeros_like(x)


@dataclass(frozen=True)
class Linear:
    """Logistic regression on standardised numbers and on levels, drawn to 0 (ridge). A missing number counts as the
    mean, with a weight for its being missing; one beyond all that was seen as the farthest seen.

    Contributions are exact: weights times the distance from the mean.
    """

    is_category: Flags
    levels: tuple[int, ...]
    centre: Floats
    spread: Floats
    low: Floats
    high: Floats
    weights: Floats
    means: Floats
    constant: float

    name: ClassVar[str] = "logistic regression"

    @classmethod
    def learn(cls, columns: Columns, x: Floats, left: Flags, seed: int) -> "Linear":
        levels = tuple(len(each) + 1 for each in columns.levels)
        low, high, centre, spread = (_of_known(x, each) for each in (np.min, np.max, np.mean, np.std))
        spread[spread == 0] = 1
        nothing = np.zeros(0)
        scale = cls(columns.is_category, levels, centre, spread, low, high, nothing, nothing, 0.0)
        design = np.hstack([scale._design(x, place) for place in range(len(columns))])
        model = LogisticRegression(C=STRENGTH, solver="newton-cholesky", max_iter=1000).fit(design, left)
        weights, means = model.coef_[0], design.mean(axis=0)
        constant = float(model.intercept_[0] + weights @ means)
        return cls(columns.is_category, levels, centre, spread, low, high, weights, means, constant)

    def log_odds(self, x: Floats) -> Floats:
        found: Floats = self.constant + self.contributions(x).sum(axis=1)
        return found

    def contributions(self, x: Floats) -> Floats:
        found, begin = np.empty_like(x), 0
        for place in range(x.shape[1]):
            design = self._design(x, place)
            own = slice(begin, begin + design.shape[1])
            found[:, place] = (design - self.means[own]) @ self.weights[own]
            begin = own.stop
        return found

    def _design(self, x: Floats, place: int) -> Floats:
        """(n, 2) of a number: standardised, and whether it is missing. (n, levels + 1) of a text."""
        values, missing = x[:, place], np.isnan(x[:, place])
        if self.is_category[place]:
            codes = np.where(missing, self.levels[place], values).astype(np.intp)
            return np.eye(self.levels[place] + 1)[codes]
        inside = np.clip(values, self.low[place], self.high[place])
        scaled = np.where(missing, 0.0, (inside - self.centre[place]) / self.spread[place])
        return np.column_stack([scaled, missing])


@dataclass(frozen=True)
class Trees:
    """Gradient boosted trees of depth 2, so of single features and pairs of them. Missing values go where they do best.

    Contributions are interventional Shapley values against BACKGROUND customers drawn from those it learned from, or
    against all where there are no more. They are exact, since every leaf is a product of conditions on at most two
    features.
    Source: Friedman 2001, Annals of Statistics 29(5); Lundberg & Lee 2017, NeurIPS; Janzing, Minorics & Blöbaum 2020,
    AISTATS, for what is known of the others.
    """

    model: HistGradientBoostingClassifier
    leaves: Leaves

    name: ClassVar[str] = "boosted trees"

    @classmethod
    def learn(cls, columns: Columns, x: Floats, left: Flags, seed: int) -> "Trees":
        model = HistGradientBoostingClassifier(
            learning_rate=LEARNING_RATE,
            max_iter=TREES,
            max_depth=PAIRWISE,
            min_samples_leaf=FEWEST_IN_A_LEAF,
            l2_regularization=1.0,
            early_stopping=False,
            categorical_features=columns.is_category,
            random_state=seed,
        ).fit(x, left)
        drawn = np.random.default_rng(seed).choice(len(x), min(BACKGROUND, len(x)), replace=False)
        codes = [
            len(each) + 1 if is_text else 0 for each, is_text in zip(columns.levels, columns.is_category, strict=True)
        ]
        return cls(model, Leaves.of(model, codes, x[drawn]))

    def log_odds(self, x: Floats) -> Floats:
        found: Floats = self.model.decision_function(x) if len(x) else np.zeros(0)
        return found

    def contributions(self, x: Floats) -> Floats:
        return self.leaves.contributions(x)


LEARNERS: tuple[type[BaseRate] | type[Linear] | type[Trees], ...] = (BaseRate, Linear, Trees)


def _of_known(x: Floats, measure: Callable[[Floats], float]) -> Floats:
    """(p,) a measure of the numbers of each column that are not missing; 0 where all are."""
    known = [column[~np.isnan(column)] for column in x.T]
    return np.array([measure(each) if len(each) else 0.0 for each in known], dtype=np.float64)
