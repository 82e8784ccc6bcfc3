"""The demo shop, whose truth is known, scored as any shop is."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from treue.core.jobs.work import Silent
from treue.listen.imports import demo
from treue.understand.metrics.counts.refresh import refresh as refresh_figures
from treue.understand.profile.models import BuyingProfile
from treue.understand.value.models import Score
from treue.understand.value.refresh import refresh

CUSTOMERS = 600


@pytest.mark.django_db(transaction=True)
def test_every_customer_of_the_demo_shop_with_a_purchase_is_scored(installation: Path):
    shop, _invented = demo.load(today=date(2026, 7, 1), progress=Silent(), customers=CUSTOMERS)
    refresh_figures(shop)
    fit = refresh(shop)
    assert fit.choice == "lowest deviance"
    assert set(Score.objects.values_list("customer", flat=True)) == set(
        BuyingProfile.objects.values_list("customer", flat=True)
    )
    names = ("probability_alive", "purchases_90_days", "purchases_12_months", "lifetime_value")
    alive, soon, year, value = np.array(Score.objects.values_list(*names), dtype=float).T
    assert np.all((alive >= 0) & (alive <= 1))
    assert np.all((soon > 0) & (soon < year))
    assert np.all(value >= 0)
    assert value.sum() > 0
    chosen = fit.validation["models"][fit.model]
    assert chosen["deviance"] < min(each["deviance"] for each in fit.validation["baselines"].values())
    assert abs(chosen["total_bias"]) < 0.25
