"""Put recommendations into PostgreSQL: chunk by chunk beside those in force, then in force in one step."""

from collections import Counter
from collections.abc import Collection, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection, transaction

from treue.core import versions
from treue.core.copying import copy_in
from treue.core.jobs.work import Progress
from treue.core.shop.models import Shop
from treue.science.recommending import NoCategories, Recommender
from treue.understand.recommendations.learning import MOST
from treue.understand.recommendations.models import Kind, Neighbour, Offer, Popular, Recommendation, Run

CUSTOMERS_AT_ONCE = 10_000
PARTS = (Recommendation, Neighbour, Popular, Offer)
MOST_NEIGHBOURS, MOST_POPULAR = 20, 50
POPULAR = ("popular", "popular_in_segment")
COLUMNS = ("customer_id", "kind", "rank", "product_id", "score", "reason", "because_of")

STAGED = """
create temp table staged (
    customer_id bigint, kind text, rank smallint, product_id bigint, score float8, reason text, because_of bigint)
on commit drop"""

# Who was erased or merged since the purchases were read must not come back.
WRITE = """
insert into recommendations_recommendation
    (run_id, customer_id, kind, rank, product_id, score, reason, because_of_id)
select %(run)s, s.customer_id, s.kind, s.rank, s.product_id, s.score, s.reason, s.because_of
from staged s
join (
    select id from customers_customer
    where id in (select customer_id from staged) and merged_into_id is null order by id for key share) c
on c.id = s.customer_id
order by s.customer_id, s.kind, s.rank"""

Found = Mapping[Kind, pa.Table]


def write(run: Run, model: Recommender, unwanted: Collection[int], progress: Progress) -> None:
    """All that a run says, beside what is in force. unwanted: customers who do not want to be evaluated."""
    _write_neighbours(run, model)
    _write_popular(run, model)
    ids = model.history.customers
    wanted = ids.filter(pc.invert(pc.is_in(ids, pa.array(sorted(unwanted), ids.type))))
    offers: dict[Kind, Counter[int]] = {kind: Counter() for kind in Kind}
    progress.step("storing", total=len(wanted))
    for start in range(0, len(wanted), CUSTOMERS_AT_ONCE):
        chunk = wanted.slice(start, CUSTOMERS_AT_ONCE)
        found = _found(model, chunk)
        for kind, rows in found.items():
            offers[kind].update(rows["product_id"].to_pylist())
        _write(run, found)
        progress.advance(len(chunk))
    _write_offers(run, offers)


@transaction.atomic
def forget(customers: Collection[int]) -> None:
    """Delete what was worked out about somebody."""
    Recommendation.objects.filter(customer__in=customers).delete()


def clear_away(shop: Shop) -> None:
    versions.clear_away(Run, PARTS, shop)


def _found(model: Recommender, customers: pa.Array) -> Found:
    found = {
        Kind.AGAIN: model.buy_again(customers, MOST[Kind.AGAIN]),
        Kind.NEW: _their_own(model.new_to_you(customers, MOST[Kind.NEW])),
    }
    try:
        return found | {Kind.DEARER: model.up_sell(customers, MOST[Kind.DEARER])}
    except NoCategories:
        return found


def _their_own(found: pa.Table) -> pa.Table:
    """Without what is popular, which stands last and is the same for all: it is filled in when it is read."""
    return found.filter(pc.invert(pc.is_in(found["reason"], pa.array(POPULAR))))


def _write(run: Run, found: Found) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(STAGED)
        for kind, rows in found.items():
            named = rows.append_column("kind", pa.array([str(kind)] * len(rows), pa.string()))
            copy_in(cursor, "staged", COLUMNS, named.select(COLUMNS))
        cursor.execute("analyze staged")
        cursor.execute(WRITE, {"run": run.pk})


def _write_neighbours(run: Run, model: Recommender) -> None:
    near = model.similarity.tocoo()
    kept = near.data > 0
    product, neighbour, nearness = near.row[kept], near.col[kept], near.data[kept]
    order = np.lexsort((neighbour, -nearness, product))
    product, neighbour, nearness = product[order], neighbour[order], nearness[order]
    begins = np.searchsorted(product, product, side="left")
    rank = np.arange(len(product)) - begins + 1
    near_ones = rank <= MOST_NEIGHBOURS
    ids = model.history.products
    columns = {
        "run_id": pa.array(np.full(int(near_ones.sum()), run.pk)),
        "product_id": ids.take(pa.array(product[near_ones])),
        "rank": pa.array(rank[near_ones]),
        "neighbour_id": ids.take(pa.array(neighbour[near_ones])),
        "nearness": pa.array(nearness[near_ones]),
    }
    _copy(Neighbour, columns)


def _write_popular(run: Run, model: Recommender) -> None:
    ids, names = model.history.products, model.segments.names
    lists = [("", (model.most.products, model.most.scores))]
    lists += [(names[place].as_py(), found) for place, found in model.most.by_segment.items()]
    for country, (products, shares) in lists:
        products, shares = products[:MOST_POPULAR], shares[:MOST_POPULAR]
        columns = {
            "run_id": pa.array(np.full(len(products), run.pk)),
            "country": pa.array([country] * len(products), pa.string()),
            "rank": pa.array(np.arange(1, len(products) + 1)),
            "product_id": ids.take(pa.array(products)),
            "share": pa.array(shares),
        }
        _copy(Popular, columns)


def _write_offers(run: Run, offers: Mapping[Kind, Counter[int]]) -> None:
    products = sorted(set().union(*offers.values()))
    columns = {
        "run_id": pa.array([run.pk] * len(products), pa.int64()),
        "product_id": pa.array(products, pa.int64()),
        **{str(kind): pa.array([counts[each] for each in products], pa.int64()) for kind, counts in offers.items()},
    }
    _copy(Offer, columns)


def _copy(model: type[Neighbour | Popular | Offer], columns: Mapping[str, pa.Array]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        copy_in(cursor, model._meta.db_table, list(columns), pa.table(dict(columns)))
