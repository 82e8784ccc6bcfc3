"""The figures that papers print of CDNOW, from the exact days of its orders."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

import treue.science as ts
from tests.science import cdnow
from treue.science.buying import geometric, validation
from treue.science.buying.summary import Distinct, Summary

END = cdnow.CALIBRATION_END


@pytest.fixture(scope="module")
def summary(real_data: Path) -> Summary:
    return ts.summarise(cdnow.orders(real_data), until=END, unit=ts.WEEK)


def test_the_summary_is_the_published_one_to_its_two_decimals(summary, real_data):
    ours, theirs = summary.to_pandas(), cdnow.published_summary(real_data)
    assert (ours.customer_id == theirs.customer_id).all()
    assert (ours.frequency == theirs.frequency).all()
    for name in ("recency", "age", "monetary"):
        assert np.abs(ours[name].fillna(0) - theirs[name]).max() <= 0.00501


def test_fader_hardie_lee_2005_table_2_bg_nbd(summary):
    model = ts.BetaGeoNBD().fit(summary)
    assert model.status == "converged"
    assert model.log_likelihood == pytest.approx(-9582.4292, abs=1e-4)
    published = {"r": 0.2425945, "alpha": 4.4136019, "a": 0.7929199, "b": 2.4258881}
    assert dict(model.params) == pytest.approx(published, rel=5e-5)


def test_fader_hardie_2005_pareto_nbd(summary):
    model = ts.ParetoNBD().fit(summary)
    assert model.log_likelihood == pytest.approx(-9594.976, abs=1e-3)
    published = {"r": 0.55315, "alpha": 10.57633, "s": 0.60625, "beta": 11.67150}
    assert dict(model.params) == pytest.approx(published, rel=5e-4)


def test_fader_hardie_2013_gamma_gamma(summary):
    spend = ts.GammaGamma().fit(summary)
    assert spend.log_likelihood == pytest.approx(-4055.9177, abs=1e-4)
    assert {name: round(value, 2) for name, value in spend.params.items()} == {"p": 6.25, "q": 3.74, "gamma": 15.44}


def test_the_likelihood_of_single_histories_is_stable():
    def of(x: float, recency: float) -> float:
        history = Distinct(np.array([x]), np.array([recency]), np.array([40.0]), np.ones(1))
        return geometric.Likelihood(history, 0)(np.array([0.25, 4.0, 0.8, 2.5])).value

    assert of(0, 0) == pytest.approx(-0.59947382, abs=1e-8)
    assert of(200, 38) == pytest.approx(100.7957, abs=1e-4)


@pytest.mark.parametrize(
    ("model", "bias", "mae", "rmse"),
    [(ts.BetaGeoNBD(), -0.121, 0.7855, 1.6080), (ts.ParetoNBD(), -0.115, 0.7545, 1.6028)],
)
def test_the_39_weeks_held_out(real_data, model, bias, mae, rmse):
    held_out = validation.split(cdnow.orders(real_data), until=END, last=date(1998, 6, 30), unit=ts.WEEK)
    found = validation.judged(model.fit(held_out.summary), held_out)
    assert found.total_bias == pytest.approx(bias, abs=5e-4)
    assert found.mae == pytest.approx(mae, abs=5e-5)
    assert found.rmse == pytest.approx(rmse, abs=5e-5)


def test_cumulative_purchases_as_week_78_begins_and_ends(real_data):
    """-4.19 % of the 4,311 repeat purchases of 77 whole weeks. The expected ones are those of lifetimes 0.11.3
    (`expected_cumulative_transactions`, a day at a time), which this follows in how old customers are."""
    held_out = validation.split(cdnow.orders(real_data), until=END, last=date(1998, 6, 30), unit=ts.WEEK)
    tracked = validation.tracked(ts.BetaGeoNBD().fit(held_out.summary), held_out)
    begins, ends = tracked.iloc[-2], tracked.iloc[-1]
    assert (begins.period, begins.actual, ends.period, ends.actual) == (77, 4311, 78, 4339)
    assert begins.expected == pytest.approx(4130.159, abs=5e-3)
    assert round(begins.expected / begins.actual - 1, 4) == -0.0419
    assert ends.expected == pytest.approx(4165.659, abs=5e-3)
