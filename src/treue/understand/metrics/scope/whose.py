"""The customers a page looks at, in words: "customers from Denmark (channel App, first category Coffee)".

One filter follows the noun, a second and a third stand in brackets behind it. So a sentence has one place for all of
them: after the noun it speaks of, whatever that is ("80 new customers from Denmark", "buyers from Denmark").
"""

from django.utils.translation import gettext as _

from treue.design import countries, formats
from treue.understand.metrics.scope.filters import OTHER, UNKNOWN, Filters

NOUN_FIRST = ("country", "channel", "category")


def label(dimension: str, value: str, language: str) -> str:
    """The name of a slice's value: the two special ones in words, a country's code by its name."""
    special = {UNKNOWN: _("unknown"), OTHER: _("Other")}
    if value in special:
        return special[value]
    return formats.country(value, language) if dimension == "country" else value


def which(filters: Filters, language: str) -> str:
    """ " from Denmark (channel App)", with a space before it, to follow a noun; "" for everybody."""
    asked = [(name, filters.active[name]) for name in NOUN_FIRST if name in filters.active]
    if not asked:
        return ""
    (dimension, value), *others = asked
    first = f" {_after_a_noun(dimension, value, language)}"
    return first + (f" ({', '.join(_in_brackets(*other) for other in others)})" if others else "")


def of_customers(filters: Filters, language: str) -> str:
    """ " of customers from Denmark", with a space before it, to follow what is theirs; "" for everybody."""
    return " " + _("of customers%(which)s") % {"which": which(filters, language)} if filters.active else ""


def customers(filters: Filters, language: str) -> str:
    """ "customers from Denmark", where the slice stands alone."""
    if not filters.active:
        return _("all customers")
    return _("customers%(which)s") % {"which": which(filters, language)}


def _after_a_noun(dimension: str, value: str, language: str) -> str:
    sentences = {
        "country": (_("from %(name)s"), _("without a known country"), _("from the other countries")),
        "channel": (
            _("from the channel %(name)s"),
            _("without a known channel"),
            _("from the other channels"),
        ),
        "category": (
            _("with %(name)s as first category"),
            _("without a known first category"),
            _("with one of the others as first category"),
        ),
    }
    name = countries.after_from(value, language) if dimension == "country" else value
    return _of_kind(value, *sentences[dimension]) % {"name": name}


def _in_brackets(dimension: str, value: str) -> str:
    """Behind another; a country always comes first and never stands here."""
    sentences = {
        "channel": (_("channel %(name)s"), _("channel unknown"), _("other channels")),
        "category": (_("first category %(name)s"), _("first category unknown"), _("other first categories")),
    }
    return _of_kind(value, *sentences[dimension]) % {"name": value}


def _of_kind(value: str, named: str, unknown: str, other: str) -> str:
    return {UNKNOWN: unknown, OTHER: other}.get(value, named)
