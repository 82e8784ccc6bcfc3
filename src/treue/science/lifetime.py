"""What customers will be worth: expected purchases, times what they spend, times what is left of it, discounted."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import betaincc

from treue.science.asked import whole
from treue.science.buying.model import BuyingModel
from treue.science.buying.summary import Living, Summary
from treue.science.buying.units import MONTH
from treue.science.errors import ImpossibleHorizon, MixedUnits
from treue.science.spend import CONVERGED, GammaGamma

Floats = NDArray[np.float64]
SMALLEST_TAIL = 1e-4  # more purchases than these are left out of an interval
MOST_PURCHASES = 2_000
HISTORIES_AT_ONCE = 8_000
SURE = 1_000.0  # how much has been seen of a mean that is taken as known
AMOUNTS = np.geomspace(1e-4, 1e4, 160)  # of a future's spend, as multiples of what was seen: where its odds are tabled


def lifetime_value(
    summary: Summary, model: BuyingModel, spend: GammaGamma, *, months: int, discount_rate: float, margin: float
) -> pd.Series:
    """Predicted customer lifetime value over the next `months`, (n,) money by customer id.

    discount_rate: a year (0.10 is ten percent); what is bought in a month is worth its share at that month's end.
    margin: 0 to 1, what of the spend is left to the shop. Past purchases do not count.
    Raises MixedUnits, ImpossibleHorizon.
    Source: Fader, Hardie & Lee 2005, "RFM and CLV", Journal of Marketing Research 42(4), over a finite horizon.
    """
    _require_margin(margin)
    worth = discounted_purchases(summary, model, months=months, discount_rate=discount_rate)
    value = worth[summary.place]
    value *= spend.spend(summary)
    value *= margin
    return pd.Series(value, index=summary.customer_id, name="lifetime_value")


def discounted_purchases(summary: Summary, model: BuyingModel, *, months: int, discount_rate: float) -> Floats:
    """(k,) expected purchases of each distinct history in the next `months`, each at what it is worth today."""
    if summary.unit != model.unit:
        raise MixedUnits(model.unit.name, summary.unit.name)
    months = whole("months", months, least=1)
    if not 0 <= discount_rate < np.inf:
        raise ImpossibleHorizon("discount_rate", discount_rate)
    histories, month = summary.distinct, MONTH.days / summary.unit.days
    total, before = np.zeros(len(histories.living)), np.zeros(len(histories.living))
    for number in range(1, months + 1):
        so_far = model.purchases_of_the_living(histories.living, number * month)
        total += (so_far - before) * (1 + discount_rate) ** (-number / 12)
        before = so_far
    return model.alive(histories) * total[histories.place_among_the_living]


def lifetime_interval(
    summary: Summary,
    model: BuyingModel,
    spend: GammaGamma,
    *,
    months: int,
    discount_rate: float,
    margin: float,
    level: float = 0.8,
) -> pd.DataFrame:
    """What a customer will be worth with the probability `level`: (n, 2) `low` and `high`, money by customer id.

    Where the spend's mean is not identified, everybody's spend is taken for what `expected_spend` says.

    Of the customer's future itself, not of its mean: nobody buys 0.4 times. The parameters are taken as known; and
    purchases are discounted alike, by the mean. Raises as `lifetime_value`, and for a level that is not inside 0 to 1.
    """
    _require_margin(margin)
    if not 0 < level < 1:
        raise ImpossibleHorizon("level", level)
    worth = discounted_purchases(summary, model, months=months, discount_rate=discount_rate)
    histories, horizon = summary.distinct, months * MONTH.days / summary.unit.days
    purchases = model.purchases(histories, horizon)
    discount = np.divide(worth, purchases, out=np.ones_like(worth), where=purchases > 0)
    chances = (1 + level) / 2, (1 - level) / 2  # to be worth more than the low and the high end
    ends = _exceeded(
        histories.living, model.alive(histories), histories.place_among_the_living, model, spend, horizon, chances
    )
    scale = _scale(summary, spend) * margin
    columns = {name: (end * discount)[summary.place] * scale for name, end in zip(("low", "high"), ends, strict=True)}
    return pd.DataFrame(columns, index=summary.customer_id)


def _exceeded(
    living: Living,
    alive: Floats,
    place: NDArray[np.intp],
    model: BuyingModel,
    spend: GammaGamma,
    horizon: float,
    chances: tuple[float, float],
) -> tuple[Floats, Floats]:
    """For each history, the spends of the future that are exceeded with these chances, as multiples of `spend.seen`.

    Given so many purchases, such a multiple has a beta prime distribution (Fader & Hardie 2013, section 4, for sums).
    """
    odds = np.empty((len(living), len(AMOUNTS)))
    p, q, _gamma = spend.parameters
    is_known = spend.status != CONVERGED
    for x, places in living.by_frequency:
        kind = Living(living.frequency[places], living.age[places], living.customers[places])
        exceeds = np.zeros((len(places), len(AMOUNTS)))
        for number, probability in _numbers(model, kind, horizon):
            tail = betaincc(p * number, SURE if is_known else p * x + q, AMOUNTS / (1 + AMOUNTS))
            exceeds += probability[:, None] * tail
        odds[places] = exceeds
    return _where(odds, alive, place, chances[0]), _where(odds, alive, place, chances[1])


def _scale(summary: Summary, spend: GammaGamma) -> Floats:
    """(n,) money of which a future's spend is a multiple."""
    if spend.status == CONVERGED:
        return spend.seen(summary)
    return spend.spend(summary) * SURE / spend.params["p"]


def _numbers(model: BuyingModel, living: Living, horizon: float) -> Iterator[tuple[int, Floats]]:
    """Numbers of purchases from 1 on with their probabilities, until next to nothing is left."""
    left = 1 - model.number_of_the_living(living, horizon, 0)
    number = 0
    while left.max() > SMALLEST_TAIL and number < MOST_PURCHASES:
        number += 1
        probability = model.number_of_the_living(living, horizon, number)
        left = left - probability
        yield number, probability


def _where(odds: Floats, alive: Floats, place: NDArray[np.intp], chance: float) -> Floats:
    """The multiple that each history exceeds with this chance."""
    found = np.empty(len(place))
    for start in range(0, len(place), HISTORIES_AT_ONCE):
        some = slice(start, start + HISTORIES_AT_ONCE)
        found[some] = _multiple(odds[place[some]], alive[some], chance)
    return found


def _multiple(odds: Floats, alive: Floats, chance: float) -> Floats:
    """odds: (k, m) of the living. 0 where even a first purchase is less likely."""
    wanted = np.divide(chance, alive, out=np.full_like(alive, np.inf), where=alive > 0)
    beyond = (odds > wanted[:, None]).sum(axis=1)  # odds fall along the amounts
    after = np.clip(beyond, 1, len(AMOUNTS) - 1)
    row = np.arange(len(odds))
    high, low = odds[row, after - 1], odds[row, after]
    share = np.clip(np.divide(high - wanted, high - low, out=np.zeros_like(high), where=high > low), 0, 1)
    logs = np.log(AMOUNTS)
    found = np.exp(logs[after - 1] + share * (logs[after] - logs[after - 1]))
    return np.where(beyond > 0, found, 0.0)


def _require_margin(margin: float) -> None:
    if not 0 <= margin <= 1:
        raise ImpossibleHorizon("margin", margin)
