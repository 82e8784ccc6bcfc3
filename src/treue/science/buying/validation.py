"""How good a model of buying is, on purchases that it did not see, and beside rules that need no model."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import spearmanr

from treue.science import purchases as bought
from treue.science.buying.model import BuyingModel
from treue.science.buying.summary import Summary, summarise
from treue.science.buying.units import TimeUnit
from treue.science.errors import HoldoutBeyondData, ImpossibleHoldout, NoPurchases

Floats = NDArray[np.float64]
TOP_SHARE = 0.1
HIGHEST_FREQUENCY = 7


@dataclass(frozen=True)
class HeldOut:
    """A shop's orders in two: `summary` of those up to a day, for the fit, and what its customers bought afterwards.

    table: a row per customer of the summary, in its order: `purchases` (days with one) and `spent` in the time held
    out. first: the day of the very first purchase. again: what `tracked` asks of the orders, where it was asked.
    """

    summary: Summary
    table: pd.DataFrame
    until: date
    last: date
    first: date
    again: "RepeatDays | None" = None

    @property
    def horizon(self) -> float:
        """The time held out, in units."""
        return (self.last - self.until).days / self.summary.unit.days

    @cached_property
    def purchases(self) -> Floats:
        return _floats(self.table["purchases"])

    @cached_property
    def spent(self) -> Floats:
        return _floats(self.table["spent"])


@dataclass(frozen=True)
class RepeatDays:
    """(m,) days, by their numbers, on which customers of a summary bought again, and (m,) how many did."""

    days: NDArray[np.int64]
    customers: Floats


@dataclass(frozen=True)
class Accuracy:
    """Of predicted purchases against those held out, over (n,) customers.

    total_bias: predicted over actual total, less 1. mae, rmse: purchases a customer. deviance: of Poisson, the mean; it
    punishes confident zeros. rank_correlation: Spearman's. top_tenth: share of the revenue held out that the tenth of
    customers with the highest prediction brought; top_possible: that of the tenth which brought most.
    """

    total_bias: float
    mae: float
    rmse: float
    deviance: float
    rank_correlation: float
    top_tenth: float
    top_possible: float
    customers: int


def split(orders: ir.Table, *, until: date, last: date, unit: TimeUnit) -> HeldOut:
    """orders: as `summarise` asks for them. until: the last day that the model sees. last: of those held out.

    Raises ImpossibleHoldout where nothing is held out, HoldoutBeyondData where the purchases end longer before `last`
    than the shop was ever without any, and longer than a unit; NoPurchases, and what `summarise` raises.
    """
    if last <= until:
        raise ImpossibleHoldout(until, last)
    summary = summarise(orders, until=until, unit=unit)
    if not len(summary):
        raise NoPurchases(until)
    _require_data(orders, until, last, unit)
    days = _days(orders, last).filter(ibis._.day > bought.day_number(until))
    later = days.group_by("customer_id").agg(purchases=ibis._.count(), spent=ibis._.amount.sum().cast("float64"))
    found = later.semi_join(summary.table, "customer_id").to_pandas().set_index("customer_id")
    first = until - timedelta(days=round(float(summary.distinct.age.max()) * unit.days))
    return HeldOut(summary, found.reindex(summary.customer_id, fill_value=0.0), until, last, first)


def _require_data(orders: ir.Table, until: date, last: date, unit: TimeUnit) -> None:
    days = bought.purchases(orders, last).select("day").distinct().order_by("day").to_pandas()["day"]
    longest = max(float(days.diff().max()) if len(days) > 1 else 0.0, unit.days)
    end = bought.EPOCH + timedelta(days=int(days.iloc[-1]))
    if (last - end).days > longest:
        raise HoldoutBeyondData(until, last, end)


def judged(model: BuyingModel, held_out: HeldOut) -> Accuracy:
    return accuracy(model.expected_purchases(held_out.summary, horizon=held_out.horizon).to_numpy(), held_out)


def baselines(held_out: HeldOut) -> Mapping[str, Floats]:
    """(n,) predictions each that need no model: nobody buys again; everybody goes on as before; so do those whose last
    purchase is no longer ago than half of the time held out, and the others never come back."""
    summary = held_out.summary
    x, recency, age = (getattr(summary.distinct, name)[summary.place] for name in ("frequency", "recency", "age"))
    rate = np.divide(x, age, out=np.zeros_like(x), where=age > 0) * held_out.horizon
    return {
        "zero": np.zeros_like(x),
        "own_rate": rate,
        "recency_rule": np.where(age - recency <= held_out.horizon / 2, rate, 0.0),
    }


def accuracy(expected: Floats, held_out: HeldOut) -> Accuracy:
    """expected: (n,) purchases, in the order of `held_out.table`."""
    actual, spent = held_out.purchases, held_out.spent
    top = max(1, round(len(actual) * TOP_SHARE))
    brought = spent[np.argsort(-expected, kind="stable")[:top]].sum()
    most = np.sort(spent)[::-1][:top].sum()
    revenue = spent.sum() or 1.0
    return Accuracy(
        total_bias=float(expected.sum() / actual.sum() - 1) if actual.sum() else 0.0,
        mae=float(np.abs(expected - actual).mean()),
        rmse=float(np.sqrt(((expected - actual) ** 2).mean())),
        deviance=_deviance(expected, actual),
        rank_correlation=_rank_correlation(expected, actual),
        top_tenth=float(brought / revenue),
        top_possible=float(most / revenue),
        customers=len(actual),
    )


def by_frequency(model: BuyingModel, held_out: HeldOut) -> pd.DataFrame:
    """Mean purchases held out, `actual` and `expected`, of the `customers` with each `frequency` up to then; the last
    row holds all who bought as often or more."""
    table = pd.DataFrame(
        {
            "frequency": np.minimum(held_out.summary.frequency, HIGHEST_FREQUENCY).astype(int),
            "actual": held_out.purchases,
            "expected": model.expected_purchases(held_out.summary, horizon=held_out.horizon).to_numpy(),
        }
    )
    grouped = table.groupby("frequency").agg(
        customers=("actual", "size"), actual=("actual", "mean"), expected=("expected", "mean")
    )
    return grouped.reset_index()


def followed(held_out: HeldOut) -> HeldOut:
    """The same, ready for `tracked` when the engine is gone. Raises NoPurchases where the orders are not known."""
    return replace(held_out, again=_repeat_days(held_out))


def tracked(model: BuyingModel, held_out: HeldOut) -> pd.DataFrame:
    """Repeat purchases of all customers of the summary together, unit by unit from the first purchase on.

    Columns: `period` (its number, from 1), `actual` and `expected` up to its end, `actual_within` and `expected_within`
    it, `is_held_out` (the whole of it). A last part of a unit is left out.
    """
    unit, until = held_out.summary.unit, bought.day_number(held_out.until)
    begin = bought.day_number(held_out.first)
    periods = int((bought.day_number(held_out.last) + 1 - begin) / unit.days)
    ends = np.arange(1, periods + 1) * unit.days
    joined, customers = np.unique(until - held_out.summary.distinct.age * unit.days, return_inverse=True)
    number = np.bincount(customers, weights=held_out.summary.distinct.customers)
    # somebody of the first day is seven days old after a week, as in the charts of lifetimes and BTYD
    since = np.maximum(ends[:, None] - (np.round(joined) - begin)[None, :], 0) / unit.days
    times, place = np.unique(since, return_inverse=True)
    expected = model.purchases_of_new(times)[place].reshape(since.shape) @ number
    again = held_out.again or _repeat_days(held_out)
    actual = np.array([again.customers[again.days - begin < end].sum() for end in ends], dtype=np.float64)
    return pd.DataFrame(
        {
            "period": np.arange(1, periods + 1),
            "actual": actual,
            "expected": expected,
            "actual_within": np.diff(actual, prepend=0),
            "expected_within": np.diff(expected, prepend=0),
            "is_held_out": ends - unit.days >= until + 1 - begin,
        }
    )


def _repeat_days(held_out: HeldOut) -> RepeatDays:
    orders = held_out.summary.orders
    if orders is None:
        raise NoPurchases(held_out.until)
    days = _days(orders, held_out.last).semi_join(held_out.summary.table, "customer_id")
    first = days.group_by("customer_id").agg(first=ibis._.day.min())
    again = days.inner_join(first, "customer_id").filter(ibis._.day > ibis._.first)
    found = again.group_by("day").agg(customers=ibis._.count()).order_by("day").to_pandas()
    return RepeatDays(found["day"].to_numpy(np.int64), found["customers"].to_numpy(np.float64))


def _floats(column: pd.Series) -> Floats:
    numbers: Floats = column.to_numpy(np.float64)
    return numbers


def _days(orders: ir.Table, last: date) -> ir.Table:
    return bought.purchases(orders, last).group_by("customer_id", "day").agg(amount=ibis._.amount.sum())


def _deviance(expected: Floats, actual: Floats) -> float:
    """A prediction of nothing counts as one of a thousandth, or one purchase against it would be infinitely bad."""
    expected = np.maximum(expected, 1e-3)
    parts = np.where(actual > 0, actual * np.log(np.maximum(actual, 1) / expected), 0.0) - (actual - expected)
    return float(2 * parts.mean())


def _rank_correlation(one: Floats, other: Floats) -> float:
    """0 where either is the same for all."""
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return 0.0
    return float(spearmanr(one, other).statistic)
