"""pymc-marketing, by its MAP. `python with_pymc_marketing.py FOLDER`: customers.npz and orders.npz are there."""

import json
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from pymc_marketing import clv

warnings.filterwarnings("ignore")
folder, seconds = Path(sys.argv[1]), {}


def timed(name, work):
    begun = time.perf_counter()
    result = work()
    seconds[name] = time.perf_counter() - begun
    return result


def fitted(model):
    model.fit(method="map", progressbar=False)
    return model


customers = pd.DataFrame(dict(np.load(folder / "customers.npz"))).rename(
    columns={"age": "T", "monetary": "monetary_value"}
)
buyers = customers[customers.frequency > 0]
model = timed("fit", lambda: fitted(clv.BetaGeoModel(data=customers[["customer_id", "frequency", "recency", "T"]])))
timed("questions", lambda: (model.expected_probability_alive(), model.expected_purchases(future_t=39)))
spend = timed("spend", lambda: fitted(clv.GammaGammaModel(data=buyers[["customer_id", "frequency", "monetary_value"]])))
timed(
    "value",
    lambda: spend.expected_customer_lifetime_value(
        transaction_model=model, data=customers, future_t=12, discount_rate=0.008, time_unit="W"
    ),
)
orders = pd.DataFrame(dict(np.load(folder / "orders.npz")))
orders["ordered_at"] = pd.to_datetime(orders.ordered_at, unit="s")
timed("summary", lambda: clv.utils.rfm_summary(orders, "customer_id", "ordered_at", "amount", time_unit="D"))
params = {name: float(model.fit_result[name].mean()) for name in ("r", "alpha", "a", "b")}
print(json.dumps({"seconds": seconds, "found": {"params": params}}))
