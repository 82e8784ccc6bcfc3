"""What lies in an order: gamma-gamma order values, made of products at list prices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from treue.science.simulate.acquisition import hours_until
from treue.science.simulate.buying import Buyers, Purchases
from treue.science.simulate.catalogue import CATEGORIES, Catalogue
from treue.science.simulate.choice import choose, choose_one, number_within
from treue.science.simulate.clock import Clock
from treue.science.simulate.parameters import Parameters
from treue.science.simulate.story import PriceRise

LINES = (0.44, 0.27, 0.14, 0.08, 0.04, 0.03)  # shares of orders with 1, 2, … lines
QUANTITIES = (0.76, 0.16, 0.05, 0.03)  # shares of lines with a quantity of 1, 2, …
LOYAL_TO_CATEGORY = 0.55  # share of lines from the category of the customer's first
SMALLEST_LINE = 2.5  # EUR; every category has something at this price or below
LINE_FOR_EVERY = 5.0  # EUR of order value, at the least
ADVENT_MONTHS = (11, 12)


@dataclass(frozen=True)
class Lines:
    """Order lines, sorted by order. order: (m,) position in Purchases. ordinal: (m,) from 1.
    product: (m,) position in the catalogue. quantity: (m,) pieces. price: (m,) EUR a piece."""

    order: NDArray[np.int64]
    ordinal: NDArray[np.int64]
    product: NDArray[np.int64]
    quantity: NDArray[np.int64]
    price: NDArray[np.float64]


def order_lines(
    rng: np.random.Generator,
    buyers: Buyers,
    made: Purchases,
    clock: Clock,
    *,
    catalogue: Catalogue,
    parameters: Parameters,
    rise: PriceRise,
) -> Lines:
    """The lines of each order, worth the order's gamma-gamma value on average.

    A value is drawn first and split over lines; each line takes one of the products whose price lies next
    below or above its share, with the probability that makes its expectation the share. So an order's
    expected value is exact, while every price is a list price; the rounding adds some 5 % to the variance.
    Source: Fader & Hardie 2013, "The gamma-gamma model of monetary value", section 2.
    """
    scale = buyers.mean_spend[made.buyer] / parameters.p
    value = np.maximum(rng.gamma(parameters.p, scale), SMALLEST_LINE)
    order, ordinal, share = _split(rng, value)
    first_line = made.first[order] & (ordinal == 1)
    loyal = first_line | (rng.random(len(order)) < LOYAL_TO_CATEGORY)
    anything = categories(rng, clock, made.hours[order])
    category = np.where(loyal, buyers.category[made.buyer[order]], anything)
    late = made.hours[order] >= hours_until(clock, rise.since)
    product, quantity = _products(rng, catalogue, category, share, late)
    price = np.where(late, catalogue.raised[product], catalogue.price[product])
    return Lines(order, ordinal, product, quantity, price)


def categories(rng: np.random.Generator, clock: Clock, hours: NDArray[np.float64]) -> NDArray[np.int64]:
    """(n,) what customers are drawn to at these calendar hours since the start, as index into CATEGORIES."""
    return choose(rng, _season_shares(), _is_advent(clock, hours).astype(np.int64))


def _split(
    rng: np.random.Generator, value: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """(m,) order, (m,) ordinal and (m,) value of each line, EUR; the values add up to the orders'."""
    wanted = 1 + choose_one(rng, LINES, len(value))
    count = np.minimum(wanted, np.maximum(value // LINE_FOR_EVERY, 1).astype(np.int64))
    order = np.repeat(np.arange(len(value)), count)
    ordinal = number_within(np.concatenate([[True], order[1:] != order[:-1]]))
    weight = rng.standard_gamma(2.0, len(order))
    weight /= np.add.reduceat(weight, np.cumsum(count) - count)[order]
    return order, ordinal, SMALLEST_LINE + (value - SMALLEST_LINE * count)[order] * weight


def _season_shares() -> NDArray[np.float64]:
    """(2, categories): shares outside Advent and in it."""
    return np.array([[one.share for one in CATEGORIES], [one.advent for one in CATEGORIES]])


def _is_advent(clock: Clock, hours: NDArray[np.float64]) -> NDArray[np.bool_]:
    days = np.datetime64(clock.start, "D") + np.arange(-(-clock.hours // 24))
    months = days.astype("datetime64[M]").astype(np.int64) % 12 + 1
    return np.isin(months, ADVENT_MONTHS)[(hours // 24).astype(np.int64)]


def _products(
    rng: np.random.Generator,
    catalogue: Catalogue,
    category: NDArray[np.int64],
    value: NDArray[np.float64],
    late: NDArray[np.bool_],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(m,) product and (m,) quantity of lines of this category and value, at the prices of their time."""
    product = np.empty(len(value), dtype=np.int64)
    quantity = 1 + choose_one(rng, QUANTITIES, len(value))
    for at in range(len(CATEGORIES)):
        begin, end = catalogue.first[at], catalogue.first[at + 1]
        for prices, time in ((catalogue.price, ~late), (catalogue.raised, late)):
            rows = np.flatnonzero((category == at) & time)
            chosen, pieces = _on_ladder(rng, prices[begin:end], value[rows], quantity[rows])
            product[rows], quantity[rows] = begin + chosen, pieces
    return product, quantity


def _on_ladder(
    rng: np.random.Generator,
    prices: NDArray[np.float64],
    value: NDArray[np.float64],
    wanted: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Position on a ladder of rising prices and number of pieces, so that price times pieces is `value` in
    expectation. `wanted` pieces are taken where the ladder allows it."""
    pieces = np.clip(wanted, np.ceil(value / prices[-1]), np.maximum(value // prices[0], 1)).astype(np.int64)
    target = np.clip(value / pieces, prices[0], prices[-1])
    above = np.clip(np.searchsorted(prices, target, side="right"), 1, len(prices) - 1)
    below = above - 1
    upwards = rng.random(len(value)) * (prices[above] - prices[below]) < target - prices[below]
    return np.where(upwards, above, below), pieces
