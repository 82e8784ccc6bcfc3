"""An offer in sentences: what it gives, when, for whom, how many; and why somebody does not have it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from treue.act.loyalty.days import ONE_DAY, day_of
from treue.act.loyalty.wording import number
from treue.act.offers import errors
from treue.act.offers.models import Offer
from treue.act.offers.planning import Terms
from treue.act.rewards.sentences import Tiers, tiers_of
from treue.act.vouchers.sentences import money
from treue.core.shop import clock
from treue.design import formats
from treue.understand.metrics.scope.basis import active_language
from treue.understand.segments.wording import name_of

__all__ = ["Tiers", "tiers_of"]
FEW = 5


def of(terms: Terms | Offer, zone: ZoneInfo, tiers: Tiers) -> str:
    """The whole, as somebody would say it: "20% off TEA-1. From 29 Nov 2026, 18:00 to … For members from Gold on."."""
    parts = [gives(terms), _span(terms, zone), _whom(terms, tiers), *_early(terms, zone, tiers), *_limits(terms)]
    return " ".join([*parts, _law(terms), *_shown(terms)])


def gives(terms: Terms | Offer) -> str:
    what = _what(terms)
    if terms.benefit == Offer.Benefit.PERCENT:
        share = formats.rate(terms.percent, active_language(), _decimals(terms.percent))
        return _("%(percent)s off %(what)s.") % {"percent": share, "what": what}
    amount = money(terms.amount or Decimal(0), terms.currency)
    if terms.benefit == Offer.Benefit.AMOUNT:
        return _("%(amount)s off %(what)s.") % {"amount": amount, "what": what}
    return _("%(amount)s for %(what)s.") % {"amount": amount, "what": what}


def _decimals(share: Decimal | None) -> int:
    return max(-int((share or Decimal(0)).normalize().as_tuple().exponent), 0)


def _what(terms: Terms | Offer) -> str:
    parts = [
        *_listed(terms.products),
        *(_("the category %(name)s") % {"name": each} for each in terms.categories[:FEW]),
    ]
    if len(terms.categories) > FEW:
        parts.append(_more(len(terms.categories) - FEW))
    return ", ".join(parts) if parts else _("everything")


def _listed(products: Sequence[str]) -> list[str]:
    return [*products[:FEW], *([_more(len(products) - FEW)] if len(products) > FEW else [])]


def _more(count: int) -> str:
    return ngettext("%(count)s more", "%(count)s more", count) % {"count": number(count)}


def _span(terms: Terms | Offer, zone: ZoneInfo) -> str:
    facts = {"begin": clock.printed(terms.starts_at, zone), "end": clock.printed(terms.ends_at, zone)}
    return _("From %(begin)s to %(end)s.") % facts


def _whom(terms: Terms | Offer, tiers: Tiers) -> str:
    if terms.segment:
        return _("For members of the segment %(segment)s.") % {"segment": name_of(terms.segment)}
    if terms.lowest_tier:
        return for_tier(terms.lowest_tier, tiers)
    return _("For all members.")


def for_tier(code: str, tiers: Tiers) -> str:
    if code in tiers:
        return _("For members from %(tier)s on.") % {"tier": tiers[code]}
    return _("For members of a tier that does not exist any more: nobody.")


def _early(terms: Terms | Offer, zone: ZoneInfo, tiers: Tiers) -> Iterator[str]:
    if not terms.head_start_hours:
        return
    facts = {"tier": tiers.get(terms.head_start_tier, terms.head_start_tier), "count": number(terms.head_start_hours)}
    yield (
        ngettext(
            "Members from %(tier)s on may buy %(count)s hour earlier.",
            "Members from %(tier)s on may buy %(count)s hours earlier.",
            terms.head_start_hours,
        )
        % facts
    )


def _limits(terms: Terms | Offer) -> Iterator[str]:
    if terms.units is not None:
        yield ngettext("There is %(count)s in all.", "There are %(count)s in all.", terms.units) % {
            "count": number(terms.units)
        }
    if terms.most_per_member is not None:
        yield _("Each member may have %(count)s.") % {"count": number(terms.most_per_member)}
    if terms.budget is not None:
        yield _("It may take %(amount)s off in all.") % {"amount": money(terms.budget, terms.currency)}


def _law(terms: Terms | Offer) -> str:
    return {
        Offer.Exempt.NO: _("Beside each price stands the lowest one of the 30 days before."),
        Offer.Exempt.PERISHABLE: _("No lowest price of 30 days: the goods would spoil soon."),
        Offer.Exempt.INDIVIDUAL: _("No lowest price of 30 days: the reduction is an individual one."),
        Offer.Exempt.NO_REDUCTION: _("No lowest price of 30 days: it is no reduction."),
    }[terms.exempt]


def _shown(terms: Terms | Offer) -> Iterator[str]:
    if terms.is_shown_to_others:
        yield _("Members whose tier is too low see it as a reason to rise.")


def refusal(error: errors.Refusal, zone: ZoneInfo, tiers: Tiers, now: datetime) -> str:
    """Why a member does not have it, for members too."""
    if isinstance(error, errors.TierTooLow):
        return for_tier(error.needed, tiers)
    if isinstance(error, errors.NotYet):
        return begins(error.begins_at, zone, now)
    if isinstance(error, errors.LimitReached):
        return _("Each member may have %(count)s.") % {"count": number(error.most)}
    said: Mapping[type[errors.Refusal], str] = {
        errors.NotPublished: _("It is not published."),
        errors.Over: _("It is over."),
        errors.NoMember: _("It is for members."),
        errors.NotInSegment: _("It is for others."),
        errors.SoldOut: _("The last one is gone."),
        errors.BudgetSpent: _("The last one is gone."),
    }
    return said[type(error)]


def ends(moment: datetime, zone: ZoneInfo, now: datetime) -> str:
    """ "Until 20:00 today", in words, so that it is right without a clock that ticks."""
    day, at = _day_and_time(moment, zone, now)
    if day == _TODAY:
        return _("Until %(time)s today") % {"time": at}
    if day == _TOMORROW:
        return _("Until tomorrow, %(time)s") % {"time": at}
    return _("Until %(day)s, %(time)s") % {"day": day, "time": at}


def begins(moment: datetime, zone: ZoneInfo, now: datetime) -> str:
    day, at = _day_and_time(moment, zone, now)
    if day == _TODAY:
        return _("From %(time)s today") % {"time": at}
    if day == _TOMORROW:
        return _("From tomorrow, %(time)s") % {"time": at}
    return _("From %(day)s, %(time)s") % {"day": day, "time": at}


_TODAY, _TOMORROW = "today", "tomorrow"


def _day_and_time(moment: datetime, zone: ZoneInfo, now: datetime) -> tuple[str, str]:
    """Midnight is the end of a day for whoever reads until when something lasts, but its begin is plainer: 0:00."""
    language, local, today = active_language(), moment.astimezone(zone), day_of(now, zone)
    at = formats.clock(local, language)
    if local.date() == today:
        return _TODAY, at
    if local.date() == today + ONE_DAY:
        return _TOMORROW, at
    is_this_year = local.year == today.year
    return (formats.day_in_year if is_this_year else formats.day_long)(local.date(), language), at
