"""The parts of a rule's sentence that say on what, when and for whom: each whole in either language."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext, pgettext_lazy

from treue.act.loyalty.earning.rules import Goods, Lasting, Multiplier
from treue.design import formats
from treue.understand.metrics.scope.basis import active_language

Called = Callable[[str, str], str]
ONE_DAY = timedelta(days=1)
WEEKDAYS = (
    pgettext_lazy("after 'on'", "Mondays"),
    pgettext_lazy("after 'on'", "Tuesdays"),
    pgettext_lazy("after 'on'", "Wednesdays"),
    pgettext_lazy("after 'on'", "Thursdays"),
    pgettext_lazy("after 'on'", "Fridays"),
    pgettext_lazy("after 'on'", "Saturdays"),
    pgettext_lazy("after 'on'", "Sundays"),
)


def as_it_stands(kind: str, key: str) -> str:
    """The name of a "product", "category", "tier" or "segment" where none but the rule's own word is known."""
    return key


def goods(some: Goods, called: Called) -> str:
    """In the accusative: "the category Tea", "the products A and B and the category Tea"."""
    products = [called("product", each) for each in some.products]
    categories = [called("category", each) for each in some.categories]
    named = [_products(products), _categories(categories)]
    return listed([each for each in named if each])


def _products(names: Sequence[str]) -> str:
    if not names:
        return ""
    return ngettext("the product %(names)s", "the products %(names)s", len(names)) % {"names": listed(names)}


def _categories(names: Sequence[str]) -> str:
    if not names:
        return ""
    return ngettext("the category %(names)s", "the categories %(names)s", len(names)) % {"names": listed(names)}


def multiplier(one: Multiplier, called: Called) -> str:
    """ "twice on Saturdays for Gold"."""
    facts = {"factor": times(one.factor), "when": _when(one), "whom": _whom(one, called)}
    if not facts["when"]:
        return pgettext("a multiplier", "%(factor)s %(whom)s") % facts
    if not facts["whom"]:
        return pgettext("a multiplier", "%(factor)s %(when)s") % facts
    return pgettext("a multiplier", "%(factor)s %(when)s %(whom)s") % facts


def times(factor: Decimal) -> str:
    """ "twice", "three times", "1.5 times"."""
    if factor == 2:
        return pgettext("a factor", "twice")
    if factor == 3:
        return pgettext("a factor", "three times")
    return pgettext("a factor", "%(factor)s times") % {
        "factor": formats.number(factor, active_language(), decimals(factor))
    }


def decimals(number: Decimal) -> int:
    """How many it needs."""
    return max(-int(number.normalize().as_tuple().exponent), 0)


def _when(one: Multiplier) -> str:
    days, dates = _weekdays(one.weekdays), lasting(one)
    if days and dates:
        return pgettext("weekdays and dates", "%(days)s %(dates)s") % {"days": days, "dates": dates}
    return days or dates


def _weekdays(days: Sequence[int]) -> str:
    return _("on %(weekdays)s") % {"weekdays": listed([str(WEEKDAYS[each]) for each in sorted(days)])} if days else ""


def lasting(period: Lasting) -> str:
    """ "from 1 Dec 2026 to 24 Dec 2026": with its last day; "" where it has no end on either side."""
    language = active_language()
    first = formats.day(period.valid_from, language)
    last = formats.day(period.valid_until - ONE_DAY, language) if period.valid_until else ""
    if period.valid_from and period.valid_until:
        if first == last:
            return _("on %(day)s") % {"day": first}
        return pgettext("days", "from %(first)s to %(last)s") % {"first": first, "last": last}
    if period.valid_from:
        return _("from %(day)s on") % {"day": first}
    return pgettext("the last day", "until %(day)s") % {"day": last} if last else ""


def _whom(one: Multiplier, called: Called) -> str:
    tiers = listed([called("tier", each) for each in one.tiers])
    segments = listed([called("segment", each) for each in one.segments])
    if tiers and segments:
        return ngettext(
            "for %(tiers)s in the segment %(segments)s", "for %(tiers)s in the segments %(segments)s", len(one.segments)
        ) % {"tiers": tiers, "segments": segments}
    if tiers:
        return pgettext("a tier", "for %(tiers)s") % {"tiers": tiers}
    if segments:
        return ngettext("for the segment %(segments)s", "for the segments %(segments)s", len(one.segments)) % {
            "segments": segments
        }
    return ""


def listed(names: Sequence[str]) -> str:
    """ "A, B and C"."""
    if len(names) < 2:
        return "".join(names)
    *others, last = names
    return pgettext("a list", "%(others)s and %(last)s") % {"others": ", ".join(others), "last": last}
