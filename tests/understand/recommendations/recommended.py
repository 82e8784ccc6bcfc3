"""The smallest run and recommendations a test can write."""

from datetime import date, timedelta

from django.utils import timezone

from treue.core.commerce.models import Product
from treue.core.customers import consent
from treue.core.customers.models import Channel, Customer, Purpose
from treue.core.shop.models import Shop
from treue.understand.recommendations.models import Neighbour, Popular, Recommendation, Run

IN_FORCE = {"is_current": True, "in_force_at": "2026-07-01T02:05Z", "learned_at": "2026-07-01T02:00Z"}


def way(method: str, hit_rate: float, ndcg: float, customers: int = 200) -> dict[str, object]:
    return {"method": method, "customers": customers, "ndcg": ndcg, "hit_rate": hit_rate, "coverage": 0.25}


FIGURES = {
    "again": [way("treue (learned)", 0.61, 0.44), way("frequency and popularity", 0.58, 0.41)],
    "new": [way("treue (bm25)", 0.23, 0.1234), way("bm25 with seasons", 0.23, 0.12), way("popular in 30 days", 0.1, 0)],
    "dearer": [],
}


def learned(shop: Shop, **fields: object) -> Run:
    values = {
        "until": date(2026, 6, 30),
        "method": "bm25",
        "similarity": "bm25",
        "choice": "best in the holdout",
        "again": "learned",
        "customers": 400,
        "products": 12,
        "figures": FIGURES,
    }
    return Run.objects.create(shop=shop, **values | IN_FORCE | fields)


def recommended(
    run: Run, customer: Customer, product: Product, kind: str = "new", rank: int = 1, **fields: object
) -> Recommendation:
    values = {"score": 0.5, "reason": "similar_customers"}
    return Recommendation.objects.create(
        run=run, customer=customer, product=product, kind=kind, rank=rank, **values | fields
    )


def near(run: Run, product: Product, *neighbours: Product) -> None:
    """The nearest first."""
    for rank, each in enumerate(neighbours, 1):
        Neighbour.objects.create(run=run, product=product, rank=rank, neighbour=each, nearness=1 / rank)


def objects(who: Customer) -> None:
    """To being evaluated personally."""
    moment = timezone.now() - timedelta(minutes=1)
    consent.withdraw(customer=who, purpose=Purpose.PROFILING, channel=Channel.NONE, source="phone", happened_at=moment)


def popular(run: Run, *products: Product, country: str = "") -> None:
    for rank, each in enumerate(products, 1):
        Popular.objects.create(run=run, country=country, rank=rank, product=each, share=1 / rank)
