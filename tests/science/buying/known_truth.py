"""Shops whose customers are drawn from the models themselves, so that the truth is known."""

import ibis
import numpy as np
import pandas as pd

import treue.science as ts
from treue.science.buying.summary import Distinct, Summary
from treue.science.buying.units import TimeUnit

LONGEST_AGE, SHORTEST_AGE = 104.0, 26.0


def summary_of(histories: Distinct, unit: TimeUnit = ts.WEEK) -> Summary:
    """A summary whose distinct histories are given: nobody waits for an engine five hundred times."""
    summary = Summary(ibis.memtable(pd.DataFrame({"customer_id": [0]})), unit)
    vars(summary)["distinct"] = histories
    return summary


def histories(rng, number: int, rate, leaves_at, leaves_after) -> Distinct:
    """Whoever buys at a `rate` until they leave, at a moment or after so many purchases beyond the first."""
    age = rng.uniform(SHORTEST_AGE, LONGEST_AGE, number)
    end = np.minimum(age, leaves_at)
    frequency, recency, now = np.zeros(number), np.zeros(number), np.zeros(number)
    going = np.flatnonzero(leaves_after > 0)
    while len(going):
        now[going] += rng.exponential(1 / rate[going])
        going = going[now[going] < end[going]]
        frequency[going] += 1
        recency[going] = now[going]
        going = going[frequency[going] < leaves_after[going]]
    return Distinct(frequency, recency, age, np.ones(number))


def bg_nbd(rng, number, *, r, alpha, a, b) -> Distinct:
    return histories(rng, number, rng.gamma(r, 1 / alpha, number), np.inf, rng.geometric(rng.beta(a, b, number)))


def mbg_nbd(rng, number, *, r, alpha, a, b) -> Distinct:
    """The first purchase of all is a chance to leave."""
    return histories(rng, number, rng.gamma(r, 1 / alpha, number), np.inf, rng.geometric(rng.beta(a, b, number)) - 1)


def pareto_nbd(rng, number, *, r, alpha, s, beta) -> Distinct:
    life = rng.exponential(1 / rng.gamma(s, 1 / beta, number))
    return histories(rng, number, rng.gamma(r, 1 / alpha, number), life, np.inf * np.ones(number))


def gamma_gamma(rng, number, *, p, q, gamma) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of repeat purchases, and their mean amounts."""
    frequency = rng.geometric(0.3, number).astype(float)
    return frequency, rng.gamma(p * frequency) / frequency / rng.gamma(q, 1 / gamma, number)
