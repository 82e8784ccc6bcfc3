"""Which other model finds that customers leave, where the chosen one does not."""

from datetime import date
from pathlib import Path

import pytest

import treue.science as ts
from tests.science import online_retail
from treue.understand.value.choosing import CANDIDATES, instead_of
from treue.understand.value.models import Fit


@pytest.mark.parametrize(
    ("until", "chosen", "instead"),
    [
        (date(2010, 1, 15), Fit.Model.PARETO_NBD, Fit.Model.BG_NBD),
        (date(2010, 6, 9), Fit.Model.BG_NBD, ""),
    ],
)
def test_another_model_is_named_or_none(real_data: Path, until: date, chosen: str, instead: str):
    summary = ts.summarise(online_retail.orders(real_data), until=until, unit=ts.WEEK)
    assert instead_of(CANDIDATES[chosen].fit(summary), summary) == instead


def test_where_dropout_is_found_none_is_asked_for(real_data: Path):
    summary = ts.summarise(online_retail.orders(real_data), until=date(2010, 12, 9), unit=ts.WEEK)
    found = [model.fit(summary) for model in CANDIDATES.values()]
    assert [instead_of(each, summary) for each in found if each.status == "converged"] in ([""], [""] * 2, [""] * 3)
