"""Which way to find new products suits this shop: the one that would have done best in its last month."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from treue.science.recommending.factors import Factors
from treue.science.recommending.history import Codes, History, Pairs, changes, sparse
from treue.science.recommending.measuring import Figures, Wanted, measure
from treue.science.recommending.neighbours import near, neighbours, weigh
from treue.science.recommending.ranking import Ranked
from treue.science.recommending.seasons import buyers, seasons

SIMILARITIES = ("bm25", "cosine")
METHODS = (*SIMILARITIES, "als")
SAMPLE = 20_000
FEWEST = 20
K = 10
Way: TypeAlias = Callable[[Codes, NDArray[np.float32], int], Ranked]


@dataclass(frozen=True)
class Choice:
    """method: one of `METHODS`. similarity: the better of 'bm25' and 'cosine', for visitors and for reasons.
    is_seasonal: whether what sells lately counts for more (`seasons`).

    why: 'best in the holdout', 'asked for', or 'too few to compare' (fewer than 20 customers bought anything new in
    the holdout: bm25). figures: of each method in the holdout, with seasons and alone; empty where none were compared.
    """

    method: str
    similarity: str
    why: str
    figures: tuple[Figures, ...] = ()
    is_seasonal: bool = True


def choose(history: History, seed: int, holdout_days: int) -> Choice:
    """Compares the methods on what at most 20,000 customers bought for the first time in the last `holdout_days`.

    Ties go to the method that stands first in `METHODS`, the quicker one, and to seasons.
    """
    cut = history.as_of - holdout_days
    past = history.pairs(cut)
    before, wanted, customers = _sampled(history, past, cut, seed)
    if len(wanted.customers) < FEWEST:
        return Choice("bm25", "bm25", "too few to compare")
    products = history.shape[1]
    own = sparse(before.customer, before.product, (customers, products))
    season = seasons(past, products, cut)
    known = int((buyers(before, products) > 0).sum())
    as_ever = np.ones(products, np.float32)
    figures: dict[tuple[str, bool], Figures] = {}
    for method in METHODS:
        way = learned(method, own, seed)
        for is_seasonal, weight in ((True, season), (False, as_ever)):
            name = f"{method} with seasons" if is_seasonal else f"{method} alone"
            found = way(wanted.customers, weight, K)
            figures[method, is_seasonal] = measure(name, found, wanted, known, K)
    method, is_seasonal = max(figures, key=lambda each: figures[each].ndcg)
    nearest = max(SIMILARITIES, key=lambda similarity: figures[similarity, is_seasonal].ndcg)
    return Choice(method, nearest, "best in the holdout", tuple(figures.values()), is_seasonal)


def learned(method: str, own: sp.csr_matrix, seed: int) -> Way:
    """Learns from all of `own`; what comes back says the k best of some customers under given weights of products."""
    if method == "als":
        factors = Factors(own, seed)
        return lambda customers, weight, k: factors.near(own, customers, weight, k)
    similarity = neighbours(own, method)
    return lambda customers, weight, k: near(own, customers, weigh(similarity, weight), k)


def new_purchases(history: History, before: Pairs, cut: int) -> Wanted:
    """What was bought after `cut` for the first time, by customers and of products known before."""
    later = history.bought.where(history.bought.first > cut)
    customers = np.bincount(before.customer, minlength=history.shape[0]) > 0
    kept = later.where(customers[later.customer] & (buyers(before, history.shape[1]) > 0)[later.product])
    return Wanted(kept.customer, kept.product)


def _sampled(history: History, before: Pairs, cut: int, seed: int) -> tuple[Pairs, Wanted, int]:
    """The purchases before and after, of so many customers that comparing stays quick, numbered anew."""
    known = before.customer[changes(before.customer)]
    if len(known) > SAMPLE:
        known = np.sort(np.random.default_rng(seed).choice(known, SAMPLE, replace=False))
    theirs = before.where(np.isin(before.customer, known))
    wanted = new_purchases(history, theirs, cut)
    renumbered = Pairs(np.searchsorted(known, theirs.customer), theirs.product, theirs.times, theirs.first, theirs.last)
    return renumbered, Wanted(np.searchsorted(known, wanted.customer), wanted.product), len(known)
