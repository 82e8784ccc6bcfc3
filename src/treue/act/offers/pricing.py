"""What products cost in offers, and the lowest price of the 30 days before: what was announced, put together.

Offers do not add up: of several that a member has, the one with the lowest price counts. Nobody pays more in an offer
than everybody does.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from treue.act.offers import prices
from treue.act.offers.models import Offer, Priced
from treue.act.offers.prices import History
from treue.act.offers.prior_price import DAYS, Applied, Prior, in_force, lowest, prior, rounded
from treue.core.shop.models import Shop
from treue.design.formats import precision

MARGIN = DAYS * 31 / 30  # a day of the shop's calendar may have 25 hours


@dataclass(frozen=True)
class Quote:
    """What a product costs in an offer. regular: what everybody pays; None where no price is known. reduced: None
    where it cannot be said. prior: None where none is known, or none has to be; needs_prior says which."""

    product: str
    regular: Decimal | None
    reduced: Decimal | None
    prior: Prior | None = None
    needs_prior: bool = False

    @property
    def discount(self) -> Decimal:
        if self.regular is None or self.reduced is None:
            return Decimal(0)
        return self.regular - self.reduced

    @property
    def saving_percent(self) -> int:
        """What may be announced: against the lowest price of the 30 days before; 0 where it is no reduction."""
        return self.prior.saving_percent(self.reduced) if self.prior and self.reduced is not None else 0


@dataclass(frozen=True)
class Book:
    """The prices of some products, and the published offers that hold for them, by code."""

    shop: Shop
    histories: Mapping[str, History] = field(default_factory=dict)
    offers: Mapping[str, Sequence[Offer]] = field(default_factory=dict)

    def quote(self, offer: Offer, product: str, at: datetime) -> Quote:
        """At a moment at which the offer runs, or would. Without prior price where the law asks for none; else that
        which was known when the offer began, so that what is announced or withdrawn later does not change it."""
        history = self.histories.get(product, History())
        everybody = in_force(history.everybody, at)
        reduced = _reduced(offer, everybody)
        regular = everybody if everybody is not None else _own_price(offer)
        if not _needs_prior(offer, everybody, reduced):
            return Quote(product, regular, reduced)
        known = history.as_known(offer.begins_at)
        return Quote(product, regular, reduced, self._prior(offer, product, known), needs_prior=True)

    def _prior(self, offer: Offer, product: str, history: History) -> Prior | None:
        others = [each for each in self.offers.get(product, ()) if each.pk != offer.pk]
        steps = [each for each in others if not each.exempt and _is_for_all_of(each, offer)]
        reductions = [span for each in steps for span in _applied(each, history)]
        own = _reduced(offer, in_force(history.everybody, offer.begins_at))
        if own is None:
            own = max((each.price for each in history.everybody), default=Decimal(0))
        of = Applied(own, offer.begins_at, offer.ended_at)
        return prior(_counted(others, history), reductions, of=of, zone=self.shop.tz)

    def members_pay(self, product: str, at: datetime) -> Decimal | None:
        """What each member pays: by the offers for all of them that run, by what was announced for members, and no more
        than everybody. None where no price is known."""
        history = self.histories.get(product, History())
        for_all = [each for each in self.offers.get(product, ()) if not each.lowest_tier and not each.segment]
        offered = [self.quote(each, product, at).reduced for each in for_all if each.is_running(at)]
        amounts = in_force(history.everybody, at), in_force(history.members, at), *offered
        return min((each for each in amounts if each is not None), default=None)

    def lowest(self, product: str, at: datetime) -> Prior | None:
        """Of the 30 days before a reduction that begins at a moment, and is no step of one before."""
        counted = _counted(self.offers.get(product, ()), self.histories.get(product, History()))
        return lowest(counted, at=at, zone=self.shop.tz)


def book(shop: Shop, products: Collection[str], *, among: Sequence[Offer], at: datetime) -> Book:
    """All that is needed to quote some products in some offers at a moment."""
    known = _offers(products, shop)
    since = _reach([*among, *{each.pk: each for of in known.values() for each in of}.values()], among, at) - MARGIN
    begins = [at, *(each.begins_at for each in among)]
    found = prices.histories(shop, products, since=since, until=max(begins) + MARGIN / 31, known=min(begins))
    return Book(shop, found, known)


def _offers(products: Collection[str], shop: Shop) -> dict[str, list[Offer]]:
    """Those that were published, by product; none in a currency that the shop had before."""
    found: dict[str, list[Offer]] = defaultdict(list)
    rows = Priced.objects.filter(product__in=products, offer__programme__shop=shop, offer__currency=shop.currency)
    for each in rows.select_related("offer").order_by("offer"):
        found[each.product].append(each.offer)
    return found


def _reach(known: Sequence[Offer], among: Sequence[Offer], at: datetime) -> datetime:
    """The first moment from which on a reduction may go on step by step into one of these."""
    reach = min([at, *(each.begins_at for each in among)])
    for each in sorted(known, key=lambda each: each.ended_at, reverse=True):
        if each.ended_at >= reach:
            reach = min(reach, each.begins_at)
    return reach


def _counted(offers: Collection[Offer], history: History) -> list[Applied]:
    """What was asked for of everybody and of members in general, in offers too."""
    general = [each for each in offers if not _is_individual(each)]
    return [*history.everybody, *history.members, *(span for each in general for span in _applied(each, history))]


def _applied(offer: Offer, history: History) -> list[Applied]:
    """What was asked for in an offer while it ran: its own price too, which members paid before everybody had one."""
    pieces = [
        (_reduced(offer, everybody), since, until)
        for since, until, everybody in _pieces(history, offer.begins_at, offer.ended_at)
    ]
    return [Applied(price, since, until) for price, since, until in pieces if price is not None]


def _pieces(history: History, begin: datetime, end: datetime) -> Iterator[tuple[datetime, datetime, Decimal | None]]:
    """A time, cut where everybody's price changes; None while there is none."""
    reached = begin
    for each in history.everybody:
        since, until = max(reached, each.since), min(end, each.until) if each.until else end
        if since >= until:
            continue
        if reached < since:
            yield reached, since, None
        yield since, until, each.price
        reached = until
    if reached < end:
        yield reached, end, None


def _reduced(offer: Offer, everybody: Decimal | None) -> Decimal | None:
    """What a member pays; None where it follows from a price that is not known, or nothing would be left of it."""
    if everybody is None:
        return _own_price(offer)
    places = precision(offer.currency)
    if offer.benefit == Offer.Benefit.PRICE:
        wanted = offer.amount
    elif offer.benefit == Offer.Benefit.AMOUNT:
        wanted = everybody - offer.amount
    else:
        wanted = everybody * (100 - offer.percent) / 100
    paid = min(rounded(wanted, places), everybody)
    return paid if paid > 0 else None


def _own_price(offer: Offer) -> Decimal | None:
    """Of what everybody will pay as much for later: new goods, for members first."""
    is_own = offer.benefit == Offer.Benefit.PRICE and offer.exempt == Offer.Exempt.NO_REDUCTION
    return offer.amount if is_own else None


def _needs_prior(offer: Offer, everybody: Decimal | None, reduced: Decimal | None) -> bool:
    """Whether the law asks for the lowest price of the 30 days before. What was said to be no reduction is one where
    everybody pays more."""
    if offer.exempt != Offer.Exempt.NO_REDUCTION:
        return not offer.exempt
    return everybody is not None and reduced is not None and reduced < everybody


def _is_for_all_of(step: Offer, offer: Offer) -> bool:
    """Whether who has the offer had the step too: for others the reduction did not begin with it."""
    theirs = (step.lowest_tier, step.segment)
    return theirs in (("", ""), (offer.lowest_tier, offer.segment))


def _is_individual(offer: Offer) -> bool:
    return offer.exempt == Offer.Exempt.INDIVIDUAL
