"""Who orders when: BG/NBD purchasing on the shop's clock, and the story's effects on it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from treue.science.simulate.acquisition import hours_until
from treue.science.simulate.catalogue import CATEGORIES
from treue.science.simulate.choice import choose
from treue.science.simulate.clock import HOURS_A_WEEK, Clock
from treue.science.simulate.parameters import (
    APP,
    BRANCH,
    BRANCH_COUNTRIES,
    CHANNELS,
    COUNTRIES,
    ORDER_CHANNEL,
)
from treue.science.simulate.story import OneTimeBuyers, PriceRise, Story, WelcomeCampaign

ROUNDING_HOURS = 1e-6  # what sorting customer and time as one number may cost


@dataclass(frozen=True)
class Buyers:
    """Some customers, one entry each. number: 1..customers. channel, country, category: indices; channel
    and category are those of the first order. joined: calendar hours from the start to the first order.
    rate: orders a week. dropout: probability. mean_spend: EUR."""

    number: NDArray[np.int64]
    channel: NDArray[np.int64]
    country: NDArray[np.int64]
    category: NDArray[np.int64]
    joined: NDArray[np.float64]
    rate: NDArray[np.float64]
    dropout: NDArray[np.float64]
    mean_spend: NDArray[np.float64]


@dataclass(frozen=True)
class Purchases:
    """Their orders, sorted by customer, then time. buyer: (m,) position in Buyers. hours: (m,) calendar
    hours since the start. first: (m,) the buyer's first. The rest, one entry per buyer: as in Truth."""

    buyer: NDArray[np.int64]
    hours: NDArray[np.float64]
    first: NDArray[np.bool_]
    repeats: NDArray[np.int64]
    recency_weeks: NDArray[np.float64]
    age_weeks: NDArray[np.float64]
    alive: NDArray[np.bool_]
    one_time: NDArray[np.bool_]
    welcomed: NDArray[np.bool_]
    priced_out: NDArray[np.bool_]


def purchases(rng: np.random.Generator, buyers: Buyers, clock: Clock, story: Story) -> Purchases:
    """The orders of `buyers` until the end of the clock.

    The purchases of a customer who never leaves are a Poisson process; each repeat purchase is the last
    with the customer's dropout probability, and what would follow the last does not happen. This is
    BG/NBD, told at once instead of purchase by purchase.
    Source: Fader, Hardie & Lee 2005, Marketing Science 24(2), section 3, assumptions (i) to (v).
    """
    joined = clock.of_calendar(buyers.channel, buyers.joined)
    age = clock.hours - joined
    welcome = _welcome(rng, buyers, age, clock, story.welcome)
    buyer, since = _candidates(rng, buyers.rate, age, welcome)
    first = np.concatenate([[True], buyer[1:] != buyer[:-1]])
    raised = _price_effect(buyers, buyer, joined[buyer] + since, clock, story.price_rise)
    leaves, over_price = _leaving(rng, buyers, buyer, first, raised, story.one_time)
    happens = _until_the_last(first, leaves, buyer)
    buyer, since, first = buyer[happens], since[happens], first[happens]
    leaves, over_price = leaves[happens], over_price[happens]
    orders = np.bincount(buyer)
    last = np.cumsum(orders) - 1
    hours = clock.to_calendar(buyers.channel[buyer], joined[buyer] + since)
    return Purchases(
        buyer=buyer,
        hours=np.minimum(hours, np.nextafter(clock.hours, 0)),
        first=first,
        repeats=orders - 1,
        recency_weeks=since[last] / HOURS_A_WEEK,
        age_weeks=age / HOURS_A_WEEK,
        alive=~leaves[last],
        one_time=leaves[last] & first[last],
        welcomed=welcome <= since[last] + ROUNDING_HOURS,
        priced_out=over_price[last],
    )


def order_channels(
    rng: np.random.Generator, buyers: Buyers, made: Purchases, clock: Clock, story: Story
) -> NDArray[np.int64]:
    """The channel of each order: mostly the customer's own, another one where that is possible. (m,)"""
    home = buyers.channel[made.buyer]
    channel = choose(rng, ORDER_CHANNEL, home)
    near = np.isin(np.array(COUNTRIES)[buyers.country], BRANCH_COUNTRIES)[made.buyer]
    closed = (channel == BRANCH) & ~(near & clock.is_open(made.hours))
    unborn = (channel == APP) & (made.hours < hours_until(clock, story.app_launch.since))
    return np.where(made.first | closed | unborn, home, channel)


def _candidates(
    rng: np.random.Generator,
    rate: NDArray[np.float64],
    age: NDArray[np.float64],
    welcome: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The orders of customers who never leave: (m,) customer and (m,) clock hours since the first order,
    sorted by both. The first order itself is one of them."""
    position = np.arange(len(rate))
    repeats = rng.poisson(rate * age / HOURS_A_WEEK)
    moved = position[np.isfinite(welcome)]
    # Customer and share of the age in one number: a single sort puts both in order.
    keys = np.concatenate(
        [
            position.astype(np.float64),
            np.repeat(position, repeats) + rng.random(int(repeats.sum())),
            moved + welcome[moved] / age[moved],
        ]
    )
    keys.sort()
    buyer = np.repeat(position, 1 + repeats + np.isfinite(welcome))
    return buyer, np.clip(keys - buyer, 0.0, 1.0) * age[buyer]


def _welcome(
    rng: np.random.Generator,
    buyers: Buyers,
    age: NDArray[np.float64],
    clock: Clock,
    campaign: WelcomeCampaign,
) -> NDArray[np.float64]:
    """(n,) when the campaign makes the customer order, clock hours after the first order; infinite where
    it does not."""
    weeks = rng.uniform(campaign.first_week, campaign.last_week, len(age))
    addressed = np.isin(np.array(CHANNELS)[buyers.channel], campaign.channels)
    addressed &= buyers.joined >= hours_until(clock, campaign.since)
    moved = addressed & (rng.random(len(age)) < campaign.moved) & (weeks * HOURS_A_WEEK < age)
    return np.where(moved, weeks * HOURS_A_WEEK, np.inf)


def _price_effect(
    buyers: Buyers,
    buyer: NDArray[np.int64],
    shown: NDArray[np.float64],
    clock: Clock,
    rise: PriceRise,
) -> NDArray[np.float64]:
    """(m,) chance that the price rise makes this order the last."""
    channel = CHANNELS.index(rise.channel)
    concerned = np.array([category.code == rise.category for category in CATEGORIES])[buyers.category]
    concerned &= buyers.channel == channel
    days = np.array([hours_until(clock, rise.since), hours_until(clock, rise.until)], dtype=np.float64)
    begin, end = clock.of_calendar(np.full(2, channel), days)
    return np.where(concerned[buyer] & (shown >= begin) & (shown < end), rise.dropout, 0.0)


def _until_the_last(first: NDArray[np.bool_], leaves: NDArray[np.bool_], buyer: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(m,) whether an order comes before the customer leaves, or is the one after which."""
    left_before: NDArray[np.int64] = np.cumsum(leaves) - leaves
    here: NDArray[np.bool_] = left_before == left_before[first][buyer]
    return here


def _leaving(
    rng: np.random.Generator,
    buyers: Buyers,
    buyer: NDArray[np.int64],
    first: NDArray[np.bool_],
    raised: NDArray[np.float64],
    one_time: OneTimeBuyers,
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """(m,) whether an order is the customer's last, and (m,) whether only the price rise makes it so."""
    u = rng.random(len(buyer))
    fleeting = np.where(buyers.channel == CHANNELS.index(one_time.channel), one_time.share, 0.0)
    dropout = buyers.dropout[buyer]
    leaves = u < np.where(first, fleeting[buyer], 1 - (1 - dropout) * (1 - raised))
    return leaves, leaves & ~first & (u >= dropout)
