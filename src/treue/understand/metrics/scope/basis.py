"""What every figure is read with: unit, activity window, last day, currency, whose; and how they are said."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext as _

from treue.design import formats
from treue.science.calendar import ONE_DAY, Unit
from treue.understand.metrics.scope import whose
from treue.understand.metrics.scope.filters import EVERYBODY, Filters

# Prepositions and articles belong to the name of a period: "Im Oktober 2026", "Im Jahr 2026".
DURING = {
    "month": pgettext_lazy("a month, beginning a sentence", "In %(period)s"),
    "quarter": pgettext_lazy("a quarter, beginning a sentence", "In %(period)s"),
    "year": pgettext_lazy("a year, beginning a sentence", "In %(period)s"),
}
WITHIN = {
    "month": pgettext_lazy("a month, inside a sentence", "in %(period)s"),
    "quarter": pgettext_lazy("a quarter, inside a sentence", "in %(period)s"),
    "year": pgettext_lazy("a year, inside a sentence", "in %(period)s"),
}
SINCE = {
    "month": pgettext_lazy("a month, inside a sentence", "since %(period)s"),
    "quarter": pgettext_lazy("a quarter, inside a sentence", "since %(period)s"),
    "year": pgettext_lazy("a year, inside a sentence", "since %(period)s"),
}


@dataclass(frozen=True)
class Basis:
    """unit: length of the periods. window_days: how long after an order someone is a customer.
    as_of: the last day included. currency: its code, "" where nobody knows it. filters: whose figures."""

    unit: Unit
    window_days: int
    as_of: date
    currency: str = ""
    filters: Filters = EVERYBODY

    @property
    def language(self) -> str:
        return active_language()

    def name(self, start: date) -> str:
        return formats.period(start, self.language, self.unit)

    def span(self, first: date, last: date) -> str:
        """The periods from one to another by their names; the one where both are the same."""
        return formats.span(self.name(first), self.name(last), self.language)

    def during(self, start: date) -> str:
        return DURING[self.unit] % {"period": self.name(start)}

    def within(self, start: date) -> str:
        return WITHIN[self.unit] % {"period": self.name(start)}

    def since(self, start: date) -> str:
        return SINCE[self.unit] % {"period": self.name(start)}

    @property
    def which(self) -> str:
        """After a noun: " from Denmark", "" for everybody."""
        return whose.which(self.filters, self.language)

    @property
    def of_customers(self) -> str:
        """After what is theirs: " of customers from Denmark", "" for everybody."""
        return whose.of_customers(self.filters, self.language)

    @property
    def customers(self) -> str:
        """Alone: "customers from Denmark", "all customers"."""
        return whose.customers(self.filters, self.language)

    def named(self, name: str) -> str:
        """What is neutral, with whose it is: "Churn rate by month, customers from Denmark"."""
        return f"{name}, {self.customers}" if self.filters.active else name

    def last_day(self, end: date) -> str:
        """The last day of the period that ends before `end`."""
        return self.day(end - ONE_DAY)

    def on_last_day(self, end: date) -> str:
        return _("On %(day)s") % {"day": self.last_day(end)}

    def all_orders(self, end: date) -> str:
        return _("All orders to %(day)s") % {"day": self.last_day(end)}

    def last_year(self, end: date) -> str:
        return _("365 days to %(day)s") % {"day": self.last_day(end)}

    def number(self, value: float | None, decimals: int = 0) -> str:
        return formats.number(value, self.language, decimals)

    def rate(self, value: float | None, cases: int | None = None) -> str:
        return formats.rate(value, self.language, cases=cases)

    def money(self, value: Decimal | float | None) -> str:
        return formats.money(value, self.language, self.currency)

    def money_short(self, value: Decimal | float | None) -> str:
        return formats.money_short(value, self.language, self.currency)

    def day(self, value: date | None) -> str:
        return formats.day(value, self.language)


def active_language() -> str:
    """ "de" or "en": the language of the active translation."""
    return "de" if (get_language() or "en").startswith("de") else "en"
