"""What a fit found, how sure it is, and whether it can be trusted to have found anything."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from treue.science.buying.newton import Maximum
from treue.science.buying.units import TimeUnit

Floats = NDArray[np.float64]
Status = Literal["converged", "dropout not identified"]
CONVERGED: Status = "converged"
NOT_IDENTIFIED: Status = "dropout not identified"


@dataclass(frozen=True)
class Fit:
    """params: by the paper's names, in the unit of the summary. covariance: (m, m) of the logarithms of `free`, the
    parameters that were estimated. customers: how many were fitted."""

    params: Mapping[str, float]
    free: tuple[str, ...]
    covariance: Floats
    log_likelihood: float
    customers: int
    unit: TimeUnit
    status: Status = CONVERGED
    at_boundary: tuple[str, ...] = ()
    steps: int = 0

    @property
    def standard_errors(self) -> dict[str, float]:
        """Of the parameters that were estimated, by the delta method; those that ran to a boundary have none."""
        return {name: self.params[name] * error for name, error in self._errors().items()}

    def intervals(self, level: float = 0.95) -> dict[str, tuple[float, float]]:
        """Of Wald, on the logarithms: they hold positive numbers only."""
        far = norm.ppf((1 + level) / 2)
        return {
            name: (self.params[name] * np.exp(-far * error), self.params[name] * np.exp(far * error))
            for name, error in self._errors().items()
        }

    def _errors(self) -> dict[str, float]:
        errors = np.sqrt(np.maximum(np.diag(self.covariance), 0))
        return {
            name: float(error) for name, error in zip(self.free, errors, strict=True) if name not in self.at_boundary
        }

    @property
    def aic(self) -> float:
        return 2 * len(self.free) - 2 * self.log_likelihood

    @property
    def bic(self) -> float:
        return float(len(self.free) * np.log(self.customers) - 2 * self.log_likelihood)


def covariance(found: Maximum) -> Floats:
    """(m, m) of the logarithms of the parameters, those at a boundary held fixed."""
    free = ~found.at_boundary
    inverse = np.zeros_like(found.local.hessian)
    if free.any():
        inverse[np.ix_(free, free)] = np.linalg.pinv(-found.local.hessian[np.ix_(free, free)], hermitian=True)
    return inverse
