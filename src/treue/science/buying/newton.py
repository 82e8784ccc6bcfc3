"""The maximum of a function of a few positive parameters, by Newton's method on their logarithms."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LOWEST, HIGHEST = -12.0, 12.0  # of a logarithm: beyond it a parameter has run to its boundary
LONGEST_STEP = 2.0
STEPS, HALVINGS = 200, 30
FLATTEST = 1e-10  # curvature below which a direction counts as flat
CLOSE = 1e-11  # what a further step would still gain, as a share of the value


@dataclass(frozen=True)
class Local:
    """A function at a point: its value, gradient (m,) and Hessian (m, m)."""

    value: float
    gradient: Floats
    hessian: Floats

    def __add__(self, other: "Local") -> "Local":
        return Local(self.value + other.value, self.gradient + other.gradient, self.hessian + other.hessian)

    def on_logarithms(self, at: Floats) -> "Local":
        """The same as a function of the logarithms of its arguments `at`."""
        gradient = at * self.gradient
        return Local(self.value, gradient, np.outer(at, at) * self.hessian + np.diag(gradient))


@dataclass(frozen=True)
class Maximum:
    """at: (m,) the parameters. local: of the function of their logarithms. is_settled: whether nothing can be gained
    any more; else the search was given up on a slope that hardly rises."""

    at: Floats
    local: Local
    is_settled: bool
    steps: int


def maximise(function: Callable[[Floats], Local], start: Floats) -> Maximum:
    """function: of the parameters themselves, at least (m,) positive numbers. start: (m,).

    Where the function is not concave, the step goes uphill along each axis of its curvature. Ends at a maximum, or
    where parameters have run to the boundary and nothing else can be gained.
    """
    place = np.clip(np.log(start), LOWEST, HIGHEST)
    here, steps, is_settled = _on_logarithms(function, place), 0, False
    while steps < STEPS and not is_settled:
        steps += 1
        step = _step(here, _free(place, here.gradient))
        if here.gradient @ step <= CLOSE * (1 + abs(here.value)):
            place = np.clip(place + step, LOWEST, HIGHEST)  # the last one: it doubles the digits
            here, is_settled = _on_logarithms(function, place), True
            continue
        place, there = _uphill(function, place, here, step)
        is_settled = there is here  # rounding is larger than what is left to gain
        here = there
    return Maximum(np.exp(place), here, is_settled, steps)


def _on_logarithms(function: Callable[[Floats], Local], place: Floats) -> Local:
    at = np.exp(place)
    return function(at).on_logarithms(at)


def _free(place: Floats, gradient: Floats) -> NDArray[np.bool_]:
    return ~(((place <= LOWEST) & (gradient < 0)) | ((place >= HIGHEST) & (gradient > 0)))


def _step(here: Local, free: NDArray[np.bool_]) -> Floats:
    curvature, axes = np.linalg.eigh(-here.hessian[np.ix_(free, free)])
    scale = max(np.abs(curvature).max(initial=0), FLATTEST)
    steepness = np.maximum(np.abs(curvature), FLATTEST * scale)
    step = np.zeros(len(free))
    step[free] = axes @ ((axes.T @ here.gradient[free]) / steepness)
    length = float(np.linalg.norm(step))
    return step * (LONGEST_STEP / length) if length > LONGEST_STEP else step


def _uphill(function: Callable[[Floats], Local], place: Floats, here: Local, step: Floats) -> tuple[Floats, Local]:
    """As far along the step as the function rises; where it does not, nowhere."""
    for _halving in range(HALVINGS):
        further = np.clip(place + step, LOWEST, HIGHEST)
        there = _on_logarithms(function, further)
        if np.isfinite(there.value) and there.value > here.value + 1e-4 * (here.gradient @ (further - place)):
            return further, there
        step = step / 2
    return place, here
