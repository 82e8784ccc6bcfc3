"""What most buy now: for those of whom nothing is known, and where nothing better is left."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from treue.science.recommending.history import UNKNOWN, Codes, Pairs, changes
from treue.science.recommending.ranking import REASONS, Ranked, Scores, by_customer
from treue.science.recommending.seasons import LATELY_DAYS, buyers

FEWEST_BUYERS = 30


@dataclass(frozen=True)
class Popular:
    """products: the shop's, the most bought first. scores: (products,) in that order: share of the customers of the
    last 30 days who bought it. by_segment: the same of each segment with at least 30 of them."""

    products: Codes
    scores: Scores
    by_segment: dict[int, tuple[Codes, Scores]]

    def of(self, segment: int) -> tuple[Codes, Scores, str]:
        if segment in self.by_segment:
            return (*self.by_segment[segment], "popular_in_segment")
        return self.products, self.scores, "popular"


def popular(pairs: Pairs, segment: Codes, until: int, available: NDArray[np.bool_]) -> Popular:
    """By customers of the last 30 days, then by all there were, then by the product's id; none that nobody bought then.

    pairs: bought up to `until`. segment: (customers,), -1 where unknown. available: (products,)."""
    segments = {}
    of_pair = segment[pairs.customer]
    order = np.argsort(of_pair, kind="stable")
    names, begins = np.unique(of_pair[order], return_index=True)
    for name, part in zip(names.tolist(), np.split(order, begins[1:]), strict=True):
        theirs = pairs.where(part)
        if name != UNKNOWN and _active(theirs, until) >= FEWEST_BUYERS:
            segments[name] = _most_bought(theirs, until, available)
    return Popular(*_most_bought(pairs, until, available), segments)


def filled(found: Ranked, customers: Codes, segment: Codes, own: sp.csr_matrix, most: Popular, k: int) -> Ranked:
    """The same with popular products in the free places of each customer, none that they bought.

    customers: codes in rising order, of whom `found` may have none. segment: of all customers.
    """
    counts = np.bincount(np.searchsorted(customers, found.customer), minlength=len(customers))
    begins = np.concatenate([[0], np.cumsum(counts)])
    parts = [found]
    for place in np.flatnonzero(counts < k):
        customer = int(customers[place])
        mine = own.indices[own.indptr[customer] : own.indptr[customer + 1]]
        known = np.concatenate([mine, found.product[begins[place] : begins[place + 1]]])
        parts.append(first_popular(most, int(segment[customer]), customer, known, k - int(counts[place])))
    return by_customer(*parts)


def first_popular(most: Popular, segment: int, customer: int, known: Codes, k: int) -> Ranked:
    """The k most bought that are not known already."""
    products, scores, reason = most.of(segment)
    head = slice(0, k + len(known))
    fresh = np.flatnonzero(~np.isin(products[head], known))[:k]
    size = len(fresh)
    reasons = np.full(size, REASONS.index(reason), np.int64)
    return Ranked(np.full(size, customer), products[fresh], scores[fresh], reasons, np.full(size, UNKNOWN))


def _active(pairs: Pairs, until: int) -> int:
    return int(changes(np.sort(pairs.customer[pairs.last > until - LATELY_DAYS])).sum())


def _most_bought(pairs: Pairs, until: int, available: NDArray[np.bool_]) -> tuple[Codes, Scores]:
    size = len(available)
    lately, ever = buyers(pairs, size, until - LATELY_DAYS), buyers(pairs, size)
    order = np.lexsort((-ever, -lately))
    order = order[available[order] & (lately[order] > 0)]
    return order, (lately[order] / max(_active(pairs, until), 1)).astype(np.float32)
