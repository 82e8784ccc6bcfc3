"""Drawing one of a few alternatives, for many rows at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray


def choose(rng: np.random.Generator, shares: ArrayLike, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """One alternative for each entry of `rows`, by the shares of that row of the table.

    shares: (k, m), each row in any unit that adds up to more than zero. rows: (n,) in 0..k-1.
    Returns (n,) in 0..m-1.
    """
    bounds = np.cumsum(np.asarray(shares, dtype=np.float64), axis=1)
    bounds = bounds[:, :-1] / bounds[:, -1:]
    chosen: NDArray[np.int64] = (rng.random(len(rows))[:, None] >= bounds[rows]).sum(axis=1)
    return chosen


def choose_one(rng: np.random.Generator, shares: Sequence[float], size: int) -> NDArray[np.int64]:
    """`size` draws from a single row of shares. Returns (size,) in 0..len(shares)-1."""
    return choose(rng, [shares], np.zeros(size, dtype=np.int64))


def number_within(starts: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Counts each run from 1, a run beginning wherever `starts` is true. (n,) in, (n,) out."""
    position = np.arange(len(starts))
    return position - np.maximum.accumulate(np.where(starts, position, 0)) + 1
