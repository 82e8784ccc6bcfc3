"""How good probabilities of leaving are, on customers not learned from, beside saying the same of all."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from treue.science.churn.calibration import calibration_error, log_losses, reliability
from treue.science.churn.folds import auc

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Quality:
    """rows: judged. base_rate: share that left. log_loss (natural logarithm) and brier: means, lower is better;
    base_log_loss and base_brier: of the base rate said of everybody. auc: area under the curve. top_tenth: share of the
    churners among the tenth with the highest probability. calibration_error: mean distance of what was said from what
    was, over `reliability`; by_chance: what it would be were every probability right, and rows of a customer together.
    """

    rows: int
    base_rate: float
    log_loss: float
    base_log_loss: float
    brier: float
    base_brier: float
    auc: float
    top_tenth: float
    calibration_error: float
    by_chance: float
    reliability: pd.DataFrame

    @property
    def skill(self) -> float:
        """Share of the base rate's log loss that is saved; below 0 it is worse than to say the same of everybody."""
        return 1 - self.log_loss / self.base_log_loss

    @property
    def brier_skill(self) -> float:
        return 1 - self.brier / self.base_brier

    @property
    def is_calibrated(self) -> bool:
        """No farther off than twice what chance makes."""
        return self.calibration_error <= 2 * self.by_chance


def judged(probability: Floats, base: Floats, left: Flags, customer: NDArray[np.intp]) -> Quality:
    """probability, base: (n,) of the model and of the base rate, each from other customers than these. customer: (n,)
    whose each row is."""
    table = reliability(probability, left, customer)
    error, by_chance = calibration_error(table)
    top = np.argsort(-probability, kind="stable")[: max(1, round(len(left) * 0.1))]
    return Quality(
        rows=len(left),
        base_rate=float(left.mean()),
        log_loss=float(log_losses(probability, left).mean()),
        base_log_loss=float(log_losses(base, left).mean()),
        brier=float(((probability - left) ** 2).mean()),
        base_brier=float(((base - left) ** 2).mean()),
        auc=auc(probability, left),
        top_tenth=float(left[top].sum() / max(1, left.sum())),
        calibration_error=error,
        by_chance=by_chance,
        reliability=table,
    )
