"""Expectations as weighted sums over a few well-chosen points."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh_tridiagonal

Floats = NDArray[np.float64]
NEXT_TO_NOTHING = 1e-200


@lru_cache(maxsize=8)
def legendre(points: int) -> tuple[Floats, Floats]:
    """Points (k,) and weights (k,) of Gauss and Legendre on 0 to 1."""
    at, weights = np.polynomial.legendre.leggauss(points)
    return (at + 1) / 2, weights / 2


@lru_cache(maxsize=4096)
def beta(a: float, b: float, points: int) -> tuple[Floats, Floats]:
    """Points (k,) and weights (k,) for the expectation over a beta distribution; a = 0 is the certain 0. By a point one
    can divide: what is 0 is `NEXT_TO_NOTHING`.

    Source: Golub & Welsch 1969, Mathematics of Computation 23, on Jacobi's polynomials. The weights are squares of
    eigenvectors, so they add up to 1 without a gamma function that could overflow.
    """
    if a == 0:
        return np.full(1, NEXT_TO_NOTHING), np.ones(1)
    # Jacobi's weight on -1 to 1 is (1 - x)^q (1 + x)^p
    p, q = a - 1, b - 1
    k = np.arange(points, dtype=np.float64)
    s = 2 * k + p + q
    with np.errstate(invalid="ignore", divide="ignore"):
        diagonal = (p * p - q * q) / (s * (s + 2))
    diagonal[0] = (p - q) / (p + q + 2)
    k = k[1:]
    s = s[1:]
    with np.errstate(invalid="ignore", divide="ignore"):
        squared = 4 * k * (k + p) * (k + q) * (k + p + q) / (s * s * (s + 1) * (s - 1))
    squared[0] = 4 * (1 + p) * (1 + q) / ((2 + p + q) ** 2 * (3 + p + q))
    at, axes = eigh_tridiagonal(diagonal, np.sqrt(squared))
    return np.clip((at + 1) / 2, NEXT_TO_NOTHING, 1.0), axes[0] ** 2
