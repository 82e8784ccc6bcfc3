"""What a member has now: offers, those that come, and what products cost them. Nothing is written."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import connection
from django.db.models import QuerySet

from treue.act.loyalty.models import Member, Programme
from treue.act.loyalty.tiering import Rank
from treue.act.offers import conditions, pricing
from treue.act.offers.conditions import Standing
from treue.act.offers.errors import BudgetSpent, NotYet, Refusal, TierTooLow
from treue.act.offers.models import LONGEST_HEAD_START_HOURS, Offer, Priced
from treue.act.offers.pricing import Book, Quote
from treue.act.offers.prior_price import in_force

AHEAD = timedelta(days=14)
FIRST = """
select o.id, p.product, c.count from unnest(%(offers)s::bigint[]) o (id)
cross join lateral (
    select product from offers_priced where offer_id = o.id order by product limit %(most)s
) p
cross join lateral (select count(*) from offers_priced where offer_id = o.id) c
order by o.id, p.product"""
LONGEST_HEAD_START = timedelta(hours=LONGEST_HEAD_START_HOURS)


@dataclass(frozen=True)
class Having:
    """An offer as one member sees it. refusals: none where they have it. begins_at: for this member."""

    offer: Offer
    refusals: Sequence[Refusal]
    begins_at: datetime

    @property
    def is_there(self) -> bool:
        return not self.refusals

    @property
    def is_coming(self) -> bool:
        return bool(self.refusals) and all(isinstance(each, NotYet) for each in self.refusals)

    @property
    def is_a_reason_to_rise(self) -> bool:
        """Whether the tier is all that is missing, and the shop wants that to be seen."""
        others = [each for each in self.refusals if not isinstance(each, NotYet)]
        return self.offer.is_shown_to_others and bool(others) and all(isinstance(each, TierTooLow) for each in others)


@dataclass(frozen=True)
class Asked:
    """So many pieces of a product. agreed: what the member was shown for one; None where nobody says."""

    product: str
    units: int = 1
    agreed: Decimal | None = None


@dataclass(frozen=True)
class Best:
    """What a product costs a member. offer, quote: of the lowest price they have; none where no offer holds. regular:
    what everybody pays; None where no price was announced. others: offers that hold for it and they do not have."""

    asked: Asked
    regular: Decimal | None
    offer: Offer | None = None
    quote: Quote | None = None
    others: Sequence[tuple[Offer, Quote, Refusal]] = ()

    @property
    def discount(self) -> Decimal:
        return self.quote.discount * self.asked.units if self.quote else Decimal(0)


def published(programme: Programme, at: datetime) -> QuerySet[Offer]:
    """Those that run or come within some days for somebody, with the longest head start that there is; the first to end
    first. None in a currency that the shop had before."""
    rows = Offer.objects.filter(programme=programme, starts_at__lt=at + AHEAD + LONGEST_HEAD_START, ends_at__gt=at)
    rows = rows.filter(currency=programme.shop.currency)
    return rows.exclude(state=Offer.State.DRAFT).order_by("ends_at", "pk")


def for_member(member: Member, *, at: datetime, rank: Rank | None = None) -> list[Having]:
    """First those they have, the first to end first; then those that come to them; then the others. rank: where it is
    at hand."""
    offers = [each for each in published(member.programme, at) if not each.is_over(at)]
    standing = conditions.standing_of(member, offers, at, rank)
    found = [each for each in (_having(each, standing, at) for each in offers) if each.begins_at < at + AHEAD]
    return sorted(found, key=lambda each: (not each.is_there, not each.is_coming, each.begins_at, each.offer.pk))


def _having(offer: Offer, standing: Standing, at: datetime) -> Having:
    return Having(offer, tuple(conditions.refusals(offer, standing, at)), standing.begins_at(offer))


def products_of(offer: Offer, most: int) -> tuple[list[str], int]:
    """The codes of the first that a published offer holds for, and for how many it does: up to some ten thousand."""
    return products_of_all([offer], most)[offer.pk]


def products_of_all(offers: Collection[Offer], most: int) -> dict[int, tuple[list[str], int]]:
    """The same of several, by offer."""
    found: dict[int, tuple[list[str], int]] = {each.pk: ([], 0) for each in offers}
    with connection.cursor() as cursor:
        cursor.execute(FIRST, {"offers": list(found), "most": most})
        for offer, product, count in cursor.fetchall():
            found[offer] = ([*found[offer][0], product], count)
    return found


def best(member: Member, asked: Sequence[Asked], *, at: datetime) -> list[Best]:
    """What each of some products costs them, in the order given."""
    shop, codes = member.programme.shop, {each.product for each in asked}
    rows = Priced.objects.filter(product__in=codes, offer__programme=member.programme)
    running = rows.filter(offer__ends_at__gt=at, offer__currency=shop.currency).exclude(offer__state=Offer.State.DRAFT)
    offers = {each.offer_id: each.offer for each in running.select_related("offer")}
    holding = {each: [] for each in codes}
    for each in running.order_by("offer"):
        holding[each.product].append(offers[each.offer_id])
    book = pricing.book(shop, codes, among=list(offers.values()), at=at)
    standing = conditions.standing_of(member, list(offers.values()), at)
    taken = _Taken(Counter(), Counter())
    return [_best(each, holding[each.product], book, standing, taken, at) for each in asked]


@dataclass(frozen=True)
class _Taken:
    """What earlier products of the same basket take of an offer's limits."""

    units: Counter[int]
    discount: Counter[int]


def _best(asked: Asked, offers: Collection[Offer], book: Book, standing: Standing, taken: _Taken, at: datetime) -> Best:
    history = book.histories.get(asked.product)
    regular = in_force(history.everybody, at) if history else None
    quotes = [(offer, book.quote(offer, asked.product, at)) for offer in offers]
    lowest = sorted(
        (
            (quote.reduced, -offer.ended_at.timestamp(), offer.pk, offer, quote)
            for offer, quote in quotes
            if quote.reduced and _saves(offer, quote)
        ),
        key=lambda each: each[:3],
    )
    others = []
    for _price, _ends, _number, offer, quote in lowest:
        why = _refusal(offer, quote, asked, standing, taken, at)
        if why is None:
            taken.units[offer.pk] += asked.units
            taken.discount[offer.pk] += quote.discount * asked.units
            return Best(asked, regular, offer, quote, others)
        others.append((offer, quote, why))
    return Best(asked, regular, others=others)


def _saves(offer: Offer, quote: Quote) -> bool:
    """Whether it is worth a piece of what there is; early access to new goods is, at the price that all will pay."""
    return quote.discount > 0 or offer.exempt == Offer.Exempt.NO_REDUCTION


def _refusal(
    offer: Offer, quote: Quote, asked: Asked, standing: Standing, taken: _Taken, at: datetime
) -> Refusal | None:
    units = taken.units[offer.pk] + asked.units
    why = next(conditions.refusals(offer, standing, at, units), None)
    if why is None and offer.budget_left is not None:
        cost = taken.discount[offer.pk] + quote.discount * asked.units
        return BudgetSpent() if cost > offer.budget_left else None
    return why
