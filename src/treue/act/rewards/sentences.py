"""A reward in sentences: what it is, what it costs, who may have it; and why somebody cannot."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from treue.act.loyalty import tier_showing, tiering
from treue.act.loyalty.days import day_of, last_day_before
from treue.act.loyalty.models import Programme
from treue.act.loyalty.wording import number, points
from treue.act.rewards import errors
from treue.act.rewards.catalogue import Terms
from treue.act.rewards.models import Claim, Reward
from treue.act.rewards.wording import KINDS
from treue.act.vouchers.models import Campaign
from treue.act.vouchers.sentences import money
from treue.design import formats
from treue.understand.metrics.scope.basis import active_language

Tiers = Mapping[str, str]


def tiers_of(programme: Programme) -> Tiers:
    """The names of the tiers in force, by code, the lowest first."""
    return tier_showing.names(tiering.rules_on(programme, timezone.now()))


def of(terms: Terms | Reward, zone: ZoneInfo, tiers: Tiers) -> str:
    """The whole, as somebody would say it: "500 points become a voucher of €5.00. 100 points are worth €1.00. …"."""
    return " ".join([becomes(terms), worth(terms), *_stock(terms), *_limit(terms, tiers), *_period(terms, zone)])


def becomes(terms: Terms | Reward) -> str:
    facts = {"points": points(terms.points), "what": _what(terms)}
    if terms.points == 1:
        return _("%(points)s becomes %(what)s.") % facts
    return _("%(points)s become %(what)s.") % facts


def _what(terms: Terms | Reward) -> str:
    campaign = terms.campaign
    if campaign is not None and campaign.benefit == Campaign.Benefit.AMOUNT:
        return _("a voucher of %(amount)s") % {"amount": money(campaign.amount or Decimal(0), campaign.currency)}
    if campaign is not None:
        return _("a voucher of “%(campaign)s”") % {"campaign": campaign.name}
    return named(terms)


def named(terms: Terms | Reward) -> str:
    """What it is, as colleagues say it: "“Tea cup” (gift)"."""
    return _("“%(name)s” (%(kind)s)") % {"name": terms.name, "kind": KINDS[terms.kind]}


def worth(terms: Terms | Reward) -> str:
    """What a hundred points are worth here: for the shop, what the reward costs it."""
    amount = money(terms.cost * 100 / terms.points, terms.currency)
    return _("100 points are worth %(amount)s.") % {"amount": amount}


def _stock(terms: Terms | Reward) -> Iterator[str]:
    if terms.stock is not None:
        yield ngettext("There is %(count)s in all.", "There are %(count)s in all.", terms.stock) % {
            "count": number(terms.stock)
        }


def _limit(terms: Terms | Reward, tiers: Tiers) -> Iterator[str]:
    if terms.most_per_member is not None:
        yield limit(terms.most_per_member, is_of_year=terms.span == Reward.Span.YEAR)
    if terms.lowest_tier:
        yield _for_tier(terms.lowest_tier, tiers)


def limit(most: int, *, is_of_year: bool) -> str:
    facts = {"count": number(most)}
    if is_of_year:
        return _("Each member may have %(count)s in a year.") % facts
    return _("Each member may have %(count)s.") % facts


def _for_tier(code: str, tiers: Tiers) -> str:
    if code in tiers:
        return _("For members from %(tier)s on.") % {"tier": tiers[code]}
    return _("For members of a tier that does not exist any more: nobody.")


def _period(terms: Terms | Reward, zone: ZoneInfo) -> Iterator[str]:
    if terms.valid_from is not None:
        yield _("From %(day)s on.") % {"day": _day(terms.valid_from, zone)}
    if terms.valid_until is not None:
        yield _("Up to and including %(day)s.") % {"day": _last_day(terms.valid_until, zone)}
    if not terms.is_offered:
        yield _("It is not offered now.")


def refusal(error: errors.Refusal, zone: ZoneInfo, tiers: Tiers) -> str:
    """Why a member cannot have it, for colleagues."""
    if isinstance(error, errors.NotEnoughPoints):
        return _("%(points)s are missing.") % {"points": points(error.missing)}
    if isinstance(error, errors.TierTooLow):
        return _for_tier(error.needed, tiers)
    if isinstance(error, errors.LimitReached):
        return limit(error.most, is_of_year=error.year is not None)
    if isinstance(error, errors.NotYetValid):
        return _("From %(day)s on.") % {"day": _day(error.valid_from, zone)}
    if isinstance(error, errors.Expired):
        return _("Up to and including %(day)s.") % {"day": _last_day(error.valid_until, zone)}
    if isinstance(error, errors.PriceChanged):
        return _("It costs %(points)s by now. Look at it again.") % {"points": points(error.points)}
    return {
        errors.NotOffered: _("It is not offered now."),
        errors.OutOfStock: _("The last one is gone."),
        errors.VoucherOver: _("The campaign of its vouchers has ended or is used up."),
    }[type(error)]


def cancelled(claim: Claim) -> str:
    return _("It is cancelled.") if claim.is_gift else _("It is cancelled: the points are back.")


def stays(claim: Claim, error: errors.HandedOverAlready | errors.CodeUsed) -> str:
    """Why it cannot be cancelled."""
    if isinstance(error, errors.HandedOverAlready):
        if claim.is_gift:
            return _("It was handed over: it stays given.")
        return _("It was handed over: its points stay redeemed.")
    if claim.is_gift:
        return _("Its voucher was redeemed: it stays given until that is rolled back.")
    return _("Its voucher was redeemed: its points stay redeemed until that is rolled back.")


def _day(moment: datetime, zone: ZoneInfo) -> str:
    return formats.day(day_of(moment, zone), active_language())


def _last_day(moment: datetime, zone: ZoneInfo) -> str:
    return formats.day(last_day_before(moment, zone), active_language())
