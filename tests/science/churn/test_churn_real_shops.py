"""Real customers: who does not buy in the 90 days after a day, and who cancels at a telephone company. docs/science.md
prints these."""

from datetime import date, timedelta
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pandas as pd
import pytest

import treue.science as ts
from tests.science import cdnow, online_retail

pytestmark = pytest.mark.realdata
DAYS = 90
CUT_OFFS = {
    "retail": (online_retail, [date(2010, 3, 12), date(2010, 6, 10), date(2010, 9, 8)]),
    "cdnow": (cdnow, [date(1997, 7, 3), date(1997, 10, 1), date(1997, 12, 30), date(1998, 3, 30)]),
}


def customers_on(orders: ir.Table, cut: date) -> pd.DataFrame:
    """What was known of each customer on a day, and whether they bought nothing in the 90 after it."""
    day = orders.ordered_at.cast("date")
    before = orders.filter(day <= cut).group_by("customer_id")
    known = before.agg(
        first_on=ibis._.ordered_at.cast("date").min(),
        last_on=ibis._.ordered_at.cast("date").max(),
        orders=ibis._.count(),
        spent=ibis._.amount.sum().cast("float64"),
        largest=ibis._.amount.max().cast("float64"),
    )
    later = orders.filter(day > cut, day <= cut + timedelta(days=DAYS)).select(buyer="customer_id").distinct()
    joined = known.left_join(later, known.customer_id == later.buyer)
    return joined.mutate(left=joined.buyer.isnull()).drop("buyer").to_pandas().assign(as_of=cut)


@pytest.fixture(params=CUT_OFFS, scope="module")
def shop(request: pytest.FixtureRequest, real_data: Path) -> tuple[str, ts.ChurnClassifier]:
    source, cuts = CUT_OFFS[request.param]
    orders = source.orders(real_data).cache()
    given = pd.concat([customers_on(orders, cut) for cut in cuts])
    return request.param, ts.ChurnClassifier.fit(given, label="left", as_of="as_of", horizon_days=DAYS, seed=1)


# base rate, area under the curve, log loss and that of the base rate; the same on the last day, learned before it
PRINTED = {
    "retail": ((0.453, 0.732, 0.598, 0.689), (0.424, 0.722, 0.617, 0.686)),
    "cdnow": ((0.842, 0.794, 0.350, 0.437), (0.873, 0.820, 0.293, 0.388)),
}


def test_real_customers_are_foretold_better_than_by_the_base_rate(shop):
    name, model = shop
    for quality, printed in zip((model.quality, model.quality_ahead), PRINTED[name], strict=True):
        found = (quality.base_rate, quality.auc, quality.log_loss, quality.base_log_loss)
        assert found == pytest.approx(printed, abs=0.005)
    assert model.quality.calibration_error < 0.03


def test_where_seasons_differ_probabilities_are_off_ahead_and_it_is_said(shop):
    """The gift shop's last 90 days are those before Christmas, of which the days before know nothing."""
    name, model = shop
    assert model.quality.is_calibrated
    assert (model.quality_ahead.calibration_error > 0.05) == (name == "retail")


def test_what_was_bought_before_matters_most(shop):
    name, model = shop
    assert model.reasons.feature[0] == {"retail": "spent", "cdnow": "last_on"}[name]


@pytest.fixture(scope="module")
def telephone(real_data: Path) -> pd.DataFrame:
    """IBM's sample of a telephone company, 7,043 customers, as `wa_churn` of the R package modeldata has it."""
    file = real_data / "telco_customer_churn.parquet"
    if not file.exists():
        pytest.skip(f"no {file.name} among the real data")
    return pd.read_parquet(file)


def test_nori_jenkins_koch_caruana_2019_telecom_churn(telephone):
    """InterpretML's table: area under the curve .849 ± .005 for logistic regression, .828 ± .010 for XGBoost, .852 ±
    .006 for boosted additive models."""
    given = telephone.assign(customer_id=range(len(telephone)), churn=telephone.churn == "Yes")
    model = ts.ChurnClassifier.fit(given, label="churn", as_of=date(2018, 1, 1), horizon_days=30, seed=1)
    assert 0.844 < model.quality.auc < 0.858
    assert model.quality.log_loss < 0.42
    assert model.quality.is_calibrated
