"""The fit in force: on what it rests, its parameters with their errors, and the model of spend."""

from collections.abc import Callable, Mapping, Sequence
from math import exp, floor, log, log10

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from treue.design import formats
from treue.design.figures import Figure, How
from treue.design.tables import Cell, Column, Table
from treue.understand.metrics.scope.basis import active_language
from treue.understand.value.drift import Z95
from treue.understand.value.models import Fit
from treue.understand.value.trust import names

DIGITS, MOST_DECIMALS = 4, 6
PARAMETERS_OF_NBD = 2  # without leaving


def window(fit: Fit) -> list[tuple[str, str]]:
    """On what the fit rests, and with what its values are reckoned."""
    language = active_language()
    return [
        (_("Model"), names.of_model(fit.model)),
        (_("State"), names.of_status(fit)),
        (_("Why this one"), _why(fit)),
        (_("Purchases"), _days(fit)),
        (_("Customers"), formats.number(fit.customers, language)),
        (_("of them bought again"), formats.number(fit.repeat_buyers, language)),
        (_("Margin"), formats.share(fit.margin, language, 1)),
        (_("Discount rate a year"), formats.share(fit.discount_rate, language, 1)),
    ]


def parameters(fit: Fit) -> Table:
    known = [name for name in names.PARAMETERS if name in fit.parameters]
    return _table(_("Parameters of the model"), known, fit.parameters, fit.standard_errors, names.meaning)


def spend_parameters(fit: Fit) -> Table:
    spend = fit.spend
    known = [name for name in names.SPEND_PARAMETERS if name in spend["parameters"]]
    label = _("Parameters of the spend")
    return _table(label, known, spend["parameters"], spend["standard_errors"], names.meaning_of_spend)


def likelihoods(fit: Fit) -> list[Figure]:
    """How well the parameters describe what was seen: only to be compared with another model on the same orders."""
    if fit.log_likelihood is None:
        return []
    free = PARAMETERS_OF_NBD if fit.status == Fit.Status.NOT_IDENTIFIED else len(fit.parameters)
    whole, customers = _number(fit.log_likelihood, 1), _number(fit.customers)
    aic = 2 * free - 2 * fit.log_likelihood
    bic = free * log(max(fit.customers, 1)) - 2 * fit.log_likelihood
    return [
        Figure(
            _("Log-likelihood"),
            whole,
            how=How(
                _("Σ ln P(purchases of a customer | parameters)"),
                _("The higher, the likelier the model makes what was seen. It says nothing alone."),
            ),
        ),
        Figure(
            "AIC",
            _number(aic, 1),
            how=How(
                f"2 × {free} − 2 × ({whole})",
                _("With a penalty for each parameter; the lower, the better, among models of the same orders."),
            ),
        ),
        Figure(
            "BIC",
            _number(bic, 1),
            how=How(
                f"{free} × ln {customers} − 2 × ({whole})",
                _("With a penalty that grows with the number of customers."),
            ),
        ),
    ]


def spend_facts(fit: Fit) -> list[tuple[str, str]]:
    language, spend = active_language(), fit.spend
    independence = spend["independence"]
    low, high = (_number(end, 2) for end in independence["interval"])
    found = _("%(correlation)s (95%%: %(interval)s), %(verdict)s") % {
        "correlation": _number(independence["correlation"], 2),
        "interval": formats.span(low, high, language),
        "verdict": _plausible(independence),
    }
    return [
        (_("State"), names.of_spend_status(spend["status"])),
        (_("Spend of a repeat day, mean"), formats.money(spend["mean"], language, fit.currency)),
        (_("Repeat buyers who paid"), formats.number(spend["customers"], language)),
        (_("Often and much are independent"), found),
    ]


def _plausible(independence: Mapping[str, object]) -> str:
    if not independence["is_plausible"]:
        return _("it does not hold")
    low, high = independence["interval"]
    return _("nothing speaks against it") if low <= 0 <= high else _("too little to matter")


def interval(value: float, error: float) -> tuple[float, float]:
    """95 %, of Wald on the logarithm: it holds positive numbers only."""
    far = Z95 * error / value
    return value * exp(-far), value * exp(far)


def significant(value: float | None) -> str:
    """With four digits, as parameters are printed in the papers."""
    if value is None:
        return formats.NOTHING
    decimals = DIGITS - 1 - floor(log10(abs(value))) if value else 0
    return formats.number(value, active_language(), min(max(decimals, 0), MOST_DECIMALS))


def _table(
    label: str,
    known: Sequence[str],
    values: Mapping[str, float],
    errors: Mapping[str, float],
    meaning: Callable[[str], str],
) -> Table:
    columns = [
        Column(_("Parameter")),
        Column(_("Value"), numeric=True),
        Column(_("Standard error"), numeric=True),
        Column(_("Interval, 95%"), numeric=True),
        Column(_("What it tells"), full=True),
    ]
    return Table(label, columns, [_row(name, values[name], errors.get(name), meaning) for name in known], stack=True)


def _row(name: str, value: float, error: float | None, meaning: Callable[[str], str]) -> list[str | Cell]:
    symbol = Cell(names.of_parameter(name))
    if error is None or value <= 0:
        untold = pgettext("an error of estimation", "not told")
        return [symbol, significant(value), untold, formats.NOTHING, meaning(name)]
    low, high = (significant(end) for end in interval(value, error))
    between = formats.span(low, high, active_language())
    return [symbol, significant(value), significant(error), between, meaning(name)]


def _why(fit: Fit) -> str:
    return {
        Fit.Choice.LOWEST_DEVIANCE: _("least wrong about purchases that it had not seen"),
        Fit.Choice.TOO_SHORT: _("the simplest; the history is too short to compare"),
        Fit.Choice.TOO_FEW_BEFORE: _("the simplest; too few had come again to compare"),
    }.get(fit.choice, formats.NOTHING)


def _days(fit: Fit) -> str:
    language = active_language()
    return formats.span(formats.day(fit.since, language), formats.day(fit.until, language), language)


def _number(value: float, decimals: int = 0) -> str:
    return formats.number(value, active_language(), decimals)
