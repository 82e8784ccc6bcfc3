"""What the shop announced as its products' prices: written down once, never changed, withdrawn where it was wrong."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import QuerySet

from treue.act.offers.errors import ImpossiblePrice, PriceKnownOtherwise, WithdrawnAlready
from treue.act.offers.models import Price
from treue.act.offers.prior_price import Applied, spans
from treue.core.commerce.models import Product
from treue.core.shop.models import Shop
from treue.core.staff import audit
from treue.core.staff.models import User
from treue.design.formats import precision, rounded

LARGEST, LONGEST, AT_ONCE = Decimal(10) ** 9, 80, 1_000
Key = tuple[str, str, datetime]
KEY = ("product", "audience", "valid_from")
AUDIENCES = (Price.Audience.EVERYBODY, Price.Audience.MEMBERS)

INSERT = """
insert into offers_price (shop_id, product, audience, valid_from, amount, currency, source, recorded_at)
select %(shop)s, product, audience, valid_from, amount, currency, %(source)s, %(now)s
from unnest(%(product)s::text[], %(audience)s::text[], %(valid_from)s::timestamptz[], %(amount)s::numeric[],
    %(currency)s::text[]) as given (product, audience, valid_from, amount, currency)
on conflict do nothing"""

KNOWN = """
select p.product, p.audience, p.valid_from, p.amount
from unnest(%(product)s::text[], %(audience)s::text[], %(valid_from)s::timestamptz[])
    as given (product, audience, valid_from)
join offers_price p using (product, audience, valid_from)
where p.shop_id = %(shop)s and p.withdrawn_at is null and p.currency = %(currency)s"""

# Of each product and audience what holds at the beginning of a span, and what came in it: as it is known now, and as it
# was at any moment since `known`. What was announced in a currency that the shop had before is no price any more.
IN_SPAN = """
select product, audience, valid_from, amount, recorded_at, withdrawn_at from offers_price p
where shop_id = %(shop)s and product = any(%(products)s) and currency = %(currency)s
and withdrawn_at is null and valid_from < %(until)s and valid_from >= coalesce((
    select max(valid_from) from offers_price q where q.shop_id = p.shop_id and q.product = p.product
    and q.audience = p.audience and q.currency = p.currency and q.withdrawn_at is null and q.valid_from <= %(since)s
    and q.recorded_at <= %(known)s), '-infinity')
union all
select product, audience, valid_from, amount, recorded_at, withdrawn_at from offers_price
where shop_id = %(shop)s and product = any(%(products)s) and currency = %(currency)s
and withdrawn_at > %(known)s and valid_from < %(until)s
order by product, audience, valid_from"""

# From one product to the next by the index, until there are enough: a product may have had a price on each day of some
# years, and not all of them are to be read for its code.
FOUND = """
with recursive walk (product) as (
    (select product from offers_price where shop_id = %(shop)s {begin} order by product {order} limit 1)
    union all
    select (select product from offers_price where shop_id = %(shop)s and product {way} walk.product
        order by product {order} limit 1)
    from walk where product is not null
)
select product, coalesce((select name from commerce_product where shop_id = %(shop)s and code = product), '') as name
from walk where product is not null and (strpos(upper(product), upper(%(text)s)) > 0 or exists (
    select from commerce_product where shop_id = %(shop)s and code = product
    and strpos(upper(name), upper(%(text)s)) > 0))
limit %(most)s"""


@dataclass(frozen=True)
class Announced:
    """A price as the shop says it. amount: None where it is not sold any more, or not to members."""

    product: str
    amount: Decimal | None
    currency: str
    valid_from: datetime
    audience: str = Price.Audience.EVERYBODY

    @property
    def key(self) -> Key:
        return self.product, self.audience, self.valid_from


@dataclass(frozen=True)
class Written:
    new: int
    known: int


@dataclass(frozen=True)
class Told:
    """From when on a price was to hold, or none, and when the shop said so and took it back."""

    since: datetime
    price: Decimal | None
    recorded_at: datetime
    withdrawn_at: datetime | None = None

    def is_known(self, at: datetime) -> bool:
        return self.recorded_at <= at and (self.withdrawn_at is None or self.withdrawn_at > at)


@dataclass(frozen=True)
class History:
    """Of a product, in time: what everybody paid, and what members paid where the shop says so, as it is known now."""

    everybody: Sequence[Applied] = ()
    members: Sequence[Applied] = ()
    told: Mapping[str, Sequence[Told]] = field(default_factory=dict)

    def as_known(self, at: datetime) -> "History":
        """Without what was said since, and with what was withdrawn since."""
        told = {audience: [each for each in some if each.is_known(at)] for audience, some in self.told.items()}
        return replace(self, **_spans(told))


def announce(*, shop: Shop, prices: Sequence[Announced], source: str, now: datetime, by: User | None = None) -> Written:
    """All of them or none. What is known already is left as it is.

    Raises ImpossiblePrice, and PriceKnownOtherwise where another price was announced from the same moment on: what was
    never asked for has to be withdrawn first.
    """
    for place, each in enumerate(prices):
        _require_possible(shop, place, each)
    with transaction.atomic():
        made = _insert(shop, prices, source, now)
        _require_the_same(shop, prices)
        if by is not None:
            audit.record("prices.announced", who=by, subject=f"shop {shop.pk}", rows=made)
    return Written(made, len(prices) - made)


def _insert(shop: Shop, prices: Sequence[Announced], source: str, now: datetime) -> int:
    """Returns how many are new. In one order, so that two writers of the same prices do not meet crosswise."""
    first = {each.key: each for each in reversed(prices)}
    rows = [first[key] for key in sorted(first)]
    columns = ("product", "audience", "valid_from", "amount", "currency")
    facts = {"shop": shop.pk, "source": source, "now": now}
    facts |= {name: [getattr(each, name) for each in rows] for name in columns}
    with connection.cursor() as cursor:
        cursor.execute(INSERT, facts)
        return cursor.rowcount


def _require_possible(shop: Shop, place: int, each: Announced) -> None:
    if not 0 < len(each.product) <= LONGEST or "\0" in each.product or each.product != each.product.strip():
        raise ImpossiblePrice(place, "product")
    if each.currency != shop.currency:
        raise ImpossiblePrice(place, "currency")
    if each.amount is not None and not (
        each.amount.is_finite()
        and 0 < each.amount < LARGEST
        and rounded(each.amount, precision(each.currency)) == each.amount
    ):
        raise ImpossiblePrice(place, "amount")
    if each.audience not in Price.Audience.values:
        raise ImpossiblePrice(place, "audience")


def _require_the_same(shop: Shop, prices: Sequence[Announced]) -> None:
    """That each is known now as it was said, also where it is said twice at once. One that somebody withdrew between
    the two statements is not: said again, it is new."""
    known: dict[Key, Decimal | None] = {}
    for begin in range(0, len(prices), AT_ONCE):
        known |= _known(shop, prices[begin : begin + AT_ONCE])
    for place, each in enumerate(prices):
        if each.key not in known or known[each.key] != each.amount:
            raise PriceKnownOtherwise(place, each.product)


def _known(shop: Shop, prices: Sequence[Announced]) -> dict[Key, Decimal | None]:
    """Of the moments asked for alone: a product may have had another price on each day of some years."""
    facts = {"shop": shop.pk, "currency": shop.currency}
    facts |= {name: [getattr(each, name) for each in prices] for name in KEY}
    with connection.cursor() as cursor:
        cursor.execute(KNOWN, facts)
        return {(product, audience, at): amount for product, audience, at, amount in cursor.fetchall()}


def withdraw(*, price: Price, now: datetime, by: User | None) -> Price:
    """Say that it was never asked for: it counts no more, and stays to be seen. Raises WithdrawnAlready."""
    with transaction.atomic():
        if not Price.objects.filter(pk=price.pk, withdrawn_at=None).update(withdrawn_at=now):
            raise WithdrawnAlready
        price.withdrawn_at = now
        facts = {"name": price.product, "since": price.valid_from.isoformat()}
        audit.record("prices.withdrawn", who=by, subject=f"price {price.pk}", **facts)
    return price


def histories(
    shop: Shop, products: Collection[str], *, since: datetime, until: datetime, known: datetime
) -> dict[str, History]:
    """What each of some products cost between two moments; those of which nothing was ever said are not in it. known:
    the earliest moment as of which somebody will ask (`History.as_known`), not before `since`."""
    told: dict[str, dict[str, list[Told]]] = defaultdict(lambda: defaultdict(list))
    about = {"shop": shop.pk, "currency": shop.currency, "products": list(products)}
    facts = {**about, "since": since, "until": until, "known": known}
    with connection.cursor() as cursor:
        cursor.execute(IN_SPAN, facts)
        for product, audience, *change in cursor.fetchall():
            told[product][audience].append(Told(*change))
    return {product: _history(of_product) for product, of_product in told.items()}


def _history(told: Mapping[str, Sequence[Told]]) -> History:
    standing = {audience: [each for each in some if each.withdrawn_at is None] for audience, some in told.items()}
    return History(**_spans(standing), told=told)


def _spans(told: Mapping[str, Sequence[Told]]) -> dict[str, list[Applied]]:
    return {each.value: spans((one.since, one.price) for one in told.get(each, ())) for each in AUDIENCES}


def sold(shop: Shop, *, at: datetime) -> list[str]:
    """The codes of everything that has a price for everybody at a moment."""
    rows = Price.objects.filter(
        shop=shop, currency=shop.currency, withdrawn_at=None, audience=Price.Audience.EVERYBODY, valid_from__lte=at
    ).order_by("product", "-valid_from")
    latest = rows.distinct("product").values_list("product", "amount")
    return [product for product, amount in latest if amount is not None]


def of(shop: Shop, product: str) -> QuerySet[Price]:
    """All that was ever announced of a product, withdrawn ones among them, the latest to hold first."""
    return Price.objects.filter(shop=shop, product=product).order_by("-valid_from", "-pk")


def names(shop: Shop, products: Collection[str]) -> dict[str, str]:
    """What products are called, by code; a product without a name is not in it."""
    rows = Product.objects.filter(shop=shop, code__in=products).exclude(name="")
    return dict(rows.values_list("code", "name"))


def found(
    shop: Shop, text: str, *, most: int, beyond: str | None = None, backwards: bool = False
) -> list[tuple[str, str]]:
    """Code and name of products whose code or name has a text in it, those with announced prices alone: the first by
    code, or those that come after one, or before it, then the nearest first."""
    way, order = ("<", "desc") if backwards else (">", "asc")
    begin = f"and product {way} %(beyond)s" if beyond is not None else ""
    facts = {"shop": shop.pk, "text": text, "most": most, "beyond": beyond}
    with connection.cursor() as cursor:
        cursor.execute(FOUND.format(way=way, order=order, begin=begin), facts)
        return cursor.fetchall()
