"""What stands in a fit of how its model did on the purchases held out, and a fit with all that the page shows."""

from copy import deepcopy
from datetime import date

from scored import fitted

from treue.core.shop.models import Shop
from treue.understand.value.models import Fit

DID = {
    "total_bias": -0.028,
    "mae": 0.8,
    "rmse": 1.6,
    "deviance": 1.2,
    "rank_correlation": 0.45,
    "top_tenth": 0.4,
    "top_possible": 0.6,
    "customers": 1000,
}
RULES = {
    "zero": {"total_bias": -1.0, "rmse": 2.2, "deviance": 9.0, "rank_correlation": 0.0, "top_tenth": 0.1},
    "own_rate": {"total_bias": 0.9, "rmse": 2.6, "deviance": 2.9, "rank_correlation": 0.4, "top_tenth": 0.37},
    "recency_rule": {"total_bias": 0.2, "rmse": 2.0, "deviance": 2.0, "rank_correlation": 0.41, "top_tenth": 0.38},
}
FREQUENCIES = [
    {"frequency": 0, "customers": 600, "actual": 0.2, "expected": 0.21},
    {"frequency": 1, "customers": 300, "actual": 1.0, "expected": 0.62},
    {"frequency": 7, "customers": 100, "actual": 5.8, "expected": 6.6},
]
ACTUAL = [10, 22, 30, 45, 60, 80, 95, 110]
EXPECTED = [9.5, 21.0, 33.25, 46.0, 59.0, 77.0, 91.0, 107.0]
TRACKING = {"first": "2026-05-06", "held_out": 3, "actual": ACTUAL, "expected": EXPECTED}
SPEND = {
    "status": "converged",
    "parameters": {"p": 6.25, "q": 3.74, "gamma": 15.44},
    "standard_errors": {"p": 1.19, "q": 0.42, "gamma": 2.66},
    "log_likelihood": -4055.9,
    "mean": 35.2,
    "customers": 400,
    "left_out": 0,
    "independence": {"correlation": 0.03, "interval": [-0.05, 0.11], "is_plausible": True},
}


def validation(**chosen: float) -> dict[str, object]:
    """The candidates, of which MBG/NBD is the chosen one, and the rules; without the weeks."""
    others = {name: {"status": "converged"} | DID | {"deviance": 1.3} for name in ("bg_nbd", "pareto_nbd")}
    return {
        "until": "2026-06-09",
        "last": "2026-06-30",
        "models": others | {"mbg_nbd": {"status": "converged"} | DID | chosen},
        "baselines": {name: DID | each for name, each in RULES.items()},
        "by_frequency": FREQUENCIES,
    }


def learned(shop: Shop, **fields: object) -> Fit:
    """A fit as the night leaves it."""
    values = {
        "since": date(2025, 1, 2),
        "customers": 1100,
        "repeat_buyers": 420,
        "parameters": {"r": 0.2426, "alpha": 4.4136, "a": 0.7929, "b": 2.4259},
        "standard_errors": {"r": 0.0126, "alpha": 0.3782, "a": 0.1858},
        "log_likelihood": -9582.4292,
        "spend": SPEND,
        "validation": validation() | {"tracking": TRACKING},
    }
    return fitted(shop, **deepcopy(values | fields))  # a test may change what it was given
