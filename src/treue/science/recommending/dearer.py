"""Dearer products of the same category that buyers of the cheaper one buy."""

from collections.abc import Callable

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from treue.science.recommending.facts import Products
from treue.science.recommending.history import UNKNOWN, Codes
from treue.science.recommending.neighbours import BLOCK_CELLS, NEIGHBOURS
from treue.science.recommending.ranking import NONE, Scores, best, joined

DOUBT = 10
Strength = Callable[[Codes, Codes], Scores]


def dearer(matrix: sp.csr_matrix, facts: Products, weight: NDArray[np.float32]) -> sp.csr_matrix:
    """(products, products) float32: share of a product's buyers who bought the dearer one too, times its weight.

    matrix: (customers, products) 1 where bought. The share is taken over ten buyers more than there are, so that the
    one buyer of two things says little. At most 50 for each product.
    """
    columns = matrix.tocsc()
    buyers = np.diff(columns.indptr)

    def share(cheap: Codes, all_of_them: Codes) -> Scores:
        both = (columns[:, cheap].T @ columns[:, all_of_them]).toarray()
        return np.asarray(both / (buyers[cheap] + DOUBT)[:, None] * weight[all_of_them], np.float32)

    return _by_category(facts, share)


def dearer_popular(facts: Products, popularity: NDArray[np.float32]) -> sp.csr_matrix:
    """(products, products) the most popular dearer ones, whoever buys them: what the other is measured against."""
    return _by_category(facts, lambda cheap, all_of_them: np.tile(popularity[all_of_them], (len(cheap), 1)))


def _by_category(facts: Products, strength: Strength) -> sp.csr_matrix:
    size = len(facts.price)
    usable = np.flatnonzero((facts.category != UNKNOWN) & (facts.price > 0))
    usable = usable[np.argsort(facts.category[usable], kind="stable")]
    begins = np.flatnonzero(np.diff(facts.category[usable], prepend=UNKNOWN))
    categories = np.split(usable, begins[1:])
    found = joined(
        best(
            cheap, np.tile(category, (len(cheap), 1)), _dearer_only(cheap, category, facts.price, strength), NEIGHBOURS
        )
        for category in categories
        for cheap in _parts(category)
    )
    matrix = sp.csr_matrix((found.score, (found.customer, found.product)), shape=(size, size))
    matrix.sort_indices()
    return matrix


def _dearer_only(cheap: Codes, category: Codes, price: NDArray[np.float64], strength: Strength) -> Scores:
    above = price[category][None, :] > price[cheap][:, None]
    return np.where(above, strength(cheap, category), NONE).astype(np.float32)


def _parts(category: Codes) -> list[Codes]:
    size = max(1, BLOCK_CELLS // max(len(category), 1))
    return [category[begin : begin + size] for begin in range(0, len(category), size)]
