"""The reasons of one customer add up to what is said of them, and are those that every order of the features gives."""

from itertools import permutations
from time import process_time

import numpy as np
import pytest
from scipy.special import expit

import treue.science as ts
from tests.science.churn.subscribers import AS_OF, subscribers
from treue.science.churn.columns import Columns
from treue.science.churn.contracts import read
from treue.science.churn.scorers import Linear, Trees

FEATURES = ("autopay", "plan", "price", "tickets")


@pytest.fixture(scope="module", params=[Linear, Trees])
def scorer(request: pytest.FixtureRequest):
    given = read(subscribers(3_000, joined=1.5), as_of=AS_OF, label="left", columns=FEATURES)
    columns = Columns.of(given, FEATURES)
    x = columns.matrix(given)
    return request.param.learn(columns, x, given.left, 1), x


def by_every_order(scorer, customer, background):
    """Shapley values by their definition: what a feature adds, over all orders of the features and all others' rows."""
    features = len(customer)
    total = np.zeros(features)
    orders = list(permutations(range(features)))
    for order in orders:
        mixed, before = background.copy(), scorer.log_odds(background).mean()
        for place in order:
            mixed[:, place] = customer[place]
            after = scorer.log_odds(mixed).mean()
            total[place] += after - before
            before = after
    return total / len(orders)


def test_contributions_are_shapley_values(scorer):
    model, x = scorer
    for customer in x[:2]:
        wanted = by_every_order(model, customer, x)
        np.testing.assert_allclose(model.contributions(customer[None])[0], wanted, atol=1e-9)


def test_contributions_add_up_to_the_log_odds(scorer):
    model, x = scorer
    average = model.log_odds(x).mean()
    np.testing.assert_allclose(average + model.contributions(x[:200]).sum(axis=1), model.log_odds(x[:200]), atol=1e-9)


@pytest.fixture(scope="module")
def with_gaps():
    """Texts and numbers with gaps, a text of which some codes were never learned from, and one number only."""
    rng = np.random.default_rng(7)
    x = np.column_stack([rng.normal(size=2_000), rng.integers(0, 4, 2_000) * 2.0, rng.normal(size=2_000).round(1)])
    left = rng.random(2_000) < expit(1.5 * ((x[:, 0] > 0) ^ (x[:, 1] > 2)) + x[:, 2] - 1)
    x[rng.random(x.shape) < 0.1] = np.nan
    columns = Columns(("a", "plan", "b"), ("number", "category", "number"), ((), tuple("stuvwxy"), ()))
    return Trees.learn(columns, x, left, 1), x


def test_gaps_and_texts_never_seen_go_where_the_trees_send_them(with_gaps):
    trees, x = with_gaps
    odd = x[:300].copy()
    odd[:100, 1], odd[100:200, 1], odd[200:, 0] = 3.0, 7.0, np.nan
    told = trees.log_odds(x).mean() + trees.contributions(odd).sum(axis=1)
    np.testing.assert_allclose(told, trees.log_odds(odd), atol=1e-9)
    for customer in odd[[0, 150, 250]]:
        wanted = by_every_order(trees, customer, x)
        np.testing.assert_allclose(trees.contributions(customer[None])[0], wanted, atol=1e-9)


def test_no_customer_is_kept_in_the_model(with_gaps):
    trees, _ = with_gaps
    kept = [trees.leaves.means, *(split.levels for split in trees.leaves.splits)]
    assert sum(each.nbytes for each in kept) < 25_000
    assert trees.leaves.means.min() >= 0
    assert trees.leaves.means.max() <= 1


def test_trees_that_are_read_wrongly_are_not_used(monkeypatch):
    monkeypatch.setattr("treue.science.churn.leaves._start", lambda model: 0.0)
    x = np.random.default_rng(7).normal(size=(300, 2))
    with pytest.raises(RuntimeError, match="decision function"):
        Trees.learn(Columns(("a", "b"), ("number", "number"), ((), ())), x, x[:, 0] > 1, 1)


def test_trees_that_find_nothing_to_split_say_nothing():
    x, left = np.zeros((30, 2)), np.arange(30) % 3 == 0
    trees = Trees.learn(Columns(("a", "b"), ("number", "number"), ((), ())), x, left, 1)
    np.testing.assert_array_equal(trees.contributions(x), np.zeros((30, 2)))


def test_a_thousand_customers_have_their_reasons_in_less_than_a_second(with_gaps):
    trees, x = with_gaps
    began = process_time()
    trees.contributions(x[:1_000])
    assert process_time() - began < 1


def test_the_reasons_of_a_customer_come_in_order_with_their_values():
    given = subscribers(3_000).drop(columns="truth")
    model = ts.ChurnClassifier.fit(given, label="left", as_of=AS_OF, horizon_days=90, seed=1)
    few = given.iloc[:50]
    reasons = model.reasons_of(few, as_of=AS_OF, most=2)
    assert reasons.groupby("customer_id").size().eq(2).all()
    assert reasons.contribution.abs().groupby(reasons.customer_id).apply(lambda two: two.is_monotonic_decreasing).all()
    told = reasons[reasons.feature == "plan"]
    assert not told.empty
    assert list(told.value) == list(few.set_index("customer_id").plan.loc[told.customer_id])
    assert (told.contribution[told.value == "two years"] < 0).all()
    assert (told.contribution[told.value == "monthly"] > 0).all()
    days = reasons[reasons.feature == "signed_on"]
    signed = few.set_index("customer_id").signed_on.loc[days.customer_id]
    assert [AS_OF.toordinal() - day.toordinal() for day in signed] == list(days.value)


def test_nothing_is_asked_of_nobody():
    given = subscribers(500).drop(columns="truth")
    model = ts.ChurnClassifier.fit(given, label="left", as_of=AS_OF, horizon_days=90, seed=1)
    assert model.probability(given.iloc[:0], as_of=AS_OF).empty
    assert model.reasons_of(given.iloc[:0], as_of=AS_OF).empty
