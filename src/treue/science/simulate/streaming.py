"""A shop of any size, made block by block."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from treue.science.simulate import tables
from treue.science.simulate.acquisition import Arrivals, acquisition_costs, shop_arrivals
from treue.science.simulate.baskets import categories, order_lines
from treue.science.simulate.buying import Buyers, Purchases, order_channels, purchases
from treue.science.simulate.catalogue import Catalogue, shop_catalogue
from treue.science.simulate.choice import choose
from treue.science.simulate.clock import Clock, shop_clock
from treue.science.simulate.parameters import COUNTRY_SHARES, Parameters
from treue.science.simulate.returns import refunds
from treue.science.simulate.shop import Shop, together
from treue.science.simulate.story import Story, eventful, uneventful
from treue.science.simulate.truth import Truth
from treue.science.simulate.words import ENGLISH, Words

BLOCK = 2_500  # customers drawn at once, from a random generator of their own
DAYS_A_YEAR = 365.25


@dataclass(frozen=True)
class World:
    """What all customers of a shop have in common. seed: two words from which every block's own random
    generator is made, so that a block is the same whatever comes before it."""

    customers: int
    parameters: Parameters
    told: Story | None
    story: Story
    clock: Clock
    words: Words
    catalogue: Catalogue
    arrivals: Arrivals
    costs: pa.Table
    seed: tuple[int, int]


def simulate(
    *,
    customers: int,
    years: float,
    until: date,
    rng: np.random.Generator,
    story: bool | Story = True,
    parameters: Parameters | None = None,
    words: Words = ENGLISH,
) -> Shop:
    """A whole shop in memory; the same as all parts of `stream` one after the other."""
    return together(
        stream(
            customers=customers,
            years=years,
            until=until,
            rng=rng,
            story=story,
            parameters=parameters,
            words=words,
            chunk=customers,
        )
    )


def stream(
    *,
    customers: int,
    years: float,
    until: date,
    rng: np.random.Generator,
    story: bool | Story = True,
    parameters: Parameters | None = None,
    words: Words = ENGLISH,
    chunk: int = 50_000,
) -> Iterator[Shop]:
    """A shop in parts of about `chunk` customers (rounded up to whole blocks of 2,500), in the order in
    which they signed up. Holds one part in memory.

    customers: count, at least 1. years: of history, up to the end of the day `until`. rng: drawn from once;
    the same state gives the same bytes, whatever the chunk. story: the default one, none, or your own.
    words: in which language the shop speaks; no number depends on it.
    Raises ValueError for a shop without customers, with less than a week of history, or a chunk below 1.
    """
    days = round(years * DAYS_A_YEAR)
    if customers < 1 or days < 7 or chunk < 1:
        raise ValueError(f"Nothing to simulate: {customers=}, {years=}, {chunk=}.")
    world = _world(rng, customers, days, until, story, parameters or Parameters(), words)
    blocks = -(-customers // BLOCK)
    step = -(-chunk // BLOCK)
    return (
        together(_block(world, block) for block in range(begin, min(begin + step, blocks)))
        for begin in range(0, blocks, step)
    )


def _world(
    rng: np.random.Generator,
    customers: int,
    days: int,
    until: date,
    story: bool | Story,
    parameters: Parameters,
    words: Words,
) -> World:
    seed = tuple(int(word) for word in rng.integers(0, 2**63, 2))
    own = np.random.default_rng(seed)
    end = until + timedelta(days=1)
    start = end - timedelta(days=days)
    default = eventful(start, end) if story else None
    told = story if isinstance(story, Story) else default
    happening = told or uneventful(start)
    clock = shop_clock(own, start=start, days=days)
    arrivals = shop_arrivals(clock, happening)
    return World(
        customers=customers,
        parameters=parameters,
        told=told,
        story=happening,
        clock=clock,
        words=words,
        catalogue=shop_catalogue(happening.price_rise, words),
        arrivals=arrivals,
        costs=acquisition_costs(own, arrivals=arrivals, clock=clock, story=happening, customers=customers, words=words),
        seed=(seed[0], seed[1]),
    )


def _block(world: World, block: int) -> Shop:
    """The customers of one block with all that belongs to them."""
    rng = np.random.default_rng((*world.seed, block + 1))  # the bare seed is the whole shop's own
    clock, story, catalogue = world.clock, world.story, world.catalogue
    last = min((block + 1) * BLOCK, world.customers)
    buyers = _buyers(rng, world, np.arange(block * BLOCK + 1, last + 1))
    made = purchases(rng, buyers, clock, story)
    channel = order_channels(rng, buyers, made, clock, story)
    lines = order_lines(
        rng,
        buyers,
        made,
        clock,
        catalogue=catalogue,
        parameters=world.parameters,
        rise=story.price_rise,
    )
    back, stray = refunds(rng, buyers, made, lines, clock, catalogue=catalogue, defect=story.defect)
    customers = tables.customers_table(rng, buyers, clock, world.words)
    orders = tables.orders_table(customers, buyers, made, channel, clock, world.words)
    return Shop(
        customers=customers,
        products=catalogue.table(),
        orders=orders,
        lines=tables.lines_table(orders, lines, catalogue),
        refunds=tables.refunds_table(customers, orders, buyers, back, catalogue, clock, world.words),
        costs=world.costs,
        truth=_truth(world, buyers, made, stray),
    )


def _truth(world: World, buyers: Buyers, made: Purchases, stray: NDArray[np.bool_]) -> Truth:
    return Truth(
        parameters=world.parameters,
        story=world.told,
        clock=world.clock,
        rate=buyers.rate,
        dropout=buyers.dropout,
        mean_spend=buyers.mean_spend,
        channel=buyers.channel,
        category=buyers.category,
        repeats=made.repeats,
        recency_weeks=made.recency_weeks,
        age_weeks=made.age_weeks,
        alive=made.alive,
        one_time=made.one_time,
        welcomed=made.welcomed,
        priced_out=made.priced_out,
        stray_refund=stray,
    )


def _buyers(rng: np.random.Generator, world: World, number: NDArray[np.int64]) -> Buyers:
    """The latent truth of the customers with these numbers."""
    say = world.parameters
    joined, channel = world.arrivals.sign_up(rng, number, world.customers)
    return Buyers(
        number=number,
        channel=channel,
        country=choose(rng, COUNTRY_SHARES, channel),
        category=categories(rng, world.clock, joined),
        joined=joined,
        rate=rng.gamma(say.r, 1 / say.alpha, len(number)),
        dropout=rng.beta(say.a, say.b, len(number)),
        mean_spend=say.p / rng.gamma(say.q, 1 / say.gamma, len(number)),
    )
