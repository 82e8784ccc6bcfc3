"""What customers will be worth: expected purchases, times what they spend, times what is left of it, discounted."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from treue.science.buying.model import BuyingModel
from treue.science.buying.summary import Summary
from treue.science.buying.units import MONTH
from treue.science.errors import ImpossibleHorizon, MixedUnits
from treue.science.spend import GammaGamma

Floats = NDArray[np.float64]


def lifetime_value(
    summary: Summary, model: BuyingModel, spend: GammaGamma, *, months: int, discount_rate: float, margin: float
) -> pd.Series:
    """Predicted customer lifetime value over the next `months`, (n,) money by customer id.

    discount_rate: a year (0.10 is ten percent); what is bought in a month is worth its share at that month's end.
    margin: 0 to 1, what of the spend is left to the shop. Past purchases do not count.
    Raises MixedUnits, ImpossibleHorizon.
    Source: Fader, Hardie & Lee 2005, "RFM and CLV", Journal of Marketing Research 42(4), over a finite horizon.
    """
    worth = discounted_purchases(summary, model, months=months, discount_rate=discount_rate)
    if not 0 <= margin <= 1:
        raise ImpossibleHorizon("margin", margin)
    value = worth[summary.place] * spend.spend(summary) * margin
    return pd.Series(value, index=summary.customer_id, name="lifetime_value")


def discounted_purchases(summary: Summary, model: BuyingModel, *, months: int, discount_rate: float) -> Floats:
    """(k,) expected purchases of each distinct history in the next `months`, each at what it is worth today."""
    if summary.unit != model.unit:
        raise MixedUnits(model.unit.name, summary.unit.name)
    if months < 1 or int(months) != months:
        raise ImpossibleHorizon("months", months)
    if not 0 <= discount_rate < np.inf:
        raise ImpossibleHorizon("discount_rate", discount_rate)
    histories, month = summary.distinct, MONTH.days / summary.unit.days
    total, before = np.zeros(len(histories.living)), np.zeros(len(histories.living))
    for number in range(1, months + 1):
        so_far = model.purchases_of_the_living(histories.living, number * month)
        total += (so_far - before) * (1 + discount_rate) ** (-number / 12)
        before = so_far
    return model.alive(histories) * total[histories.place_among_the_living]
