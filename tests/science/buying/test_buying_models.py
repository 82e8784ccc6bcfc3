"""The models' mathematics against the formulas of the papers, against differences, and against itself."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import betaln, gammaln, hyp2f1

import treue.science as ts
from treue.science.buying import geometric, nbd, pareto, quadrature
from treue.science.buying.model import BuyingModel
from treue.science.buying.newton import Local
from treue.science.buying.summary import Distinct, Summary
from treue.science.errors import ImpossibleHorizon, MixedUnits, NotFitted, TooFewRepeatBuyers

GEOMETRIC = {"r": 0.2426, "alpha": 4.4136, "a": 0.7929, "b": 2.4259}
PARETO = {"r": 0.5532, "alpha": 10.5763, "s": 0.6062, "beta": 11.6715}
MODELS = [
    ts.BetaGeoNBD.of(GEOMETRIC, unit=ts.WEEK),
    ts.ModifiedBetaGeoNBD.of(GEOMETRIC, unit=ts.WEEK),
    ts.ParetoNBD.of(PARETO, unit=ts.WEEK),
    ts.BetaGeoNBD.of({"r": 0.8, "alpha": 10.0, "a": 0.0, "b": 1.0}, unit=ts.WEEK),
    ts.ParetoNBD.of({"r": 0.8, "alpha": 10.0, "s": 0.0, "beta": 1.0}, unit=ts.WEEK),
    ts.ParetoNBD.of({"r": 0.3, "alpha": 0.2, "s": 1.0, "beta": 5000.0}, unit=ts.WEEK),
]
NAMES = ["bg", "mbg", "pareto", "bg without dropout", "pareto without dropout", "pareto far apart"]
every_model = pytest.mark.parametrize("model", MODELS, ids=NAMES)

HISTORIES = pd.DataFrame(
    [
        ("nobody since the first day", 0, 0.0, 39.0),
        ("today", 0, 0.0, 0.0),
        ("once more", 1, 12.5, 38.0),
        ("often, lately", 12, 37.0, 38.0),
        ("often, long ago", 12, 9.0, 38.0),
        ("every day", 400, 399.0, 400.0),
        ("every day, and then never", 400, 399.0, 900.0),
    ],
    columns=["customer_id", "frequency", "recency", "age"],
)


@pytest.fixture(scope="module")
def summary() -> Summary:
    return Summary.of(HISTORIES, unit=ts.WEEK)


def histories(x, recency, age) -> Distinct:
    return Distinct(*(np.atleast_1d(np.asarray(each, dtype=np.float64)) for each in (x, recency, age, np.ones_like(x))))


@pytest.mark.parametrize(("x", "recency", "age"), [(2, 30.43, 38.86), (0, 0, 38.86), (7, 5.0, 20.0), (26, 30.0, 31.0)])
@pytest.mark.parametrize("horizon", [1.0, 39.0, 200.0])
def test_fader_hardie_lee_2005_equation_10(x, recency, age, horizon):
    r, alpha, a, b = GEOMETRIC.values()
    last = age + alpha + horizon
    series = hyp2f1(r + x, b + x, a + b + x - 1, horizon / last)
    numerator = (a + b + x - 1) / (a - 1) * (1 - ((alpha + age) / last) ** (r + x) * series)
    left = a / (b + x - 1) * ((alpha + age) / (alpha + recency)) ** (r + x) if x else 0
    found = MODELS[0].purchases(histories(x, recency, age), horizon)[0]
    assert found == pytest.approx(numerator / (1 + left), rel=1e-9)


@pytest.mark.parametrize(("x", "recency", "age"), [(2, 30.43, 38.86), (0, 0, 38.86), (7, 5.0, 20.0), (26, 30.0, 31.0)])
def test_the_likelihood_of_pareto_nbd_is_the_papers_hypergeometric_one(x, recency, age):
    """Fader & Hardie 2005, "A note on deriving the Pareto/NBD model", eq. 22, for alpha below beta: A₀."""
    r, alpha, s, beta = PARETO.values()

    def part(at: float) -> float:
        whole = r + s + x
        return hyp2f1(whole, r + x, whole + 1, (beta - alpha) / (beta + at)) / (beta + at) ** whole

    alive = 1 / ((alpha + age) ** (r + x) * (beta + age) ** s)
    inside = alive + s / (r + s + x) * (part(recency) - part(age))
    expected = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta) + np.log(inside)
    found = pareto.Likelihood(histories(x, recency, age))(np.array(list(PARETO.values()))).value
    assert found == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize(
    ("of", "at"),
    [
        (lambda some: geometric.Likelihood(some, 0), [0.3, 4.0, 0.8, 2.5]),
        (lambda some: geometric.Likelihood(some, 1), [1.3, 0.2, 3.0, 0.4]),
        (pareto.Likelihood, [0.6, 10.0, 0.6, 12.0]),
        (pareto.Likelihood, [2.0, 0.5, 3.0, 40.0]),
        (lambda some: nbd.Purchases(some.living), [0.7, 9.0]),
    ],
)
def test_derivatives_are_those_of_differences(of, at):
    some = histories([0, 1, 2, 2, 30], [0, 5.0, 1.0, 37.0, 38.5], [39.0, 38.0, 30.0, 38.0, 38.6])
    function, at = of(some), np.array(at)
    exact: Local = function(at)
    for place, step in enumerate(at * 1e-5):
        ahead, behind = (function(at + sign * step * np.eye(len(at))[place]) for sign in (1, -1))
        assert exact.gradient[place] == pytest.approx((ahead.value - behind.value) / (2 * step), rel=1e-6, abs=1e-9)
        bends = (ahead.gradient - behind.gradient) / (2 * step)
        assert exact.hessian[place] == pytest.approx(bends, rel=1e-5, abs=1e-8)


@every_model
def test_probabilities_are_probabilities_and_nothing_is_infinite(model: BuyingModel, summary):
    answers = [
        model.probability_alive(summary),
        model.probability_of_no_purchase(summary, horizon=39),
        model.distribution_of_purchases(summary, horizon=39, most=5).stack(),
    ]
    for answer in answers:
        assert answer.between(0, 1 + 1e-12).all()
    for answer in (
        model.expected_purchases(summary, horizon=39),
        model.discounted_expected_purchases(summary, discount_rate=0.1),
        model.next_purchase(summary),
    ):
        assert np.isfinite(answer).all()
        assert (answer >= 0).all()
    assert list(answer.index) == sorted(HISTORIES.customer_id)


@every_model
def test_the_distribution_adds_up_to_one_and_its_mean_is_the_expectation(model: BuyingModel):
    some = histories([0, 1, 12, 12], [0, 12.5, 37.0, 9.0], [39.0, 38.0, 38.0, 38.0])
    each = np.array([model.number(some, 20.0, number) for number in range(200)])
    assert each.sum(axis=0) == pytest.approx(np.ones(4), abs=1e-6)
    assert np.arange(200) @ each == pytest.approx(model.purchases(some, 20.0), rel=1e-4, abs=1e-8)


@pytest.mark.parametrize(("x", "age"), [(200, 39.0), (20, 3.5), (50, 3.5)])
def test_twenty_years_of_a_heavy_and_young_buyer(x, age):
    """Fader, Hardie & Lee 2005, equation 10, integrated by brute force: the series does not come together there."""
    r, alpha, a, b = GEOMETRIC.values()
    horizon, k = 20 * 52.18, r + x
    p = np.exp(np.linspace(np.log(1e-12), 0, 400_001)[:-1])
    density = np.exp((a - 1) * np.log(p) + (b + x - 1) * np.log1p(-p) - betaln(a, b + x))
    purchases = -np.expm1(-k * np.log1p(p * horizon / (alpha + age))) / p
    expected = np.trapezoid(density * purchases * p, np.log(p))
    found = MODELS[0].purchases_of_the_living(histories(x, age, age).living, horizon)[0]
    assert found == pytest.approx(expected, rel=1e-3)


@every_model
def test_a_future_that_is_not_discounted_is_the_expectation(model: BuyingModel):
    some = histories([0, 1, 12, 400], [0, 12.5, 37.0, 399.0], [39.0, 38.0, 38.0, 400.0])
    assert model.discounted(some, 0, 52.0) == pytest.approx(model.purchases(some, 52.0), rel=1e-8)
    assert (model.discounted(some, 0.1, None) >= model.discounted(some, 0.1, 52.0)).all()


@every_model
@settings(max_examples=30, deadline=None)
@given(x=st.integers(0, 300), share=st.floats(0, 1), age=st.floats(0.2, 500), horizon=st.floats(0, 300))
def test_more_time_never_means_fewer_purchases_and_a_longer_silence_never_more_life(model, x, share, age, horizon):
    recency = age * share if x else 0.0
    some = histories([x, x], [recency, age if x else 0.0], [age, age])
    silent, lately = model.alive(some)
    assert 0 <= silent <= lately + 1e-12
    assert lately <= 1
    less, more = model.purchases(some, horizon), model.purchases(some, horizon + 1)
    assert (less >= 0).all()
    assert (more >= less - 1e-12).all()


def test_units_cannot_be_mixed_and_a_model_must_be_fitted(summary):
    with pytest.raises(NotFitted):
        ts.BetaGeoNBD().probability_alive(summary)
    with pytest.raises(MixedUnits) as mixed:
        MODELS[0].expected_purchases(Summary.of(HISTORIES, unit=ts.DAY), horizon=39)
    assert (mixed.value.model, mixed.value.summary) == ("week", "day")


@pytest.mark.parametrize("horizon", [-1.0, np.inf, np.nan])
def test_a_horizon_is_a_span_of_time(summary, horizon):
    with pytest.raises(ImpossibleHorizon):
        MODELS[0].expected_purchases(summary, horizon=horizon)


@pytest.mark.parametrize("most", [-1, 1.5, np.nan, np.inf, "3", None])
def test_a_distribution_goes_up_to_a_number_of_purchases(summary, most):
    with pytest.raises(ImpossibleHorizon) as refused:
        MODELS[0].distribution_of_purchases(summary, horizon=39, most=most)
    assert refused.value.name == "most"


def test_a_distribution_may_tell_nothing_from_something(summary):
    table = MODELS[0].distribution_of_purchases(summary, horizon=39, most=0)
    assert list(table.columns) == [0, "more"]
    assert table.sum(axis=1).to_numpy() == pytest.approx(1)


def test_four_repeat_buyers_are_too_few(summary):
    with pytest.raises(TooFewRepeatBuyers) as few:
        ts.BetaGeoNBD().fit(Summary.of(HISTORIES.head(6), unit=ts.WEEK))
    assert few.value.repeat_buyers == 4


def test_days_and_weeks_find_the_same_customers():
    rng = np.random.default_rng(1)
    age = rng.integers(100, 400, 500)
    frequency = rng.poisson(rng.gamma(0.5, 4, 500))
    recency = np.where(frequency > 0, np.maximum(1, rng.integers(0, 400, 500) % age), 0)
    table = pd.DataFrame({"customer_id": range(500), "frequency": frequency, "recency": recency, "age": age})
    in_weeks = table.assign(recency=table.recency / 7, age=table.age / 7)
    for model in (ts.BetaGeoNBD(), ts.ModifiedBetaGeoNBD(), ts.ParetoNBD()):
        days, weeks = Summary.of(table, unit=ts.DAY), Summary.of(in_weeks, unit=ts.WEEK)
        by_day, by_week = model.fit(days), model.fit(weeks)
        assert by_day.params["r"] == pytest.approx(by_week.params["r"], rel=1e-4)
        assert by_day.params["alpha"] == pytest.approx(7 * by_week.params["alpha"], rel=1e-4)
        alive = by_day.probability_alive(days), by_week.probability_alive(weeks)
        assert alive[0].to_numpy() == pytest.approx(alive[1].to_numpy(), abs=1e-4)


def test_answers_on_the_engine_are_those_of_the_series(summary):
    model = MODELS[0]
    scored = summary.scored({"alive": model.alive(summary.distinct)}).to_pandas().set_index("customer_id").alive
    pd.testing.assert_series_equal(scored.sort_index(), model.probability_alive(summary), check_names=False)


@pytest.mark.parametrize("share", [0.001, 0.1, 1, 5, 30])
@pytest.mark.parametrize("k", [0.1, 2, 15, 100])
@pytest.mark.parametrize(("a", "b"), [(0.01, 0.3), (0.8, 2.5), (30, 60)])
def test_so_few_points_bring_the_same_mean_as_many(a, b, k, share):
    def mean(points):
        p, weights = quadrature.beta(a, b, points)
        bought = -np.expm1(-k * np.log1p(p * share))
        return np.divide(bought, p, out=np.full_like(p, k * share), where=p > 0) @ weights

    assert mean(geometric.points_for(k, share)) == pytest.approx(mean(800), rel=1e-11)
