"""What a fit found, how sure it is, and whether it can be trusted to have found anything."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from treue.science.buying.newton import Maximum
from treue.science.buying.units import TimeUnit
from treue.science.errors import NotFitted

Floats = NDArray[np.float64]
Status = Literal["converged", "dropout not identified"]
CONVERGED: Status = "converged"
NOT_IDENTIFIED: Status = "dropout not identified"
FitType = TypeVar("FitType", bound="Estimates")


@dataclass(frozen=True, kw_only=True)
class Estimates:
    """params: by the paper's names. covariance: (m, m) of the logarithms of `free`, the parameters that were estimated.
    at_boundary: those of them that ran off, which have no error. customers: how many were fitted."""

    params: Mapping[str, float]
    free: tuple[str, ...]
    covariance: Floats
    log_likelihood: float
    customers: int
    at_boundary: tuple[str, ...] = ()

    def errors(self) -> dict[str, float]:
        """Of the logarithms of the parameters that were estimated."""
        errors = np.sqrt(np.maximum(np.diag(self.covariance), 0))
        return {
            name: float(error) for name, error in zip(self.free, errors, strict=True) if name not in self.at_boundary
        }


@dataclass(frozen=True, kw_only=True)
class Fit(Estimates):
    """Of a model of buying, in the unit of the summary."""

    unit: TimeUnit
    status: Status = CONVERGED
    steps: int = 0


class Estimated(Generic[FitType]):
    """What every fitted model tells of its fit. Raises NotFitted before there is one."""

    fitted: FitType | None

    @property
    def estimates(self) -> FitType:
        if self.fitted is None:
            raise NotFitted(type(self).__name__)
        return self.fitted

    @property
    def params(self) -> Mapping[str, float]:
        return self.estimates.params

    @property
    def log_likelihood(self) -> float:
        return self.estimates.log_likelihood

    @property
    def standard_errors(self) -> Mapping[str, float]:
        """Of the parameters that were estimated, by the delta method; those that ran to a boundary have none."""
        return {name: self.params[name] * error for name, error in self.estimates.errors().items()}

    def intervals(self, level: float = 0.95) -> Mapping[str, tuple[float, float]]:
        """Of Wald, on the logarithms: they hold positive numbers only."""
        far = norm.ppf((1 + level) / 2)
        return {
            name: (float(self.params[name] * np.exp(-far * error)), float(self.params[name] * np.exp(far * error)))
            for name, error in self.estimates.errors().items()
        }

    @property
    def aic(self) -> float:
        return 2 * len(self.estimates.free) - 2 * self.log_likelihood

    @property
    def bic(self) -> float:
        return float(len(self.estimates.free) * np.log(self.estimates.customers) - 2 * self.log_likelihood)


def named(names: Sequence[str], at_boundary: NDArray[np.bool_]) -> tuple[str, ...]:
    return tuple(name for name, is_there in zip(names, at_boundary, strict=True) if is_there)


def covariance(found: Maximum) -> Floats:
    """(m, m) of the logarithms of the parameters, those at a boundary held fixed."""
    free = ~found.at_boundary
    inverse = np.zeros_like(found.local.hessian)
    if free.any():
        inverse[np.ix_(free, free)] = np.linalg.pinv(-found.local.hessian[np.ix_(free, free)], hermitian=True)
    return inverse
