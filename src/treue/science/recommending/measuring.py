"""How good recommendations were, seen from what was bought afterwards."""

from dataclasses import dataclass

import numpy as np

from treue.science.recommending.history import Codes
from treue.science.recommending.ranking import Ranked


@dataclass(frozen=True)
class Figures:
    """customers: who bought something in the holdout that could have been recommended; the means are over them.

    ndcg: normalised discounted cumulative gain of the first k, 0 to 1. hit_rate: share of customers of whom one of the
    k was bought. coverage: share of the products known that were recommended to one of them.
    """

    method: str
    customers: int
    ndcg: float
    hit_rate: float
    coverage: float


@dataclass(frozen=True)
class Wanted:
    """What was bought in the holdout and could have been recommended, (w,) each, ordered by customer and product."""

    customer: Codes
    product: Codes

    @property
    def customers(self) -> Codes:
        return np.unique(self.customer)


def measure(method: str, found: Ranked, wanted: Wanted, products: int, k: int) -> Figures:
    """found: for customers of `wanted`, others are left out. products: how many could have been recommended.

    Source: Järvelin & Kekäläinen 2002, ACM TOIS 20(4), with gain 1 and discount log2(rank + 1).
    """
    customers, counts = np.unique(wanted.customer, return_counts=True)
    span = int(max(found.product.max(initial=0), wanted.product.max(initial=0))) + 1
    rank = found.rank
    right = np.isin(found.customer * span + found.product, wanted.customer * span + wanted.product) & (rank <= k)
    gain = np.zeros(len(customers))
    np.add.at(gain, np.searchsorted(customers, found.customer[right]), 1 / np.log2(rank[right] + 1))
    ideal = np.cumsum(1 / np.log2(np.arange(2, k + 2)))[np.minimum(counts, k) - 1]
    shown = found.product[np.isin(found.customer, customers) & (rank <= k)]
    return Figures(
        method,
        len(customers),
        float((gain / ideal).mean()),
        float((gain > 0).mean()),
        len(np.unique(shown)) / max(products, 1),
    )
