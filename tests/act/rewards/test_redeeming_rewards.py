"""Points become rewards, and rewards points again."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError

from tests.act.rewards.treats import NOW, broken, cancel, earn, member, points, redeem, reward, tiers
from tests.act.vouchers import giving
from treue.act.loyalty.errors import InsufficientPoints
from treue.act.loyalty.models import Journal, Kind, Programme
from treue.act.rewards import catalogue, errors, redeeming
from treue.act.rewards.models import Claim, MemberCount, Reward
from treue.act.vouchers import making
from treue.act.vouchers.errors import Refused
from treue.act.vouchers.models import Code
from treue.core.events.models import Event
from treue.core.shop.models import Shop

DAY = timedelta(days=1)


def told() -> list[str]:
    return list(Event.objects.filter(name__startswith="Reward").order_by("pk").values_list("name", flat=True))


def test_points_become_a_gift(programme: Programme) -> None:
    anna, cup = member(programme, points=600), reward(programme, stock=3)
    claim = redeem(cup, anna, order_number="A-1")
    cup.refresh_from_db()
    assert (points(anna), cup.stock_left, cup.stock) == (100, 2, 3)
    assert (claim.state, claim.points, claim.code, claim.order_number) == ("redeemed", 500, None, "A-1")
    burned = Journal.objects.get(pk=claim.journal)
    assert (burned.kind, burned.reason, burned.member_id) == (Kind.BURN, "reward", anna.pk)
    facts = Event.objects.get(name="Reward Redeemed").facts
    assert facts == {
        "claim": claim.pk,
        "reward": {"id": cup.pk, "name": cup.name, "kind": "gift"},
        "points": 500,
        "order": "A-1",
    }
    assert broken() == []


def test_points_become_a_voucher_that_its_member_alone_can_redeem(programme: Programme) -> None:
    anna, ben = member(programme, points=500), member(programme, "ben")
    claim = redeem(reward(programme, "voucher"), anna)
    assert claim.code.customer_id == anna.customer_id
    with pytest.raises(Refused):
        giving.redeem(claim.code, customer=ben.customer)
    (used,) = giving.redeem(claim.code, customer=anna.customer)
    assert used.amount == Decimal(5)


def test_a_repeated_key_gives_the_first_answer_and_takes_points_once(programme: Programme) -> None:
    anna, of = member(programme, points=2000), reward(programme, "voucher", stock=5)
    first = redeem(of, anna)
    assert redeem(of, anna, now=NOW + DAY) == first
    assert (points(anna), Code.objects.count(), Claim.objects.count(), told()) == (1500, 1, 1, ["Reward Redeemed"])
    cancel(first)
    assert redeem(of, anna).state == "cancelled"


@pytest.mark.parametrize("other", ["member", "reward", "points", "order"])
def test_a_repeated_key_with_another_request_is_refused(programme: Programme, other: str) -> None:
    anna, ben = member(programme, points=2000), member(programme, "ben", points=2000)
    cup, mug = reward(programme), reward(programme)
    redeem(cup, anna)
    with pytest.raises(errors.KeyReused):
        redeem(
            mug if other == "reward" else cup,
            ben if other == "member" else anna,
            **({"points": 500} if other == "points" else {}),
            **({"order_number": "A-1"} if other == "order" else {}),
        )
    assert (points(anna), points(ben), Claim.objects.count()) == (1500, 2000, 1)


def test_too_few_points_are_refused_with_what_is_there(programme: Programme) -> None:
    anna, cup = member(programme, points=499), reward(programme, stock=1)
    with pytest.raises(InsufficientPoints) as refused:
        redeem(cup, anna)
    assert (refused.value.balance, refused.value.asked) == (499, 500)
    cup.refresh_from_db()
    assert (points(anna), cup.stock_left, Claim.objects.count(), told()) == (499, 1, 0, [])


def test_points_that_became_due_are_redeemed_and_expired_ones_are_not(programme: Programme) -> None:
    anna, cup = member(programme), reward(programme)
    earn(anna, 300, available_from=NOW - DAY)
    earn(anna, 300, expires_at=NOW - DAY)
    with pytest.raises(InsufficientPoints) as refused:
        redeem(cup, anna)
    assert refused.value.balance == 300
    earn(anna, 200)
    redeem(cup, anna)
    assert (points(anna), broken()) == (0, [])


@pytest.mark.parametrize(
    ("terms", "error"),
    [
        ({"is_offered": False}, errors.NotOffered),
        ({"valid_from": NOW + timedelta(microseconds=1)}, errors.NotYetValid),
        ({"valid_until": NOW}, errors.Expired),
        ({"stock": 0}, errors.OutOfStock),
        ({"lowest_tier": "gold"}, errors.TierTooLow),
    ],
    ids=lambda each: each.__name__ if isinstance(each, type) else next(iter(each)),
)
def test_what_stands_against_it_is_named_and_changes_nothing(
    programme: Programme, terms: dict[str, object], error: type[Exception]
) -> None:
    anna, cup = member(programme, points=500), reward(programme, **terms)
    with pytest.raises(error):
        redeem(cup, anna)
    assert (points(anna), Claim.objects.count(), told()) == (500, 0, [])


def test_a_window_is_half_open(programme: Programme) -> None:
    anna = member(programme, points=500)
    cup = reward(programme, valid_from=NOW, valid_until=NOW + timedelta(microseconds=1))
    assert redeem(cup, anna).state == "redeemed"


def test_what_costs_more_by_now_than_was_agreed_is_refused(programme: Programme) -> None:
    anna, cup = member(programme, points=900), reward(programme)
    with pytest.raises(errors.PriceChanged) as refused:
        redeem(cup, anna, points=450)
    assert refused.value.facts == {"points": 500, "agreed": 450}
    assert redeem(cup, anna, points=500).points == 500


@pytest.mark.parametrize(
    "terms",
    [{"valid_until": NOW}, {"most_redemptions": 1}, {"budget": Decimal(5)}],
    ids=["ended", "used up", "spent"],
)
def test_no_points_go_for_a_voucher_that_would_take_nothing_off(programme: Programme, terms: dict[str, object]) -> None:
    anna, of = member(programme, points=500), giving.campaign(programme.shop, **terms)
    cheap = reward(programme, "voucher", campaign=of)
    if "valid_until" not in terms:
        giving.redeem(giving.code(of))
    with pytest.raises(errors.VoucherOver):
        redeem(cheap, anna)
    assert points(anna) == 500


def test_the_last_code_of_a_campaign_is_the_last_of_the_reward(programme: Programme) -> None:
    anna, of = member(programme, points=1000), giving.campaign(programme.shop, most_codes=1)
    cheap = reward(programme, "voucher", campaign=of)
    redeem(cheap, anna)
    with pytest.raises(errors.OutOfStock):
        redeem(cheap, anna, key="k2")
    assert points(anna) == 500


def test_a_limit_counts_what_was_not_cancelled(programme: Programme) -> None:
    anna, cup = member(programme, points=5000), reward(programme, most_per_member=2)
    first = redeem(cup, anna)
    redeem(cup, anna, key="k2")
    with pytest.raises(errors.LimitReached) as refused:
        redeem(cup, anna, key="k3")
    assert refused.value.facts == {"most": 2, "year": None}
    cancel(first)
    redeem(cup, anna, key="k3")
    assert (MemberCount.objects.get().claims, points(anna)) == (2, 4000)


def test_a_limit_of_a_year_begins_anew_at_midnight_in_the_shops_zone(programme: Programme) -> None:
    anna, cup = member(programme, points=5000), reward(programme, most_per_member=1, span="year")
    redeem(cup, anna, now=datetime(2026, 12, 31, 22, 59, tzinfo=UTC))
    with pytest.raises(errors.LimitReached) as refused:
        redeem(cup, anna, key="k2", now=datetime(2026, 12, 31, 22, 59, 59, tzinfo=UTC))
    assert refused.value.year == 2026
    redeem(cup, anna, key="k3", now=datetime(2026, 12, 31, 23, tzinfo=UTC))
    assert list(MemberCount.objects.order_by("year").values_list("year", "claims")) == [(2026, 1), (2027, 1)]


def test_a_limit_that_comes_later_counts_what_was_redeemed_before(programme: Programme) -> None:
    anna, cup = member(programme, points=5000), reward(programme)
    for key in ("k1", "k2"):
        redeem(cup, anna, key=key)
    terms = {each: getattr(cup, each) for each in catalogue.Terms.__dataclass_fields__}
    for most, spans in ((2, "in all"), (3, "year"), (3, "in all")):
        changed = catalogue.Terms(**terms | {"most_per_member": most, "span": spans})
        cup = catalogue.change(reward=cup, terms=changed, by=None)
        if most == 2:
            with pytest.raises(errors.LimitReached):
                redeem(cup, anna, key="k3")
        elif spans == "year":
            redeem(cup, anna, key="k3")
    with pytest.raises(errors.LimitReached):
        redeem(cup, anna, key="k4")


def test_a_tier_opens_what_it_opens(programme: Programme) -> None:
    tiers(programme)
    anna, ben = member(programme, points=900), member(programme, "ben", points=900)
    earn(ben, 100, qualifying=1000)
    cup = reward(programme, lowest_tier="gold")
    with pytest.raises(errors.TierTooLow) as refused:
        redeem(cup, anna)
    assert refused.value.facts == {"needed": "gold", "has": "silver"}
    assert redeem(cup, ben, key="k2").points == 500
    assert redeem(reward(programme, lowest_tier="silver", points=1), anna, key="k3").points == 1
    with pytest.raises(errors.TierTooLow):
        redeem(reward(programme, lowest_tier="platinum", points=1), ben, key="k4")


def test_cancelling_gives_all_back_and_once(programme: Programme) -> None:
    anna, of = member(programme, points=500), reward(programme, "voucher", stock=1, most_per_member=1)
    claim = redeem(of, anna)
    done = cancel(claim)
    of.refresh_from_db()
    assert (points(anna), of.stock_left, MemberCount.objects.get().claims) == (500, 1, 0)
    assert (done.state, done.cancelled_at, Code.objects.get().state) == ("cancelled", NOW, "cancelled")
    assert cancel(claim, now=NOW + DAY).cancelled_at == NOW
    with pytest.raises(errors.CancelledAlready):
        cancel(claim, key="c2")
    assert told() == ["Reward Redeemed", "Reward Cancelled"]
    assert redeem(of, anna, key="k2").state == "redeemed"
    assert broken() == []


def test_points_that_expired_meanwhile_come_back_for_a_while(programme: Programme) -> None:
    anna, cup = member(programme), reward(programme)
    earn(anna, 500, expires_at=NOW + DAY)
    claim = redeem(cup, anna)
    cancel(claim, now=NOW + 2 * DAY)
    assert redeem(cup, anna, key="k2", now=NOW + 3 * DAY).points == 500
    assert broken() == []


def test_a_key_that_cancelled_one_cancels_no_other(programme: Programme) -> None:
    anna, cup = member(programme, points=1000), reward(programme)
    first, second = redeem(cup, anna), redeem(cup, anna, key="k2")
    cancel(first)
    with pytest.raises(errors.KeyReused):
        cancel(second)
    assert points(anna) == 500


def test_a_used_voucher_is_not_cancelled_until_it_was_rolled_back(programme: Programme) -> None:
    anna, of = member(programme, points=500), reward(programme, "voucher", stock=1)
    claim = redeem(of, anna)
    (used,) = giving.redeem(claim.code, customer=anna.customer)
    with pytest.raises(errors.CodeUsed):
        cancel(claim)
    of.refresh_from_db()
    claim.refresh_from_db()
    assert (points(anna), of.stock_left, claim.state, claim.code.state) == (0, 0, "redeemed", "given")
    giving.roll_back(used)
    cancel(claim)
    assert (points(anna), broken()) == (500, [])


def test_a_code_that_staff_cancelled_gives_its_points_back(programme: Programme) -> None:
    anna = member(programme, points=500)
    claim = redeem(reward(programme, "voucher"), anna)
    making.cancel(code=claim.code, by=None)
    cancel(claim)
    assert points(anna) == 500


def test_what_is_fetched_is_handed_over_once_and_then_stays(programme: Programme) -> None:
    anna = member(programme, points=1000)
    claim = redeem(reward(programme, "product"), anna)
    done = redeeming.hand_over(claim=claim, now=NOW, by=None)
    assert redeeming.hand_over(claim=claim, now=NOW + DAY, by=None).handed_over_at == done.handed_over_at == NOW
    with pytest.raises(errors.HandedOverAlready):
        cancel(claim)
    assert (points(anna), told()) == (500, ["Reward Redeemed", "Reward Handed Over"])
    gone = cancel(redeem(reward(programme), anna, key="k2"))
    with pytest.raises(errors.CancelledAlready):
        redeeming.hand_over(claim=gone, now=NOW, by=None)
    with pytest.raises(errors.NothingToHandOver):
        redeeming.hand_over(claim=redeem(reward(programme, "donation"), anna, key="k3"), now=NOW, by=None)


def test_a_stock_is_changed_with_what_was_given_of_it(programme: Programme) -> None:
    anna, cup = member(programme, points=5000), reward(programme, stock=3)
    for key in ("k1", "k2"):
        claim = redeem(cup, anna, key=key)
    terms = {each: getattr(cup, each) for each in catalogue.Terms.__dataclass_fields__}
    more = catalogue.change(reward=cup, terms=catalogue.Terms(**terms | {"stock": 10}), by=None)
    assert more.stock_left == 8
    with pytest.raises(errors.GivenAlready) as refused:
        catalogue.change(reward=cup, terms=catalogue.Terms(**terms | {"stock": 1}), by=None)
    assert refused.value.given == 2
    catalogue.change(reward=cup, terms=catalogue.Terms(**terms | {"stock": None}), by=None)
    cancel(claim)
    assert Reward.objects.get().stock_left is None


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"name": " "}, "name"),
        ({"kind": "car"}, "kind"),
        ({"kind": "voucher"}, "campaign"),
        ({"points": 0}, "points"),
        ({"cost": Decimal("-1")}, "cost"),
        ({"cost": Decimal("1.001")}, "cost"),
        ({"currency": "eur"}, "currency"),
        ({"stock": -1}, "stock"),
        ({"most_per_member": 0}, "most_per_member"),
        ({"span": "day"}, "span"),
        ({"valid_from": NOW, "valid_until": NOW}, "valid_until"),
    ],
)
def test_what_cannot_be_is_named(programme: Programme, terms: dict[str, object], field: str) -> None:
    values = {"name": "Cup", "kind": "gift", "points": 1, "cost": Decimal(1), "currency": "EUR", **terms}
    with pytest.raises(errors.ImpossibleReward) as refused:
        catalogue.add(programme=programme, terms=catalogue.Terms(**values), by=None, now=NOW)
    assert refused.value.field == field


def test_a_code_for_everybody_is_no_reward(programme: Programme) -> None:
    word = giving.campaign(programme.shop, kind="multi", text="SUMMER25", uses_per_code=None)
    with pytest.raises(errors.ImpossibleReward):
        reward(programme, "voucher", campaign=word)
    with pytest.raises(errors.ImpossibleReward):
        reward(programme, "gift", campaign=giving.campaign(programme.shop))


def test_two_rewards_have_two_names(programme: Programme) -> None:
    reward(programme, name="Cup")
    with pytest.raises(errors.NameTaken):
        reward(programme, name="Cup")


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"stock_left": 4}, "rewards_stock_kept"),
        ({"stock": None}, "rewards_stock_kept"),
        ({"kind": "voucher"}, "rewards_voucher_alone_has_a_campaign"),
        ({"points": 0}, "rewards_costs_points"),
    ],
)
def test_the_table_refuses_what_no_code_may_write(programme: Programme, values: dict[str, object], name: str) -> None:
    cup = reward(programme, stock=3)
    with pytest.raises(IntegrityError, match=name):
        Reward.objects.filter(pk=cup.pk).update(**values)


def test_another_programmes_reward_is_not_offered(programme: Programme) -> None:
    other = Programme.objects.create(shop=Shop.objects.create(name="Coffee House"), name="Coffee Circle")
    anna = member(programme, points=500)
    with pytest.raises(errors.NotOffered):
        redeem(reward(other), anna)
    assert points(anna) == 500
