"""On simulated contracts the probabilities are the true ones, and what is said of their quality holds for others."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

import treue.science as ts
from tests.science.churn.subscribers import AS_OF, subscribers
from treue.science.churn.calibration import log_losses
from treue.science.churn.folds import auc


@cache
def learned(n: int = 6_000, joined: float = 0.0) -> ts.ChurnClassifier:
    given = subscribers(n, joined=joined).drop(columns="truth")
    return ts.ChurnClassifier.fit(given, label="left", as_of=AS_OF, horizon_days=90, seed=1)


@pytest.fixture(scope="module")
def others() -> pd.DataFrame:
    return subscribers(40_000, seed=2).set_index("customer_id", drop=False)


def test_true_probabilities_are_recovered(others: pd.DataFrame):
    found = learned().probability(others, as_of=AS_OF)
    assert learned().chosen == "logistic regression"
    assert np.abs(found - others.truth).mean() < 0.03  # a tenth of the customers' tickets are not known
    assert found.corr(others.truth) > 0.97
    assert found.mean() == pytest.approx(others.truth.mean(), abs=0.01)


def test_the_quality_told_is_that_on_customers_never_seen(others: pd.DataFrame):
    told, found = learned().quality, learned().probability(others, as_of=AS_OF).to_numpy()
    left = others.left.to_numpy()
    assert told.log_loss == pytest.approx(log_losses(found, left).mean(), abs=0.012)
    assert told.brier == pytest.approx(((found - left) ** 2).mean(), abs=0.006)
    assert told.auc == pytest.approx(auc(found, left), abs=0.015)
    assert told.base_log_loss > told.log_loss
    assert told.base_brier > told.brier


def test_what_is_said_happens_in_every_tenth(others: pd.DataFrame):
    model = learned()
    assert model.quality.is_calibrated
    assert model.quality.calibration_error < 0.02
    found = model.probability(others, as_of=AS_OF)
    tenths = pd.qcut(found, 10, labels=False)
    off = found.groupby(tenths).mean() - others.left.groupby(tenths).mean()
    assert off.abs().max() < 0.025


def test_what_drives_leaving_is_named_and_what_does_not_is_not():
    reasons = learned().reasons.set_index("feature")
    assert set(reasons.index[:4]) == {"signed_on", "plan", "price", "tickets"}
    assert reasons.log_loss["shoe_size"] < 2 * reasons.standard_error["shoe_size"] + 1e-4
    assert reasons.log_loss["signed_on"] > 10 * reasons.standard_error["signed_on"]


def test_what_only_two_features_together_tell_is_found_by_trees():
    model, others = learned(8_000, joined=1.5), subscribers(20_000, seed=3, joined=1.5)
    assert model.chosen == "boosted trees"
    losses = model.candidates.log_loss
    assert losses["boosted trees"] < losses["logistic regression"] < losses["base rate"]
    found = model.probability(others, as_of=AS_OF).to_numpy()
    assert np.abs(found - others.truth).mean() < 0.05
    assert model.quality.log_loss == pytest.approx(log_losses(found, others.left.to_numpy()).mean(), abs=0.015)


def test_where_nothing_tells_anything_everybody_has_the_base_rate():
    rng = np.random.default_rng(5)
    given = pd.DataFrame(
        {"customer_id": range(2_000), "a": rng.normal(size=2_000), "b": rng.choice(list("xyz"), 2_000)}
    )
    given["left"] = rng.random(2_000) < 0.2
    model = ts.ChurnClassifier.fit(given, label="left", as_of=AS_OF, horizon_days=30, seed=1)
    assert (model.status, model.chosen) == ("nothing learned", "base rate")
    found = model.probability(given, as_of=AS_OF)
    assert found.nunique() == 1
    assert found.iloc[0] == pytest.approx(given.left.mean(), abs=0.001)
    assert model.reasons.log_loss.eq(0).all()
    assert model.reasons_of(given, as_of=AS_OF).empty


def test_reliability_has_every_customer_once_and_steps_are_tried_where_many_left():
    model = learned(8_000, joined=1.5)
    assert model.calibration in ("sigmoid", "isotonic")
    table = model.quality.reliability
    assert table.customers.sum() == 8_000
    assert table.predicted.is_monotonic_increasing
    assert ((table.low <= table.left) & (table.left <= table.high)).all()
