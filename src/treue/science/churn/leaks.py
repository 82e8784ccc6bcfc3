"""Guard against features that know the answer, or that are no features: a model that has them looks perfect and is
useless, since nobody has them of the customers who are still there.

Source: Kaufman, Rosset & Perlich 2012, "Leakage in Data Mining", ACM TKDD 6(4): what was not known when the prediction
is made, and what stands in for the target, is left out before anything is learned.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from treue.science import asked
from treue.science.churn.contracts import Contracts
from treue.science.churn.days import written_days
from treue.science.churn.errors import KnownTooLate, LabelInDisguise, NoFeatures, PredictsPerfectly
from treue.science.churn.folds import FOLDS, auc
from treue.science.errors import MissingColumn
from treue.science.purchases import EPOCH, day_number

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
REFUSED_AUC = 0.98
SUSPICIOUS_AUC = 0.90
DISTINCT_TEXTS = 0.9  # of all customers: a text that nearly everybody has for their own tells nothing of others
DENSE = 10  # numbers from 1 to ten times as many as there are customers are counted, not measured
FEWEST_OF_A_VALUE = 20  # customers
BY_CHANCE = 1e-6
BINS = 20

MATTERS = 0.25  # of what the most important feature matters, to be named with it
MOST_NAMED = 5

Matter = Literal["identifier", "constant", "suspicious", "suspicious together", "only churners", "only stayers"]
LEFT_OUT: tuple[Matter, ...] = ("identifier", "constant")


@dataclass(frozen=True)
class Finding:
    """What is wrong with a feature. matter: 'identifier' and 'constant' are left out. 'suspicious' stays: figure is the
    area under its curve, from SUSPICIOUS_AUC on; 'suspicious together' the same of the whole model, column naming what
    matters most in it. 'only churners' and 'only stayers' stay: all of the rows in which it has one value, lies in one
    span of numbers, is told at all or is missing left, or none did, which chance does not do; figure is their number.
    """

    column: str
    matter: Matter
    figure: float


def guarded(
    contracts: Contracts, *, part: NDArray[np.intp], trusted: Collection[str], known_on: Mapping[str, date]
) -> tuple[list[str], tuple[Finding, ...]]:
    """The features to learn from, and what was found of all. part: (n,) as `folds.dealt`. trusted: features that were
    known at the cut-off, whatever they look like. known_on: the last day on which a feature's figures are of.

    Raises KnownTooLate, LabelInDisguise, PredictsPerfectly, NoFeatures; MissingColumn for one named that is not there,
    ImpossibleHorizon for what is no day.
    """
    for name in [*trusted, *known_on]:
        if name not in contracts.values:
            raise MissingColumn(name, tuple(contracts.values))
    doubted = [name for name in contracts.values if name not in trusted]
    _require_known(contracts, doubted, known_on)
    findings: list[Finding] = []
    for name in contracts.values:
        codes = _codes(contracts.values[name])
        found = _no_feature(contracts, name, codes, is_trusted=name in trusted)
        if found is None and name in doubted:
            _require_no_label(contracts, name, codes)
            found = _telling(contracts, name, codes, part)
        findings += [found] if found else []
    left_out = {each.column: each.matter for each in findings if each.matter in LEFT_OUT}
    kept = [name for name in contracts.values if name not in left_out]
    if not kept:
        raise NoFeatures(left_out)
    return kept, tuple(findings)


def require_known(contracts: Contracts, trusted: Collection[str]) -> None:
    """Of customers to be scored. Raises KnownTooLate."""
    _require_known(contracts, [name for name in contracts.values if name not in trusted], {})


def together(
    area: float, reasons: pd.DataFrame, *, trusted: Collection[str], findings: Collection[Finding]
) -> Finding | None:
    """What is wrong with the features that matter most in a model, which may know the answer only together: months of
    tenure, and months that were billed. area: under the curve of the model. reasons: as `training.importance`. Nothing
    is, where all of them are trusted, or suspicious by themselves. Raises PredictsPerfectly."""
    named = reasons.feature[reasons.log_loss >= MATTERS * reasons.log_loss.max()][:MOST_NAMED].tolist()
    doubted = set(named) - set(trusted)
    if area <= SUSPICIOUS_AUC or not doubted:
        return None
    if area > REFUSED_AUC:
        raise PredictsPerfectly(named, area, REFUSED_AUC)
    told = {each.column for each in findings if each.matter == "suspicious"}
    return Finding(", ".join(named), "suspicious together", area) if doubted - told else None


def _require_known(contracts: Contracts, doubted: list[str], known_on: Mapping[str, date]) -> None:
    if not len(contracts):
        return
    first, last = (EPOCH + timedelta(days=int(day)) for day in (contracts.day.min(), contracts.day.max()))
    for name in doubted:
        if name in known_on and day_number(asked.day("known_on", known_on[name])) > contracts.day.min():
            raise KnownTooLate(name, first, None)
        if late := _after_the_cut_off(contracts, name):
            raise KnownTooLate(name, last, late)


def _after_the_cut_off(contracts: Contracts, name: str) -> int:
    """Rows in which a date, or a day written as a text, lies after the cut-off."""
    values, kind = contracts.values[name], contracts.kinds[name]
    if kind == "date":
        return int((values < 0).sum())
    return int((written_days(values) > contracts.day).sum()) if kind == "category" else 0


def _codes(values: NDArray[Any]) -> NDArray[np.intp]:
    """(n,) numbers of the values that differ; being missing is one of them."""
    codes: NDArray[np.intp] = pd.factorize(values, use_na_sentinel=False)[0]
    return codes


def _no_feature(contracts: Contracts, name: str, codes: NDArray[np.intp], *, is_trusted: bool) -> Finding | None:
    distinct = int(codes.max(initial=-1)) + 1
    if distinct <= 1:
        return Finding(name, "constant", distinct)
    if not is_trusted and _is_identifier(contracts, name, distinct):
        return Finding(name, "identifier", distinct)
    return None


def _is_identifier(contracts: Contracts, name: str, distinct: int) -> bool:
    values, kind = contracts.values[name], contracts.kinds[name]
    if kind == "category":
        return distinct > max(DISTINCT_TEXTS * contracts.customers, FEWEST_OF_A_VALUE)
    if kind != "number" or distinct < max(contracts.customers, FEWEST_OF_A_VALUE) or np.isnan(values).any():
        return False
    return bool(
        (values % 1 == 0).all() and np.ptp(values) < DENSE * contracts.customers and _is_ones_own(contracts, values)
    )


def _is_ones_own(contracts: Contracts, values: Floats) -> bool:
    """Whether each customer always has the same value."""
    pairs = pd.DataFrame({"customer": contracts.customer, "value": values}).drop_duplicates()
    return len(pairs) == contracts.customers


def _require_no_label(contracts: Contracts, name: str, codes: NDArray[np.intp]) -> None:
    of_churners, of_stayers = np.unique(codes[contracts.left]), np.unique(codes[~contracts.left])
    if len(of_churners) == len(of_stayers) == 1 and of_churners[0] != of_stayers[0]:
        raise LabelInDisguise(name, contracts.values[name][contracts.left][0])


def _telling(contracts: Contracts, name: str, codes: NDArray[np.intp], part: NDArray[np.intp]) -> Finding | None:
    area = _alone(contracts, name, codes, part)
    if area > REFUSED_AUC:
        raise PredictsPerfectly([name], area, REFUSED_AUC)
    if area > SUSPICIOUS_AUC:
        return Finding(name, "suspicious", area)
    return _one_sided(contracts, name, codes)


def _one_sided(contracts: Contracts, name: str, codes: NDArray[np.intp]) -> Finding | None:
    """What only churners have, or only stayers, all of them or some: a value, a span of numbers, any value or none."""
    missing, is_number = pd.isna(contracts.values[name]), contracts.kinds[name] != "category"
    told = ~missing if is_number else np.ones(len(contracts), np.bool_)
    codes, customer = np.unique(codes[told], return_inverse=True)[1], contracts.customer
    sides: tuple[tuple[Matter, Flags], ...] = (("only churners", contracts.left), ("only stayers", ~contracts.left))
    for matter, meant in sides:
        rows = [_rows_of_one_side(missing.astype(np.intp), np.full(2, meant.mean()), meant, customer)]
        by_chance = np.full(codes.max(initial=0) + 1, meant.mean())
        if is_number and told.any():
            bins = _binned(contracts.values[name][told], missing[told])
            by_chance = _near(codes, bins, meant[told])
            rows.append(_rows_of_one_side(*_spans(bins, meant[told]), meant[told], customer[told]))
        if most := max(*rows, _rows_of_one_side(codes, by_chance, meant[told], customer[told])):
            return Finding(name, matter, float(most))
    return None


def _rows_of_one_side(codes: NDArray[np.intp], by_chance: Floats, meant: Flags, customer: NDArray[np.intp]) -> int:
    """Rows of the value that most of those meant have, and nobody else; 0 where there is none but by chance. by_chance:
    of each value, the share of those meant that would be no surprise. Rows of a customer count once there, since what
    holds of one of them often holds of all."""
    rows, of_meant = np.bincount(codes), np.bincount(codes, weights=meant)
    customers = np.bincount(pd.DataFrame({"code": codes, "customer": customer}).drop_duplicates().code)
    surprise = by_chance[: len(rows)] ** customers < BY_CHANCE
    return int(rows[(rows == of_meant) & (customers >= FEWEST_OF_A_VALUE) & surprise].max(initial=0))


def _near(codes: NDArray[np.intp], bins: NDArray[np.intp], meant: Flags) -> Floats:
    """Of each number the share of those meant among those with others, not much larger or smaller: where few leave who
    ordered fourteen or sixteen times, it is no surprise that none does with fifteen."""
    bin_of = np.zeros(codes.max() + 1, np.intp)
    bin_of[codes] = bins
    rows, of_meant = (
        np.convolve(np.bincount(bins, weights=of), np.ones(3), "same")[bin_of] - np.bincount(codes, weights=of)
        for of in (np.ones(len(codes)), meant)
    )
    near: Floats = (of_meant + 0.5) / (rows + 1)
    return near


def _spans(bins: NDArray[np.intp], meant: Flags) -> tuple[NDArray[np.intp], Floats]:
    """(n,) spans of numbers in which all are meant, or not all; and of each span the share of those meant just beside
    it: where few of the customers of long standing leave, it is no surprise that none does of the longest."""
    bins = np.unique(bins, return_inverse=True)[1]
    share = np.bincount(bins, weights=meant) / np.bincount(bins)
    span = np.cumsum(np.append(0, np.diff(share == 1)))
    edges = np.flatnonzero(np.diff(span))
    beside = np.zeros(span[-1] + 1) if len(edges) else np.ones(1)
    np.maximum.at(beside, span[edges], share[edges + 1])
    np.maximum.at(beside, span[edges + 1], share[edges])
    return span[bins], beside


def _alone(contracts: Contracts, name: str, codes: NDArray[np.intp], part: NDArray[np.intp]) -> float:
    """Area under the curve of a feature by itself: as a number, with the missing ones at either end, falling or
    rising; and by the share of churners among others of the same value."""
    left, areas = contracts.left, []
    values = contracts.values[name]
    if contracts.kinds[name] != "category":
        missing = np.isnan(values)
        areas = [auc(np.where(missing, end, values), left) for end in (-np.inf, np.inf)]
        codes = _binned(values, missing)
    areas.append(auc(_share_of_others(codes, left, part), left))
    return max(max(area, 1 - area) for area in areas)


def _binned(values: Floats, missing: Flags) -> NDArray[np.intp]:
    edges = np.unique(np.nanquantile(values, np.linspace(0, 1, BINS + 1)[1:-1]))
    return np.where(missing, len(edges) + 1, np.searchsorted(edges, values, side="right"))


def _share_of_others(codes: NDArray[np.intp], left: NDArray[np.bool_], part: NDArray[np.intp]) -> Floats:
    """(n,) churners among the rows of the same value in the other parts, a value seen once counting half as all do."""
    share, size, overall = np.empty(len(codes)), codes.max() + 1, left.mean()
    for each in range(FOLDS):
        others = part != each
        rows = np.bincount(codes[others], minlength=size)
        gone = np.bincount(codes[others], weights=left[others], minlength=size)
        share[~others] = ((gone + overall) / (rows + 1))[codes[~others]]
    return share
