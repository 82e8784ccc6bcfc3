"""lifetimes 0.11.3. `python with_lifetimes.py FOLDER`: customers.npz and orders.npz are there."""

import json
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from lifetimes import BetaGeoFitter, GammaGammaFitter
from lifetimes.utils import summary_data_from_transaction_data

warnings.filterwarnings("ignore")
folder, seconds = Path(sys.argv[1]), {}


def timed(name, work):
    begun = time.perf_counter()
    result = work()
    seconds[name] = time.perf_counter() - begun
    return result


customers = pd.DataFrame(dict(np.load(folder / "customers.npz")))
buyers = customers[customers.frequency > 0]
history = customers.frequency, customers.recency, customers.age
model = timed("fit", lambda: BetaGeoFitter().fit(*history))
timed(
    "questions",
    lambda: (
        model.conditional_probability_alive(*history),
        model.conditional_expected_number_of_purchases_up_to_time(39, *history),
    ),
)
spend = timed("spend", lambda: GammaGammaFitter().fit(buyers.frequency, buyers.monetary))
timed(
    "value",
    lambda: spend.customer_lifetime_value(model, *history, customers.monetary, time=12, discount_rate=0.008, freq="W"),
)
orders = pd.DataFrame(dict(np.load(folder / "orders.npz")))
orders["ordered_at"] = pd.to_datetime(orders.ordered_at, unit="s")
timed("summary", lambda: summary_data_from_transaction_data(orders, "customer_id", "ordered_at", "amount", freq="D"))
found = {
    "params": dict(model.params_),
    "log_likelihood": float(-model._negative_log_likelihood_ * len(customers))
    if hasattr(model, "_negative_log_likelihood_")
    else None,
}
print(json.dumps({"seconds": seconds, "found": found}))
