"""Simulated contracts of which the true probability to leave is known."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
from scipy.special import expit

AS_OF = date(2026, 6, 30)


def subscribers(n: int, *, seed: int = 1, joined: float = 0.0) -> pd.DataFrame:
    """Leaving depends on tenure, price, plan, autopay and tickets, of which some are missing. joined: how much more who
    pays much without autopay leaves, beyond what both say alone. `truth` is the probability."""
    rng = np.random.default_rng(seed)
    tenure, price = rng.integers(30, 2000, n), rng.normal(40, 12, n).round(2)
    plan = rng.choice(["monthly", "yearly", "two years"], n, p=[0.5, 0.3, 0.2])
    autopay, tickets = rng.random(n) < 0.6, rng.poisson(1.0, n).astype(float)
    odds = -1.2 - 0.9 * (tenure - 1000) / 600 + 0.5 * (price - 40) / 12 + 0.5 * (tickets - 1)
    odds += np.select([plan == "yearly", plan == "two years"], [-1.0, -2.0], 0.0) - 0.4 * autopay
    odds += joined * np.where((price > 40) ^ autopay, 1, -1)
    truth = expit(odds)
    tickets[rng.random(n) < 0.1] = np.nan  # as if some tills did not count them
    return pd.DataFrame(
        {
            "customer_id": [f"c{number:06d}" for number in range(n)],
            "signed_on": pd.Series([AS_OF - timedelta(days=int(days)) for days in tenure]),
            "price": price,
            "plan": plan,
            "autopay": autopay,
            "tickets": tickets,
            "shoe_size": rng.integers(36, 47, n),
            "left": rng.random(n) < truth,
            "truth": truth,
        }
    )
