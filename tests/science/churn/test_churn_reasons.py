"""The reasons of one customer add up to what is said of them, and are those that every order of the features gives."""

from itertools import permutations

import numpy as np
import pytest

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
    background = model.background if isinstance(model, Trees) else x
    for customer in x[:5]:
        wanted = by_every_order(model, customer, background)
        np.testing.assert_allclose(model.contributions(customer[None])[0], wanted, atol=1e-6)


def test_contributions_add_up_to_the_log_odds(scorer):
    model, x = scorer
    average = model.log_odds(model.background if isinstance(model, Trees) else x).mean()
    np.testing.assert_allclose(average + model.contributions(x[:200]).sum(axis=1), model.log_odds(x[:200]), atol=1e-6)


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
