"""Orders earn by the rules of their day, and the ledger follows whatever becomes of them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from members import has

from tests.core.lake import buying
from treue.act.loyalty import awarding, following, ledger, membership, verifying
from treue.act.loyalty.earning.errors import OtherCurrency
from treue.act.loyalty.models import Award, Budget, Due, Journal, Lot, Member, Programme, RuleVersion
from treue.core.commerce.models import Order, OrderLine, Product
from treue.core.customers import erasure
from treue.core.customers.models import Customer
from treue.core.jobs.work import Silent
from treue.core.shop.models import Shop

JOINED = datetime(2026, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 6, 1, tzinfo=UTC)
EURO = {"kind": "per_amount", "name": "euro", "points": 1, "amount": "1.00"}


@pytest.fixture
def rules(programme: Programme) -> RuleVersion:
    return publish(programme, EURO)


@pytest.fixture
def anna(shop: Shop, programme: Programme) -> Member:
    customer = buying.customer(shop, "anna")
    return membership.join(programme=programme, customer=customer, at=JOINED)[0]


def joined(programme: Programme, shop: Shop, name: str) -> Member:
    return membership.join(programme=programme, customer=buying.customer(shop, name), at=JOINED)[0]


def budget(rule: str = "euro") -> int:
    """How much of it is given: what orders have of it by that rule, and could not be taken back."""
    (given,) = Budget.objects.filter(rule=rule).values_list("given", flat=True)
    lines = [line for each in Award.objects.all() for line in each.lines]
    assert given == sum(line["points"] for line in lines if line["rule"] == rule)
    return given


def publish(programme: Programme, *rules: dict[str, object], since: datetime = JOINED, **more: object) -> RuleVersion:
    document = {"format": 1, "currency": "EUR", "zone": "Europe/Berlin", "rules": rules} | more
    return RuleVersion.objects.create(programme=programme, valid_from=since, document=document)


def reckon(member: Member) -> dict[str, int]:
    awarding.reckon(member, now=NOW)
    assert [broken for _rule, broken in verifying.verify() if broken] == []
    return has(member.pk)


@pytest.mark.usefixtures("rules")
def test_an_order_earns_once(anna: Member) -> None:
    buying.order(anna.customer, amount="24.90")
    assert reckon(anna) == {"pending": 24}
    assert reckon(anna) == {"pending": 24}
    assert Journal.objects.count() == 1


@pytest.mark.usefixtures("rules")
def test_points_are_pending_until_the_day_after_the_last_one_to_return(anna: Member) -> None:
    buying.order(anna.customer, at="2026-03-20 23:30", amount=10)
    reckon(anna)
    assert Lot.objects.get().available_from == datetime(2026, 4, 3, 22, tzinfo=UTC)  # midnight in summer, in Berlin


@pytest.mark.usefixtures("rules")
def test_nothing_is_earned_by_orders_from_before_joining(anna: Member) -> None:
    buying.order(anna.customer, at="2025-12-31 10:00", amount=100)
    assert (reckon(anna), Award.objects.count()) == ({}, 0)


def test_nothing_is_earned_before_there_were_rules(programme: Programme, anna: Member) -> None:
    publish(programme, EURO, since=datetime(2026, 4, 1, tzinfo=UTC))
    buying.order(anna.customer, at="2026-03-31 10:00", amount=100)
    buying.order(anna.customer, at="2026-04-02 10:00", amount=10)
    assert reckon(anna) == {"pending": 10}


@pytest.mark.usefixtures("rules")
def test_an_order_goes_by_the_rules_of_its_day(programme: Programme, anna: Member) -> None:
    publish(programme, EURO | {"points": 3}, since=datetime(2026, 4, 1, tzinfo=UTC))
    buying.order(anna.customer, at="2026-03-31 10:00", amount=10)
    buying.order(anna.customer, at="2026-04-02 10:00", amount=10)
    assert reckon(anna) == {"pending": 40}


@pytest.mark.usefixtures("rules")
def test_what_comes_back_is_taken_back(anna: Member) -> None:
    order = buying.order(anna.customer, amount=90, units=3)
    reckon(anna)
    buying.refund(order, "2026-03-05 10:00", 30)
    assert reckon(anna) == {"pending": 60}
    buying.refund(order, "2026-03-06 10:00", 60, 2)
    assert reckon(anna) == {}


@pytest.mark.usefixtures("rules")
def test_an_order_that_is_undone_takes_its_points_along(anna: Member) -> None:
    buying.order(anna.customer, amount=90)
    reckon(anna)
    Order.objects.all().delete()
    assert reckon(anna) == {}


@pytest.mark.usefixtures("rules")
def test_an_order_that_grows_earns_the_difference_and_shrinks_again(anna: Member) -> None:
    order = buying.order(anna.customer, amount=50)
    reckon(anna)
    for amount, points in ((80, 80), (20, 20), (60, 60)):
        Order.objects.filter(pk=order.pk).update(amount=amount)
        order.lines.update(amount=amount)
        assert reckon(anna) == {"pending": points}


@pytest.mark.usefixtures("rules")
def test_an_order_of_somebody_elses_moves_its_points(shop: Shop, programme: Programme, anna: Member) -> None:
    ben = membership.join(programme=programme, customer=buying.customer(shop, "ben"), at=JOINED)[0]
    order = buying.order(anna.customer, amount=50)
    reckon(anna)
    Order.objects.filter(pk=order.pk).update(customer=ben.customer)
    assert (reckon(anna), reckon(ben)) == ({}, {"pending": 50})
    Order.objects.filter(pk=order.pk).update(customer=anna.customer)
    assert (reckon(ben), reckon(anna)) == ({}, {"pending": 50})


def test_a_cap_of_a_day_holds_over_orders_and_refunds(programme: Programme, anna: Member) -> None:
    publish(programme, EURO | {"caps": {"day": 50}})
    first = buying.order(anna.customer, at="2026-03-01 10:00", amount=40)
    buying.order(anna.customer, at="2026-03-01 12:00", amount=40)
    buying.order(anna.customer, at="2026-03-02 12:00", amount=40)
    assert reckon(anna) == {"pending": 90}
    buying.refund(first, "2026-03-05 10:00", 40)
    assert reckon(anna) == {"pending": 50}  # what the cap took from the second stays taken


def test_a_budget_is_given_once_to_all(shop: Shop, programme: Programme, anna: Member) -> None:
    publish(programme, EURO | {"budget": 60})
    ben = membership.join(programme=programme, customer=buying.customer(shop, "ben"), at=JOINED)[0]
    for member in (anna, ben):
        buying.order(member.customer, amount=50)
    assert (reckon(anna), reckon(ben), reckon(anna)) == ({"pending": 50}, {"pending": 10}, {"pending": 50})


def test_what_comes_back_of_an_order_is_there_again_in_the_budget(
    shop: Shop, programme: Programme, anna: Member
) -> None:
    publish(programme, EURO | {"budget": 60})
    ben, cleo = (joined(programme, shop, name) for name in ("ben", "cleo"))
    order = buying.order(anna.customer, amount=50, units=5)
    reckon(anna)
    for day, amount, units, left in ((5, 10, 1, 40), (6, 15, 1, 25)):
        buying.refund(order, f"2026-03-0{day} 10:00", amount, units)
        assert (reckon(anna), budget()) == ({"pending": left}, left)
    buying.order(ben.customer, amount=50)
    assert (reckon(ben), budget()) == ({"pending": 35}, 60)
    buying.refund(order, "2026-03-07 10:00", 25, 3)
    assert (reckon(anna), budget()) == ({}, 35)
    buying.order(cleo.customer, amount=90)
    assert (reckon(cleo), reckon(ben), budget()) == ({"pending": 25}, {"pending": 35}, 60)


def test_what_comes_back_of_an_order_is_there_again_under_a_cap(programme: Programme, anna: Member) -> None:
    publish(programme, EURO | {"caps": {"day": 50}})
    first = buying.order(anna.customer, at="2026-03-01 10:00", amount=50)
    assert reckon(anna) == {"pending": 50}
    buying.refund(first, "2026-03-05 10:00", 35, 0)
    assert reckon(anna) == {"pending": 15}
    buying.order(anna.customer, at="2026-03-01 12:00", amount=60)
    assert reckon(anna) == {"pending": 50}


def test_who_exchanges_goods_finds_room_for_what_they_take_instead(programme: Programme, anna: Member) -> None:
    """Also where the return is told together with the order that came before it."""
    publish(programme, EURO | {"budget": 60, "caps": {"day": 60}})
    later = buying.order(anna.customer, at="2026-03-01 12:00", amount=60)
    assert reckon(anna) == {"pending": 60}
    buying.refund(later, "2026-03-05 10:00", 60)
    buying.order(anna.customer, at="2026-03-01 10:00", amount=45)
    assert (reckon(anna), budget()) == ({"pending": 45}, 45)


def test_a_return_that_was_none_gets_what_others_left_meanwhile(shop: Shop, programme: Programme, anna: Member) -> None:
    publish(programme, EURO | {"budget": 60})
    ben = joined(programme, shop, "ben")
    order = buying.order(anna.customer, amount=60)
    reckon(anna)
    grow(order, 10)
    reckon(anna)
    buying.order(ben.customer, amount=30)
    reckon(ben)
    grow(order, 60)
    assert (reckon(anna), reckon(ben), budget()) == ({"pending": 30}, {"pending": 30}, 60)


def test_points_that_a_return_could_not_get_stay_spent(shop: Shop, programme: Programme, anna: Member) -> None:
    programme.debt_limit, programme.return_days = 0, 0
    programme.save()
    publish(programme, EURO | {"budget": 60, "caps": {"day": 60}})
    ben = joined(programme, shop, "ben")
    order = buying.order(anna.customer, at="2026-03-01 10:00", amount=60)
    assert reckon(anna)["points"] == 60
    ledger.burn(programme, anna.pk, 50, key="cup", at=NOW, reason="cup")
    buying.refund(order, "2026-03-05 10:00", 30, 0)
    assert (has(anna.pk)["points"], reckon(anna).get("points"), budget()) == (10, None, 50)
    buying.refund(order, "2026-03-06 10:00", 30)
    assert (reckon(anna), budget()) == ({}, 50)
    buying.order(ben.customer, amount=30)
    buying.order(anna.customer, at="2026-03-01 12:00", amount=30)
    assert [reckon(each).get("points") for each in (ben, anna)] == [10, None]
    assert budget() == 60


def test_points_that_come_back_after_a_return_leave_the_budget_with_the_next_reckoning(
    programme: Programme, anna: Member
) -> None:
    programme.debt_limit, programme.return_days = 0, 0
    programme.save()
    publish(programme, EURO | {"budget": 60})
    order = buying.order(anna.customer, at="2026-03-01 10:00", amount=60)
    reckon(anna)
    cup = ledger.burn(programme, anna.pk, 50, key="cup", at=NOW, reason="cup")
    buying.refund(order, "2026-03-05 10:00", 60)
    assert (reckon(anna), budget()) == ({}, 50)
    Due.objects.all().delete()
    ledger.give_back(programme, cup, total=50, key="back", at=NOW, reason="cup")
    assert list(Due.objects.values_list("customer", flat=True)) == [anna.customer_id]  # it comes by itself
    assert (reckon(anna), budget()) == ({}, 0)


def test_an_import_that_is_undone_and_comes_again_takes_of_a_budget_once(programme: Programme, anna: Member) -> None:
    publish(programme, EURO | {"budget": 60})
    for _again in range(2):
        Order.objects.all().delete()
        reckon(anna)
        buying.order(anna.customer, amount=50)
        assert (reckon(anna), budget()) == ({"pending": 50}, 50)


def test_what_one_rule_gives_more_of_what_is_left_is_taken_of_its_own_budget(
    programme: Programme, anna: Member
) -> None:
    """Under a common cap the less of one is room for the other."""
    tea = {**EURO, "name": "tea", "points": 2, "budget": 60, "only": {"products": ["T"]}}
    publish(programme, EURO | {"without": {"products": ["T"]}, "budget": 500}, tea, caps={"day": 100})
    order = buying.order(anna.customer, at="2026-03-01 10:00", amount=100)
    order.lines.update(amount=60)
    product = Product.objects.create(shop=programme.shop, code="T")
    OrderLine.objects.create(order=order, ordinal=2, bought_at=order.ordered_at, product=product, quantity=1, amount=40)
    assert (reckon(anna), budget("euro"), budget("tea")) == ({"pending": 100}, 60, 40)
    buying.refund(order, "2026-03-05 10:00", 30, 0)
    for _again in range(2):
        assert (reckon(anna), budget("euro"), budget("tea")) == ({"pending": 90}, 30, 60)


def test_a_product_counts_in_the_category_of_its_day(shop: Shop, programme: Programme, anna: Member) -> None:
    """What is sorted anew changes nothing that was earned; one that was in none counts from when it is."""
    publish(programme, EURO | {"only": {"categories": ["Tea"]}})
    green = Product.objects.create(shop=shop, code="GREEN", category="Tea")
    black = Product.objects.create(shop=shop, code="BLACK")
    for product, amount in ((green, 20), (black, 5)):
        order = buying.order(anna.customer, amount=amount)
        order.lines.update(product=product)
    assert reckon(anna) == {"pending": 20}
    Product.objects.filter(pk=green.pk).update(category="Gifts")
    Product.objects.filter(pk=black.pk).update(category="Tea")
    assert reckon(anna) == {"pending": 25}
    Product.objects.filter(pk=black.pk).update(category="Gifts")
    assert reckon(anna) == {"pending": 25}
    buying.order(anna.customer, amount=10).lines.update(product=green)
    assert reckon(anna) == {"pending": 25}


def test_the_first_purchase_earns_its_bonus_once(programme: Programme, anna: Member) -> None:
    publish(programme, {"kind": "first_purchase", "name": "welcome", "points": 100})
    buying.order(anna.customer, at="2026-03-01 10:00", amount=10)
    buying.order(anna.customer, at="2026-03-02 10:00", amount=10)
    assert reckon(anna) == {"pending": 100}


@pytest.mark.usefixtures("rules")
def test_who_left_earns_nothing_more_and_keeps_what_they_have(anna: Member) -> None:
    buying.order(anna.customer, at="2026-03-01 10:00", amount=10)
    membership.leave(member=anna, at=JOINED + timedelta(days=80))
    buying.order(anna.customer, at="2026-04-01 10:00", amount=10)
    assert reckon(anna) == {"pending": 10}


@pytest.mark.usefixtures("rules")
def test_who_comes_back_keeps_what_was_earned_before(programme: Programme, anna: Member) -> None:
    buying.order(anna.customer, at="2026-03-01 10:00", amount=10)
    membership.leave(member=anna, at=JOINED + timedelta(days=80))
    membership.join(programme=programme, customer=anna.customer, at=JOINED + timedelta(days=120))
    buying.order(anna.customer, at="2026-04-01 10:00", amount=10)
    buying.order(anna.customer, at="2026-05-20 10:00", amount=10)
    assert reckon(anna) == {"pending": 20}


def test_changes_of_members_orders_are_due_and_no_others(shop: Shop, anna: Member) -> None:
    buying.order(buying.customer(shop, "nobody"), amount=10)
    buying.order(anna.customer, at="2025-12-01 10:00", amount=10)
    assert Due.objects.count() == 0
    order = buying.order(anna.customer, amount=10)
    assert set(Due.objects.values_list("customer", flat=True)) == {anna.customer_id}
    Due.objects.all().delete()
    Order.objects.filter(pk=order.pk).update(refunded_amount=5)
    assert Due.objects.exists()
    Due.objects.all().delete()
    order.delete()
    assert Due.objects.exists()


def test_nothing_is_due_of_somebody_who_was_erased(anna: Member) -> None:
    buying.order(anna.customer, amount=10)
    erasure.erase(customer=anna.customer, by=None)
    assert (following.shops_with_changes(), Due.objects.count()) == ([], 0)


@pytest.mark.usefixtures("rules")
@pytest.mark.parametrize("at_once", [1, 2])
def test_nobody_waits_for_a_member_who_cannot_be_reckoned(
    shop: Shop, programme: Programme, anna: Member, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    ben = membership.join(programme=programme, customer=buying.customer(shop, "ben"), at=JOINED)[0]
    for member in (anna, ben):
        buying.order(member.customer, amount=10)
    reckon_all = awarding.reckon_all

    def all_but_anna(members: Sequence[Member], *, now: datetime) -> int:
        changed = reckon_all(members, now=now)
        if anna in members:
            raise OtherCurrency("CHF", "EUR")
        return changed

    monkeypatch.setattr(awarding, "reckon_all", all_but_anna)
    monkeypatch.setattr(following, "MEMBERS_AT_ONCE", at_once)
    with pytest.raises(OtherCurrency):
        following.follow(shop.pk, Silent(), now=NOW)
    assert (has(anna.pk), has(ben.pk)) == ({}, {"pending": 10})
    assert set(Due.objects.values_list("customer", flat=True)) == {anna.customer_id}


def test_a_shop_that_changes_its_currency_keeps_what_was_earned(shop: Shop, programme: Programme, anna: Member) -> None:
    publish(programme, EURO)
    order = buying.order(anna.customer, amount=50)
    reckon(anna)
    Shop.objects.update(currency="CHF")
    buying.order(anna.customer, amount=70)  # by rules that do not speak of francs
    assert reckon(anna) == {"pending": 50}
    buying.refund(order, "2026-03-05 10:00", 50)
    assert reckon(anna) == {}


def test_a_number_has_a_check_digit(shop: Shop) -> None:
    assert membership.check_digit("7992739871") == "3"  # the example of ISO/IEC 7812-1
    numbers = {membership.new_number() for _each in range(100)}
    assert (len(numbers), {len(each) for each in numbers}) == (100, {16})
    assert Customer.objects.count() == 0


def test_an_earlier_order_that_is_told_later_is_not_a_first_purchase_again(programme: Programme, anna: Member) -> None:
    publish(programme, {"kind": "first_purchase", "name": "welcome", "points": 100})
    buying.order(anna.customer, at="2026-03-02 10:00", amount=10)
    assert reckon(anna) == {"pending": 100}
    buying.order(anna.customer, at="2026-03-01 10:00", amount=10)
    assert reckon(anna) == {"pending": 100}


def test_an_import_that_is_undone_and_comes_again_finds_its_cap_as_it_was(programme: Programme, anna: Member) -> None:
    publish(programme, EURO | {"caps": {"day": 50}})
    for _again in range(2):
        Order.objects.all().delete()
        reckon(anna)
        buying.order(anna.customer, amount=40)
        assert reckon(anna) == {"pending": 40}


def test_an_order_that_grows_takes_of_a_budget_what_others_left(shop: Shop, programme: Programme, anna: Member) -> None:
    publish(programme, EURO | {"budget": 70})
    ben = membership.join(programme=programme, customer=buying.customer(shop, "ben"), at=JOINED)[0]
    order = buying.order(anna.customer, amount=30)
    reckon(anna)
    buying.order(ben.customer, amount=30)
    reckon(ben)
    for amount, points in ((35, 35), (90, 40), (20, 20), (90, 40)):
        grow(order, amount)
        assert (reckon(anna), reckon(ben)) == ({"pending": points}, {"pending": 30})
    assert Budget.objects.get().given == 70


def test_an_order_that_grows_stays_under_a_cap(programme: Programme, anna: Member) -> None:
    publish(programme, EURO | {"caps": {"day": 50}})
    order = buying.order(anna.customer, at="2026-03-01 10:00", amount=10)
    reckon(anna)
    buying.order(anna.customer, at="2026-03-01 11:00", amount=30)
    reckon(anna)
    for amount, points in ((15, 45), (90, 50), (5, 35)):
        grow(order, amount)
        assert reckon(anna) == {"pending": points}


def test_an_order_that_grows_keeps_what_it_had_where_other_rules_gave_more(programme: Programme, anna: Member) -> None:
    noon = datetime(2026, 3, 1, 11, tzinfo=UTC)
    publish(programme, EURO | {"caps": {"day": 50}})
    publish(programme, EURO | {"caps": {"day": 200}}, since=noon)
    order = buying.order(anna.customer, at="2026-03-01 10:00", amount=40)
    reckon(anna)
    buying.order(anna.customer, at="2026-03-01 13:00", amount=100)
    reckon(anna)
    grow(order, 45)
    assert reckon(anna) == {"pending": 140}


def grow(order: Order, amount: int) -> None:
    Order.objects.filter(pk=order.pk).update(amount=amount)
    order.lines.update(amount=amount)
