"""The simulated customers behave as the models that made them say."""

import math

import numpy as np
import pytest

from tests.science.simulated import eventful_shop, textbook_shop
from treue.science.simulate import Shop, Truth

CHI_SQUARE_4 = 18.47  # exceeded once in a thousand, with four degrees of freedom


def standard_errors_off(values: np.ndarray, expected: np.ndarray | float) -> float:
    """How many standard errors the mean of the differences lies from zero."""
    difference = values - expected
    return abs(difference.mean()) / (difference.std() / np.sqrt(len(difference)))


log_gamma = np.vectorize(math.lgamma, otypes=[float])


def log_beta(a: float, b: np.ndarray | float) -> np.ndarray:
    return log_gamma(a) + log_gamma(b) - log_gamma(a + b)


def log_likelihoods(parameters: np.ndarray, truth: Truth) -> np.ndarray:
    """(n,) BG/NBD log-likelihood of each customer. Source: Fader, Hardie & Lee 2005, eq. 6."""
    r, alpha, a, b = parameters
    x, t_x, age = truth.repeats, truth.recency_weeks, truth.age_weeks
    shared = log_gamma(r + x) - log_gamma(r) + r * np.log(alpha) - log_beta(a, b)
    stays = log_beta(a, b + x) - (r + x) * np.log(alpha + age)
    leaves = log_beta(a + 1, b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + t_x)
    return shared + np.where(x > 0, np.logaddexp(stays, leaves), stays)


def hypergeometric(a: float, b: float, c: float, z: np.ndarray) -> np.ndarray:
    """Gauss's series 2F1(a, b; c; z) for 0 <= z < 1."""
    term = np.ones_like(z)
    total = term.copy()
    for n in range(3_000):
        term = term * (a + n) * (b + n) / ((c + n) * (n + 1)) * z
        total += term
    return total


def ranks(values: np.ndarray) -> np.ndarray:
    return np.argsort(np.argsort(values))


def test_rates_and_dropouts_have_the_means_of_their_distributions():
    truth = textbook_shop().truth
    say = truth.parameters
    assert standard_errors_off(truth.rate, say.r / say.alpha) < 4
    assert standard_errors_off(truth.dropout, say.a / (say.a + say.b)) < 4
    assert truth.rate.var() == pytest.approx(say.r / say.alpha**2, rel=0.1)


def test_repeat_purchases_are_as_many_as_the_model_expects_at_each_age():
    # Source: Fader, Hardie & Lee 2005, eq. 9.
    truth = textbook_shop().truth
    r, alpha, a, b = (getattr(truth.parameters, name) for name in ("r", "alpha", "a", "b"))
    age = truth.age_weeks
    still = (alpha / (alpha + age)) ** r * hypergeometric(r, b, a + b - 1, age / (alpha + age))
    expected = (a + b - 1) / (a - 1) * (1 - still)
    assert standard_errors_off(truth.repeats, expected) < 4
    for old in (age < 20, (age >= 20) & (age < 80), age >= 80):
        assert standard_errors_off(truth.repeats[old], expected[old]) < 4


def test_the_share_without_a_second_order_is_what_the_model_says():
    truth = textbook_shop().truth
    alpha, r = truth.parameters.alpha, truth.parameters.r
    assert standard_errors_off(truth.repeats == 0, (alpha / (alpha + truth.age_weeks)) ** r) < 4


def test_who_is_alive_agrees_with_the_probability_given_history_and_latent_traits():
    # Source: Fader, Hardie & Lee 2005, section 4: the likelihood's two terms, for one customer.
    truth = textbook_shop().truth
    silent = truth.age_weeks - truth.recency_weeks
    odds = truth.dropout / (1 - truth.dropout) * np.exp(np.minimum(truth.rate * silent, 500))
    alive = np.where(truth.repeats == 0, 1.0, 1 / (1 + odds))
    assert standard_errors_off(truth.alive, alive) < 4
    unsure = (alive > 0.2) & (alive < 0.8)
    assert unsure.sum() > 500
    assert standard_errors_off(truth.alive[unsure], alive[unsure]) < 4


def test_no_other_parameters_would_explain_the_histories_much_better():
    # The score test: at the truth the likelihood is flat, up to chance; one Newton step is the fit.
    truth = textbook_shop().truth
    known = np.array([getattr(truth.parameters, name) for name in ("r", "alpha", "a", "b")])
    steps = np.diag(known * 1e-4)
    scores = np.stack(
        [
            (log_likelihoods(known + step, truth) - log_likelihoods(known - step, truth)) / (2 * step.sum())
            for step in steps
        ]
    )
    towards_the_fit = np.linalg.solve(scores @ scores.T, scores.sum(axis=1))
    assert scores.sum(axis=1) @ towards_the_fit < CHI_SQUARE_4
    assert towards_the_fit / known == pytest.approx(np.zeros(4), abs=0.15)


def order_values(shop: Shop) -> np.ndarray:
    """(orders,) EUR. Lines come in the orders' order, the first with ordinal 1."""
    begins = np.flatnonzero(shop.lines["ordinal"].to_numpy() == 1)
    assert len(begins) == shop.orders.num_rows
    return np.add.reduceat(shop.lines["amount"].to_numpy(), begins)


def test_orders_are_worth_each_customers_mean_spend():
    shop = textbook_shop()
    say = shop.truth.parameters
    assert standard_errors_off(shop.truth.mean_spend, say.p * say.gamma / (say.q - 1)) < 4
    relative = order_values(shop) / np.repeat(shop.truth.mean_spend, shop.truth.repeats + 1)
    assert standard_errors_off(relative, 1.0) < 4
    assert relative.var() == pytest.approx(1 / say.p, rel=0.1)


def test_spend_does_not_depend_on_how_often_someone_buys():
    truth = textbook_shop().truth
    assert abs(np.corrcoef(ranks(truth.repeats), ranks(truth.mean_spend))[0, 1]) < 0.03


def test_the_histories_in_truth_are_those_of_the_orders_table():
    shop = eventful_shop()
    customer = shop.orders["customer"].to_numpy(zero_copy_only=False)
    begins = np.flatnonzero(np.concatenate([[True], customer[1:] != customer[:-1]]))
    assert (customer[begins] == shop.customers["number"].to_numpy(zero_copy_only=False)).all()
    assert (np.diff(begins, append=len(customer)) == shop.truth.repeats + 1).all()
    ordered_at = shop.orders["ordered_at"].to_numpy()
    ends = np.append(begins[1:], len(customer)) - 1
    hours = (ordered_at[np.stack([begins, ends])] - np.datetime64(shop.truth.clock.start)).astype(float) / 3.6e9
    first, last = (shop.truth.clock.of_calendar(shop.truth.channel, each) for each in hours)
    assert (last - first) / 168 == pytest.approx(shop.truth.recency_weeks, abs=0.01)
    assert (shop.truth.recency_weeks <= shop.truth.age_weeks).all()
