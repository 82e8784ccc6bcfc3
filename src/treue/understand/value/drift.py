"""Whether a shop's customers buy by other rules than before: parameters that leave those of an earlier fit.

From night to night hardly anything moves, so a slow change would never be seen. A fit is compared with the first one of
its model since the last drift, which stays the measure until a fit has left it.
"""

from collections.abc import Mapping
from math import hypot, log

from treue.understand.value.models import Fit

Z95 = 1.959964


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
    found = {
        name: each
        for name in fit.standard_errors.keys() & measure.standard_errors.keys()
        if abs((each := _moved(name, fit, measure))["log_change"]) > each["error"]
    }
    return {"since": measure.until.isoformat(), "parameters": dict(sorted(found.items()))} if found else {}


def _moved(name: str, fit: Fit, measure: Fit) -> Mapping[str, float]:
    now, before = fit.parameters[name], measure.parameters[name]
    error = Z95 * hypot(fit.standard_errors[name] / now, measure.standard_errors[name] / before)
    change = log(now / before)
    return {"before": before, "now": now, "change": now / before - 1, "log_change": change, "error": error}
