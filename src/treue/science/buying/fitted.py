"""What a fit found, how sure it is, and whether it can be trusted to have found anything."""

from collections.abc import Mapping
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
FLATTEST = 0.1  # a standard error of more than 3 on the logarithm
LARGEST = 1_000.0
LARGEST_PART = 0.01  # of a parameter in directions that tell nothing
FitType = TypeVar("FitType", bound="Estimates")


@dataclass(frozen=True, kw_only=True)
class Estimates:
    """params: by the paper's names. covariance: (m, m) of the logarithms of `free`, the parameters that were estimated.
    untold: those of them of which the data tell too little for an error. customers: how many were fitted."""

    params: Mapping[str, float]
    free: tuple[str, ...]
    covariance: Floats
    log_likelihood: float
    customers: int
    untold: tuple[str, ...] = ()

    def errors(self) -> dict[str, float]:
        """Of the logarithms of the parameters that were estimated."""
        errors = np.sqrt(np.maximum(np.diag(self.covariance), 0))
        return {name: float(error) for name, error in zip(self.free, errors, strict=True) if name not in self.untold}


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
        """By the delta method, of the parameters of which the data tell enough."""
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


def precision(found: Maximum, customers: int) -> tuple[Floats, NDArray[np.bool_]]:
    """(m, m) covariance of the logarithms of the parameters, and (m,) which of them the data tell.

    found: the maximum of the mean log-likelihood of so many customers. A direction along which the likelihood is so
    flat that 95 % would span a factor of several hundreds, or does not fall at all, tells nothing of the parameters in
    it; and where the search was given up on a slope, its flattest direction does not either. A parameter in the
    thousands says that all customers are alike in something, and not how much.
    """
    curvature, axes = np.linalg.eigh(-found.local.hessian * customers)
    flat = curvature < FLATTEST
    flat[0] |= not found.is_settled
    told = ((axes[:, flat] ** 2).sum(axis=1) < LARGEST_PART) & (found.at < LARGEST)
    inverse = (axes[:, ~flat] / curvature[~flat]) @ axes[:, ~flat].T
    return inverse, told
