"""Customers dealt into parts, so that nobody is judged by a model that has seen them."""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from treue.science.churn.contracts import Contracts

FOLDS = 5


def dealt(contracts: Contracts, rng: np.random.Generator) -> NDArray[np.intp]:
    """(n,) the part of each row, 0 to FOLDS − 1. All rows of a customer are in one part, and each part has its share of
    those who ever left."""
    part = np.empty(contracts.customers, np.intp)
    for ever in (True, False):
        members = rng.permutation(np.flatnonzero(contracts.has_ever_left == ever))
        part[members] = np.arange(len(members)) % FOLDS
    return part[contracts.customer]


def auc(score: NDArray[np.float64], left: NDArray[np.bool_]) -> float:
    """Probability that of two customers the one who left has the higher score, equal ones counting half. 0.5 where all
    left, or none. Source: Hanley & McNeil 1982, Radiology 143(1)."""
    churners = int(left.sum())
    stayers = len(left) - churners
    if not churners or not stayers:
        return 0.5
    ranks = rankdata(score)[left].sum()
    return float((ranks - churners * (churners + 1) / 2) / (churners * stayers))
