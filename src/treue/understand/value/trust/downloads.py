"""What stands on the page as rows for a spreadsheet: unrounded, in English field names."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, fields

from treue.core.shop.models import Shop
from treue.design.spreadsheet import Value
from treue.understand.value import reading
from treue.understand.value.models import Fit
from treue.understand.value.trust import checked, history, names
from treue.understand.value.trust.checked import Checked, Did, OfFrequency

Rows = tuple[Sequence[str], Iterable[Sequence[Value]]]
OF_A_FIT = (
    *("fitted_at", "in_force_at", "model", "status", "choice", "since", "until", "unit", "customers", "repeat_buyers"),
    *("log_likelihood", "margin", "discount_rate", "currency"),
)
ERRORS = tuple(f"{name}_error" for name in names.PARAMETERS)
SPEND_ERRORS = tuple(f"{name}_error" for name in names.SPEND_PARAMETERS)


def fits(shop: Shop) -> Rows:
    """All fits, the newest first, with the parameters of each; drifted: those that left their earlier range."""
    head = (*OF_A_FIT, *names.PARAMETERS, *ERRORS, *names.SPEND_PARAMETERS, *SPEND_ERRORS, "drifted", "drifted_since")
    return head, (_fit(fit, shop) for fit in history.fits(shop).order_by("-pk").iterator(chunk_size=500))


def compared(shop: Shop) -> Rows:
    found = _checked(shop)
    head = ["name", *(each.name for each in fields(Did) if each.name != "name")]
    rows = [*found.models, *found.rules] if found else []
    return head, ([asdict(did)[name] for name in head] for did in rows)


def weeks(shop: Shop) -> Rows:
    """Repeat purchases up to the end of each week."""
    found = _checked(shop)
    head = ("week_ends_on", "held_out", "came", "expected")
    tracking = found.tracking if found else None
    if tracking is None:
        return head, []
    seen = len(tracking.actual) - tracking.held_out
    pairs = enumerate(zip(tracking.actual, tracking.expected, strict=True))
    return head, ([tracking.ends_on(week), int(week >= seen), *pair] for week, pair in pairs)


def frequencies(shop: Shop) -> Rows:
    found = _checked(shop)
    head = [each.name for each in fields(OfFrequency)]
    return head, ([asdict(row)[name] for name in head] for row in (found.by_frequency if found else []))


TABLES: dict[str, Callable[[Shop], Rows]] = {
    "fits": fits,
    "compared": compared,
    "weeks": weeks,
    "frequencies": frequencies,
}


def _fit(fit: Fit, shop: Shop) -> list[Value]:
    moments = {name: each and each.astimezone(shop.tz) for name, each in _moments(fit).items()}
    return [
        *(moments.get(name, getattr(fit, name)) for name in OF_A_FIT),
        *(fit.parameters.get(name) if _is_told(name, fit) else None for name in names.PARAMETERS),
        *(fit.standard_errors.get(name) for name in names.PARAMETERS),
        *(
            fit.spend.get(of, {}).get(name)
            for of in ("parameters", "standard_errors")
            for name in names.SPEND_PARAMETERS
        ),
        " ".join(fit.drift.get("parameters", {})),
        fit.drift.get("since"),
    ]


def _is_told(name: str, fit: Fit) -> bool:
    """Where dropout is not identified, its parameters only hold a place."""
    return fit.status == Fit.Status.CONVERGED or name in fit.standard_errors


def _moments(fit: Fit) -> dict[str, object]:
    return {"fitted_at": fit.fitted_at, "in_force_at": fit.in_force_at}


def _checked(shop: Shop) -> Checked | None:
    fit = reading.current(shop)
    return checked.of(fit) if fit and fit.has_scores else None
