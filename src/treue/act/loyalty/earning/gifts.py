"""The first part of a rule's sentence: how many points there are, and for what."""

from decimal import Decimal

from django.utils.translation import ngettext

from treue.act.loyalty.earning.rules import DeedKind, FirstPurchase, ForDeed, PerAmount, PerOrder, PerUnit, Rule
from treue.act.loyalty.earning.when_and_whom import Called, decimals, goods
from treue.design import formats
from treue.understand.metrics.scope.basis import active_language


def gift(rule: Rule, currency: str, called: Called) -> str:
    """ "1 point for every €1.00", "20 points for a review"."""
    facts = {"points": formats.number(rule.points, active_language())}
    if isinstance(rule, PerAmount):
        facts["amount"] = money(rule.amount, currency)
        return _per_amount(rule) % (facts | {"goods": goods(rule.only, called)})
    if isinstance(rule, PerUnit):
        return ngettext(
            "%(points)s point for every unit of %(goods)s", "%(points)s points for every unit of %(goods)s", rule.points
        ) % (facts | {"goods": goods(rule.only, called)})
    if isinstance(rule, ForDeed):
        return _for_deed(rule) % (facts | {"event": rule.event})
    minimum = money(rule.minimum, currency) if rule.minimum else ""
    return (_first_purchase(rule) if isinstance(rule, FirstPurchase) else _per_order(rule)) % (
        facts | {"minimum": minimum}
    )


def money(amount: Decimal, currency: str) -> str:
    """With as many decimals as its currency has, or as it needs."""
    places = max(formats.precision(currency), decimals(amount))
    return formats.money(amount, active_language(), currency, places)


def _per_amount(rule: PerAmount) -> str:
    if rule.only and rule.is_by_whole_amounts:
        return ngettext(
            "%(points)s point for every full %(amount)s spent on %(goods)s",
            "%(points)s points for every full %(amount)s spent on %(goods)s",
            rule.points,
        )
    if rule.only:
        return ngettext(
            "%(points)s point for every %(amount)s spent on %(goods)s",
            "%(points)s points for every %(amount)s spent on %(goods)s",
            rule.points,
        )
    if rule.is_by_whole_amounts:
        return ngettext(
            "%(points)s point for every full %(amount)s", "%(points)s points for every full %(amount)s", rule.points
        )
    return ngettext("%(points)s point for every %(amount)s", "%(points)s points for every %(amount)s", rule.points)


def _per_order(rule: PerOrder) -> str:
    if rule.minimum is None:
        return ngettext("%(points)s point for every order", "%(points)s points for every order", rule.points)
    return ngettext(
        "%(points)s point for every order of %(minimum)s or more",
        "%(points)s points for every order of %(minimum)s or more",
        rule.points,
    )


def _first_purchase(rule: FirstPurchase) -> str:
    if rule.minimum is None:
        return ngettext(
            "%(points)s point for the first purchase", "%(points)s points for the first purchase", rule.points
        )
    return ngettext(
        "%(points)s point for the first purchase if it comes to %(minimum)s or more",
        "%(points)s points for the first purchase if it comes to %(minimum)s or more",
        rule.points,
    )


def _for_deed(rule: ForDeed) -> str:
    count = rule.points
    return {
        DeedKind.REVIEW: ngettext("%(points)s point for a review", "%(points)s points for a review", count),
        DeedKind.SURVEY: ngettext(
            "%(points)s point for an answered survey", "%(points)s points for an answered survey", count
        ),
        DeedKind.REFERRAL: ngettext(
            "%(points)s point for a referred friend", "%(points)s points for a referred friend", count
        ),
        DeedKind.BIRTHDAY: ngettext("%(points)s point on the birthday", "%(points)s points on the birthday", count),
        DeedKind.PROFILE_COMPLETED: ngettext(
            "%(points)s point for a completed profile", "%(points)s points for a completed profile", count
        ),
        DeedKind.VISIT: ngettext("%(points)s point for a visit", "%(points)s points for a visit", count),
        DeedKind.CONTENT: ngettext(
            "%(points)s point for a published text or photo", "%(points)s points for a published text or photo", count
        ),
        DeedKind.EVENT: ngettext(
            "%(points)s point for every event “%(event)s”", "%(points)s points for every event “%(event)s”", count
        ),
    }[rule.deed]
