"""How good a model is on a later day than those it learned from, as it will be used."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from treue.science.churn.folds import FOLDS
from treue.science.churn.quality import Quality, judged
from treue.science.churn.scorers import BaseRate
from treue.science.churn.training import Data, OutOfFold, learned

FEWEST_ON_THE_DAY = 10


def ahead(data: Data, chosen: OutOfFold, day: NDArray[np.int64], horizon_days: int) -> Quality | None:
    """The rows of the last cut-off, judged by what could be learned up to it: from rows whose `horizon_days` were over
    by then, and never from the same customer. The way of scoring and of calibrating is `chosen`, for which the rows of
    the last cut-off had their say. None where these, or those, are too few of either kind."""
    last = day == day.max()
    early = data.where(day + horizon_days <= day.max())
    if not _is_enough(early, data.left[last]):
        return None
    probability, base = np.empty(len(day)), np.empty(len(day))
    before, rate = learned(early, chosen.learner), learned(early, BaseRate)
    for part in range(FOLDS):
        held, others = last & (data.part == part), early.part != part
        score = before.scorers[part].log_odds(data.x[held])
        base[held] = expit(rate.scorers[part].log_odds(data.x[held]))
        if chosen.learner is BaseRate:
            probability[held] = base[held]
        else:
            calibration = chosen.calibration.fit(before.score[others], early.left[others])
            probability[held] = calibration.probability(score)
    return judged(probability[last], base[last], data.left[last], data.customer[last])


def _is_enough(early: Data, later: NDArray[np.bool_]) -> bool:
    if min(later.sum(), (~later).sum()) < FEWEST_ON_THE_DAY:
        return False
    parts = [early.left[early.part != part] for part in range(FOLDS)]
    return all(min(each.sum(), (~each).sum()) >= FEWEST_ON_THE_DAY for each in parts)
