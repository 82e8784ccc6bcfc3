"""What a model may be trusted for, by how it did on the purchases held out."""

import pytest
from judged import FREQUENCIES, validation

from treue.core.shop.models import Shop
from treue.understand.value.models import Fit
from treue.understand.value.trust import checked, verdict
from treue.understand.value.trust.checked import Checked
from treue.understand.value.trust.verdict import Trust

SHARP = {"rmse": 1.2}
BLURRED = {"top_tenth": 0.2}
SHUFFLED = {"rank_correlation": 0.19}


def found(*, fewer: float = 1, rules: dict[str, dict] | None = None, **chosen: float) -> Checked:
    """fewer: how many times fewer purchases were held out."""
    figures = validation(**chosen)
    figures["by_frequency"] = [row | {"actual": row["actual"] / fewer} for row in FREQUENCIES]
    for name, each in (rules or {}).items():
        figures["baselines"][name] |= each
    return checked.of(Fit(model="mbg_nbd", validation=figures))


@pytest.mark.parametrize(
    ("given", "trust"),
    [
        ({}, Trust.TOTALS_AND_ORDER),
        ({"total_bias": 0.1}, Trust.TOTALS_AND_ORDER),
        (SHARP, Trust.SINGLE_CUSTOMERS),
        (BLURRED, Trust.TOTALS),
        (SHUFFLED, Trust.TOTALS),
        (SHARP | BLURRED, Trust.TOTALS),
        ({"total_bias": -0.11}, Trust.ROUGH_TOTALS_AND_ORDER),
        ({"total_bias": 0.25}, Trust.ROUGH_TOTALS_AND_ORDER),
        ({"total_bias": -0.11} | SHARP, Trust.ROUGH_TOTALS_AND_ORDER),
        ({"total_bias": 0.25} | BLURRED, Trust.ROUGH_TOTALS),
        ({"total_bias": -0.26}, Trust.ORDER),
        ({"total_bias": 0.26} | SHUFFLED, Trust.NOTHING),
        ({"deviance": 2.03}, Trust.RULE_IS_BETTER),
        ({"deviance": 2.01}, Trust.TOTALS_AND_ORDER),
    ],
)
def test_the_verdict_is_the_most_that_the_figures_support(given: dict[str, float], trust: Trust):
    assert verdict.judge(found(**given)) == trust


def test_what_was_not_checked_is_not_judged():
    assert checked.of(Fit(model="bg_nbd")) is None
    assert verdict.judge(None) == Trust.UNCHECKED


@pytest.mark.parametrize(
    ("fewer", "trust"),
    [(2, Trust.TOTALS_AND_ORDER), (3, Trust.ROUGH_TOTALS_AND_ORDER), (16, Trust.ROUGH_TOTALS_AND_ORDER)],
)
def test_few_purchases_support_less_however_close_the_model_came(fewer: int, trust: Trust):
    assert verdict.judge(found(fewer=fewer, total_bias=0, rmse=1.7)) == trust


@pytest.mark.parametrize("fewer", [17, 1000, float("inf")])
def test_too_few_purchases_support_nothing(fewer: float):
    assert verdict.judge(found(fewer=fewer, total_bias=0)) == Trust.TOO_FEW


def test_the_better_rule_is_named():
    assert verdict.better_rule(found(rules={"own_rate": {"deviance": 1.1}})).name == "own_rate"
    assert verdict.better_rule(found()) is None


def test_a_tenth_no_better_than_by_lot_captures_nothing():
    assert verdict.captured(found(top_tenth=0.05).chosen) == 0
    assert verdict.captured(found(top_possible=0.1).chosen) == 0
    assert verdict.captured(found().chosen) == pytest.approx(0.6)


def test_what_is_foreseen_of_single_customers_is_one_less_the_error_over_the_variance():
    """1,000 customers with 1 purchase each on the average, and 2.2² = 4.84 their mean square."""
    assert found().purchases == 1000
    assert found().explained == pytest.approx(1 - 1.6**2 / (4.84 - 1))
    assert found(rmse=4).explained == 0


@pytest.mark.django_db
def test_a_fit_is_read_back_from_the_database():
    shop = Shop.objects.create(name="Tea House")
    values = {"model": "mbg_nbd", "status": "converged", "until": "2026-06-30", "margin": 1, "discount_rate": 0}
    fit = Fit.objects.create(shop=shop, validation=validation(), **values)
    fit.refresh_from_db()
    read, written = checked.of(fit), found()
    assert (read.chosen, read.by_frequency, read.last) == (written.chosen, written.by_frequency, written.last)
    assert sorted(each.name for each in read.models) == ["bg_nbd", "mbg_nbd", "pareto_nbd"]
    assert [each.name for each in read.rules] == ["zero", "own_rate", "recency_rule"]
    assert read.tracking is None
