"""Kinds of recommendations, their reasons and the ways to find them, in words."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from treue.understand.recommendations.models import Kind
from treue.understand.recommendations.reading import Recommended

# What each kind is measured against: what anybody could do without a model.
PLAIN = {Kind.AGAIN: "frequency and popularity", Kind.NEW: "popular in 30 days", Kind.DEARER: "popular"}


def name_of(kind: str) -> str:
    return {
        Kind.AGAIN.value: _("Buy again"),
        Kind.NEW.value: _("New to them"),
        Kind.DEARER.value: _("Dearer of the same category"),
    }[kind]


def reason(found: Recommended) -> str:
    """Why, in a sentence; what is no longer known of is not named."""
    product = str(found.because) if found.because else ""
    if found.reason == "bought_together" and product:
        return _("Because they bought “%(product)s”") % {"product": product}
    if found.reason == "dearer_in_category" and product:
        return _("Because they bought “%(product)s”, which costs less") % {"product": product}
    return REASONS[found.reason]()


REASONS: dict[str, Callable[[], str]] = {
    "similar_customers": lambda: _("Customers who buy alike bought it"),
    "bought_together": lambda: _("Bought by those who buy the same"),
    "popular": lambda: _("Many customers buy it now"),
    "popular_in_segment": lambda: _("Many customers of the country buy it now"),
    "dearer_in_category": lambda: _("Of a category from which they bought something that costs less"),
    "due": lambda: _("Bought regularly, and due by now"),
    "regular": lambda: _("Bought regularly"),
    "bought_before": lambda: _("Bought once before"),
}


def way(method: str) -> str:
    """A way to find recommendations, by the name that `science.recommending.evaluate` gives it."""
    name, _space, season = method.partition(" ")
    if name == "treue":
        chosen = METHODS.get(season.strip("()"))
        return _("Treue, as chosen then: %(method)s") % {"method": chosen()} if chosen else _("Treue")
    if name in METHODS:
        said = METHODS[name]()
        return said if season == "alone" else _("%(method)s, by the season") % {"method": said}
    return PLAINLY[method]()


METHODS: dict[str, Callable[[], str]] = {
    "bm25": lambda: _("Bought together (BM25)"),
    "cosine": lambda: _("Bought together (cosine)"),
    "als": lambda: _("Customers who buy alike (ALS)"),
}
PLAINLY: dict[str, Callable[[], str]] = {
    "popular in 30 days": lambda: _("What is bought most in 30 days"),
    "popular in the segment": lambda: _("What is bought most in the country"),
    "frequency and popularity": lambda: _("What they bought most often, then what is bought most"),
    "frequency": lambda: _("What they bought most often"),
    "most recent": lambda: _("What they bought last"),
    "popular": lambda: _("The dearer ones that are bought most"),
}
