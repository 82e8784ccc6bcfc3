"""How every figure is computed: its formula with the numbers put in, a sentence, the settings used."""

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from treue.design import formats
from treue.design.figures import How
from treue.science.figures import PeriodFigures
from treue.understand.metrics.counts.cohorts import CohortLike
from treue.understand.metrics.scope.basis import Basis

SECONDS_IN_A_YEAR = 365.25 * 86_400


def retention(period: PeriodFigures, basis: Basis) -> How:
    came = period.new + (period.won_back or 0)
    return How(
        _("(%(at_end)s − %(came)s) ÷ %(at_start)s × 100")
        % {
            "at_end": basis.number(period.customers_end),
            "came": basis.number(came),
            "at_start": basis.number(period.customers_start),
        },
        _("Customers at the end without new and won-back ones, divided by customers at the start."),
        window(basis),
    )


def churn(period: PeriodFigures, basis: Basis) -> How:
    return How(
        _share(period.lost or 0, period.customers_start, basis),
        _("Customers at the start who are none at the end, divided by customers at the start."),
        window(basis),
    )


def customers(period: PeriodFigures, basis: Basis) -> How:
    if period.warm_up:
        return How(basis.number(period.customers_end), _who_is_a_customer(), window(basis))
    return How(
        _("%(start)s + %(new)s new + %(won_back)s won back − %(lost)s lost")
        % {
            "start": basis.number(period.customers_start),
            "new": basis.number(period.new),
            "won_back": basis.number(period.won_back),
            "lost": basis.number(period.lost),
        },
        _who_is_a_customer(),
        window(basis),
    )


def _who_is_a_customer() -> str:
    return _("Everyone whose last order lies within the activity window at the end of the period.")


def lost(period: PeriodFigures, basis: Basis) -> How:
    return How(
        _("%(start)s − %(retained)s")
        % {"start": basis.number(period.customers_start), "retained": basis.number(period.retained)},
        _("Customers at the start of the period without those who are still customers at its end."),
        window(basis),
    )


def new(period: PeriodFigures, basis: Basis) -> How:
    return How(
        basis.number(period.new),
        _("Customers at the end of the period whose first order ever lies inside it."),
        window(basis),
    )


def won_back(period: PeriodFigures, basis: Basis) -> How:
    return How(
        basis.number(period.won_back),
        _("Customers at the end who were none at the start and had ordered before."),
        window(basis),
    )


def repeat_in_period(period: PeriodFigures, basis: Basis) -> How:
    return How(
        _share(period.repeat_buyers, period.buyers, basis),
        _("Buyers with two or more orders inside the period, divided by all buyers of the period."),
    )


def repeat_to_date(period: PeriodFigures, basis: Basis) -> How:
    return How(
        _share(period.repeat_customers_to_date, period.customers_to_date, basis),
        _("Customers with two or more orders ever, divided by all customers ever, to the end of the period."),
    )


def repeat_of_cohort(row: CohortLike, basis: Basis) -> How:
    return How(
        _share(row.repeaters, row.size, basis),
        _("Customers of the cohort with a second order so far, divided by its size. Younger cohorts had less time."),
    )


def order_value(period: PeriodFigures, basis: Basis) -> How:
    return How(
        _quotient(basis.money_short(period.revenue_to_date), basis.number(period.orders_to_date)),
        _("Revenue divided by orders, from the first order to the end of the period. Refunds are taken off."),
    )


def frequency(period: PeriodFigures, basis: Basis) -> How:
    return How(
        _quotient(basis.number(period.trailing_orders), basis.number(period.trailing_buyers)),
        _("Orders divided by the customers who ordered, over the 365 days to the end of the period."),
    )


def lifetime(period: PeriodFigures, basis: Basis) -> How:
    total = period.lifetime_seconds_to_date / SECONDS_IN_A_YEAR
    return How(
        _quotient(formats.years(total, basis.language), basis.number(period.customers_to_date)),
        _(
            "Years between first and last order, summed over all customers and divided by their number. "
            "Who bought once counts 0, so it is what was observed so far and grows with the history."
        ),
    )


def clv(period: PeriodFigures, basis: Basis) -> How:
    return How(
        _("%(value)s × %(frequency)s orders a year × %(lifetime)s years")
        % {
            "value": basis.money(period.average_order_value),
            "frequency": basis.number(period.purchase_frequency, 3),
            "lifetime": basis.number(period.customer_lifetime_years, 4),
        },
        _("Order value times orders per customer and year times observed lifetime. Revenue, not profit."),
    )


def revenue(period: PeriodFigures, basis: Basis) -> How:
    return How(
        basis.money(period.revenue),
        _("What customers paid for the orders of the period. Refunds are taken off the order they belong to."),
    )


def orders(period: PeriodFigures, basis: Basis) -> How:
    return How(basis.number(period.orders), _("Orders with revenue left after refunds, of known customers."))


def ltv_to_cac(
    period: PeriodFigures, margin: Decimal | float, cost: Decimal | float, new_customers: int, basis: Basis
) -> How:
    return How(
        _("%(clv)s × %(margin)s ÷ (%(cost)s ÷ %(new)s)")
        % {
            "clv": basis.money(period.clv),
            "margin": basis.rate(float(margin) * 100),
            "cost": basis.money_short(cost),
            "new": basis.number(new_customers),
        },
        _("Customer value times margin, divided by what one new customer cost."),
        _("The value is of all orders to %(day)s, the costs and the new customers are of %(period)s.")
        % {"day": basis.last_day(period.end), "period": basis.name(period.start)},
    )


def window(basis: Basis) -> str:
    return ngettext(
        "A customer is someone who ordered within the last %(days)s day.",
        "A customer is someone who ordered within the last %(days)s days.",
        basis.window_days,
    ) % {"days": basis.number(basis.window_days)}


def _share(part: int, whole: int, basis: Basis) -> str:
    return _("%(part)s ÷ %(whole)s × 100") % {"part": basis.number(part), "whole": basis.number(whole)}


def _quotient(part: str, whole: str) -> str:
    return _("%(part)s ÷ %(whole)s") % {"part": part, "whole": whole}
