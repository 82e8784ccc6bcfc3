"""What is true of the simulated customers, and no shop would know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from treue.science.simulate.clock import Clock
from treue.science.simulate.parameters import Parameters
from treue.science.simulate.story import Story


@dataclass(frozen=True)
class Truth:
    """The known truth, one entry per customer in the order of the customers table.

    rate: repeat purchases a week of the clock while a customer (lambda). dropout: probability of leaving
    after each repeat purchase, without the story's effects (p). mean_spend: EUR per order before refunds.
    alive: still a customer at the end of the last day. channel, category: index of the first order's
    channel and of the category of its first line. repeats, recency_weeks, age_weeks: the history as a
    BG/NBD model wants it (x, t_x, T), before refunds, in weeks of the clock; age 0 is the first order.
    The story: one_time left after the first order, welcomed ordered once more because of the campaign,
    priced_out left over the price rise and would have stayed without it.
    stray_refund: brought something back that no line of the data says was bought.
    """

    parameters: Parameters
    story: Story | None
    clock: Clock
    rate: NDArray[np.float64]
    dropout: NDArray[np.float64]
    mean_spend: NDArray[np.float64]
    channel: NDArray[np.int64]
    category: NDArray[np.int64]
    repeats: NDArray[np.int64]
    recency_weeks: NDArray[np.float64]
    age_weeks: NDArray[np.float64]
    alive: NDArray[np.bool_]
    one_time: NDArray[np.bool_]
    welcomed: NDArray[np.bool_]
    priced_out: NDArray[np.bool_]
    stray_refund: NDArray[np.bool_]


PER_CUSTOMER = tuple(name for name in Truth.__dataclass_fields__ if name not in {"parameters", "story", "clock"})


def joined(truths: Sequence[Truth]) -> Truth:
    """The truth about several parts of one shop, in their order."""
    columns = {name: np.concatenate([getattr(truth, name) for truth in truths]) for name in PER_CUSTOMER}
    return Truth(truths[0].parameters, truths[0].story, truths[0].clock, **columns)
