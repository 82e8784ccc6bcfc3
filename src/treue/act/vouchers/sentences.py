"""A campaign in sentences: what it gives, for what, how long, how often."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from treue.act.vouchers.campaigns import Terms
from treue.act.vouchers.models import Campaign
from treue.design import formats
from treue.understand.metrics.scope.basis import active_language

Benefit, Kind = Campaign.Benefit, Campaign.Kind


def of(terms: Terms | Campaign, zone: ZoneInfo) -> str:
    """The whole, as somebody would say it: "Takes €5.00 off. From a basket of €20.00 on. …"."""
    return " ".join([_benefit(terms), *_fitting(terms), *_period(terms, zone), *_codes(terms), *_limits(terms)])


def benefit(terms: Terms | Campaign) -> str:
    """What it gives: "Takes €5.00 off."."""
    return _benefit(terms)


def conditions(terms: Terms | Campaign, zone: ZoneInfo) -> list[str]:
    """When a code can be redeemed, without what is the shop's own business (budget, codes in all)."""
    return [*_fitting(terms), *_period(terms, zone), *_codes(terms)]


def money(value: Decimal, currency: str) -> str:
    return formats.money(value, active_language(), currency)


def day_before(moment: datetime, zone: ZoneInfo) -> str:
    """The last day on which it is valid, ready to print."""
    return formats.day((moment - timedelta(microseconds=1)).astimezone(zone).date(), active_language())


def _benefit(terms: Terms | Campaign) -> str:
    if terms.benefit == Benefit.AMOUNT:
        return _("Takes %(amount)s off.") % {"amount": money(terms.amount or Decimal(0), terms.currency)}
    if terms.benefit == Benefit.PERCENT:
        percent = terms.percent or Decimal(0)
        decimals = max(0, -int(percent.normalize().as_tuple().exponent))
        return _("Takes %(percent)s off.") % {"percent": formats.rate(percent, active_language(), decimals)}
    if terms.benefit == Benefit.PRODUCT:
        return _("Gives one %(product)s free.") % {"product": terms.product}
    return _("Delivery is free.")


def _fitting(terms: Terms | Campaign) -> Iterator[str]:
    if terms.minimum is not None:
        yield _("From a basket of %(amount)s on.") % {"amount": money(terms.minimum, terms.currency)}
    what = ", ".join([*terms.products, *terms.categories])
    if what and terms.match == Campaign.Match.ALL:
        yield _("Only where all of these are in the basket: %(what)s.") % {"what": what}
    elif what:
        yield _("Only for %(what)s.") % {"what": what}


def _period(terms: Terms | Campaign, zone: ZoneInfo) -> Iterator[str]:
    if terms.valid_from is not None:
        day = formats.day(terms.valid_from.astimezone(zone).date(), active_language())
        yield _("Valid from %(day)s on.") % {"day": day}
    if terms.valid_until is not None:
        yield _("Valid up to and including %(day)s.") % {"day": day_before(terms.valid_until, zone)}


def _codes(terms: Terms | Campaign) -> Iterator[str]:
    if terms.kind == Kind.MULTI:
        yield _("Everybody has the same code.")
    elif terms.keeps_rest:
        yield _("Each code can be used until its amount is gone.")
    elif terms.uses_per_code == 1:
        yield _("Each code can be used once.")
    elif terms.uses_per_code is not None:
        yield _("Each code can be used %(number)s times.") % {"number": _number(terms.uses_per_code)}
    if terms.is_combinable:
        yield _("It can be combined with other vouchers.")
    else:
        yield _("It cannot be combined with other vouchers.")


def _limits(terms: Terms | Campaign) -> Iterator[str]:
    if terms.most_redemptions is not None:
        yield _("At most %(number)s redemptions in all.") % {"number": _number(terms.most_redemptions)}
    if terms.most_per_customer is not None:
        yield _("At most %(number)s for each customer.") % {"number": _number(terms.most_per_customer)}
    if terms.most_codes is not None and terms.kind != Kind.MULTI:
        yield _("At most %(number)s codes.") % {"number": _number(terms.most_codes)}
    if terms.budget is not None:
        yield _("It may cost %(amount)s in all.") % {"amount": money(terms.budget, terms.currency)}


def _number(value: int) -> str:
    return formats.number(value, active_language())
