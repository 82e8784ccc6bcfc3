"""Every model on real shops, in weeks and days, at ten ends: a figure each, or a stated fallback, never nonsense."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

import treue.science as ts
from tests.science import cdnow, online_retail
from treue.science.buying.fitted import CONVERGED, NOT_IDENTIFIED

SHOPS = {
    "cdnow": (cdnow.orders, date(1997, 4, 15), date(1998, 6, 30)),
    "online retail": (online_retail.orders, date(2010, 1, 15), date(2010, 12, 9)),
}
ENDS = range(10)


def require_sound(answer) -> None:
    assert np.isfinite(answer).all()
    assert (answer >= 0).all()


@pytest.mark.parametrize("shop", SHOPS)
@pytest.mark.parametrize("unit", [ts.WEEK, ts.DAY], ids=["weeks", "days"])
@pytest.mark.parametrize("end", ENDS)
def test_every_fit_finishes_and_every_figure_is_finite(real_data: Path, shop, unit, end):
    read, first, last = SHOPS[shop]
    summary = ts.summarise(read(real_data), until=first + (last - first) * end / (len(ENDS) - 1), unit=unit)
    spend = ts.GammaGamma().fit(summary)
    require_sound(spend.expected_spend(summary))
    for model in (ts.BetaGeoNBD(), ts.ModifiedBetaGeoNBD(), ts.ParetoNBD()):
        fitted = model.fit(summary)
        assert fitted.status in (CONVERGED, NOT_IDENTIFIED)
        assert np.isfinite([*fitted.params.values(), *fitted.standard_errors.values(), fitted.log_likelihood]).all()
        assert fitted.probability_alive(summary).between(0, 1).all()
        require_sound(fitted.expected_purchases(summary, horizon=90 / unit.days))
        value = ts.lifetime_value(summary, fitted, spend, months=12, discount_rate=0.1, margin=0.3)
        require_sound(value)
        assert list(value.index) == sorted(value.index)


def test_where_dropout_cannot_be_told_the_fit_says_so_and_nobody_has_left(real_data: Path):
    summary = ts.summarise(online_retail.orders(real_data), until=date(2010, 6, 9), unit=ts.WEEK)
    for model in (ts.BetaGeoNBD(), ts.ModifiedBetaGeoNBD(), ts.ParetoNBD()):
        fitted = model.fit(summary)
        assert fitted.status == "dropout not identified"
        assert fitted.probability_alive(summary).eq(1).all()
        assert set(fitted.standard_errors) == {"r", "alpha"}


def test_where_it_can_be_told_all_models_say_so(real_data: Path):
    summary = ts.summarise(cdnow.orders(real_data), until=cdnow.CALIBRATION_END, unit=ts.WEEK)
    for model in (ts.BetaGeoNBD(), ts.ModifiedBetaGeoNBD(), ts.ParetoNBD()):
        assert model.fit(summary).status == "converged"
