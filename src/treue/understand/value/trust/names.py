"""What models, rules, states and parameters are called, and what each parameter tells in plain words."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from treue.design import formats
from treue.science import spend
from treue.science.buying.units import WEEK, YEAR_DAYS
from treue.understand.metrics.scope.basis import active_language
from treue.understand.value.models import Fit

PARAMETERS = ("r", "alpha", "a", "b", "s", "beta")
SPEND_PARAMETERS = ("p", "q", "gamma")
SYMBOLS = {"alpha": "α", "beta": "β", "gamma": "γ"}
WEEKS_A_YEAR = YEAR_DAYS / WEEK.days


def of_model(name: str) -> str:
    return Fit.Model(name).label if name in Fit.Model.values else formats.NOTHING


def of_rule(name: str) -> str:
    return {
        "zero": _("Nobody buys again"),
        "own_rate": _("Everybody as often as so far"),
        "recency_rule": _("As often as so far, or gone"),
    }[name]


def of_status(fit: Fit) -> str:
    return {
        Fit.Status.CONVERGED: _("Found"),
        Fit.Status.NOT_IDENTIFIED: _("Leaving not found"),
        Fit.Status.NO_PURCHASES: _("No purchases"),
        Fit.Status.TOO_FEW: _("Too few repeat buyers"),
    }[fit.status]


def of_parameter(name: str) -> str:
    """As the papers write it."""
    return SYMBOLS.get(name, name)


def meaning(name: str) -> str:
    """What a parameter of a model of buying tells."""
    return {
        "r": _("How alike customers are in how often they buy: the smaller, the more they differ."),
        "alpha": _("The scale of their pace: r ÷ α purchases a week is the mean of those who stay."),
        "a": _("Against b: the smaller both are, the more customers differ in how readily they leave."),
        "b": _("a ÷ (a + b) is the mean probability to leave after a purchase."),
        "s": _("How alike customers are in how readily they leave: the smaller, the more they differ."),
        "beta": _("The scale of leaving: s ÷ β a week is the mean rate at which customers leave."),
    }[name]


def meaning_of_spend(name: str) -> str:
    return {
        "p": _("How alike the purchases of one customer are: the larger, the more alike."),
        "q": _("How alike customers are in their mean spend: the larger, the more alike; up to 1 there is no mean."),
        "gamma": _("The scale of money: p × γ ÷ (q − 1) is the mean spend of all."),
    }[name]


def told(fit: Fit) -> list[tuple[str, str]]:
    """What the parameters come to, as (name, words)."""
    found, language = fit.parameters, active_language()
    pace = formats.number(found["r"] / found["alpha"] * WEEKS_A_YEAR, language, 1)
    lines = [(_("Purchases a year of those who stay, on the average"), pace)]
    if fit.status == Fit.Status.NOT_IDENTIFIED:
        return [*lines, (_("Leaving"), _("nobody, as far as this model can tell"))]
    return [*lines, _leaving(found, language)]


def _leaving(found: Mapping[str, float], language: str) -> tuple[str, str]:
    if "s" in found:
        rate = formats.number(found["s"] / found["beta"] * WEEKS_A_YEAR, language, 2)
        return _("Rate of leaving a year, on the average"), rate
    share = found["a"] / (found["a"] + found["b"])
    return _("Probability to leave after a purchase, on the average"), formats.share(share, language, 1)


def of_spend_status(status: str) -> str:
    return _("Mean not found") if status == spend.NOT_IDENTIFIED else _("Found")
