"""What the models say of each customer: asked once per history that differs, told of everybody who shares it."""

from collections.abc import Collection

import numpy as np
import pyarrow as pa

from treue.science import lifetime
from treue.science.buying.summary import Summary
from treue.science.buying.units import MONTH
from treue.understand.value.fitting import Models
from treue.understand.value.models import HOW_SURE, Fit

COLUMNS = (
    "customer_id",
    "probability_alive",
    "purchases_90_days",
    "buys_90_days",
    "purchases_12_months",
    "spend",
    "lifetime_value",
    "value_low",
    "value_high",
    "wait_days",
    "next_purchase_on",
)
MONTHS, SHORT_DAYS = 12, 90
LONGEST_WAIT_DAYS = 3653
HALF = 0.5
NOBODY = pa.table({name: pa.nulls(0) for name in COLUMNS})


def scores(summary: Summary, models: Models, fit: Fit, unwanted: Collection[int] = ()) -> pa.Table:
    """A row per customer of the summary, `COLUMNS`, by customer; as `Score` says what they mean.

    unwanted: customers who do not want to be evaluated. The models learned from them as from all, and say nothing of
    them.
    """
    days, place, histories = summary.unit.days, summary.place, summary.distinct
    year = MONTHS * MONTH.days / days
    wait = models.buying.wait(histories, HALF) * days
    asked = {"months": MONTHS, "discount_rate": float(fit.discount_rate), "margin": float(fit.margin)}
    value = lifetime.lifetime_value(summary, models.buying, models.spend, **asked)
    between = lifetime.lifetime_interval(summary, models.buying, models.spend, **asked, level=HOW_SURE)
    known = wait <= LONGEST_WAIT_DAYS
    on = np.datetime64(fit.until) + np.ceil(np.where(known, wait, 0)).astype("timedelta64[D]")
    columns = {
        "customer_id": summary.rows["customer_id"],
        "probability_alive": models.buying.alive(histories)[place],
        "purchases_90_days": models.buying.purchases(histories, SHORT_DAYS / days)[place],
        "buys_90_days": np.clip(1 - models.buying.number(histories, SHORT_DAYS / days, 0), 0, 1)[place],
        "purchases_12_months": models.buying.purchases(histories, year)[place],
        "spend": np.round(models.spend.spend(summary), 4),
        "lifetime_value": np.round(value.to_numpy(), 4),
        "value_low": np.round(between["low"].to_numpy(), 4),
        "value_high": np.round(between["high"].to_numpy(), 4),
        "wait_days": pa.array(wait[place], mask=~known[place]),
        "next_purchase_on": pa.array(on[place], mask=~known[place]),
    }
    wanted = np.isin(summary.customer_id, list(unwanted), invert=True)
    return pa.table(columns).filter(wanted)
