"""What may be wanted next, for pages and the API: a few look-ups in PostgreSQL."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

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

    What they bought since is not new to them any more. Whoever bought for the first time after the run is answered by
    what they bought, and whoever never did by what is popular where they live.
    """
    run = current(customer.shop)
    if run is None or not value.is_wanted(customer):
        return run, NOTHING
    rows = Recommendation.objects.filter(run=run, customer=customer).order_by("kind", "rank")
    chosen = list(rows.select_related("product", "because_of"))
    if not chosen:
        return run, {**NOTHING, Kind.NEW.value: _of_a_newcomer(run, customer)}
    bought = _bought(customer, {each.product_id for each in chosen if each.kind != Kind.AGAIN})
    kept = [each for each in chosen if each.kind == Kind.AGAIN or each.product_id not in bought]
    return run, {kind: [_shown(each) for each in kept if each.kind == kind] for kind in Kind.values}


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


def _of_a_newcomer(run: Run, customer: Customer) -> list[Recommended]:
    return going_with(run, _bought(customer), country=customer.country)


def _bought(customer: Customer, among: Collection[int] | None = None) -> set[int]:
    """Products (ids) that somebody ordered. among: only these are asked for."""
    lines = OrderLine.objects.filter(order__customer=customer, product__isnull=False)
    if among is not None:
        lines = lines.filter(product__in=among)
    return set(lines.values_list("product_id", flat=True))


def _popular(run: Run, country: str, known: Collection[int], most: int) -> list[Recommended]:
    rows = Popular.objects.filter(run=run).exclude(product__in=known).order_by("rank").select_related("product")
    there = rows.filter(country=country)[: max(most, 0)] if country else ()
    if there:
        return [Recommended(each.product, "popular_in_segment") for each in there]
    return [Recommended(each.product, "popular") for each in rows.filter(country="")[: max(most, 0)]]


def _shown(row: Recommendation) -> Recommended:
    return Recommended(row.product, row.reason, row.because_of)
