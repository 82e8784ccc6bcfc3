"""From the lake to what each customer is worth."""

from datetime import date, timedelta
from decimal import Decimal

import ibis
import numpy as np
import pandas as pd
import pytest
from django.db import connection
from tea_buyers import AS_OF, bought, sell, write_lake

import treue.science as ts
from treue.core import versions
from treue.core.customers import erasure
from treue.core.customers.models import Customer
from treue.core.jobs.work import Cancelled, Progress, Silent
from treue.core.lake import tables
from treue.core.shop.models import Shop
from treue.science.buying.model import BuyingModel
from treue.understand.value.fitting import remembered
from treue.understand.value.models import Fit, Score
from treue.understand.value.reading import of
from treue.understand.value.refresh import refresh

MODELS = {"bg_nbd": ts.BetaGeoNBD, "mbg_nbd": ts.ModifiedBetaGeoNBD, "pareto_nbd": ts.ParetoNBD}
WRITTEN_BY = "select customer_id, fit_id, xmin::text::bigint from value_score order by customer_id"
MONEY = ("spend", "lifetime_value", "value_low", "value_high")
FIGURES = ("probability_alive", "purchases_90_days", "purchases_12_months", "spend", "lifetime_value", "wait_days")


def written_by() -> list[tuple[int, int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(WRITTEN_BY)
        return cursor.fetchall()


def figures() -> list[tuple[object, ...]]:
    return list(Score.objects.filter(fit__is_current=True).order_by("customer").values_list("customer", *FIGURES))


def by_hand(shop: Shop, model: BuyingModel) -> tuple[BuyingModel, dict[str, pd.Series]]:
    with tables.opened(shop.pk) as lake:
        orders = lake.orders.select("customer_id", "order_id", "ordered_at", amount=lake.orders.revenue)
        orders = ibis.memtable(orders.to_pyarrow())
    summary = ts.summarise(orders, until=AS_OF, unit=ts.WEEK)
    model, spend = model.fit(summary), ts.GammaGamma().fit(summary)
    asked = {"months": 12, "discount_rate": 0.1, "margin": 0.3}
    between = ts.lifetime_interval(summary, model, spend, **asked, level=0.8)
    return model, {
        "probability_alive": model.probability_alive(summary),
        "purchases_90_days": model.expected_purchases(summary, horizon=90 / 7),
        "purchases_12_months": model.expected_purchases(summary, horizon=365.25 / 7),
        "spend": spend.expected_spend(summary),
        "lifetime_value": ts.lifetime_value(summary, model, spend, **asked),
        "value_low": between["low"],
        "value_high": between["high"],
        "wait_days": model.next_purchase(summary) * 7,
    }


@pytest.fixture
def tea_shop(shop: Shop) -> Shop:
    sell(shop)
    write_lake(shop)
    return shop


def test_everybody_with_a_purchase_has_the_figures_that_the_library_gives(tea_shop: Shop):
    Customer.objects.create(shop=tea_shop, number="never bought")
    fit = refresh(tea_shop)
    model, expected = by_hand(tea_shop, MODELS[fit.model]())
    rows = Score.objects.order_by("customer").values("customer", "next_purchase_on", *expected)
    assert [row["customer"] for row in rows] == list(expected["spend"].index)
    assert Score.objects.count() == 80
    assert (fit.parameters, fit.status, fit.log_likelihood) == (dict(model.params), model.status, model.log_likelihood)
    for name, series in expected.items():
        found = np.array([float(row[name]) for row in rows])
        assert np.array_equal(found, (series.round(4) if name in MONEY else series).to_numpy()), name
    assert all(row["next_purchase_on"] == AS_OF + timedelta(days=-int(-row["wait_days"] // 1)) for row in rows)


def test_a_fit_says_of_which_data_it_is_and_why_this_model(tea_shop: Shop):
    fit = refresh(tea_shop)
    deviance = {name: each["deviance"] for name, each in fit.validation["models"].items()}
    assert (fit.until, fit.unit, fit.customers) == (AS_OF, "week", 80)
    assert date(2025, 7, 1) <= fit.since <= date(2025, 7, 10)
    assert 0 < fit.repeat_buyers < 80
    assert (fit.choice, fit.model) == ("lowest deviance", min(deviance, key=deviance.get))
    assert deviance.keys() == MODELS.keys()
    assert fit.validation["baselines"].keys() == {"zero", "own_rate", "recency_rule"}
    assert (fit.validation["until"], fit.validation["last"]) == ("2026-03-31", "2026-06-30")
    assert sum(row["customers"] for row in fit.validation["by_frequency"]) == 80
    assert (fit.margin, fit.discount_rate, fit.currency) == (Decimal("0.3"), Decimal("0.1"), "EUR")
    assert fit.spend["independence"].keys() == {"correlation", "interval", "is_plausible"}
    assert fit.standard_errors.keys() <= fit.parameters.keys()


def test_on_unchanged_data_a_second_run_changes_nothing(tea_shop: Shop):
    first = refresh(tea_shop)
    before = written_by()
    assert refresh(tea_shop) == first
    assert written_by() == before
    assert Fit.objects.count() == 1


@pytest.mark.parametrize("field", ["discount_rate", "margin"])
def test_another_setting_has_the_values_reckoned_anew(tea_shop: Shop, field: str):
    before = {row[0]: row for row in (refresh(tea_shop), figures())[1]}
    setattr(tea_shop, field, Decimal("0.2"))
    tea_shop.save()
    refresh(tea_shop)
    for customer, alive, _, _, _, value, _ in figures():
        assert alive == before[customer][1]
        assert value < before[customer][5]


def test_an_order_of_the_day_changes_one_customers_score_by_the_models_of_the_night(tea_shop: Shop):
    fit = refresh(tea_shop)
    before = {row[0]: row for row in written_by()}
    changed = Customer.objects.filter(shop=tea_shop).first()
    now = of(changed)[1].probability_alive
    bought(changed, AS_OF)
    write_lake(tea_shop)
    assert refresh(tea_shop, customers=[changed.pk]) == fit
    after = {row[0]: row for row in written_by()}
    assert {number for number in after if after[number] != before[number]} == {changed.pk}
    assert of(changed)[1].probability_alive != now


def test_an_order_that_came_and_was_undone_within_the_day_leaves_the_scores_as_they_were(tea_shop: Shop):
    refresh(tea_shop)
    before = figures()
    changed = Customer.objects.filter(shop=tea_shop).first()
    order = bought(changed, AS_OF)
    write_lake(tea_shop)
    refresh(tea_shop, customers=[changed.pk])
    order.delete()
    write_lake(tea_shop)
    refresh(tea_shop)
    assert figures() == before


def test_the_models_of_the_night_are_remembered_to_the_last_digit(tea_shop: Shop):
    refresh(tea_shop)
    before = written_by()
    refresh(tea_shop, customers=[number for number, *_ in before])
    assert written_by() == before


def test_whose_orders_are_all_gone_has_no_score_any_more(tea_shop: Shop):
    refresh(tea_shop)
    gone = Customer.objects.filter(shop=tea_shop).first()
    gone.order_set.all().delete()
    write_lake(tea_shop)
    refresh(tea_shop, customers=[gone.pk])
    assert of(gone)[1] is None
    assert Score.objects.count() == 79


def test_who_is_new_gets_a_score_by_the_models_of_the_night(tea_shop: Shop):
    refresh(tea_shop)
    new = Customer.objects.create(shop=tea_shop, number="new")
    bought(new, AS_OF)
    write_lake(tea_shop)
    refresh(tea_shop, customers=[new.pk])
    assert of(new)[1].purchases_90_days > 0


def test_a_new_day_has_everybody_scored_anew(tea_shop: Shop):
    first = refresh(tea_shop)
    bought(Customer.objects.filter(shop=tea_shop).first(), AS_OF + timedelta(days=1))
    write_lake(tea_shop, as_of=AS_OF + timedelta(days=1))
    second = refresh(tea_shop, customers=[])
    assert (second.until, Score.objects.filter(fit=second).count()) == (AS_OF + timedelta(days=1), 80)
    assert not Score.objects.filter(fit=first).exists()
    assert [fit.is_current for fit in Fit.objects.order_by("pk")] == [False, True]


def test_what_a_killed_run_could_not_clear_away_any_more_the_next_one_does(tea_shop: Shop):
    fit = refresh(tea_shop)
    once = Fit.objects.create(shop=tea_shop, until=AS_OF, margin=1, discount_rate=0, in_force_at=fit.in_force_at)
    Score.objects.filter(fit=fit).update(fit=once)
    assert refresh(tea_shop) == fit
    assert not Score.objects.exists()
    assert Fit.objects.filter(pk=once.pk).exists(), "what was learned is kept"


def test_where_spend_has_no_mean_that_of_the_repeat_buyers_is_remembered(tea_shop: Shop):
    fit = refresh(tea_shop)
    fit.spend["status"] = "mean not identified"
    assert remembered(fit).spend.mean == fit.spend["mean"] > 0


def test_two_shops_are_apart(tea_shop: Shop):
    other = Shop.objects.create(name="Coffee House")
    sell(other, 40, seed=2)
    write_lake(other)
    refresh(tea_shop)
    refresh(other)
    assert Score.objects.filter(fit__shop=other, customer__shop=other).count() == 40
    assert Score.objects.filter(fit__shop=tea_shop, customer__shop=tea_shop).count() == 80


@pytest.mark.parametrize("at_once", [1, 7, 80, 81])
def test_scores_are_written_and_cleared_away_in_chunks_of_any_size(
    tea_shop: Shop, monkeypatch: pytest.MonkeyPatch, at_once: int
):
    monkeypatch.setattr(versions, "ROWS_AT_ONCE", at_once)
    refresh(tea_shop)
    tea_shop.discount_rate = Decimal("0.2")
    refresh(tea_shop)
    assert Score.objects.filter(fit__is_current=True).count() == Score.objects.count() == 80


# What is too little


def test_without_a_lake_there_is_nothing(shop: Shop):
    assert refresh(shop) is None
    assert not Fit.objects.exists()


def test_without_a_purchase_a_fit_says_so(shop: Shop):
    write_lake(shop)
    fit = refresh(shop)
    assert (fit.status, fit.model, fit.customers, fit.is_current) == ("no purchases", "", 0, True)
    assert refresh(shop) == fit


def test_from_too_few_who_came_again_nothing_is_learned(shop: Shop):
    for place in range(20):
        each = Customer.objects.create(shop=shop, number=f"{place}")
        bought(each, AS_OF - timedelta(days=200))
        if place < 4:
            bought(each, AS_OF - timedelta(days=20))
    write_lake(shop)
    fit = refresh(shop)
    assert (fit.status, fit.model, fit.customers, fit.repeat_buyers) == ("too few repeat buyers", "", 20, 4)
    assert not Score.objects.exists()


def test_a_history_too_short_to_hold_anything_out_is_scored_unchecked(shop: Shop):
    sell(shop, days=100, rate=1 / 10)
    write_lake(shop)
    fit = refresh(shop)
    assert (fit.choice, fit.model, fit.validation) == ("history too short", "bg_nbd", {})
    assert Score.objects.count() == 80


def test_where_hardly_anybody_had_come_again_before_the_holdout_it_is_scored_unchecked(shop: Shop):
    for place in range(20):
        each = Customer.objects.create(shop=shop, number=f"{place}")
        for days_ago in (200 + place, *((place + 1, place + 9) if place < 10 else ())):
            bought(each, AS_OF - timedelta(days=days_ago))
    write_lake(shop)
    assert refresh(shop).choice == "too few repeat buyers before"


def test_when_everything_was_taken_back_no_score_is_left(tea_shop: Shop):
    refresh(tea_shop)
    for each in Customer.objects.filter(shop=tea_shop):
        each.order_set.all().delete()
    write_lake(tea_shop)
    assert refresh(tea_shop).status == "no purchases"
    assert not Score.objects.exists()


def test_a_wait_of_more_than_ten_years_is_none(tea_shop: Shop):
    once = Customer.objects.create(shop=tea_shop, number="once")
    bought(once, date(2006, 1, 1))
    write_lake(tea_shop)
    refresh(tea_shop)
    score = of(once)[1]
    assert (score.wait_days, score.next_purchase_on) == (None, None)


# Erasing, cancelling


def test_erasing_a_person_takes_their_scores(tea_shop: Shop):
    refresh(tea_shop)
    gone = Customer.objects.filter(shop=tea_shop).first()
    assert erasure.rows_about(gone)["value.Score"] == 1
    receipt = erasure.erase(customer=gone, by=None)
    assert receipt.deleted["value.Score"] == 1
    assert not Score.objects.filter(customer=gone.pk).exists()


def test_who_was_erased_while_the_files_were_read_does_not_come_back(tea_shop: Shop):
    erased = Customer.objects.filter(shop=tea_shop).first().pk
    erasure.erase(customer=Customer.objects.get(pk=erased), by=None)
    refresh(tea_shop)
    assert Score.objects.count() == 79
    refresh(tea_shop, customers=[erased])
    assert not Score.objects.filter(customer=erased).exists()


class CancelledWhileStoring(Silent):
    def step(self, name: str, total: int | None = None) -> None:
        if name == "storing":
            raise Cancelled


def test_cancelled_in_the_middle_it_leaves_the_scores_before_and_the_next_run_ends_as_if_nothing_had_been(
    tea_shop: Shop,
):
    refresh(tea_shop)
    before = figures()
    tea_shop.discount_rate = Decimal("0.2")
    with pytest.raises(Cancelled):
        refresh(tea_shop, progress=CancelledWhileStoring())
    assert figures() == before
    assert Fit.objects.count() == 2
    refresh(tea_shop)
    assert figures() != before
    assert Fit.objects.filter(in_force_at=None).count() == 0
    assert Fit.objects.count() == 2


def test_its_steps_are_told(tea_shop: Shop):
    steps = []

    class Told(Progress):
        def _sign(self, **values: object) -> None:
            if "step" in values:
                steps.append(values["step"])

    refresh(tea_shop, progress=Told(0))
    assert steps == ["reading", "fitting", "scoring", "storing", "summing"]
