"""Statements in words, for pages, papers and files."""

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from treue.act.partners.models import Agreement, Kind, Line, Statement
from treue.design import formats
from treue.understand.metrics.scope.basis import active_language


def money(amount: Decimal | None, currency: str) -> str:
    return formats.money(amount, active_language(), currency)


def price(amount: Decimal | None, currency: str) -> str:
    """Of one point, which may cost less than the smallest coin."""
    if amount is None:
        return formats.NOTHING
    decimals = max(formats.precision(currency), -amount.normalize().as_tuple().exponent)
    return formats.money(amount, active_language(), currency, decimals=decimals)


def month(day: date) -> str:
    return formats.period(day, active_language())


def title(statement: Statement) -> str:
    if statement.number is None:
        return _("Draft for %(month)s") % {"month": month(statement.month)}
    return _("Statement No. %(number)s for %(month)s") % {"number": statement.number, "month": month(statement.month)}


def who_pays(statement: Statement, amount: Decimal) -> str:
    """One sentence, with the amount that is to be paid."""
    said = {"partner": statement.partner.name, "shop": statement.programme.shop.name}
    said["amount"] = money(abs(amount), statement.currency)
    if amount > 0:
        return _("%(partner)s pays %(amount)s to %(shop)s.") % said
    if amount < 0:
        return _("%(shop)s pays %(amount)s to %(partner)s.") % said
    return _("Nobody owes anything.")


def line(each: Line, of: Statement) -> str:
    """What a line is of; with its month where that is an earlier one, and what a correction corrects."""
    said = str(Kind(each.kind).label)
    if each.corrects is not None:
        about = {"place": each.corrects.place, "number": each.corrects.statement.number}
        return said + ": " + _("line %(place)s of statement No. %(number)s") % about
    return (
        said
        if each.month == of.month
        else _("%(what)s, recorded late for %(month)s")
        % {
            "what": said,
            "month": month(each.month),
        }
    )


def rounding() -> str:
    return _("Each line is rounded half up to the smallest coin; the amount is the sum of the lines.")


def agreement(of: Agreement) -> str:
    """What holds, in sentences."""
    said = [
        _("%(price)s for each point issued, %(paid)s for each point redeemed.")
        % {"price": price(of.issue_price, of.currency), "paid": price(of.redemption_price, of.currency)}
    ]
    if of.monthly_fee:
        said.append(_("%(fee)s a month.") % {"fee": money(of.monthly_fee, of.currency)})
    if of.fee_rate:
        share = formats.share(of.fee_rate, active_language(), 2)
        said.append(_("%(share)s of the value of points issued.") % {"share": share})
    return " ".join(said)
