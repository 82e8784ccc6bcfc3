"""Work out what each customer is worth: lake to models, models to scores, these to PostgreSQL."""

from collections.abc import Collection
from contextlib import ExitStack
from dataclasses import dataclass
from decimal import Decimal

from treue.core import versions
from treue.core.jobs.work import Progress, Silent
from treue.core.lake import manifest, tables
from treue.core.lake.errors import NoLake
from treue.core.lake.tables import Lake
from treue.core.shop.models import Shop
from treue.science.buying.summary import Summary, summary_of
from treue.science.buying.validation import HeldOut
from treue.understand.metrics.counts import reading as counts
from treue.understand.value import choosing, drift, fitting, reading, scoring, storing, summing
from treue.understand.value.fitting import UNIT
from treue.understand.value.models import Fit


@dataclass(frozen=True)
class History:
    """summary: of all customers, or some, up to the lake's as_of. held_out: None where nothing is to be chosen."""

    summary: Summary
    held_out: HeldOut | None


def refresh(shop: Shop, *, customers: Collection[int] | None = None, progress: Progress | None = None) -> Fit | None:
    """Bring the scores up to date with the lake; returns the fit in force. None: there is no lake yet.

    customers: whose orders changed; None for everybody's. Where the day has moved on since the last fit, all are looked
    at and the models are fitted anew. What is as it was is left alone.
    """
    progress = progress or Silent()
    with manifest.alone(shop.pk, at="scoring"):
        try:
            return _refresh(shop, customers, progress)
        except NoLake:
            return None


def _refresh(shop: Shop, customers: Collection[int] | None, progress: Progress) -> Fit:
    storing.clear_away(shop)
    former = reading.current(shop)
    progress.step("reading")
    with ExitStack() as until_done:
        with manifest.alone(shop.pk, at="refreshing"):  # an erasure takes the files away at once
            lake = until_done.enter_context(tables.opened(shop.pk))
            is_of_today = former is not None and summing.has_sum(former) and former.until == lake.manifest.as_of
            whose = customers if is_of_today else None
            history = _read(lake, whose, until_done)
        if whose is not None:
            return _some(former, history.summary, whose, progress)
        return _everybody(shop, history, former, progress)


def _read(lake: Lake, customers: Collection[int] | None, until_done: ExitStack) -> History:
    """Everything that is asked of the files; what the engine keeps of it is let go before the engine is."""
    histories = lake.histories()
    if customers is not None:
        histories = histories.filter(histories.customer_id.isin(sorted(customers)))
    summary = summary_of(histories, until=lake.manifest.as_of, unit=UNIT)
    until_done.callback(summary.table.release)
    held_out = choosing.held_out(lake.purchases(), summary) if customers is None and len(summary) else None
    if held_out:
        until_done.callback(held_out.summary.table.release)
    return History(summary, held_out)


def _some(fit: Fit, summary: Summary, customers: Collection[int], progress: Progress) -> Fit:
    progress.step("storing")
    if customers:
        unwanted = reading.unwanted(fit.shop)
        rows = scoring.scores(summary, fitting.remembered(fit), fit, unwanted) if len(summary) else scoring.NOBODY
        storing.write_some(fit, rows, customers)
        storing.forget(reading.unwanted(fit.shop) - unwanted)  # who objected meanwhile
    return _summed(fit, anew=bool(customers))


def _everybody(shop: Shop, history: History, former: Fit | None, progress: Progress) -> Fit:
    until = history.summary.until
    fit = Fit(shop=shop, until=until, unit=UNIT.name, discount_rate=shop.discount_rate, currency=shop.currency)
    fit.margin, unwanted = _margin(shop), reading.unwanted(shop)
    fit.fingerprint = fitting.fingerprint(fit, history.summary, unwanted)
    if former and former.fingerprint == fit.fingerprint and (summing.has_sum(former) or not former.has_scores):
        return _summed(former)
    progress.step("fitting")
    models = fitting.learn(fit, history.summary, history.held_out)
    fit.drift = drift.drift(fit, drift.measure_of(fit))
    fit.save()
    if models:
        progress.step("scoring")
        storing.write(fit, scoring.scores(history.summary, models, fit, unwanted), progress)
        storing.forget(reading.unwanted(shop) - unwanted)  # who objected meanwhile
        progress.step("summing")
        summing.sum_up(fit)
    versions.put_in_force(fit)
    storing.clear_away(shop)
    return fit


def _summed(fit: Fit, *, anew: bool = False) -> Fit:
    """A fit whose sums are those of its scores: somebody may have been erased since, or have objected."""
    if fit.has_scores and (anew or not summing.is_summed(fit)):
        summing.sum_up(fit)
    return fit


def _margin(shop: Shop) -> Decimal:
    """What is left of revenue after the cost of the goods, as the cockpit reckons with it; never below nothing."""
    snapshot = counts.current(shop)
    share = counts.margin(snapshot).share if snapshot else float(shop.margin)
    return round(Decimal(min(max(share, 0.0), 1.0)), 4)
