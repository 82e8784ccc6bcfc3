"""Programmes of which everything is known, also what is redeemed long after the day on which they are looked at."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

FIRST = date(2022, 1, 1)
Row = tuple[date | None, int | None, int, int, int, int]


def month(number: int) -> date:
    """The first day of a month, counted from January 2022."""
    return date(2022 + number // 12, number % 12 + 1, 1)


def last_day(number: int) -> date:
    return date.fromordinal(month(number + 1).toordinal() - 1)


def table_of(rows: Iterable[Row]) -> ir.Table:
    """Rows of (issue month, age, granted, redeemed, expired, taken back)."""
    columns = list(zip(*rows, strict=True)) if (rows := list(rows)) else [()] * 6
    types = {"issue_month": pa.date32(), "age_months": pa.int64()} | dict.fromkeys(
        ("granted", "redeemed", "expired", "taken_back"), pa.int64()
    )
    return ibis.memtable(
        pa.table({name: pa.array(column, kind) for (name, kind), column in zip(types.items(), columns, strict=True)})
    )


@dataclass(frozen=True)
class Programme:
    """granted: (n,) by month. redeemed: (n, m) by month and age, to the end. What is left expires at the last age."""

    granted: np.ndarray
    redeemed: np.ndarray

    @property
    def truth(self) -> float:
        return float(self.redeemed.sum() / self.granted.sum())

    def table(self) -> ir.Table:
        rows: list[Row] = []
        oldest = self.redeemed.shape[1] - 1
        for number, granted in enumerate(self.granted):
            left = int(granted - self.redeemed[number].sum())
            rows.append((month(number), 0, int(granted), 0, 0, 0))
            rows += [(month(number), age, 0, int(each), 0, 0) for age, each in enumerate(self.redeemed[number]) if each]
            rows.append((month(number), oldest, 0, 0, left, 0))
        return table_of(rows)


def independent(seed: int, *, months: int = 30, expires_after: int = 18, points: int = 2_000) -> Programme:
    """Every lot of ten points is redeemed by itself, in each month with the same probability by age."""
    rng = np.random.default_rng(seed)
    granted = 10 * rng.integers(points // 20, points // 5, months)
    left, redeemed = granted // 10, np.zeros((months, expires_after + 1), np.int64)
    for age in range(expires_after + 1):
        redeemed[:, age] = rng.binomial(left, 0.02 if age == 0 else 0.08 * 0.93**age)
        left = left - redeemed[:, age]
    return Programme(granted, 10 * redeemed)


def of_members(
    seed: int, *, months: int = 30, expires_after: int = 24, members: int = 400, december: float = 1.0
) -> Programme:
    """Members come, buy, redeem a part of all that they have, the first to expire first, and go one day for good.

    What one redeems comes out of many months of issue at once, and three of ten never redeem. december: how many times
    as often one redeems then.
    """
    rng = np.random.default_rng(seed)
    granted, redeemed = np.zeros(months, np.int64), np.zeros((months, expires_after + 1), np.int64)
    for _ in range(members):
        first, stays = int(rng.integers(0, months // 2)), int(rng.geometric(1 / 18))
        rate = float(rng.gamma(2, 0.06)) if rng.random() < 0.7 else 0.0
        bought = rng.random(months) < np.where(np.arange(months) < first + stays, 0.5, 0.02)
        lots = np.where(bought & (np.arange(months) >= first), rng.lognormal(5, 0.6, months).astype(np.int64), 0)
        granted += lots
        span = np.arange(first, min(first + int(1.5 * stays), months + expires_after))
        rates = np.where(span % 12 == 11, december, 1.0) * rate
        _redeem(rng, lots.copy(), redeemed, span[rng.random(len(span)) < -np.expm1(-rates)])
    return Programme(granted, redeemed)


def _redeem(rng: np.random.Generator, lots: np.ndarray, redeemed: np.ndarray, when: np.ndarray) -> None:
    oldest = redeemed.shape[1] - 1
    for now in when:
        issued = np.arange(max(0, now - oldest), min(now + 1, len(lots)))
        own = lots[issued]
        wanted = int(rng.random() ** 0.5 * own.sum())
        taken = np.diff(np.minimum(own.cumsum(), wanted), prepend=0)
        lots[issued] -= taken
        redeemed[issued, now - issued] += taken


def grown(by_age: Mapping[int, int], *, cohorts: int, granted: int = 1_000) -> list[Row]:
    """Cohorts that are all alike: so many points redeemed at each age."""
    return [
        row
        for number in range(cohorts)
        for row in [
            (month(number), 0, granted, 0, 0, 0),
            *((month(number), age, 0, points, 0, 0) for age, points in by_age.items()),
        ]
    ]
