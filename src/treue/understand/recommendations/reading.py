"""What may be wanted next, for pages and the API: a few look-ups in PostgreSQL."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db import connection
from django.db.models import Max

from treue.core.commerce.models import OrderLine, Product
from treue.core.customers.models import Customer
from treue.core.shop.models import Shop
from treue.understand.recommendations.models import Kind, Popular, Recommendation, Run
from treue.understand.value import reading as value

MOST = 10

NEAR = """
select n.neighbour_id, (array_agg(n.product_id order by n.nearness desc, n.product_id))[1]
from recommendations_neighbour n
where n.run_id = %(run)s and n.product_id = any(%(seen)s::bigint[])
  and n.neighbour_id <> all(%(seen)s::bigint[])
group by n.neighbour_id order by sum(n.nearness) desc, n.neighbour_id limit %(most)s"""


@dataclass(frozen=True)
class Recommended:
    """reason: one of `science.recommending.REASONS`. because: what they bought or looked at, where that is the
    reason."""

    product: Product
    reason: str
    because: Product | None = None


ByKind = Mapping[str, Sequence[Recommended]]
NOTHING: ByKind = dict.fromkeys(Kind.values, ())


def current(shop: Shop) -> Run | None:
    """The run in force; None as long as there was never one."""
    return Run.objects.filter(shop=shop, is_current=True).first()


def of(customer: Customer) -> tuple[Run | None, ByKind]:
    """The run in force and what it chose for a customer, the best first; nothing for whoever objects.

    What they bought since is neither new to them nor due any more; what they did not buy after all, because an import
    was undone, leads to nothing. Free places among what is new hold what is popular where they live. Whoever bought for
    the first time after the run is answered by what they bought, and whoever never did by what is popular.
    """
    run = current(customer.shop)
    if run is None or not value.is_wanted(customer):
        return run, NOTHING
    rows = Recommendation.objects.filter(run=run, customer=customer).order_by("kind", "rank")
    chosen = list(rows.select_related("product", "because_of"))
    bought = _bought(customer)
    if not chosen or not bought:
        return run, {**NOTHING, Kind.NEW.value: going_with(run, bought, country=customer.country)}
    night = datetime.combine(run.until + timedelta(days=1), time.min, customer.shop.tz)
    kept = [each for each in chosen if _still_holds(each, bought, night)]
    found = {kind: [_shown(each, bought) for each in kept if each.kind == kind] for kind in Kind.values}
    known = {*bought, *(each.product.pk for each in found[Kind.NEW])}
    found[Kind.NEW] += _popular(run, customer.country, known, MOST - len(found[Kind.NEW]))
    return run, found


def going_with(run: Run, seen: Collection[int], *, country: str = "", most: int = MOST) -> list[Recommended]:
    """What goes with some products (ids), none of them; in free places what is popular in the country, or the shop."""
    with connection.cursor() as cursor:
        cursor.execute(NEAR, {"run": run.pk, "seen": list(seen), "most": most})
        near = dict(cursor.fetchall())
    products = Product.objects.in_bulk([*near, *near.values()])
    found = [
        Recommended(products[each], "bought_together", products.get(because))
        for each, because in near.items()
        if each in products
    ]
    return [*found, *_popular(run, country, {*seen, *near}, most - len(found))]


def _bought(customer: Customer) -> dict[int, datetime]:
    """When somebody last ordered each product (id)."""
    lines = OrderLine.objects.filter(order__customer=customer, product__isnull=False)
    return dict(lines.values_list("product_id").annotate(Max("bought_at")).order_by())


def _still_holds(row: Recommendation, bought: Mapping[int, datetime], night: datetime) -> bool:
    """night: up to which purchases are known to the run."""
    if row.kind == Kind.AGAIN:
        return row.product_id in bought and bought[row.product_id] < night
    is_dearer_than_nothing = row.kind == Kind.DEARER and row.because_of_id not in bought
    return row.product_id not in bought and not is_dearer_than_nothing


def _popular(run: Run, country: str, known: Collection[int], most: int) -> list[Recommended]:
    """Of the country, and in free places of the shop."""
    rows = Popular.objects.filter(run=run).exclude(product__in=known).order_by("rank").select_related("product")
    there = list(rows.filter(country=country)[: max(most, 0)]) if country else []
    anywhere = rows.filter(country="").exclude(product__in={each.product_id for each in there})
    found = [Recommended(each.product, "popular_in_segment") for each in there]
    return found + [Recommended(each.product, "popular") for each in anywhere[: max(most - len(there), 0)]]


def _shown(row: Recommendation, bought: Collection[int]) -> Recommended:
    return Recommended(row.product, row.reason, row.because_of if row.because_of_id in bought else None)
