"""Whether a shop's customers buy by other rules than before."""

from datetime import date, timedelta

import pytest
from tea_buyers import AS_OF, sell, write_lake

from treue.core.commerce.models import Order
from treue.core.shop.models import Shop
from treue.understand.value import choosing
from treue.understand.value.drift import drift, measure_of
from treue.understand.value.models import Fit
from treue.understand.value.refresh import refresh


def fitted(shop: Shop, day: int, alpha: float, error: float = 0.5, *, model: str = "bg_nbd") -> Fit:
    """The fit of a night, noted as the nightly work notes it."""
    now = Fit.objects.count()
    fit = Fit(
        shop=shop,
        model=model,
        status="converged",
        until=date(2026, 1, 1) + timedelta(days=day),
        unit="week",
        parameters={"r": 0.3, "alpha": alpha, "a": 0.0},
        standard_errors={"r": 0.01, "alpha": error},
        margin=1,
        discount_rate=0,
        fingerprint=f"{now}",
        in_force_at="2026-01-02T04:00Z",
    )
    fit.drift = drift(fit, measure_of(fit))
    fit.save()
    return fit


def drifts(shop: Shop, *alphas: float) -> list[bool]:
    return [bool(fitted(shop, day, alpha).drift) for day, alpha in enumerate(alphas)]


def test_the_first_fit_has_nothing_to_be_compared_with(shop: Shop):
    assert drifts(shop, 4) == [False]


def test_within_both_fits_errors_nothing_drifts(shop: Shop):
    assert drifts(shop, 4, 5, 4, 3.5) == [False] * 4


def test_beyond_them_the_parameter_is_told_with_its_change(shop: Shop):
    fitted(shop, 0, 4)
    found = fitted(shop, 1, 8).drift
    assert found["since"] == "2026-01-01"
    assert found["parameters"].keys() == {"alpha"}
    told = found["parameters"]["alpha"]
    assert (told["before"], told["now"], told["change"]) == (4, 8, 1)
    assert told["error"] == pytest.approx(1.959964 * (0.125**2 + 0.0625**2) ** 0.5)


def test_half_as_much_is_as_far_as_twice(shop: Shop):
    assert drifts(shop, 8, 4) == [False, True]


def test_what_moves_a_little_each_night_is_seen_all_the_same(shop: Shop):
    assert drifts(shop, 4, 4.5, 5, 5.5, 6, 6.5) == [False] * 3 + [True, False, False]


def test_after_a_drift_the_new_fit_is_the_measure(shop: Shop):
    assert drifts(shop, 4, 8, 8.5, 4) == [False, True, False, True]


def test_spend_drifts_too_unless_it_is_told_in_other_money(shop: Shop):
    def spending(gamma: float) -> dict[str, dict[str, float]]:
        return {"parameters": {"p": 6, "gamma": gamma}, "standard_errors": {"p": 0.1, "gamma": 1}}

    first, other = fitted(shop, 0, 4), fitted(shop, 1, 4)
    first.spend, other.spend = spending(10), spending(20)
    assert drift(other, first)["parameters"].keys() == {"gamma"}
    assert drift(other, first)["parameters"]["gamma"]["change"] == 1
    other.currency = "CHF"
    assert drift(other, first) == {}


def test_a_model_is_compared_with_its_own_kind_alone(shop: Shop):
    fitted(shop, 0, 4)
    assert not fitted(shop, 1, 40, model="pareto_nbd").drift
    assert fitted(shop, 2, 8).drift["since"] == "2026-01-01"


def test_what_was_cut_off_and_another_shops_are_no_measure(shop: Shop):
    Fit.objects.filter(pk=fitted(shop, 0, 4).pk).update(in_force_at=None)
    fitted(Shop.objects.create(name="Coffee House"), 0, 4)
    assert not fitted(shop, 1, 40).drift


def test_a_shop_whose_customers_begin_to_buy_five_times_as_often_drifts(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(choosing, "choose", lambda held_out: choosing.Chosen("bg_nbd", "lowest deviance"))
    sell(shop, 150)
    write_lake(shop)
    first = refresh(shop)
    assert first.drift == {}
    Order.objects.filter(shop=shop).delete()
    sell(shop, 150, seed=2, rate=1 / 5)
    write_lake(shop)
    second = refresh(shop)
    assert second.drift["since"] == AS_OF.isoformat()
