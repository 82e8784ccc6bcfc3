"""The best few of many, exactly: what scores alike is ordered by the product's id."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from treue.science.recommending.history import Codes

Scores: TypeAlias = NDArray[np.float32]
NONE = -np.inf
# how many more are asked of implicit than are wanted: it drops ties at random places
SPARE = 4
REASONS = (
    "similar_customers",
    "bought_together",
    "popular",
    "popular_in_segment",
    "dearer_in_category",
    "due",
    "regular",
    "bought_before",
)


@dataclass(frozen=True)
class Ranked:
    """Products for customers, (n,) each: by customer, the best first.

    reason: place in `REASONS`. because_of: a product's code, or -1.
    """

    customer: Codes
    product: Codes
    score: Scores
    reason: Codes
    because_of: Codes

    def __len__(self) -> int:
        return len(self.customer)

    @property
    def rank(self) -> Codes:
        """(n,) 1 for each customer's first."""
        begins = np.flatnonzero(np.diff(self.customer, prepend=-1))
        lengths = np.diff(np.append(begins, len(self)))
        return np.arange(len(self)) - np.repeat(begins, lengths) + 1


def ranked(customer: Codes, product: Codes, score: Scores, k: int) -> Ranked:
    """The k best of each customer's."""
    order = np.lexsort((product, -score, customer))
    size = len(order)
    found = Ranked(customer[order], product[order], score[order], np.zeros(size, np.int64), np.full(size, -1, np.int64))
    return chosen(found, found.rank <= k)


def first_of_rows(customers: Codes, products: Codes, scores: Scores, k: int) -> Ranked:
    """The k best above nothing of each row. customers: (n,). products, scores: (n, m)."""
    order = np.lexsort((products, -scores), axis=1)[:, :k]
    product, score = np.take_along_axis(products, order, axis=1), np.take_along_axis(scores, order, axis=1)
    rows, columns = np.nonzero(score > 0)
    nothing = np.zeros(len(rows), np.int64)
    return Ranked(customers[rows], product[rows, columns], score[rows, columns], nothing, nothing - 1)


def chosen(found: Ranked, keep: NDArray[np.bool_] | Codes) -> Ranked:
    return Ranked(*(getattr(found, field.name)[keep] for field in fields(Ranked)))


def joined(parts: Iterable[Ranked]) -> Ranked:
    """One after the other; empty where there are none."""
    known = list(parts)
    if not known:
        nothing = np.zeros(0, np.int64)
        return Ranked(nothing, nothing, np.zeros(0, np.float32), nothing, nothing)
    return Ranked(*(np.concatenate([getattr(part, field.name) for part in known]) for field in fields(Ranked)))


def by_customer(*parts: Ranked) -> Ranked:
    """All of them by customer; of one customer those of an earlier part first."""
    both = joined(parts)
    return chosen(both, np.argsort(both.customer, kind="stable"))


def because(found: Ranked, reason: str | Codes, because_of: Codes | None = None) -> Ranked:
    """The same with its reasons."""
    codes = np.full(len(found), REASONS.index(reason), np.int64) if isinstance(reason, str) else reason
    return replace(found, reason=codes, because_of=found.because_of if because_of is None else because_of)


def best(customers: Codes, products: Codes | None, scores: Scores, k: int) -> Ranked:
    """The k best of each row above nothing, all that tie with the last considered.

    customers: (n,). scores: (n, m), `NONE` where there is no product. products: (n, m), None where columns are
    products.
    """
    if not scores.size:
        return joined(())
    if scores.shape[1] > k:
        last = -np.partition(-scores, k - 1, axis=1)[:, k - 1 : k]
        good = (scores >= last) & (scores > 0)
    else:
        good = scores > 0
    rows, columns = np.nonzero(good)
    return ranked(customers[rows], columns if products is None else products[rows, columns], scores[rows, columns], k)
