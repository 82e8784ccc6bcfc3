"""Member offers as a member sees them: what they have now, what comes, and for which tier there is more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from treue.act.loyalty import tier_showing, wording
from treue.act.loyalty.models import Member
from treue.act.loyalty.tiering import Rank
from treue.act.offers import having, prices, pricing, sentences
from treue.act.offers.models import Offer
from treue.act.offers.pricing import Book, Quote
from treue.act.vouchers.sentences import money

AT_HOME, MOST_PRODUCTS = 2, 24


@dataclass(frozen=True)
class Line:
    """A product in an offer. beside: what stands beside its price, by law or because it helps."""

    name: str
    price: str
    beside: Sequence[str]


@dataclass(frozen=True)
class Sale:
    """when: "Until 20:00 today". more: of how many products the lines are not shown."""

    name: str
    description: str
    when: str
    lines: Sequence[Line] = ()
    more: str = ""
    notes: Sequence[str] = ()


def of(member: Member, rank: Rank, now: datetime) -> dict[str, list[Sale]]:
    """Template context: what they have now, what comes to them, and what a higher tier would have.

    A reduction that has not begun is told without its prices: what would have to stand beside them is not known yet.
    """
    zone, tiers = member.programme.shop.tz, tier_showing.names(rank.version)
    found = having.for_member(member, at=now, rank=rank)
    return {
        "sales": _running([each.offer for each in found if each.is_there], member, now),
        "coming": [
            Sale(each.offer.name, each.offer.description, sentences.begins(each.begins_at, zone, now))
            for each in found
            if each.is_coming
        ],
        "reasons": [
            Sale(each.offer.name, each.offer.description, sentences.for_tier(each.offer.lowest_tier, tiers))
            for each in found
            if each.is_a_reason_to_rise and each.offer.lowest_tier in tiers
        ],
    }


def at_home(member: Member, rank: Rank, now: datetime) -> list[Sale]:
    """The first to end."""
    zone = member.programme.shop.tz
    there = [each for each in having.for_member(member, at=now, rank=rank) if each.is_there][:AT_HOME]
    return [Sale(each.offer.name, "", sentences.ends(each.offer.ended_at, zone, now)) for each in there]


def _running(offers: Sequence[Offer], member: Member, now: datetime) -> list[Sale]:
    if not offers:
        return []
    shop, shown = member.programme.shop, having.products_of_all(offers, MOST_PRODUCTS)
    codes = {code for first, _count in shown.values() for code in first}
    book, names = pricing.book(shop, codes, among=offers, at=now), prices.names(shop, codes)
    return [
        Sale(
            name=each.name,
            description=each.description,
            when=sentences.ends(each.ended_at, shop.tz, now),
            lines=[_line(quote, names, each) for quote in _quotes(each, shown[each.pk][0], book, now)],
            more=_more(shown[each.pk][1] - len(shown[each.pk][0])),
            notes=[*_law(each), *_left(each)],
        )
        for each in offers
    ]


def _quotes(offer: Offer, codes: Sequence[str], book: Book, now: datetime) -> list[Quote]:
    quotes = (book.quote(offer, each, now) for each in codes)
    return [each for each in quotes if each.reduced]


def _more(count: int) -> str:
    if not count:
        return ""
    words = ngettext("And %(count)s more product.", "And %(count)s more products.", count)
    return words % {"count": wording.number(count)}


def _line(quote: Quote, names: Mapping[str, str], offer: Offer) -> Line:
    beside = []
    if quote.prior is not None:
        lowest = money(quote.prior.price, offer.currency)
        beside.append(_("Lowest price of the last 30 days: %(price)s") % {"price": lowest})
    return Line(names.get(quote.product, quote.product), money(quote.reduced, offer.currency), beside)


def _law(offer: Offer) -> list[str]:
    """§ 11 (4) No. 2 PAngV: where the goods would spoil soon, that has to be said."""
    return [_("Reduced because it does not keep for long.")] if offer.exempt == Offer.Exempt.PERISHABLE else []


def _left(offer: Offer) -> list[str]:
    found = []
    if offer.most_per_member is not None:
        found.append(_("Each member may have %(count)s.") % {"count": wording.number(offer.most_per_member)})
    if offer.units_left is not None and offer.units_left <= 10:
        found.append(_("Only %(count)s left.") % {"count": wording.number(offer.units_left)})
    return found
