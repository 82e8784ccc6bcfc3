"""What comes back, why, and whether the refund says which order it belongs to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from treue.science.simulate.acquisition import hours_until
from treue.science.simulate.baskets import Lines
from treue.science.simulate.buying import Buyers, Purchases
from treue.science.simulate.catalogue import CATEGORIES, Catalogue
from treue.science.simulate.choice import choose
from treue.science.simulate.clock import Clock
from treue.science.simulate.story import Defect

# How much more often than on average lines of a channel come back.
CHANNEL_FACTOR = (1.1, 1.0, 0.4, 1.6)
WHOLE_LINE = 0.75  # share of refunds that take back all pieces; the others take some
WITHOUT_REFERENCE = 0.15  # share of refunds that name no order
EARLIEST_DAYS, MEAN_FURTHER_DAYS = 2.0, 12.0
STRAYS = 0.004  # share of customers who return what no line says was bought, before their first order
OPENING_HOUR, CLOSING_HOUR = 9.0, 18.0

# Shares of the reasons in the order of `Words.reasons`, of which the first is that it arrived damaged.
BROKEN = 0
TASTED = (0.10, 0.12, 0.38, 0.12, 0.08, 0.20)
USED = (0.34, 0.26, 0.00, 0.10, 0.08, 0.22)


@dataclass(frozen=True)
class Refunds:
    """Refunds, sorted by customer, then time. buyer: (m,) position in Buyers. order: (m,) position in
    Purchases, −1 where the refund names none. product, reason: (m,) indices into the catalogue and
    `Words.reasons`. quantity: (m,) pieces. price: (m,) EUR a piece. hours: (m,) calendar hours since the start."""

    buyer: NDArray[np.int64]
    order: NDArray[np.int64]
    product: NDArray[np.int64]
    quantity: NDArray[np.int64]
    price: NDArray[np.float64]
    hours: NDArray[np.float64]
    reason: NDArray[np.int64]


def refunds(
    rng: np.random.Generator,
    buyers: Buyers,
    made: Purchases,
    lines: Lines,
    clock: Clock,
    *,
    catalogue: Catalogue,
    defect: Defect,
) -> tuple[Refunds, NDArray[np.bool_]]:
    """The refunds of these orders up to the end of the clock, and (n,) which customers have a stray one.

    A line is refunded at most once and never beyond its pieces, at its own price. A stray refund is dated
    before the customer's first order, so that by definition it belongs to no line.
    """
    returned, broken = _returned(rng, buyers, made, lines, clock, catalogue, defect)
    hours = _working_hours(rng, made.hours[lines.order[returned]])
    in_time = hours < clock.hours
    returned, hours, broken = returned[in_time], hours[in_time], broken[in_time]
    order = lines.order[returned]
    bought = lines.quantity[returned]
    some = 1 + np.floor(rng.random(len(bought)) * bought).astype(np.int64)
    product = lines.product[returned]
    found = Refunds(
        buyer=made.buyer[order],
        order=np.where(rng.random(len(order)) < WITHOUT_REFERENCE, -1, order),
        product=product,
        quantity=np.where(rng.random(len(bought)) < WHOLE_LINE, bought, some),
        price=lines.price[returned],
        hours=hours,
        reason=np.where(broken, BROKEN, _reasons(rng, catalogue, product)),
    )
    strays = _strays(rng, buyers, catalogue)
    stray = np.zeros(len(buyers.number), dtype=np.bool_)
    stray[strays.buyer] = True
    return _merged(found, strays), stray


def _returned(
    rng: np.random.Generator,
    buyers: Buyers,
    made: Purchases,
    lines: Lines,
    clock: Clock,
    catalogue: Catalogue,
    defect: Defect,
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """(m,) lines that come back, and (m,) whether because of the defect."""
    usual = np.array([category.returned for category in CATEGORIES])[catalogue.category]
    factor = np.array(CHANNEL_FACTOR)[buyers.channel[made.buyer]]
    faulty = (catalogue.code == defect.product)[lines.product]
    faulty &= (made.hours >= hours_until(clock, defect.since))[lines.order]
    breaks = faulty & (rng.random(len(faulty)) < defect.returned)
    back = breaks | (rng.random(len(faulty)) < usual[lines.product] * factor[lines.order])
    returned = np.flatnonzero(back)
    return returned, breaks[returned]


def _working_hours(rng: np.random.Generator, ordered: NDArray[np.float64]) -> NDArray[np.float64]:
    """(m,) when the refund of something ordered at these hours is booked."""
    days = EARLIEST_DAYS + np.floor(rng.gamma(2.0, MEAN_FURTHER_DAYS / 2, len(ordered)))
    return (ordered // 24 + days) * 24 + rng.uniform(OPENING_HOUR, CLOSING_HOUR, len(ordered))


def _reasons(rng: np.random.Generator, catalogue: Catalogue, product: NDArray[np.int64]) -> NDArray[np.int64]:
    used = np.array([category.code in {"KAN", "KUE"} for category in CATEGORIES])
    return choose(rng, (TASTED, USED), used[catalogue.category[product]].astype(np.int64))


def _strays(rng: np.random.Generator, buyers: Buyers, catalogue: Catalogue) -> Refunds:
    """Refunds of presents and of purchases as a guest, one to ten days before the first order."""
    hours = (buyers.joined // 24 - rng.integers(1, 11, len(buyers.joined))) * 24
    hours += rng.uniform(OPENING_HOUR, CLOSING_HOUR, len(hours))
    buyer = np.flatnonzero((rng.random(len(hours)) < STRAYS) & (hours >= 0))
    product = rng.integers(0, len(catalogue.code), len(buyer))
    return Refunds(
        buyer=buyer,
        order=np.full(len(buyer), -1),
        product=product,
        quantity=np.ones(len(buyer), dtype=np.int64),
        price=catalogue.price[product],
        hours=hours[buyer],
        reason=_reasons(rng, catalogue, product),
    )


def _merged(one: Refunds, other: Refunds) -> Refunds:
    columns = {
        name: np.concatenate([getattr(one, name), getattr(other, name)]) for name in Refunds.__dataclass_fields__
    }
    position = np.lexsort((columns["hours"], columns["buyer"]))
    return Refunds(**{name: column[position] for name, column in columns.items()})
