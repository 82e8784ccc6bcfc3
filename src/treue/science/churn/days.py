"""Days that a table has as texts."""

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from treue.science.purchases import EPOCH

NEARLY_ALL = 0.95  # of the texts that are told
LENGTH = len("2026-01-31")


def written_days(texts: NDArray[Any]) -> NDArray[np.float64]:
    """(n,) days since 1970 of texts of which nearly all begin with an ISO day, as 2026-01-31 or 2026-01-31T12:00; NaN
    of the others, and of all where they are no days."""
    codes, distinct = pd.factorize(texts)
    days = np.array([*map(_day, distinct), np.nan])  # the last for those that are missing, whose code is -1
    found: NDArray[np.float64] = days[codes]
    told = codes >= 0
    is_days = told.any() and (~np.isnan(found[told])).mean() >= NEARLY_ALL
    return found if is_days else np.full(len(texts), np.nan)


def _day(text: str) -> float:
    try:
        return (date.fromisoformat(text.strip()[:LENGTH]) - EPOCH).days
    except ValueError:
        return float("nan")
