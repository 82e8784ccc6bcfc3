"""Who of those with a contract will leave, with probabilities that mean what they say and the reasons for them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from treue.science.asked import whole
from treue.science.churn import leaks
from treue.science.churn.ahead import ahead
from treue.science.churn.calibration import Calibration
from treue.science.churn.columns import Columns
from treue.science.churn.contracts import Contracts, CutOff, Table, read
from treue.science.churn.errors import TooFewChurners
from treue.science.churn.folds import dealt
from treue.science.churn.leaks import Finding
from treue.science.churn.quality import Quality, judged
from treue.science.churn.scorers import BaseRate
from treue.science.churn.training import (
    Data,
    OutOfFold,
    Scorer,
    calibrated,
    calibration_of,
    compared,
    importance,
    out_of_fold,
    simplest,
)
from treue.science.errors import RepeatedCustomer

FEWEST = 10  # customers who left, and who stayed
MOST_CUSTOMERS = 100_000
LARGEST_SEED = 2**32 - 1  # of scikit-learn
LEARNED, NOTHING = "learned", "nothing learned"


@dataclass(frozen=True)
class ChurnClassifier:
    """Probability that a customer leaves within `horizon_days` after a cut-off day, learned from earlier cut-offs.

    chosen: 'base rate', 'logistic regression' or 'boosted trees'; candidates: how each did (`training.compared`).
    quality: on customers that were not learned from. quality_ahead: on the last of several cut-off days, learned from
    before it; None where there is one day only, or too little before it. reasons: the features by what they matter
    (`training.importance`). findings: what was left out, or looks odd (`leaks.Finding`). churners, customers: learned
    from; without_label: rows set aside, since nobody knows yet.
    """

    horizon_days: int
    chosen: str
    calibration: str
    candidates: pd.DataFrame
    quality: Quality
    quality_ahead: Quality | None
    reasons: pd.DataFrame
    findings: tuple[Finding, ...]
    churners: int
    customers: int
    without_label: int
    columns: Columns
    trusted: frozenset[str]
    scorer: Scorer
    calibrated: Calibration

    @classmethod
    def fit(
        cls,
        contracts: Table,
        *,
        label: str,
        as_of: CutOff,
        horizon_days: int,
        seed: int,
        trusted: Collection[str] = (),
        known_on: Mapping[str, date] | None = None,
    ) -> "ChurnClassifier":
        """contracts: a row per `customer_id`, or per customer and cut-off day, in any order. as_of: the cut-off day, or
        the column that has it. label: column that says whether they left within `horizon_days` after it: true or false,
        1 or 0; rows without are set aside. All other columns are features as of the cut-off: numbers, booleans, texts,
        and dates, which count as days before it; any may be missing.

        trusted: features that were known at the cut-off although they look as if they were not, as a date at which the
        contract will end. known_on: the day up to which a feature was reckoned, where its name alone is known.
        At most MOST_CUSTOMERS are learned from, drawn by `seed`.

        Raises MissingColumn, WrongColumnType, RepeatedColumn, MomentsWithZone, RepeatedCustomer (twice on one day),
        WithoutCustomer, ImpossibleLabel, InfiniteValue, ImpossibleHorizon (of a seed and a day, too), TooFewChurners
        (fewer than FEWEST customers who left, or who stayed), KnownTooLate, LabelInDisguise, PredictsPerfectly,
        NoFeatures.
        Where no feature helps, `status` says 'nothing learned', and everybody has the base rate.
        """
        horizon_days = whole("horizon_days", horizon_days, least=1, most=date.max.toordinal())
        seed = whole("seed", seed, least=0, most=LARGEST_SEED)
        rng = np.random.default_rng(seed)
        given = _drawn(read(contracts, as_of=as_of, label=label), rng)
        _require_churners(given)
        part = dealt(given, rng)
        kept, findings = leaks.guarded(given, part=part, trusted=trusted, known_on=known_on or {})
        columns = Columns.of(given, kept)
        data = Data(columns, columns.matrix(given), given.left, given.customer, part, seed)
        candidates = out_of_fold(data)
        chosen = calibrated(simplest(candidates, data), data)
        calibration = calibration_of(chosen, data)
        quality = judged(chosen.probability, candidates[0].probability, data.left, data.customer)
        reasons = importance(chosen, calibration, data)
        found = leaks.together(quality.auc, reasons, trusted=trusted, findings=findings)
        return cls(
            horizon_days=horizon_days,
            chosen=chosen.name,
            calibration=calibration.name,
            candidates=compared(candidates, data),
            quality=quality,
            quality_ahead=_ahead(data, chosen, given.day, horizon_days),
            reasons=reasons,
            findings=(*findings, *([found] if found else [])),
            churners=int(given.has_ever_left.sum()),
            customers=given.customers,
            without_label=given.without_label,
            columns=columns,
            trusted=frozenset(trusted),
            scorer=chosen.learner.learn(columns, data.x, data.left, seed),
            calibrated=calibration,
        )

    @property
    def status(self) -> str:
        return NOTHING if self.chosen == BaseRate.name else LEARNED

    def probability(self, contracts: Table, *, as_of: CutOff) -> pd.Series:
        """(n,) probability to leave within `horizon_days` after the cut-off, by `customer_id` in their order.

        contracts: a row per customer, with the features that were learned from; others are not looked at. A text that
        was not seen, or seldom, counts as 'other'. Raises what `fit` raises of columns, KnownTooLate, and
        RepeatedCustomer.
        """
        given, x = self._read(contracts, as_of)
        probability = self.calibrated.probability(self.scorer.log_odds(x))
        return pd.Series(probability, index=pd.Index(given.customer_id, name="customer_id"), name="probability")

    def reasons_of(self, contracts: Table, *, as_of: CutOff, most: int = 3) -> pd.DataFrame:
        """Why each customer's probability is what it is: up to `most` rows each, by customer and `rank`, the strongest
        first: `feature`; its `value` as the customer has it (None where missing, a date in days before the cut-off);
        and its `contribution` to the log-odds of leaving, above 0 where it speaks for leaving, beside an average
        customer. Those that say nothing have no row.

        Contributions are exact Shapley values of the score before calibration, which changes no order; `scorers` says
        against whom.
        Raises what `probability` raises, ImpossibleHorizon for `most` below 1.
        """
        most = whole("most", most, least=1)
        given, x = self._read(contracts, as_of)
        contributions = self.scorer.contributions(x)
        order = np.argsort(-np.abs(contributions), axis=1, kind="stable")[:, :most]
        rows = [
            (customer, rank + 1, self.columns.names[place], self.columns.value(given, row, place), told)
            for row, customer in enumerate(given.customer_id)
            for rank, place in enumerate(order[row])
            if (told := float(contributions[row, place]))
        ]
        return pd.DataFrame(rows, columns=["customer_id", "rank", "feature", "value", "contribution"])

    def _read(self, contracts: Table, as_of: CutOff) -> tuple[Contracts, NDArray[np.float64]]:
        given = read(contracts, as_of=as_of, label=None, columns=self.columns.names)
        leaks.require_known(given, self.trusted)
        if given.customers < len(given):
            repeated = pd.Series(given.customer_id)
            repeated = repeated[repeated.duplicated()]
            raise RepeatedCustomer(repeated.iloc[0], repeated.nunique())
        return given, self.columns.matrix(given)


def _drawn(given: Contracts, rng: np.random.Generator) -> Contracts:
    if given.customers <= MOST_CUSTOMERS:
        return given
    drawn = np.zeros(given.customers, np.bool_)
    drawn[rng.choice(given.customers, MOST_CUSTOMERS, replace=False)] = True
    return given.where(drawn[given.customer])


def _require_churners(given: Contracts) -> None:
    churners = int(given.has_ever_left.sum()) if len(given) else 0
    stayed = np.unique(given.customer[~given.left])
    if min(churners, len(stayed)) < FEWEST:
        raise TooFewChurners(churners, len(stayed), FEWEST)


def _ahead(data: Data, chosen: OutOfFold, day: NDArray[np.int64], horizon_days: int) -> Quality | None:
    return ahead(data, chosen, day, horizon_days) if day.min() < day.max() else None
