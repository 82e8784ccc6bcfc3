"""What all customers are worth together, as it is stored with the scores."""

from datetime import date
from decimal import Decimal

import pytest
from scored import fitted, scored
from tea_buyers import AS_OF, bought, sell, write_lake

from tests.core.lake.buying import customer
from treue.core.customers.models import Customer
from treue.core.shop.models import Shop
from treue.understand.value import summing
from treue.understand.value.models import Fit, Score, Worth
from treue.understand.value.refresh import refresh
from treue.understand.value.summing import sum_up


@pytest.fixture
def tea_shop(shop: Shop) -> Shop:
    sell(shop)
    write_lake(shop)
    return shop


def by_hand(fit: Fit) -> dict[str, object]:
    """The plain twin."""
    scores = sorted(Score.objects.filter(fit=fit), key=lambda each: -each.lifetime_value)
    untold = [each for each in scores if fit.model == "bg_nbd" and each.probability_alive == 1]
    size, more = divmod(len(scores), 10)
    tenths, place = [], 0
    for tenth in range(10):
        some = scores[place : (place := place + size + (tenth < more))]
        tenths.append([len(some), str(sum(each.lifetime_value for each in some))])
    buys = [each.buys_90_days for each in scores]
    return {
        "customers": len(scores),
        "value": sum(each.lifetime_value for each in scores),
        "at_stake": pytest.approx(sum(float(each.lifetime_value) * (1 - each.probability_alive) for each in scores)),
        "at_risk": sum(each.lifetime_value > 0 and each.probability_alive <= 0.75 for each in scores),
        "untold": len(untold),
        "untold_value": sum(each.lifetime_value for each in untold),
        "buyers_90_days": pytest.approx(sum(buys)),
        "buyers_error": pytest.approx(1.959964 * sum(each * (1 - each) for each in buys) ** 0.5),
        "tenths": tenths,
    }


def stored(fit: Fit) -> dict[str, object]:
    found = Worth.objects.filter(fit=fit).values().get()
    found["at_stake"] = float(found["at_stake"])
    return {name: found[name] for name in by_hand(fit)}


def test_it_is_the_sum_of_the_scores(tea_shop: Shop):
    fit = refresh(tea_shop)
    assert stored(fit) == by_hand(fit)
    worth = Worth.objects.get()
    assert sum(count for _step, count, _value in worth.amounts) == 80
    assert sum(Decimal(value) for _step, _count, value in worth.amounts) == worth.value
    for step, _count, value in worth.amounts:
        assert Decimal(value) >= Decimal(step)


def test_it_buys_within_90_days_as_the_model_says(tea_shop: Shop):
    refresh(tea_shop)
    for each in Score.objects.all():
        assert 0 < each.buys_90_days < min(each.purchases_90_days, 1)


def test_an_order_of_the_day_is_in_the_sum(tea_shop: Shop):
    fit = refresh(tea_shop)
    before = stored(fit)
    changed = Customer.objects.filter(shop=tea_shop).first()
    bought(changed, AS_OF, 900)
    write_lake(tea_shop)
    assert refresh(tea_shop, customers=[changed.pk]) == fit
    assert stored(fit) == by_hand(fit)
    assert stored(fit) != before


def test_a_fit_of_a_former_version_without_a_sum_is_made_anew(tea_shop: Shop):
    former = refresh(tea_shop)
    Worth.objects.all().delete()
    fit = refresh(tea_shop, customers=[])
    assert fit != former
    assert stored(fit) == by_hand(fit)


def test_before_there_is_a_sum_the_scores_are_not_in_force(tea_shop: Shop, monkeypatch: pytest.MonkeyPatch):
    def died(fit: Fit) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(summing, "sum_up", died)
    with pytest.raises(KeyboardInterrupt):
        refresh(tea_shop)
    assert not Fit.objects.filter(is_current=True).exists()


def test_too_little_to_learn_from_has_no_sum_and_is_not_tried_again_and_again(shop: Shop):
    bought(customer(shop, "anna"), date(2026, 6, 1))
    write_lake(shop)
    fit = refresh(shop)
    assert not Worth.objects.exists()
    assert refresh(shop) == fit


def test_who_bought_once_is_not_told_by_a_model_that_is_blind_to_it(shop: Shop):
    fit = fitted(shop, model="bg_nbd")
    scored(fit, customer(shop, "A"), probability_alive=1, lifetime_value=Decimal(30))
    scored(fit, customer(shop, "B"), probability_alive=0.25, lifetime_value=Decimal(40))
    worth = sum_up(fit)
    assert (worth.untold, worth.untold_value, worth.at_stake, worth.at_risk) == (1, 30, 30, 1)
    Fit.objects.update(model="mbg_nbd")
    fit.refresh_from_db()
    assert sum_up(fit).untold == 0


def test_of_nobody_the_sum_is_nothing(shop: Shop):
    worth = sum_up(fitted(shop))
    assert (worth.customers, worth.value, worth.at_stake, worth.amounts, worth.tenths) == (0, 0, 0, [], [])
