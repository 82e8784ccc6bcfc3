"""From scores to probabilities that mean what they say, and how far they do."""

from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit
from scipy.stats import norm
from sklearn.isotonic import IsotonicRegression

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
GROUPS = 10


class Calibration(Protocol):
    name: ClassVar[str]

    def probability(self, score: Floats) -> Floats:
        """score: (n,) log-odds. Returns (n,) between 0 and 1, neither of them."""


@dataclass(frozen=True)
class Sigmoid:
    """Log-odds times a slope, and a constant. A slope of 0 says that the scores order nobody; it is never negative.

    Source: Platt 1999, "Probabilistic Outputs for Support Vector Machines", with his targets short of 0 and 1.
    """

    slope: float
    constant: float

    name: ClassVar[str] = "sigmoid"

    @classmethod
    def fit(cls, score: Floats, left: Flags) -> "Sigmoid":
        churners, stayers = int(left.sum()), int((~left).sum())
        target = np.where(left, (churners + 1) / (churners + 2), 1 / (stayers + 2))
        if np.ptp(score) == 0:
            mean = target.mean()
            return cls(0.0, float(np.log(mean / (1 - mean))))

        def loss(at: Floats) -> tuple[float, Floats]:
            z = at[0] * score + at[1]
            off = expit(z) - target
            return float((np.logaddexp(0, z) - target * z).mean()), np.array([(off * score).mean(), off.mean()])

        found = minimize(loss, np.array([1.0, 0.0]), jac=True, method="L-BFGS-B", bounds=[(0, None), (None, None)])
        return cls(float(found.x[0]), float(found.x[1]))

    def probability(self, score: Floats) -> Floats:
        return _inside(expit(self.slope * score + self.constant), 1e-12)


@dataclass(frozen=True)
class Isotonic:
    """Steps that never fall. Source: Zadrozny & Elkan 2002, KDD."""

    score: Floats
    share: Floats
    least: float

    name: ClassVar[str] = "isotonic"

    @classmethod
    def fit(cls, score: Floats, left: Flags) -> "Isotonic":
        found = IsotonicRegression(out_of_bounds="clip").fit(score, left)
        return cls(found.X_thresholds_, found.y_thresholds_, 1 / (len(left) + 2))

    def probability(self, score: Floats) -> Floats:
        return _inside(np.interp(score, self.score, self.share), self.least)


CALIBRATIONS: tuple[type[Sigmoid] | type[Isotonic], ...] = (Sigmoid, Isotonic)


def log_losses(probability: Floats, left: Flags) -> Floats:
    """(n,) natural logarithms."""
    losses: Floats = -np.log(np.where(left, probability, 1 - probability))
    return losses


def reliability(probability: Floats, left: Flags, customer: NDArray[np.intp]) -> pd.DataFrame:
    """A row per tenth of the rows by probability, the lowest first (fewer where many share one). customer: (n,) whose
    each row is.

    `customers`: rows; `predicted`: mean probability; `left`: share that did; `low`, `high`: its 95 % interval (Wilson);
    `worth`: of how many customers who have nothing to do with each other, fewer where one comes again and again.
    """
    order = np.argsort(probability, kind="stable")
    begins = np.unique(np.searchsorted(probability[order], probability[order][_begins(len(order))], side="left"))
    group = np.empty(len(order), np.intp)
    group[order] = np.searchsorted(begins, np.arange(len(order)), side="right") - 1
    customers = np.bincount(group)
    predicted = np.bincount(group, weights=probability) / customers
    share = np.bincount(group, weights=left) / customers
    worth = customers / design_effect(left - probability, group, customer)
    low, high = wilson(share, worth)
    found = {"customers": customers, "predicted": predicted, "left": share, "low": low, "high": high, "worth": worth}
    return pd.DataFrame(found)


def design_effect(off: Floats, group: NDArray[np.intp], customer: NDArray[np.intp]) -> Floats:
    """(groups,) by how much the variance of a group's mean grows since rows of a customer go together; 1 where each has
    one row, and never less. off: (n,) how far each row is from what was said.

    Source: Kish 1965, "Survey Sampling"; the sums of clusters from Liang & Zeger 1986, Biometrika 73(1).
    """
    pair = np.unique(np.column_stack([group, customer]), axis=0, return_inverse=True)
    together = np.bincount(pair[1].ravel(), weights=off)
    apart = np.bincount(group, weights=off**2)
    effect: Floats = np.maximum(1.0, np.bincount(pair[0][:, 0], weights=together**2) / apart)
    return effect


def wilson(share: Floats, n: Floats) -> tuple[Floats, Floats]:
    """Source: Wilson 1927, Journal of the American Statistical Association 22."""
    z = float(norm.ppf(0.975))
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    far = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return np.clip(middle - far, 0, 1), np.clip(middle + far, 0, 1)


def calibration_error(table: pd.DataFrame) -> tuple[float, float]:
    """Mean distance of `predicted` from `left` over a `reliability`, by customers; and how much of that chance makes
    where every probability is right. Source: Naeini, Cooper & Hauskrecht 2015, AAAI."""
    weight = (table.customers / table.customers.sum()).to_numpy(np.float64)
    predicted = table.predicted.to_numpy(np.float64)
    by_chance = np.sqrt(2 / np.pi * predicted * (1 - predicted) / table.worth.to_numpy(np.float64))
    return float(weight @ (table.predicted - table.left).abs()), float(weight @ by_chance)


def _begins(n: int) -> NDArray[np.intp]:
    return np.unique(np.arange(GROUPS) * n // GROUPS)


def _inside(probability: Floats, least: float) -> Floats:
    inside: Floats = np.clip(probability, least, 1 - least)
    return inside
