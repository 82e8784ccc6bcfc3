"""How the chosen model did on the purchases that were held out, read back from a fit."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from treue.understand.value.models import Fit

ZERO = "zero"


@dataclass(frozen=True)
class Did:
    """How one model or rule did. total_bias: expected over actual, less 1. top_tenth: share of the revenue held out
    that the tenth of customers brought whom it put first; top_possible: that of the best tenth there was. status: of a
    model's fit, "" of a rule."""

    name: str
    total_bias: float
    mae: float
    rmse: float
    deviance: float
    rank_correlation: float
    top_tenth: float
    top_possible: float
    customers: int
    status: str = ""


@dataclass(frozen=True)
class OfFrequency:
    """Mean purchases held out of the customers with a frequency; the highest stands for all beyond it."""

    frequency: int
    customers: int
    actual: float
    expected: float


@dataclass(frozen=True)
class Tracking:
    """Repeat purchases of all together up to the end of each week, the first of which begins on `first`; the last
    `held_out` weeks were not seen."""

    first: date
    held_out: int
    actual: list[int]
    expected: list[float]

    def ends_on(self, week: int) -> date:
        """The last day of a week, counted from 0."""
        return self.first + timedelta(weeks=week + 1, days=-1)


@dataclass(frozen=True)
class Checked:
    """until: the last day that the models saw. last: of those held out. models: that were compared. rules: that need
    none. tracking: None in fits from before it was kept."""

    until: date
    last: date
    chosen: Did
    models: list[Did]
    rules: list[Did]
    by_frequency: list[OfFrequency]
    tracking: Tracking | None

    @property
    def first(self) -> date:
        """The first day held out."""
        return self.until + timedelta(days=1)

    @property
    def purchases(self) -> int:
        """That were held out."""
        return round(sum(row.customers * row.actual for row in self.by_frequency))

    @property
    def expected(self) -> float:
        return sum(row.customers * row.expected for row in self.by_frequency)

    @property
    def explained(self) -> float:
        """Share of the differences between single customers' purchases that the model foresaw (R²): 1 less the mean
        squared error over the variance; at least 0."""
        squares = next((rule.rmse**2 for rule in self.rules if rule.name == ZERO), 0.0)
        variance = squares - (self.purchases / self.chosen.customers) ** 2
        return max(1 - self.chosen.rmse**2 / variance, 0.0) if variance > 0 else 0.0


def of(fit: Fit) -> Checked | None:
    """None where nothing was held out."""
    found = fit.validation
    if not found:
        return None
    models = [_did(name, figures) for name, figures in found["models"].items()]
    return Checked(
        until=date.fromisoformat(found["until"]),
        last=date.fromisoformat(found["last"]),
        chosen=next(each for each in models if each.name == fit.model),
        models=models,
        rules=[_did(name, figures) for name, figures in found["baselines"].items()],
        by_frequency=[OfFrequency(**row) for row in found["by_frequency"]],
        tracking=_tracking(found.get("tracking")),
    )


def _did(name: str, figures: Mapping[str, object]) -> Did:
    return Did(name=name, **figures)


def _tracking(found: Mapping[str, object] | None) -> Tracking | None:
    return Tracking(**{**found, "first": date.fromisoformat(found["first"])}) if found else None
