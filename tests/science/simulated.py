"""The simulated shops that several tests look at, made once."""

from datetime import date
from functools import cache

import numpy as np

from treue.science.simulate import Shop, simulate

UNTIL = date(2026, 10, 31)


@cache
def textbook_shop() -> Shop:
    """20,000 customers over three years to whom nothing happens."""
    return simulate(customers=20_000, years=3, until=UNTIL, rng=np.random.default_rng(11), story=False)


@cache
def eventful_shop() -> Shop:
    """20,000 customers over three years with the default story."""
    return simulate(customers=20_000, years=3, until=UNTIL, rng=np.random.default_rng(12), story=True)
