"""What was redeemed is taken back once, whole or in parts."""

from decimal import Decimal

import pytest

from tests.act.vouchers.giving import NOW, basket, campaign, code, redeem, roll_back
from tests.core.lake import buying
from treue.act.vouchers import errors, rolling_back
from treue.act.vouchers.models import Campaign, Code, CustomerUse, Redemption, RollBack
from treue.core.events.models import Event
from treue.core.shop.models import Shop


def test_the_code_can_be_used_again(shop: Shop) -> None:
    anna = buying.customer(shop, "anna")
    given = code(campaign(shop, budget=Decimal(5), most_redemptions=1, most_per_customer=1))
    for turn in range(3):
        (done,) = redeem(given, customer=anna, key=f"k{turn}")
        back = roll_back(done, key=f"r{turn}")
        assert (back.amount, back.returned) == (Decimal(5), Decimal(20))
        done.refresh_from_db()
        assert (done.state, done.rolled_back_at) == (Redemption.State.ROLLED_BACK, NOW)
    assert Code.objects.get().uses == CustomerUse.objects.get().uses == 0
    assert Campaign.objects.values_list("redemptions", "spent").get() == (0, 0)


def test_it_is_taken_back_exactly_once(shop: Shop) -> None:
    (done,) = redeem(code(campaign(shop)))
    first = roll_back(done)
    assert roll_back(done).pk == first.pk, "the same key gives the first answer"
    with pytest.raises(errors.RolledBackAlready):
        roll_back(done, key="r2")
    with pytest.raises(errors.KeyReused):
        roll_back(done, 5)
    assert Code.objects.get().uses == 0
    assert RollBack.objects.count() == 1
    assert Event.objects.filter(name="Voucher Rolled Back").count() == 1


def test_a_roll_back_that_comes_first_finds_nothing_and_is_taken_later(shop: Shop) -> None:
    given = code(campaign(shop))
    with pytest.raises(errors.NoSuchRedemption):
        roll_back(Redemption(pk=999_999, shop=shop))
    (done,) = redeem(given)
    assert roll_back(done).amount == Decimal(5)


def test_another_shops_redemption_is_not_found(shop: Shop) -> None:
    (done,) = redeem(code(campaign(shop)))
    done.shop = Shop.objects.create(name="Coffee House")
    with pytest.raises(errors.NoSuchRedemption):
        roll_back(done)


@pytest.mark.parametrize(
    "parts", [["19.99", "0.01"], ["0.01"] * 4, ["6.67", "6.67", "6.66"], ["1", "2", "3"], ["20"], []]
)
def test_any_sequence_ends_at_the_whole_to_the_cent(shop: Shop, parts: list[str]) -> None:
    of = campaign(shop, "percent", percent=Decimal("33.33"), budget=Decimal(100))
    (done,) = redeem(code(of), of=basket("20.00"))
    assert done.amount == Decimal("6.67")
    backs = [roll_back(done, part, key=part + str(place)).amount for place, part in enumerate(parts)]
    if sum(map(Decimal, parts)) < 20:
        assert Code.objects.get().uses == 1, "a part does not give the code back"
        assert Campaign.objects.get().spent == Decimal("6.67") - sum(backs)
        backs.append(roll_back(done, key="rest").amount)
    assert sum(backs) == Decimal("6.67")
    assert Campaign.objects.values_list("redemptions", "spent").get() == (0, 0)
    assert Code.objects.get().uses == 0


def test_more_than_was_bought_cannot_come_back(shop: Shop) -> None:
    (done,) = redeem(code(campaign(shop)))
    roll_back(done, 15)
    with pytest.raises(errors.MoreThanLeft) as caught:
        roll_back(done, "5.01", key="r2")
    assert caught.value.facts == {"left": Decimal(5), "asked": Decimal("5.01")}
    done.refresh_from_db()
    assert (done.returned, done.rolled_back) == (Decimal(15), Decimal("3.75"))


def test_the_rest_of_an_amount_comes_back_with_each_part(shop: Shop) -> None:
    gift = code(campaign(shop, amount=Decimal(50), keeps_rest=True, uses_per_code=None))
    (done,) = redeem(gift, of=basket(40))
    roll_back(done, 10)
    gift.refresh_from_db()
    assert gift.spent == Decimal(30)
    assert redeem(gift, of=basket(40), key="k2")[0].amount == Decimal(20)


def test_a_preview_changes_nothing(shop: Shop) -> None:
    (done,) = redeem(code(campaign(shop)))
    for _each in range(2):
        assert rolling_back.preview(shop=shop, redemption_id=done.pk, returned=Decimal(4)) == (Decimal(4), Decimal(1))
    assert not RollBack.objects.exists()


def test_a_cancelled_code_stays_cancelled(shop: Shop) -> None:
    given = code(campaign(shop))
    (done,) = redeem(given)
    Code.objects.update(state="cancelled")
    roll_back(done)
    with pytest.raises(errors.Refused):
        redeem(given, key="k2")


def test_the_log_says_what_was_taken_back(shop: Shop) -> None:
    (done,) = redeem(code(campaign(shop, name="Welcome")))
    roll_back(done, 4)
    roll_back(done, key="r2")
    told = Event.objects.filter(name="Voucher Rolled Back").order_by("seq").values_list("facts", flat=True)
    assert [(each["total"], each["whole"]) for each in told] == [("1.00", False), ("4.00", True)]
