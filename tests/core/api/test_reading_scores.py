"""What a customer is worth, through the API."""

import pytest
from asking import Asking

from tests.core.lake import buying
from tests.understand.value.scored import fitted, scored
from treue.core.customers.merging import merge
from treue.core.shop.models import Shop


def test_scores_are_told_with_their_day_and_model(reader: Asking, shop: Shop) -> None:
    anna = buying.customer(shop, "C-1017")
    scored(fitted(shop), anna)
    answer = reader.get(f"/customers/{anna.pk}/scores")
    assert answer.status == 200
    assert answer.body == {
        "customer": anna.pk,
        "as_of": "2026-06-30",
        "model": {
            "name": "mbg_nbd",
            "status": "converged",
            "choice": "lowest deviance",
            "fitted_at": "2026-07-01T02:00:00Z",
            "margin": "0.42",
            "discount_rate": "0.1",
        },
        "scores": {
            "probability_alive": 0.75,
            "expected_purchases_90_days": 1.5,
            "expected_purchases_12_months": 5.25,
            "spend": {"amount": "24.90", "currency": "EUR"},
            "lifetime_value": {"amount": "47.11", "currency": "EUR"},
            "lifetime_value_range": {
                "probability": 0.8,
                "low": {"amount": "9.90", "currency": "EUR"},
                "high": {"amount": "98.21", "currency": "EUR"},
            },
            "next_purchase_in_days": 41.5,
            "next_purchase_on": "2026-08-11",
        },
    }


def test_a_wait_beyond_ten_years_is_null(reader: Asking, shop: Shop) -> None:
    anna = buying.customer(shop)
    scored(fitted(shop), anna, wait_days=None, next_purchase_on=None)
    scores = reader.get(f"/customers/{anna.pk}/scores").body["scores"]
    assert (scores["next_purchase_in_days"], scores["next_purchase_on"]) == (None, None)


@pytest.mark.parametrize("fields", [{"model": "bg_nbd"}, {"status": "dropout not identified"}])
def test_where_the_model_cannot_tell_whether_they_left_it_is_null(reader: Asking, shop: Shop, fields: dict) -> None:
    anna = buying.customer(shop)
    scored(fitted(shop, **fields), anna, probability_alive=1)
    assert reader.get(f"/customers/{anna.pk}/scores").body["scores"]["probability_alive"] is None


def test_what_was_scored_before_there_were_ranges_has_none(reader: Asking, shop: Shop) -> None:
    anna = buying.customer(shop)
    scored(fitted(shop), anna, value_low=None, value_high=None)
    assert reader.get(f"/customers/{anna.pk}/scores").body["scores"]["lifetime_value_range"] is None


def test_before_the_first_fit_there_is_neither_model_nor_score(reader: Asking, shop: Shop) -> None:
    anna = buying.customer(shop)
    expected = {"customer": anna.pk, "as_of": None, "model": None, "scores": None}
    assert reader.get(f"/customers/{anna.pk}/scores").body == expected


def test_whoever_has_no_purchase_that_counts_has_no_scores(reader: Asking, shop: Shop) -> None:
    fitted(shop)
    body = reader.get(f"/customers/{buying.customer(shop).pk}/scores").body
    assert (body["as_of"], body["scores"]) == ("2026-06-30", None)


@pytest.mark.parametrize("status", ["no purchases", "too few repeat buyers"])
def test_too_little_to_learn_from_is_said(reader: Asking, shop: Shop, status: str) -> None:
    fitted(shop, model="", choice="", status=status)
    model = reader.get(f"/customers/{buying.customer(shop).pk}/scores").body["model"]
    assert (model["name"], model["choice"], model["status"]) == (None, None, status)


def test_scores_of_a_fit_that_is_not_in_force_are_not_told(reader: Asking, shop: Shop) -> None:
    anna = buying.customer(shop)
    scored(fitted(shop), anna)
    scored(fitted(shop, is_current=False, in_force_at=None), anna, probability_alive=0.1)
    assert reader.get(f"/customers/{anna.pk}/scores").body["scores"]["probability_alive"] == 0.75


def test_who_was_merged_answers_with_the_one_they_were_merged_into(reader: Asking, shop: Shop) -> None:
    anna, ben = buying.customer(shop, "anna"), buying.customer(shop, "ben")
    fit = fitted(shop)
    scored(fit, anna)
    scored(fit, ben, probability_alive=0.1)
    merge(kept=anna, absorbed=ben, by=None)
    body = reader.get(f"/customers/{ben.pk}/scores").body
    assert (body["customer"], body["scores"]["probability_alive"]) == (anna.pk, 0.75)


def test_another_shops_scores_and_a_key_that_may_not_read_are_refused(
    stranger: Asking, writer: Asking, shop: Shop
) -> None:
    anna = buying.customer(shop)
    scored(fitted(shop), anna)
    assert stranger.get(f"/customers/{anna.pk}/scores").status == 404
    assert writer.get(f"/customers/{anna.pk}/scores").status == 403
