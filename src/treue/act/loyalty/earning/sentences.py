"""A rule as a sentence: "1 point for every €1.00, twice on Saturdays for Gold, at most 500 a day".

It is a row of parts between commas, each of which is whole in either language; no part bends another.
"""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from treue.act.loyalty.earning.gifts import gift
from treue.act.loyalty.earning.rules import (
    Caps,
    ForDeed,
    PerAmount,
    Rounding,
    Rule,
    RuleSet,
    Stacking,
)
from treue.act.loyalty.earning.when_and_whom import Called, as_it_stands, goods, lasting, multiplier
from treue.design import formats
from treue.understand.metrics.scope.basis import active_language


def sentence(rule: Rule, currency: str, called: Called = as_it_stands) -> str:
    """called: the name for people of a product, category, tier or segment."""
    parts = [gift(rule, currency, called)]
    if isinstance(rule, PerAmount) and rule.without:
        parts.append(_("not for %(goods)s") % {"goods": goods(rule.without, called)})
    if not isinstance(rule, ForDeed):
        parts += [multiplier(each, called) for each in rule.multipliers]
        parts.append(_stacking(rule.stacking) if len(rule.multipliers) > 1 else "")
    parts += [_qualifying(rule), caps(rule.caps), _budget(rule.budget), lasting(rule)]
    return ", ".join(each for each in parts if each)


def terms(rules: RuleSet, called: Called = as_it_stands) -> list[str]:
    """What holds for all rules of a set, a sentence each."""
    excluded = rules.excluded
    found = [_rounding(rules.rounding), _paid(excluded.is_for_points, excluded.is_for_vouchers)]
    if excluded.is_for_non_products:
        found.append(_("What is on the list of non-products, such as postage, earns nothing."))
    if excluded.goods:
        found.append(_("There are no points for %(goods)s.") % {"goods": goods(excluded.goods, called)})
    if most := caps(rules.caps):
        found.append(_("By all rules together: %(most)s.") % {"most": most})
    return [each for each in found if each]


# Limits


def caps(most: Caps) -> str:
    """ "at most 500 a day and 2,000 a month"; "" without caps."""
    shapes = {
        (True, False, False): _("at most %(day)s a day"),
        (False, True, False): _("at most %(month)s a month"),
        (False, False, True): _("at most %(in_all)s in all"),
        (True, True, False): _("at most %(day)s a day and %(month)s a month"),
        (True, False, True): _("at most %(day)s a day and %(in_all)s in all"),
        (False, True, True): _("at most %(month)s a month and %(in_all)s in all"),
        (True, True, True): _("at most %(day)s a day, %(month)s a month and %(in_all)s in all"),
    }
    stated = {"day": most.day, "month": most.month, "in_all": most.in_all}
    shape = shapes.get(tuple(each is not None for each in stated.values()), "")
    return shape % {name: formats.number(each, active_language()) for name, each in stated.items()}


def _budget(budget: int | None) -> str:
    if budget is None:
        return ""
    return ngettext(
        "as long as the budget of %(points)s point lasts", "as long as the budget of %(points)s points lasts", budget
    ) % {"points": formats.number(budget, active_language())}


# What else there is to say


def _qualifying(rule: Rule) -> str:
    """Nothing where they are what they are unless stated."""
    if rule.qualifying == 0:
        return _("without qualifying points")
    is_multiplied = not isinstance(rule, ForDeed) and rule.is_qualifying_multiplied and bool(rule.multipliers)
    if rule.qualifying is None:
        return _("qualifying points are multiplied as well") if is_multiplied else ""
    facts = {"points": formats.number(rule.qualifying, active_language())}
    if is_multiplied:
        return (
            ngettext(
                "with %(points)s qualifying point, which is multiplied as well",
                "with %(points)s qualifying points, which are multiplied as well",
                rule.qualifying,
            )
            % facts
        )
    return ngettext("with %(points)s qualifying point", "with %(points)s qualifying points", rule.qualifying) % facts


def _stacking(stacking: Stacking) -> str:
    if stacking is Stacking.HIGHEST:
        return _("of several multipliers the highest counts")
    return _("several multipliers are multiplied with one another")


def _rounding(rounding: Rounding) -> str:
    return {
        Rounding.DOWN: _("What a rule gives for an order is rounded down to whole points."),
        Rounding.HALF_UP: _("What a rule gives for an order is rounded to whole points, from a half on up."),
        Rounding.UP: _("What a rule gives for an order is rounded up to whole points."),
    }[rounding]


def _paid(is_for_points: bool, is_for_vouchers: bool) -> str:
    return {
        (True, True): _("What is paid with points or vouchers earns nothing."),
        (True, False): _("What is paid with points earns nothing."),
        (False, True): _("What is paid with vouchers earns nothing."),
        (False, False): "",
    }[is_for_points, is_for_vouchers]
