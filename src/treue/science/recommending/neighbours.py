"""Products that the same customers buy, and what follows from them."""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np
import scipy.sparse as sp
from implicit.nearest_neighbours import ItemItemRecommender, NearestNeighboursScorer
from numpy.typing import NDArray

from treue.science.recommending.history import Codes, changes
from treue.science.recommending.ranking import NONE, SPARE, Ranked, best, by_customer, chosen, first_of_rows, joined

K1, B = 1.2, 0.75
NEIGHBOURS = 50
BLOCK_CELLS = 4_000_000
# of a block whose cells are looked up in no order: so many stay near the processor
CELLS_LOOKED_UP = 1_000_000
MOST_IN_BLOCK = 4096
CUSTOMERS_AT_ONCE = 20_000
Part = TypeVar("Part")
Result = TypeVar("Result")


def neighbours(matrix: sp.csr_matrix, method: str, count: int = NEIGHBOURS) -> sp.csr_matrix:
    """(products, products) float32: in each row the products nearest to one, at most `count`, itself not among them.

    matrix: (customers, products) 1 where bought. method: 'cosine', or 'bm25', which makes less of customers who buy
    everything and of products that everybody buys.
    Source: Sarwar et al. 2001, WWW '01, section 3.1, for item-based cosine; Robertson & Zaragoza 2009, eq. 3.15, for
    BM25, products taken as documents and customers as terms.
    """
    weighted = _cosine(matrix) if method == "cosine" else _bm25(matrix)
    model = ItemItemRecommender(K=min(count + 1, matrix.shape[1]))
    model.fit(weighted, show_progress=False)
    return _without_itself(model.similarity)


def weigh(similarity: sp.csr_matrix, weight: NDArray[np.float32]) -> sp.csr_matrix:
    """Each neighbour times its own weight."""
    return sp.csr_matrix(
        (similarity.data * weight[similarity.indices], similarity.indices, similarity.indptr), shape=similarity.shape
    )


def leading(similarity: sp.csr_matrix, those: NDArray[np.bool_]) -> sp.csr_matrix:
    """The same without the neighbours of all other products."""
    lengths = np.diff(similarity.indptr)
    kept, ends = np.repeat(those, lengths), np.cumsum(lengths * those)
    starts = np.concatenate([[0], ends]).astype(similarity.indptr.dtype)
    return sp.csr_matrix((similarity.data[kept], similarity.indices[kept], starts), shape=similarity.shape)


def near(
    own: sp.csr_matrix, customers: Codes, similarity: sp.csr_matrix, k: int, instead: NDArray[np.float32] | None = None
) -> Ranked:
    """For each customer the k products nearest to all they bought, none of these among them.

    own: (all customers, products). customers: codes in rising order. A product's score is the sum of its nearness to
    each of those bought, or what stands for it in `instead`. Works block by block: never (customers, products) at once.
    """
    if instead is not None:
        return joined(_exactly(block, own[block], similarity, k, instead) for block in blocks(customers, own.shape[1]))
    scored = side_by_side(lambda part: _by_implicit(part, own, similarity, k), portions(customers))
    found, tied = joined(some for some, _tied in scored), np.concatenate([tied for _some, tied in scored])
    if not tied.any():
        return found
    again = [_exactly(block, own[block], similarity, k) for block in blocks(customers[tied], own.shape[1])]
    return by_customer(chosen(found, ~np.isin(found.customer, customers[tied])), *again)


def nearest(found: Ranked, own: sp.csr_matrix, similarity: sp.csr_matrix) -> Codes:
    """(n,) for each of those found the product its customer bought that is nearest to it; -1 where none is near.

    found: customers in rising order. Of several equally near ones the first by id.
    """
    because_of = np.full(len(found), -1, np.int64)
    starts = np.flatnonzero(changes(found.customer))
    customers = found.customer[starts]
    ends = np.append(starts[1:], len(found))

    def look_up(block: Codes) -> None:
        part = slice(starts[block[0]], ends[block[-1]])
        rows = np.repeat(np.arange(len(block)), ends[block] - starts[block])
        because_of[part] = _nearest(rows, found.product[part], own[customers[block]], similarity)

    side_by_side(look_up, blocks(np.arange(len(customers)), own.shape[1], CELLS_LOOKED_UP))
    return because_of


def blocks(customers: Codes, products: int, cells: int = BLOCK_CELLS) -> Iterator[Codes]:
    """So many at a time that a block times all products stays small."""
    size = max(1, min(MOST_IN_BLOCK, cells // max(products, 1)))
    for begin in range(0, len(customers), size):
        yield customers[begin : begin + size]


def portions(customers: Codes) -> list[Codes]:
    """So many at a time that what implicit says of them stays small."""
    return np.array_split(customers, len(customers) // CUSTOMERS_AT_ONCE + 1)


def side_by_side(work: Callable[[Part], Result], parts: Iterable[Part]) -> list[Result]:
    """What each part comes to, in their order: on all processors, where it is more than one.

    NumPy and implicit let others run while they compute.
    """
    known = list(parts)
    if len(known) < 2:
        return [work(part) for part in known]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(work, known))


def _by_implicit(
    customers: Codes, own: sp.csr_matrix, similarity: sp.csr_matrix, k: int
) -> tuple[Ranked, NDArray[np.bool_]]:
    """The k best of each, and whose last place is tied with one that implicit may have dropped."""
    scorer, wanted = NearestNeighboursScorer(similarity), k + SPARE
    products = np.zeros((len(customers), wanted), np.int64)
    scores = np.zeros((len(customers), wanted), np.float32)
    for row, customer in enumerate(customers.tolist()):
        bounds = own.indptr[customer : customer + 2]
        near_them, nearness = scorer.recommend(bounds, own.indices, own.data, K=wanted, remove_own_likes=True)
        products[row, : len(near_them)], scores[row, : len(near_them)] = near_them, nearness
    found = first_of_rows(customers, products, scores, k)
    ordered = np.sort(scores, axis=1)[:, ::-1]
    return found, (ordered[:, k - 1] == ordered[:, -1]) & (ordered[:, -1] > 0)


def _exactly(
    customers: Codes, own: sp.csr_matrix, similarity: sp.csr_matrix, k: int, instead: NDArray[np.float32] | None = None
) -> Ranked:
    """The same with all candidates in memory, so that ties are seen. own: (n,) rows of the customers."""
    sums = (own @ similarity).tocsr()
    found = sums.data if instead is None else instead[sums.indices]
    lengths = np.diff(sums.indptr)
    width = int(lengths.max(initial=0))
    if not width:
        return joined(())
    rows = np.repeat(np.arange(len(customers)), lengths)
    columns = np.arange(len(rows)) - np.repeat(sums.indptr[:-1], lengths)
    mine = np.zeros(own.shape, np.bool_)
    mine[np.repeat(np.arange(len(customers)), np.diff(own.indptr)), own.indices] = True
    scores = np.full((len(customers), width), NONE, np.float32)
    scores[rows, columns] = np.where(mine[rows, sums.indices], NONE, found)
    products = np.zeros((len(customers), width), np.int64)
    products[rows, columns] = sums.indices
    return best(customers, products, scores, k)


def _nearest(rows: Codes, products: Codes, own: sp.csr_matrix, similarity: sp.csr_matrix) -> Codes:
    """(n,) for each of the products recommended to a row of `own`, which of its products is nearest."""
    because_of = np.full(len(rows), -1, np.int64)
    place = np.full(own.shape, -1, np.int32)
    place[rows, products] = np.arange(len(rows))
    buyer, bought = np.repeat(np.arange(own.shape[0]), np.diff(own.indptr)), own.indices
    begins, lengths = similarity.indptr[bought], np.diff(similarity.indptr)[bought]
    width = int(lengths.max(initial=0))
    if not width:
        return because_of
    # a row per product bought, all as wide as the widest: what has one width is read several times faster
    entry = np.minimum(begins[:, None] + np.arange(width, dtype=np.int32), similarity.nnz - 1)
    asked = place.ravel().take(similarity.indices.take(entry) + (buyer * own.shape[1]).astype(np.int32)[:, None])
    if lengths.min() < width:
        asked[np.arange(width) >= lengths[:, None]] = -1
    found = np.flatnonzero(asked.ravel() >= 0)
    asked, reason, nearness = asked.ravel()[found], bought[found // width], similarity.data[entry.ravel()[found]]
    order = np.lexsort((reason, -nearness, asked))
    asked, reason = asked[order], reason[order]
    first = changes(asked)
    because_of[asked[first]] = reason[first]
    return because_of


def _cosine(matrix: sp.csr_matrix) -> sp.csr_matrix:
    buyers = np.bincount(matrix.indices, minlength=matrix.shape[1])
    return _with(matrix, 1 / np.sqrt(buyers[matrix.indices]))


def _bm25(matrix: sp.csr_matrix) -> sp.csr_matrix:
    products = matrix.shape[1]
    buyers, variety = np.bincount(matrix.indices, minlength=products), np.diff(matrix.indptr)
    rarity = np.log1p((products - variety + 0.5) / (variety + 0.5))
    length = 1 - B + B * buyers / max(buyers.mean(), 1)
    weight = (K1 + 1) / (K1 * length[matrix.indices] + 1)
    return _with(matrix, weight * np.repeat(rarity, variety))


def _with(matrix: sp.csr_matrix, data: NDArray[np.float64]) -> sp.csr_matrix:
    return sp.csr_matrix((data.astype(np.float64), matrix.indices, matrix.indptr), shape=matrix.shape)


def _without_itself(similarity: sp.csr_matrix) -> sp.csr_matrix:
    entries = similarity.tocoo()
    kept = (entries.row != entries.col) & (entries.data > 0)
    found = sp.csr_matrix(
        (entries.data[kept].astype(np.float32), (entries.row[kept], entries.col[kept])), shape=entries.shape
    )
    found.sort_indices()
    return found
