"""Whether a shop's customers buy by other rules than before: parameters that leave those of an earlier fit.

From night to night hardly anything moves, so a slow change would never be seen. A fit is compared with the first one of
its model since the last drift, which stays the measure until a fit has left it.
"""

from collections.abc import Mapping
from math import hypot, log
from typing import NamedTuple

from treue.understand.value.models import Fit

Z95 = 1.959964


class Estimate(NamedTuple):
    """error: of the value, standard."""

    value: float
    error: float


def measure_of(fit: Fit) -> Fit | None:
    """The earlier fit with which one is compared; None where there is none."""
    former = Fit.objects.filter(shop=fit.shop, model=fit.model, unit=fit.unit, in_force_at__isnull=False)
    former = former.exclude(pk=fit.pk).order_by("-pk")
    drifted = former.exclude(drift={}).first()
    return former.filter(pk__gte=drifted.pk if drifted else 0).last()


def drift(fit: Fit, measure: Fit | None) -> dict[str, object]:
    """The parameters that differ by more than both fits' errors together, as JSON; nothing where none does.

    change: relative, 0.5 is half as much again. error: of that change on the logarithm, at 95 %. The two share most of
    their orders, so that their true errors are smaller: what is reported did change.
    """
    if measure is None:
        return {}
    with_money = fit.currency == measure.currency
    now, before = _learned(fit, with_money=with_money), _learned(measure, with_money=with_money)
    moved = {name: _moved(now[name], before[name]) for name in sorted(now.keys() & before.keys())}
    found = {name: each for name, each in moved.items() if abs(each["log_change"]) > each["error"]}
    return {"since": measure.until.isoformat(), "parameters": found} if found else {}


def _learned(fit: Fit, *, with_money: bool) -> dict[str, Estimate]:
    """What was estimated, of buying and of spend."""
    spend = fit.spend if with_money else {}
    values = fit.parameters | spend.get("parameters", {})
    errors = fit.standard_errors | spend.get("standard_errors", {})
    return {name: Estimate(values[name], error) for name, error in errors.items()}


def _moved(now: Estimate, before: Estimate) -> Mapping[str, float]:
    return {
        "before": before.value,
        "now": now.value,
        "change": now.value / before.value - 1,
        "log_change": log(now.value / before.value),
        "error": Z95 * hypot(now.error / now.value, before.error / before.value),
    }
