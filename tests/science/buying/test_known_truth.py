"""On simulated shops, 95 % intervals hold the truth in 92 to 98 of a hundred runs."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest

import treue.science as ts
from tests.science.buying import known_truth
from treue.science import spend
from treue.science.buying.contracts import Contracts

RUNS, LOWEST, HIGHEST = 500, 0.92, 0.98
GEOMETRIC = {"r": 0.8, "alpha": 6.0, "a": 1.2, "b": 3.0}
PARETO = {"r": 0.8, "alpha": 6.0, "s": 1.0, "beta": 20.0}
SPEND = {"p": 4.0, "q": 4.0, "gamma": 20.0}
CONTRACT = {"alpha": 0.8, "beta": 2.5}


def require_coverage(intervals, truth) -> None:
    held = Counter()
    for each in intervals:
        held.update(name for name, value in truth.items() if each[name][0] < value < each[name][1])
    shares = {name: held[name] / RUNS for name in truth}
    assert all(LOWEST <= share <= HIGHEST for share in shares.values()), shares


@pytest.mark.long
@pytest.mark.parametrize(
    ("model", "draw", "truth", "customers"),
    [
        (ts.BetaGeoNBD(), known_truth.bg_nbd, GEOMETRIC, 6000),
        (ts.ModifiedBetaGeoNBD(), known_truth.mbg_nbd, GEOMETRIC, 6000),
        (ts.ParetoNBD(), known_truth.pareto_nbd, PARETO, 3000),
    ],
    ids=["BG/NBD", "MBG/NBD", "Pareto/NBD"],
)
def test_intervals_of_buying_models_hold_the_truth(model, draw, truth, customers):
    rng = np.random.default_rng(20261128)
    fits = (model.fit(known_truth.summary_of(draw(rng, customers, **truth))) for _run in range(RUNS))
    require_coverage((fit.intervals() for fit in fits), truth)


@pytest.mark.long
def test_intervals_of_gamma_gamma_hold_the_truth():
    rng = np.random.default_rng(20261128)

    def intervals():
        spent = spend.Spent(*known_truth.gamma_gamma(rng, 4000, **SPEND), left_out=0)
        return spend.GammaGamma().fit_to(spent).intervals()

    require_coverage((intervals() for _run in range(RUNS)), SPEND)


@pytest.mark.long
def test_intervals_of_contracts_hold_the_truth():
    rng = np.random.default_rng(20261128)

    def intervals():
        leaves_in = rng.geometric(rng.beta(CONTRACT["alpha"], CONTRACT["beta"], 3000))
        seen = rng.integers(1, 13, 3000)
        given = {"renewals": np.minimum(leaves_in - 1, seen), "has_left": leaves_in <= seen}
        counts = pd.DataFrame(given).value_counts().rename("customers").reset_index()
        contracts = Contracts(None)
        vars(contracts)["counts"] = counts
        return ts.BetaGeometric().fit(contracts).intervals()

    require_coverage((intervals() for _run in range(RUNS)), CONTRACT)


@pytest.mark.long
def test_where_nobody_leaves_dropout_is_found_in_one_shop_of_twenty():
    rng, found = np.random.default_rng(20261128), Counter()
    for _run in range(RUNS):
        shop = known_truth.histories(rng, 400, rng.gamma(0.8, 1 / 6, 400), np.inf, np.full(400, np.inf))
        summary = known_truth.summary_of(shop)
        for model in (ts.BetaGeoNBD(), ts.ModifiedBetaGeoNBD(), ts.ParetoNBD()):
            found[type(model).__name__] += model.fit(summary).status == "converged"
    assert all(number <= 0.08 * RUNS for number in found.values()), found


@pytest.mark.parametrize("seed", range(6))
def test_what_the_data_do_not_tell_has_no_error_instead_of_none(seed):
    """All leave at the same rate, so that only the mean of the leaving rates can be told, not how they scatter."""
    rng = np.random.default_rng(seed)
    life = rng.exponential(40, 400)
    shop = known_truth.histories(rng, 400, rng.gamma(0.8, 1 / 6, 400), life, np.full(400, np.inf))
    fit = ts.ParetoNBD().fit(known_truth.summary_of(shop))
    assert all(error > 0.01 * fit.params[name] for name, error in fit.standard_errors.items())
    assert {"r", "alpha"} <= fit.standard_errors.keys()
    if fit.params["s"] > 1000:
        assert not {"s", "beta"} & fit.standard_errors.keys()


@pytest.mark.parametrize(
    ("model", "draw", "truth"),
    [
        (ts.BetaGeoNBD(), known_truth.bg_nbd, GEOMETRIC),
        (ts.ModifiedBetaGeoNBD(), known_truth.mbg_nbd, GEOMETRIC),
        (ts.ParetoNBD(), known_truth.pareto_nbd, PARETO),
    ],
    ids=["BG/NBD", "MBG/NBD", "Pareto/NBD"],
)
def test_one_large_shop_is_found_near_its_truth(model, draw, truth):
    fit = model.fit(known_truth.summary_of(draw(np.random.default_rng(7), 30_000, **truth)))
    for name, (low, high) in fit.intervals(0.9999).items():
        assert low < truth[name] < high


def test_what_is_expected_is_what_simulated_customers_go_on_to_do():
    """Of those with the same history, the mean of what came is what the model says, within four standard errors."""
    rng = np.random.default_rng(11)
    number, horizon = 400_000, 26.0
    rate = rng.gamma(GEOMETRIC["r"], 1 / GEOMETRIC["alpha"], number)
    stops = rng.geometric(rng.beta(GEOMETRIC["a"], GEOMETRIC["b"], number))
    age, frequency, recency, later, now = 40.0, *(np.zeros(number) for _ in range(4))
    going = np.arange(number)
    while len(going):
        now[going] += rng.exponential(1 / rate[going])
        going = going[now[going] < age + horizon]
        early = going[now[going] < age]
        frequency[early] += 1
        recency[early] = now[early]
        later[going[now[going] >= age]] += 1
        going = going[frequency[going] + later[going] < stops[going]]
    model = ts.BetaGeoNBD.of(GEOMETRIC, unit=ts.WEEK)
    for chosen in (frequency == 0, (frequency == 2) & (recency > 30), (frequency == 2) & (recency < 10), frequency > 8):
        some = known_truth.Distinct(
            frequency[chosen], recency[chosen], np.full(chosen.sum(), age), np.ones(chosen.sum())
        )
        expected, actual = model.purchases(some, horizon).mean(), later[chosen]
        assert actual.mean() == pytest.approx(expected, abs=4 * actual.std() / np.sqrt(chosen.sum()))
        none = model.number(some, horizon, 0).mean()
        assert (actual == 0).mean() == pytest.approx(none, abs=4 * np.sqrt(none * (1 - none) / chosen.sum()))
