"""When and where customers come, and what winning them costs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from treue.science.simulate.clock import HOURS_A_WEEK, Clock
from treue.science.simulate.parameters import (
    ACQUISITION,
    CARD_LAUNCH_BOOST,
    CARD_LAUNCH_WEEKS,
    CHANNELS,
)
from treue.science.simulate.shop import COSTS
from treue.science.simulate.story import Story
from treue.science.simulate.words import Words

HOURS_A_YEAR = 365.25 * 24
COST_NOISE = 0.10  # standard deviation of the logarithm, by channel and month


@dataclass(frozen=True)
class Arrivals:
    """by_channel: (channels, hours) each hour's share of the shop's new customers; adds up to 1.
    arrived: (hours + 1,) the share that has come by each full hour."""

    by_channel: NDArray[np.float64]
    arrived: NDArray[np.float64]

    def sign_up(
        self, rng: np.random.Generator, numbers: NDArray[np.int64], customers: int
    ) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Calendar hour (since the start) and channel of the customers with these numbers, 1..customers.

        Each number has its own stratum of time, so that numbers rise with the moment of sign-up and any
        range of customers can be drawn without the others.
        """
        share = (numbers - 1 + rng.random(len(numbers))) / customers
        hours = np.interp(share, self.arrived, np.arange(len(self.arrived)))
        hours = np.minimum(hours, np.nextafter(len(self.arrived) - 1.0, 0))
        bounds = np.cumsum(self.by_channel[:, hours.astype(np.int64)], axis=0)
        channel = (rng.random(len(numbers)) * bounds[-1] >= bounds[:-1]).sum(axis=0)
        return hours, channel


def shop_arrivals(clock: Clock, story: Story) -> Arrivals:
    """How the shop's new customers spread over hours and channels."""
    hour = np.arange(clock.hours)
    launch = 1 + CARD_LAUNCH_BOOST * np.exp(-hour / (CARD_LAUNCH_WEEKS * HOURS_A_WEEK))
    growth = np.array([[channel.growth] for channel in ACQUISITION])
    weight = clock.pace * launch * np.exp(growth * hour / HOURS_A_YEAR)
    for at, channel in enumerate(CHANNELS):
        if channel in story.tv_spot.channels:
            aired = (hour >= hours_until(clock, story.tv_spot.since)) & (hour < hours_until(clock, story.tv_spot.until))
            weight[at] *= np.where(aired, story.tv_spot.factor, 1.0)
        if channel == story.app_launch.channel:
            weight[at] *= hour >= hours_until(clock, story.app_launch.since)
    total = weight.sum(axis=1, keepdims=True)
    weight *= np.array([[channel.share] for channel in ACQUISITION]) / np.where(total > 0, total, 1)
    by_channel = weight / weight.sum()
    arrived = np.concatenate([[0.0], np.cumsum(by_channel.sum(axis=0))])
    return Arrivals(by_channel, arrived / arrived[-1])


def acquisition_costs(
    rng: np.random.Generator, *, arrivals: Arrivals, clock: Clock, story: Story, customers: int, words: Words
) -> pa.Table:
    """What each channel spent in each calendar month, EUR: its expected new customers times what one
    costs it, more or less, and the television spot. Months without spending have no row."""
    months = np.datetime64(clock.start, "D") + np.arange(clock.hours) // 24
    first_days, month = np.unique(months.astype("datetime64[M]"), return_inverse=True)
    expected = np.stack([np.bincount(month, weights) for weights in arrivals.by_channel]) * customers
    amount = expected * np.array([[channel.cost] for channel in ACQUISITION])
    amount *= rng.lognormal(0.0, COST_NOISE, amount.shape)
    amount[0, first_days == np.datetime64(story.tv_spot.since, "M")] += story.tv_spot.cost * customers
    rows = np.nonzero(amount.round(2).T)
    return pa.table(
        {
            "channel": np.array(words.channels)[rows[1]],
            "month": first_days[rows[0]].astype("datetime64[D]"),
            "amount": amount.round(2).T[rows],
        },
        schema=COSTS,
    )


def hours_until(clock: Clock, day: date) -> int:
    """Calendar hours from the clock's start to the midnight that begins `day`."""
    return (day - clock.start).days * 24
