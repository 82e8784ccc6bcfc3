"""Draft offers, publish and stop them. What is published is not changed any more: members rely on it."""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field, fields
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from treue.act.loyalty.models import Programme
from treue.act.offers import happenings, prices, pricing
from treue.act.offers.errors import (
    ImpossibleOffer,
    NameTaken,
    NoPriorPrice,
    NoProducts,
    NotADraft,
    NotRunning,
    TooManyProducts,
)
from treue.act.offers.models import LONGEST_FLASH, LONGEST_HEAD_START_HOURS, Offer, Priced
from treue.act.offers.pricing import Quote
from treue.core.commerce.models import Product
from treue.core.shop.models import NonProduct, Shop
from treue.core.staff import audit
from treue.core.staff.models import User
from treue.design.formats import precision, rounded
from treue.understand.segments.wording import GROUPS

LARGEST, MOST, MOST_PRODUCTS, NAMED = Decimal(10) ** 9, 10**9, 20_000, 20
Benefit, Kind, Exempt = Offer.Benefit, Offer.Kind, Offer.Exempt


@dataclass(frozen=True)
class Terms:
    """What an offer is, as `models.Offer` has it."""

    name: str
    kind: str
    benefit: str
    currency: str
    starts_at: datetime
    ends_at: datetime
    description: str = ""
    products: Sequence[str] = ()
    categories: Sequence[str] = ()
    percent: Decimal | None = None
    amount: Decimal | None = None
    head_start_hours: int = 0
    head_start_tier: str = ""
    lowest_tier: str = ""
    segment: str = ""
    units: int | None = None
    most_per_member: int | None = None
    budget: Decimal | None = None
    exempt: str = Exempt.NO
    is_shown_to_others: bool = False


@dataclass(frozen=True)
class Preview:
    """What publishing would come to: every product with its prices, and those that stand against it."""

    quotes: Sequence[Quote] = field(default_factory=tuple)
    without_price: Sequence[str] = ()
    without_prior: Sequence[str] = ()

    @property
    def no_reductions(self) -> list[Quote]:
        """What would not be cheaper than the lowest price of the 30 days: it may not be called a reduction."""
        return [each for each in self.quotes if each.prior and each.reduced and each.reduced >= each.prior.price]

    @property
    def known_in_part(self) -> list[Quote]:
        """Of what prices are known for a part of the 30 days alone: sold for less long, or not told."""
        return [each for each in self.quotes if each.prior and not each.prior.is_whole]


def of(shop: Shop) -> QuerySet[Offer]:
    """All offers, the newest first."""
    return Offer.objects.filter(programme__shop=shop).select_related("programme__shop").order_by("-pk")


def add(*, programme: Programme, terms: Terms, by: User | None, now: datetime) -> Offer:
    """A draft. Raises ImpossibleOffer, NameTaken."""
    require_possible(programme.shop, terms)
    with transaction.atomic():
        made = _saved(drafted(programme, terms, now=now))
        audit.record("offer.made", who=by, subject=f"offer {made.pk}", name=made.name)
    return made


def drafted(programme: Programme, terms: Terms, *, now: datetime) -> Offer:
    """Of these terms, not saved."""
    return Offer(programme=programme, created_at=now, **_values(terms))


def change(*, offer: Offer, terms: Terms, by: User | None) -> Offer:
    """Of a draft. Raises ImpossibleOffer, NameTaken, NotADraft; nothing is changed then."""
    require_possible(offer.programme.shop, terms)
    with transaction.atomic():
        locked = _locked_draft(offer)
        for name, value in _values(terms).items():
            setattr(locked, name, value)
        _saved(locked)
        audit.record("offer.changed", who=by, subject=f"offer {locked.pk}", name=locked.name)
    return locked


def discard(*, offer: Offer, by: User | None) -> None:
    """A draft. Raises NotADraft."""
    with transaction.atomic():
        locked = _locked_draft(offer)
        audit.record("offer.discarded", who=by, subject=f"offer {locked.pk}", name=locked.name)
        locked.delete()


def preview(offer: Offer, *, now: datetime) -> Preview:
    """As if it were published now: prices as they are known now for the moment at which it begins.

    Raises NoProducts, TooManyProducts.
    """
    shop, offer = offer.programme.shop, _as_of(offer, now)
    at = offer.begins_at
    codes = _products(shop, offer, at)
    book = pricing.book(shop, codes, among=[offer], at=at)
    quotes = [book.quote(offer, each, at) for each in codes]
    without_price = [each.product for each in quotes if each.reduced is None]
    without_prior = [each.product for each in quotes if each.needs_prior and each.prior is None]
    return Preview(quotes, without_price, without_prior)


def publish(*, offer: Offer, by: User | None, now: datetime) -> Offer:
    """Let members have it. A second time changes nothing.

    Raises NotRunning where it would be over, NoProducts, TooManyProducts, and NoPriorPrice where the shop has announced
    no price of a product, or none of the 30 days before unless the law asks for none; nothing is changed then.
    """
    with transaction.atomic():
        locked = Offer.objects.select_for_update(of=("self",)).select_related("programme__shop").get(pk=offer.pk)
        if not locked.is_draft:
            return locked
        if locked.ends_at <= now:
            raise NotRunning
        locked = _as_of(locked, now)
        looked_at = preview(locked, now=now)
        missing = sorted({*looked_at.without_price, *looked_at.without_prior})
        if missing:
            raise NoPriorPrice(missing[:NAMED], len(missing))
        locked.state = Offer.State.PUBLISHED
        locked.save(update_fields=["state", "published_at", "starts_at"])
        Priced.objects.bulk_create([_priced(locked, each) for each in looked_at.quotes], batch_size=2_000)
        happenings.tell(happenings.PUBLISHED, locked, now)
        audit.record("offer.published", who=by, subject=f"offer {locked.pk}", name=locked.name)
    return locked


def _as_of(offer: Offer, now: datetime) -> Offer:
    """As it would be, published now: nothing begins before it is published."""
    seen = copy(offer)
    seen.published_at, seen.starts_at = now, max(offer.starts_at, now)
    return seen


def stop(*, offer: Offer, by: User | None, now: datetime) -> Offer:
    """End it at once; what was redeemed stays. Raises NotRunning where it is a draft, or over."""
    with transaction.atomic():
        locked = Offer.objects.select_for_update(of=("self",)).select_related("programme__shop").get(pk=offer.pk)
        if locked.state != Offer.State.PUBLISHED or locked.ends_at <= now:
            raise NotRunning
        locked.state, locked.stopped_at = Offer.State.STOPPED, now
        locked.save(update_fields=["state", "stopped_at"])
        happenings.tell(happenings.STOPPED, locked, now)
        audit.record("offer.stopped", who=by, subject=f"offer {locked.pk}", name=locked.name)
    return locked


def require_possible(shop: Shop, terms: Terms) -> None:
    """What the table's checks would refuse without saying which field it is. Raises ImpossibleOffer."""
    is_early = terms.kind == Kind.EARLY_ACCESS
    wrong = [
        *(["name"] if not terms.name.strip() else []),
        *(["kind"] if terms.kind not in Kind.values else []),
        *_wrong_benefit(shop, terms),
        *_wrong_span(terms),
        *(["head_start_tier"] if bool(terms.head_start_hours) != bool(terms.head_start_tier) else []),
        *(["head_start_hours"] if is_early and not terms.head_start_hours else []),
        *(["segment"] if terms.segment and (terms.lowest_tier or terms.segment not in GROUPS) else []),
        *_wrong_limits(terms),
        *_wrong_exemption(terms),
    ]
    if wrong:
        raise ImpossibleOffer(wrong[0])


def _wrong_exemption(terms: Terms) -> list[str]:
    """A programme that everybody can join, or a tier that everybody can reach, makes no reduction an individual one."""
    possible = {
        Exempt.NO: True,
        Exempt.PERISHABLE: True,
        Exempt.INDIVIDUAL: bool(terms.segment),
        Exempt.NO_REDUCTION: terms.benefit == Benefit.PRICE,
    }
    return [] if possible.get(terms.exempt) else ["exempt"]


def _wrong_benefit(shop: Shop, terms: Terms) -> list[str]:
    if terms.currency != shop.currency:
        return ["currency"]
    if terms.benefit == Benefit.PERCENT:
        is_share = terms.percent is not None and 0 < terms.percent < 100 and rounded(terms.percent, 2) == terms.percent
        return [] if is_share and terms.amount is None else ["percent"]
    if terms.benefit not in Benefit.values:
        return ["benefit"]
    return [] if _is_money(terms.amount, terms.currency) and terms.percent is None else ["amount"]


def _is_money(amount: Decimal | None, currency: str) -> bool:
    return amount is not None and 0 < amount < LARGEST and rounded(amount, precision(currency)) == amount


def _wrong_span(terms: Terms) -> list[str]:
    if terms.starts_at >= terms.ends_at:
        return ["ends_at"]
    if terms.kind == Kind.FLASH_SALE and terms.ends_at - terms.starts_at > LONGEST_FLASH:
        return ["ends_at"]
    return [] if 0 <= terms.head_start_hours <= LONGEST_HEAD_START_HOURS else ["head_start_hours"]


def _wrong_limits(terms: Terms) -> list[str]:
    counts = {"units": terms.units, "most_per_member": terms.most_per_member}
    wrong = [name for name, count in counts.items() if count is not None and not 0 < count <= MOST]
    return wrong if terms.budget is None or _is_money(terms.budget, terms.currency) else [*wrong, "budget"]


def _products(shop: Shop, offer: Offer, at: datetime) -> list[str]:
    """What it is for: what was named, and what belongs to the categories; everything sold where neither was named."""
    codes = set(offer.products)
    if offer.categories:
        rows = Product.objects.filter(shop=shop, category__in=offer.categories)
        codes |= set(rows.values_list("code", flat=True)) - _no_products(shop)
    if not offer.products and not offer.categories:
        codes = set(prices.sold(shop, at=at)) - _no_products(shop)
    if not codes:
        raise NoProducts
    if len(codes) > MOST_PRODUCTS:
        raise TooManyProducts(MOST_PRODUCTS, len(codes))
    return sorted(codes)


def _no_products(shop: Shop) -> set[str]:
    return set(NonProduct.objects.filter(shop=shop).values_list("code", flat=True))


def _priced(offer: Offer, quote: Quote) -> Priced:
    lowest, since = (quote.prior.price, quote.prior.since) if quote.prior else (None, None)
    facts = {"regular": quote.regular, "reduced": quote.reduced, "lowest": lowest, "lowest_since": since}
    return Priced(offer=offer, product=quote.product, **facts)


def _values(terms: Terms) -> dict[str, object]:
    values = {each.name: getattr(terms, each.name) for each in fields(terms)}
    lists = {name: list(values[name]) for name in ("products", "categories")}
    return values | lists | {"units_left": terms.units, "budget_left": terms.budget}


def _locked_draft(offer: Offer) -> Offer:
    rows = Offer.objects.select_for_update(of=("self",)).select_related("programme__shop")
    locked = rows.get(pk=offer.pk)
    if not locked.is_draft:
        raise NotADraft
    return locked


def _saved(offer: Offer) -> Offer:
    try:
        with transaction.atomic():
            offer.save()
    except IntegrityError as error:
        raise NameTaken(offer.name) from error
    return offer
