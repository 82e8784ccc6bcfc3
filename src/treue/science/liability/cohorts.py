"""Points by the month of their issue, and what became of them with age."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from treue.science import asked
from treue.science.engine import zone_of
from treue.science.errors import MissingColumn, MomentsWithZone, WrongColumnType
from treue.science.liability.errors import ImpossiblePoints

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
COUNTS = ("granted", "redeemed", "expired", "taken_back")
COLUMNS = ("issue_month", "age_months", *COUNTS)


@dataclass(frozen=True)
class Cohorts:
    """(n,) months with points, rising, each seen up to an age of its own; a month of which all was taken back is none.

    month: year * 12 + month - 1. issued: points granted and not taken back, to this day. redeemed: (n, m) in each month
    of age, 0 where not seen yet. expired: so far. last: the last age seen whole, in months; 0 is the month of issue.
    """

    month: Ints
    issued: Ints
    redeemed: Ints
    expired: Ints
    last: Ints

    def __len__(self) -> int:
        return len(self.month)

    @property
    def months(self) -> list[date]:
        return [_first_of(int(month)) for month in self.month]

    @cached_property
    def redeemed_so_far(self) -> Ints:
        found: Ints = self.redeemed.sum(axis=1)
        return found

    @property
    def outstanding(self) -> Ints:
        """(n,) points neither redeemed nor expired."""
        return self.issued - self.redeemed_so_far - self.expired

    def unredeemed(self, oldest: int) -> Floats:
        """(n, oldest + 1) issued points that were not redeemed up to each age, NaN where not seen yet."""
        ages = np.arange(oldest + 1)
        left: Floats = (self.issued[:, None] - self.redeemed[:, : oldest + 1].cumsum(axis=1)).astype(np.float64)
        left[ages > self.last[:, None]] = np.nan
        return left


def cohorts(points: ir.Table, *, as_of: date) -> Cohorts:
    """Points by month of issue and age, as far as whole months were over on a day.

    points: a row per month of issue and age, or several that are added up: `issue_month` (any day of it), `age_months`
    (0 in the month of issue), and whole numbers of points of that month of age: `granted`, `redeemed` (less what was
    rolled back), `expired`, `taken_back`. What never happened needs no row. as_of: the last day that is known; months
    that were not over by then are left out, so the table may go on after it.
    Raises MissingColumn, WrongColumnType, MomentsWithZone, ImpossiblePoints.
    """
    _require_columns(points)
    month = (points.issue_month.year() * 12 + points.issue_month.month() - 1).cast("int64")
    age = points.age_months.cast("int64")
    until = whole_month(as_of)
    known = points.select(month=month, age=age, **{name: points[name].cast("int64") for name in COUNTS})
    known = known.filter((known.month + known.age <= until) | (known.month + known.age).isnull())
    sums = known.group_by("month", "age").agg(**{name: known[name].sum().cast("int64") for name in COUNTS})
    return _of(sums.order_by("month", "age").to_pandas(), until)


def whole_month(as_of: date) -> int:
    """The last month that was over on a day, as year * 12 + month - 1."""
    after = asked.day("as_of", as_of) + timedelta(days=1)
    return after.year * 12 + after.month - 2


def _of(rows: pd.DataFrame, until: int) -> Cohorts:
    _require_told(rows)
    counts = rows[list(COUNTS)].fillna(0)
    found, place = np.unique(rows["month"].to_numpy(np.int64), return_inverse=True)
    age = rows["age"].to_numpy(np.int64)
    shape = (len(found), int(until - found.min(initial=until)) + 1)
    by_age = {name: np.zeros(shape, np.int64) for name in COUNTS}
    for name in COUNTS:
        by_age[name][place, age] = counts[name].to_numpy(np.int64)
    issued = by_age["granted"].sum(axis=1) - by_age["taken_back"].sum(axis=1)
    all_of_it = Cohorts(found, issued, by_age["redeemed"], by_age["expired"].sum(axis=1), until - found)
    _require_possible(all_of_it)
    kept = issued > 0
    return Cohorts(found[kept], issued[kept], all_of_it.redeemed[kept], all_of_it.expired[kept], all_of_it.last[kept])


def _require_columns(points: ir.Table) -> None:
    for column in COLUMNS:
        if column not in points.columns:
            raise MissingColumn(column, points.columns)
    month = points.issue_month.type()
    if not (month.is_timestamp() or month.is_date()):
        raise WrongColumnType("issue_month", str(month), "timestamp or date")
    if zone := zone_of(points, "issue_month"):
        raise MomentsWithZone("issue_month", zone)
    for column in COLUMNS[1:]:
        if not points[column].type().is_integer():
            raise WrongColumnType(column, str(points[column].type()), "whole number")


def _require_told(rows: pd.DataFrame) -> None:
    if rows["month"].isna().any():
        raise ImpossiblePoints(None, "a row has no month of issue")
    for fact, wrong in (("a row has no age", rows["age"].isna()), ("an age is below 0", rows["age"] < 0)):
        if wrong.any():
            raise ImpossiblePoints(_first_of(int(rows["month"][wrong].iloc[0])), fact)


def _require_possible(all_of_it: Cohorts) -> None:
    so_far = all_of_it.redeemed.cumsum(axis=1)
    faults: Sequence[tuple[str, Any]] = (
        ("more was taken back than granted", all_of_it.issued < 0),
        ("more was rolled back than redeemed", (so_far < 0).any(axis=1)),
        ("fewer than none expired", all_of_it.expired < 0),
        ("more was redeemed than issued", (so_far > all_of_it.issued[:, None]).any(axis=1)),
        ("more is gone than was issued", all_of_it.outstanding < 0),
    )
    for fact, wrong in faults:
        if wrong.any():
            raise ImpossiblePoints(all_of_it.months[int(np.flatnonzero(wrong)[0])], fact)


def _first_of(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)
