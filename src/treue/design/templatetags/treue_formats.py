"""`treue.design.formats` as template filters, in the active language: {{ value|rate }}, {{ sum|money:"EUR" }}."""

from collections.abc import Callable

from django.template import Library
from django.utils.translation import get_language

from treue.design import formats

register = Library()


def language() -> str:
    """The two letters of the active language; English while none is active."""
    return (get_language() or "en")[:2]


def _plain(name: str) -> Callable[[object], str]:
    function = getattr(formats, name)
    return lambda value: function(_known(value), language())


def _with_argument(name: str) -> Callable[..., str]:
    function = getattr(formats, name)

    def applied(value: object, argument: object = None) -> str:
        arguments = () if argument is None else (argument,)
        return function(_known(value), language(), *arguments)

    return applied


def _known(value: object) -> object:
    """A variable that a template does not know arrives as "": print it as no value."""
    return None if value == "" else value


PLAIN = (
    "points",
    "day",
    "day_long",
    "weekday_long",
    "clock",
    "moment",
    "duration",
    "days",
    "years",
    "filesize",
    "risk",
)
WITH_ARGUMENT = (
    "number",
    "signed",
    "share",
    "rate",
    "money",
    "money_short",
    "period",
    "period_name",
    "period_short",
    "period_tick",
)
for _name in PLAIN:
    register.filter(_name, _plain(_name))
for _name in WITH_ARGUMENT:
    register.filter(_name, _with_argument(_name))
