"""Customers and products as points of one space, by `implicit`'s alternating least squares."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from implicit.als import AlternatingLeastSquares
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from treue.science.recommending.history import Codes
from treue.science.recommending.neighbours import blocks, portions
from treue.science.recommending.ranking import NONE, SPARE, Ranked, best, by_customer, chosen, first_of_rows, joined

FACTORS, MINIMUM = 64, 2
ITERATIONS = 15


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """implicit starts threads of its own; BLAS threads under them make it up to ten times slower."""
    with threadpool_limits(1, "blas"):
        yield


class Factors:
    """Source: Hu, Koren & Volinsky 2008, ICDM, eq. 3; solved as Takács, Pilászy & Tikk 2011, RecSys, by conjugate
    gradients."""

    def __init__(self, matrix: sp.csr_matrix, seed: int) -> None:
        """matrix: (customers, products) 1 where bought, float32.

        64 factors, or an eighth of the customers or products where that is less: as many factors as products would
        only repeat what was bought.
        """
        factors = min(FACTORS, max(MINIMUM, min(matrix.shape) // 8))
        with one_blas_thread():
            self._model = AlternatingLeastSquares(factors=factors, iterations=ITERATIONS, random_state=seed)
            self._model.fit(matrix, show_progress=False)

    def near(self, own: sp.csr_matrix, customers: Codes, weight: NDArray[np.float32], k: int) -> Ranked:
        """For each customer the k products nearest, none of those bought among them; a score is preference × weight.

        own: (all customers, products), those of the fit. customers: codes in rising order. Never (customers, products)
        at once.
        """
        model = copy(self._model)
        model.item_factors = model.item_factors * weight[:, None]
        with one_blas_thread():
            return joined(_near(model, part, own[part], k) for part in portions(customers) if len(part))


class _Own(sp.csr_matrix):  # type: ignore[misc]
    """What customers bought, of which implicit asks nothing but each row's columns: SciPy takes a third of all scoring
    to cut out a row."""

    def __getitem__(self, row: int) -> "_Row":
        return _Row(self.indices[self.indptr[row] : self.indptr[row + 1]])


@dataclass(frozen=True, slots=True)
class _Row:
    indices: NDArray[np.int32]


def _near(model: AlternatingLeastSquares, customers: Codes, own: sp.csr_matrix, k: int) -> Ranked:
    asked = min(k + SPARE, own.shape[1])
    products, scores = model.recommend(customers, _Own(own), N=asked, filter_already_liked_items=True)
    found = first_of_rows(customers, products.astype(np.int64), scores, k)
    tied = (scores[:, min(k, asked) - 1] == scores[:, -1]) & (scores[:, -1] > 0) & (asked > k)
    if not tied.any():
        return found
    again = [_exactly(model, customers[rows], own[rows], k) for rows in blocks(np.flatnonzero(tied), own.shape[1])]
    return by_customer(chosen(found, ~np.isin(found.customer, customers[tied])), *again)


def _exactly(model: AlternatingLeastSquares, customers: Codes, own: sp.csr_matrix, k: int) -> Ranked:
    scores = model.user_factors[customers] @ model.item_factors.T
    scores[np.repeat(np.arange(len(customers)), np.diff(own.indptr)), own.indices] = NONE
    return best(customers, None, scores, k)
