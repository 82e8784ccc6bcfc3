"""The figures of retention: what each is called, where it stands, how it is printed, judged and computed."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, ngettext

from treue.design import formats
from treue.design.figures import How
from treue.science.figures import PeriodFigures
from treue.understand.metrics.figures import explanations, margins
from treue.understand.metrics.scope.basis import Basis

Value = float | int | Decimal


@dataclass(frozen=True)
class Writing:
    """How a kind of value is printed. decimals: of this value; text: number and unit with so many decimals, also of
    what stands beside the value, for whoever subtracts the one from the other must get the printed difference."""

    decimals: Callable[[Value, Basis], int]
    text: Callable[[Value, Basis, int], tuple[str, str]]

    def __call__(self, value: Value, basis: Basis) -> tuple[str, str]:
        return self.text(value, basis, self.decimals(value, basis))


@dataclass(frozen=True)
class Kind:
    """One figure: what it is called, where it stands in a period, how it is printed and judged.

    better: "up", "down", or "" where neither is; what grows with the length of the history is no merit.
    cases: what a rate is a share of, for its margin of error. averaged: the customers that a mean rests on;
    lasting: where it is one of the times from first to last order, these are those who ordered twice.
    needs_start: it compares with the customers at the start, so a warm-up period has none. is_event: a count of
    events, which also moves by chance.
    looks_back_days: how far it looks back; on a shorter history it only grows into its length.
    span: the time it speaks of.
    """

    label: str | Promise
    value: Callable[[PeriodFigures], Value | None]
    printed: Writing
    how: Callable[[PeriodFigures, Basis], How]
    better: str = "up"
    cases: Callable[[PeriodFigures], int] | None = None
    averaged: Callable[[PeriodFigures], int] | None = None
    lasting: bool = False
    needs_start: bool = False
    is_event: bool = False
    looks_back_days: int = 0
    span: Callable[[PeriodFigures, Basis], str] = lambda period, basis: basis.during(period.start)

    def rests_on_few(self, period: PeriodFigures) -> int | None:
        """How many customers the value rests on where they are too few for one; else None."""
        count = self.cases or self.averaged
        found = count(period) if count else margins.FEWEST_CASES
        return found if found < margins.FEWEST_CASES else None


def _number(value: Value, basis: Basis, decimals: int) -> tuple[str, str]:
    return basis.number(value, decimals), ""


def _percent(value: Value, basis: Basis, decimals: int) -> tuple[str, str]:
    return basis.number(value, decimals), "%"


def _years(value: Value, basis: Basis, decimals: int) -> tuple[str, str]:
    return basis.number(value, decimals), ngettext("year", "years", 2)


def _money(value: Value, basis: Basis, decimals: int) -> tuple[str, str]:
    """In German the currency stands behind as the unit."""
    if basis.language == "de":
        return basis.number(value, decimals), formats.unit_of(basis.currency, "de")
    return formats.money(value, basis.language, basis.currency, decimals=decimals), ""


def _cents(value: Value, basis: Basis) -> int:
    return formats.precision(basis.currency)


percent = Writing(lambda value, basis: 1, _percent)
count = Writing(lambda value, basis: 0, _number)
decimals = Writing(lambda value, basis: 2, _number)
years = Writing(lambda value, basis: 2, _years)
price = Writing(_cents, _money)  # with cents, whatever its size
money = Writing(lambda value, basis: 0 if abs(value) >= 100 else _cents(value, basis), _money)


def on_last_day(period: PeriodFigures, basis: Basis) -> str:
    return basis.on_last_day(period.end)


def all_orders(period: PeriodFigures, basis: Basis) -> str:
    return basis.all_orders(period.end)


def last_year(period: PeriodFigures, basis: Basis) -> str:
    return basis.last_year(period.end)


RETENTION = Kind(
    gettext_lazy("Customer retention rate"),
    lambda p: p.retention_rate,
    percent,
    explanations.retention,
    cases=lambda p: p.customers_start,
    needs_start=True,
)
CHURN = Kind(
    gettext_lazy("Churn rate"),
    lambda p: p.churn_rate,
    percent,
    explanations.churn,
    better="down",
    cases=lambda p: p.customers_start,
    needs_start=True,
)
CUSTOMERS = Kind(gettext_lazy("Customers"), lambda p: p.customers_end, count, explanations.customers, span=on_last_day)
LOST = Kind(
    gettext_lazy("Lost customers"),
    lambda p: p.lost,
    count,
    explanations.lost,
    better="down",
    needs_start=True,
    is_event=True,
)
NEW = Kind(gettext_lazy("New customers"), lambda p: p.new, count, explanations.new, is_event=True)
WON_BACK = Kind(
    gettext_lazy("Customers won back"),
    lambda p: p.won_back,
    count,
    explanations.won_back,
    needs_start=True,
    is_event=True,
)
REPEAT_IN_PERIOD = Kind(
    gettext_lazy("Repeat-purchase rate in the period"),
    lambda p: p.repeat_purchase_rate,
    percent,
    explanations.repeat_in_period,
    cases=lambda p: p.buyers,
)
REPEAT_TO_DATE = Kind(
    gettext_lazy("Repeat-purchase rate over life"),
    lambda p: p.repeat_purchase_rate_to_date,
    percent,
    explanations.repeat_to_date,
    better="",
    cases=lambda p: p.customers_to_date,
    span=all_orders,
)
ORDER_VALUE = Kind(
    gettext_lazy("Average order value"),
    lambda p: p.average_order_value,
    price,
    explanations.order_value,
    span=all_orders,
)
FREQUENCY = Kind(
    gettext_lazy("Orders per customer and year"),
    lambda p: p.purchase_frequency,
    decimals,
    explanations.frequency,
    averaged=lambda p: p.trailing_buyers,
    looks_back_days=365,
    span=last_year,
)
LIFETIME = Kind(
    gettext_lazy("Customer lifetime observed so far"),
    lambda p: p.customer_lifetime_years,
    years,
    explanations.lifetime,
    better="",
    averaged=lambda p: p.repeat_customers_to_date,
    lasting=True,
    span=all_orders,
)
CLV = Kind(
    gettext_lazy("Customer value (CLV)"),
    lambda p: p.clv,
    money,
    explanations.clv,
    better="",
    averaged=lambda p: p.repeat_customers_to_date,
    lasting=True,
    span=all_orders,
)
REVENUE = Kind(gettext_lazy("Revenue"), lambda p: p.revenue, money, explanations.revenue)
ORDERS = Kind(gettext_lazy("Orders"), lambda p: p.orders, count, explanations.orders)

STANDARD = (RETENTION, CUSTOMERS, REPEAT_IN_PERIOD, CLV, LOST, ORDER_VALUE, FREQUENCY, LIFETIME)
