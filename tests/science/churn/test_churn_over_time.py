"""The same customers on several cut-off days: never judged by a model that saw them, nor by one that saw the future."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

import treue.science as ts
from tests.science.churn.subscribers import AS_OF, subscribers
from treue.science.churn.contracts import read
from treue.science.churn.folds import FOLDS, dealt

QUARTER = 91


def quarters(n: int = 1_200, days: int = 4, **more: float) -> pd.DataFrame:
    """Customers as they were every quarter until they left."""
    tables = []
    for quarter in range(days):
        given = subscribers(n, seed=100 + quarter, **more)
        given["as_of"] = AS_OF - timedelta(days=QUARTER * (days - 1 - quarter))
        given["signed_on"] -= timedelta(days=QUARTER * (days - 1))
        tables.append(given)
    together = pd.concat(tables, ignore_index=True)
    gone = together.groupby("customer_id").left.cumsum() - together.left
    return together[gone == 0].drop(columns="truth").reset_index(drop=True)


def learn(given: pd.DataFrame, **more: object) -> ts.ChurnClassifier:
    return ts.ChurnClassifier.fit(given, **{"label": "left", "as_of": "as_of", "horizon_days": 90, "seed": 1, **more})


def test_all_rows_of_a_customer_are_in_one_part():
    given = read(quarters(), as_of="as_of", label="left")
    part = dealt(given, np.random.default_rng(1))
    assert pd.Series(part).groupby(given.customer_id).nunique().eq(1).all()
    ever = pd.Series(given.has_ever_left[given.customer]).groupby(part).mean()
    assert len(ever) == FOLDS
    assert np.ptp(ever) < 0.05


def test_a_mark_of_each_customer_does_not_help_where_they_come_again_and_again():
    """A number by which a customer is known again would look like a reason, were they on both sides."""
    rng, rows = np.random.default_rng(8), []
    for customer in range(300):
        will_leave, mark = rng.random() < 0.5, float(rng.normal())
        rows += [(customer, AS_OF - timedelta(days=QUARTER * back), mark, will_leave) for back in range(6)]
    given = pd.DataFrame(rows, columns=["customer_id", "as_of", "mark", "left"])
    model = learn(given)
    assert (model.chosen, model.customers, model.quality.rows) == ("base rate", 300, 1_800)
    assert abs(model.quality.auc - 0.5) < 0.1


def test_the_last_cut_off_is_foretold_from_those_before():
    given = quarters()
    model = learn(given)
    ahead = model.quality_ahead
    assert ahead is not None
    assert ahead.rows == (given["as_of"] == AS_OF).sum()
    assert ahead.base_rate == pytest.approx(given.left[given["as_of"] == AS_OF].mean())
    assert ahead.log_loss < ahead.base_log_loss


def test_what_changes_with_time_shows_ahead_and_not_among_parts():
    """A campaign's mark that told much until the last quarter, and then the opposite."""
    rng = np.random.default_rng(9)
    given = quarters(days=5)
    is_last = given["as_of"] == AS_OF
    given["campaign"] = np.where(is_last, -1, 1) * (given.left - 0.5) + rng.normal(0, 0.8, len(given))
    model = learn(given)
    assert model.quality_ahead.log_loss > model.quality.log_loss + 0.1


def test_rows_whose_days_were_not_over_are_not_learned_from():
    given = quarters(days=2)
    assert learn(given, horizon_days=QUARTER).quality_ahead is not None
    assert learn(given, horizon_days=QUARTER + 1).quality_ahead is None


@pytest.mark.parametrize("stays_the_same", [True, False])
def test_right_probabilities_are_called_so_with_one_customer_on_many_days(stays_the_same):
    """Six rows of a customer who leaves or stays on all of them are worth one, six of one who decides anew six."""
    found = []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        trait = np.repeat(rng.normal(size=300), 6)
        drawn = np.repeat(rng.random(300), 6) if stays_the_same else rng.random(1_800)
        given = pd.DataFrame({"customer_id": np.arange(1_800) // 6, "trait": trait, "left": drawn < expit(trait - 1)})
        given["as_of"] = [AS_OF - timedelta(days=QUARTER * int(back)) for back in np.arange(1_800) % 6]
        quality = learn(given).quality
        found.append(quality.is_calibrated)
        table = quality.reliability
        rows = 1 if stays_the_same else 6
        assert (table.worth / (table.customers * rows / 6)).mean() == pytest.approx(1, abs=0.25)
        assert ((table.low <= table.predicted) & (table.predicted <= table.high)).mean() >= 0.7
    assert all(found)


def test_one_day_has_no_day_before():
    given = subscribers(800).drop(columns="truth")
    assert learn(given, as_of=AS_OF).quality_ahead is None


def test_days_before_each_customers_own_cut_off_count():
    given = quarters()
    as_named = learn(given)
    given["signed_on"] = [(cut - day).days for cut, day in zip(given["as_of"], given["signed_on"], strict=True)]
    assert learn(given).quality.log_loss == pytest.approx(as_named.quality.log_loss)
