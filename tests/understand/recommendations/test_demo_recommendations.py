"""The demo shop's recommendations, worked out as any shop's are."""

from datetime import date
from pathlib import Path

import pytest

from treue.core.customers.models import Customer
from treue.core.jobs.work import Silent
from treue.listen.imports import demo
from treue.understand.metrics.counts.refresh import refresh as refresh_figures
from treue.understand.profile.models import BuyingProfile
from treue.understand.recommendations import reading
from treue.understand.recommendations.models import Kind, Recommendation
from treue.understand.recommendations.refresh import refresh

CUSTOMERS = 600


@pytest.mark.django_db(transaction=True)
def test_everybody_of_the_demo_shop_who_bought_is_recommended_something(installation: Path):
    shop, _invented = demo.load(today=date(2026, 7, 1), progress=Silent(), customers=CUSTOMERS)
    refresh_figures(shop)
    run = refresh(shop)
    assert run.choice == "best in the holdout"
    buyers = BuyingProfile.objects.values_list("customer", flat=True)
    assert all(reading.of(each)[1][Kind.NEW] for each in Customer.objects.filter(pk__in=buyers))
    assert not Recommendation.objects.filter(run=run, reason__startswith="popular").exists(), (
        "they are the same for all"
    )
    assert Recommendation.objects.filter(run=run, kind=Kind.DEARER).exists()
    own, *others = run.figures[Kind.AGAIN]
    assert own["ndcg"] >= max(each["ndcg"] for each in others if each["method"] != "frequency and popularity") * 0.95
    assert 0 < own["hit_rate"] <= 1
