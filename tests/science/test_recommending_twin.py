"""What recommendations are made of equals what a slow reading of the same purchases says."""

from collections import defaultdict
from math import log2

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.science.purchases_of import Bought, bought_lists, day, purchase_table
from treue.science.recommending import METHODS, Recommender
from treue.science.recommending import neighbours as by_neighbours
from treue.science.recommending.factors import Factors
from treue.science.recommending.history import read
from treue.science.recommending.measuring import Wanted, measure
from treue.science.recommending.neighbours import near, nearest, neighbours
from treue.science.recommending.ranking import Ranked
from treue.science.recommending.seasons import seasons

PHASES = [phase for phase in Phase if phase is not Phase.explain]
SOME = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), phases=PHASES)


def days_of(rows: list[Bought], until: int) -> dict[tuple[str, str], list[int]]:
    """The days with a purchase of each customer and product, in order."""
    found = defaultdict(set)
    for customer, product, at in rows:
        if at <= until:
            found[customer, product].add(at)
    return {pair: sorted(days) for pair, days in sorted(found.items())}


@st.composite
def likings(draw: st.DrawFn) -> tuple[sp.csr_matrix, sp.csr_matrix]:
    """Who bought what, and how near products are, in whole numbers, so that much ties."""
    customers, products = draw(st.integers(1, 6)), draw(st.integers(1, 12))
    likes = st.lists(st.booleans(), min_size=products, max_size=products)
    own = np.array(draw(st.lists(likes, min_size=customers, max_size=customers)), np.float32)
    numbers = st.lists(st.integers(0, 2), min_size=products, max_size=products)
    similarity = np.array(draw(st.lists(numbers, min_size=products, max_size=products)), np.float32)
    np.fill_diagonal(similarity, 0)
    return sp.csr_matrix(own), sp.csr_matrix(similarity)


@SOME
@given(rows=bought_lists(), until=st.integers(0, 80))
def test_pairs_hold_the_days_of_each_customer_and_product(rows, until):
    history = read(purchase_table(rows), day(80))
    pairs = history.pairs(history.as_of - 80 + until)
    zero = history.as_of - 80
    found = {
        (history.customers[customer].as_py(), history.products[product].as_py()): (times, first - zero, last - zero)
        for customer, product, times, first, last in zip(
            pairs.customer.tolist(), pairs.product.tolist(), pairs.times.tolist(), pairs.first.tolist(),
            pairs.last.tolist(), strict=True,
        )
    }  # fmt: skip
    expected = {pair: (len(days), days[0], days[-1]) for pair, days in days_of(rows, until).items()}
    assert list(found.items()) == list(expected.items())


@SOME
@given(rows=bought_lists())
def test_a_season_is_the_buyers_of_a_month_over_those_expected(rows):
    history = read(purchase_table(rows), day(80))
    found = seasons(history.bought, history.shape[1], history.as_of)
    last = {pair: days[-1] for pair, days in days_of(rows, 80).items()}
    lately = sum(at > 50 for at in last.values())
    for product, lift in zip(history.products.to_pylist(), found.tolist(), strict=True):
        theirs = [at for (_, each), at in last.items() if each == product]
        expected = len(theirs) * lately / len(last)
        assert lift == pytest.approx((sum(at > 50 for at in theirs) + 3) / (expected + 3), rel=1e-6)


@pytest.mark.parametrize("at_once", [2, 20_000], ids=["in parts", "at once"])
@SOME
@given(given_=likings(), k=st.integers(1, 6))
def test_the_nearest_are_the_best_sums_by_score_and_id_with_the_reason_that_adds_most(at_once, given_, k):
    own, similarity = given_
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(by_neighbours, "CUSTOMERS_AT_ONCE", at_once)
        patch.setattr(by_neighbours, "CELLS_LOOKED_UP", at_once * own.shape[1])
        found = near(own, np.arange(own.shape[0]), similarity, k)
        because_of = nearest(found, own, similarity)
    bought, closeness = own.toarray(), similarity.toarray()
    expected = []
    for customer in range(own.shape[0]):
        sums = bought[customer] @ closeness
        fresh = [p for p in range(own.shape[1]) if not bought[customer, p] and sums[p] > 0]
        for product in sorted(fresh, key=lambda p: (-sums[p], p))[:k]:
            reason = max(
                (q for q in range(own.shape[1]) if bought[customer, q]), key=lambda q: (closeness[q, product], -q)
            )
            expected.append((customer, product, sums[product], reason))
    columns = (found.customer, found.product, found.score, because_of)
    assert list(zip(*(column.tolist() for column in columns), strict=True)) == expected


def test_of_very_many_equally_near_ones_the_first_by_id_are_taken():
    own = sp.csr_matrix(np.eye(1, 30, dtype=np.float32))
    nearness = np.ones((1, 30), np.float32)
    nearness[0, [0, 29]] = 0, 2
    similarity = sp.csr_matrix(np.vstack([nearness, np.zeros((29, 30), np.float32)]))
    assert near(own, np.zeros(1, np.int64), similarity, 3).product.tolist() == [29, 1, 2]


def test_of_very_many_that_factors_score_alike_the_first_by_id_are_taken():
    own = sp.csr_matrix(np.eye(2, 30, 1, dtype=np.float32))
    factors = Factors(own, 1)
    factors._model.user_factors[:], factors._model.item_factors[:] = 1, 1
    factors._model.item_factors[29] = 2
    found = factors.near(own, np.arange(2), np.ones(30, np.float32), 3)
    assert (found.customer.tolist(), found.product.tolist()) == ([0, 0, 0, 1, 1, 1], [29, 0, 2, 29, 0, 1])


@SOME
@given(rows=bought_lists(products=12), k=st.integers(1, 15), seed=st.integers(0, 3))
def test_factors_rank_as_their_products_do(rows, k, seed):
    history = read(purchase_table(rows), day(80))
    own = history.matrix(history.bought)
    factors = Factors(own, seed)
    weight = seasons(history.bought, history.shape[1], history.as_of)
    found = factors.near(own, np.arange(own.shape[0]), weight, k)
    scores = factors._model.user_factors @ (factors._model.item_factors * weight[:, None]).T
    scores[own.toarray() > 0] = -1
    for customer in range(own.shape[0]):
        best = np.sort(scores[customer][scores[customer] > 0])[::-1][:k]
        np.testing.assert_allclose(found.score[found.customer == customer], best, rtol=1e-4, atol=1e-7)


@SOME
@given(rows=bought_lists(customers=4))
def test_neighbours_by_cosine_are_the_cosines(rows):
    history = read(purchase_table(rows), day(80))
    own = history.matrix(history.bought)
    bought = own.toarray()
    norms = np.linalg.norm(bought, axis=0)
    expected = bought.T @ bought / np.outer(norms, norms)
    np.fill_diagonal(expected, 0)
    np.testing.assert_allclose(neighbours(own, "cosine").toarray(), expected, rtol=1e-5)


@SOME
@given(
    shown=st.lists(st.lists(st.integers(0, 9), unique=True, max_size=6), min_size=3, max_size=3),
    wanted=st.lists(st.sets(st.integers(0, 9), max_size=6), min_size=3, max_size=3),
    k=st.integers(1, 6),
)
def test_figures_equal_their_definition(shown, wanted, k):
    asked = [customer for customer in range(3) if wanted[customer]]
    if not asked:
        return
    shown = [each[:k] for each in shown]
    customer = np.array([c for c in range(3) for _ in shown[c]], np.int64)
    product = np.array([p for each in shown for p in each], np.int64)
    nothing = np.zeros(len(customer), np.int64)
    found = Ranked(customer, product, np.zeros(len(customer), np.float32), nothing, nothing)
    pairs = [(c, p) for c in range(3) for p in sorted(wanted[c])]
    figures = measure("x", found, Wanted(*(np.array(each, np.int64) for each in zip(*pairs, strict=True))), 10, k)
    gains, hits = [], []
    for c in asked:
        gain = sum(1 / log2(place + 2) for place, p in enumerate(shown[c]) if p in wanted[c])
        gains.append(gain / sum(1 / log2(place + 2) for place in range(min(k, len(wanted[c])))))
        hits.append(gain > 0)
    assert figures.customers == len(asked)
    assert figures.ndcg == pytest.approx(np.mean(gains))
    assert figures.hit_rate == pytest.approx(np.mean(hits))
    assert figures.coverage == len({p for c in asked for p in shown[c]}) / 10


@SOME
@given(rows=bought_lists(), method=st.sampled_from(METHODS), k=st.integers(1, 8))
def test_new_is_never_bought_again_always_and_both_are_as_many_as_there_can_be(rows, method, k):
    model = Recommender.fit(purchase_table(rows), as_of=day(80), seed=1, method=method)
    bought = {(customer, product) for customer, product, _ in rows}
    last = {pair: days[-1] for pair, days in days_of(rows, 80).items()}
    common = {p for _, p in bought if sum(product == p for _, product in bought) >= 3}
    lately = common & {product for (_, product), at in last.items() if at > 50}
    new, again = (ask(k=k).to_pylist() for ask in (model.new_to_you, model.buy_again))
    assert not bought & {(row["customer_id"], row["product_id"]) for row in new}
    assert {(row["customer_id"], row["product_id"]) for row in again} <= bought
    for customer in {customer for customer, _ in bought}:
        own = {product for each, product in bought if each == customer}
        for table, least, most in ((new, len(lately - own), len(common - own)), (again, len(own), len(own))):
            ranks = [row["rank"] for row in table if row["customer_id"] == customer]
            assert ranks == list(range(1, len(ranks) + 1))
            assert min(k, least) <= len(ranks) <= min(k, most)
    for row in new:
        assert (row["because_of"] is not None) == (row["reason"] == "bought_together")
        assert row["because_of"] is None or (row["customer_id"], row["because_of"]) in bought
