"""What a member is offered, in which order, and why something cannot be had."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.act.rewards.treats import NOW, cancel, earn, member, points, redeem, reward, tiers
from tests.act.vouchers import giving
from treue.act.loyalty.errors import InsufficientPoints
from treue.act.loyalty.models import Member, Programme
from treue.act.rewards import errors, offers
from treue.act.rewards.offers import Offer

DAY = timedelta(days=1)


def offered(to: Member) -> list[tuple[str, list[str]]]:
    found = offers.for_member(to, now=NOW)
    return [(each.reward.name, [type(refusal).__name__ for refusal in each.refusals]) for each in found]


def one(to: Member) -> Offer:
    (found,) = offers.for_member(to, now=NOW)
    return found


def test_without_rewards_nothing_is_offered(programme: Programme) -> None:
    assert offered(member(programme)) == []


def test_what_can_be_had_comes_first_then_what_is_nearly_reached(programme: Programme) -> None:
    anna = member(programme, points=600)
    for name, price, terms in [
        ("Far", 2000, {}),
        ("Gone", 100, {"stock": 0}),
        ("Dear", 600, {}),
        ("Near", 700, {}),
        ("Cheap", 50, {"stock": 1, "most_per_member": 1}),
        ("For gold", 100, {"lowest_tier": "gold"}),
    ]:
        reward(programme, points=price, name=name, **terms)
    assert offered(anna) == [
        ("Cheap", []),
        ("Dear", []),
        ("Near", ["NotEnoughPoints"]),
        ("Far", ["NotEnoughPoints"]),
        ("Gone", ["OutOfStock"]),
        ("For gold", ["TierTooLow"]),
    ]


def test_what_is_not_offered_now_is_not_shown(programme: Programme) -> None:
    reward(programme, is_offered=False)
    reward(programme, valid_from=NOW + timedelta(microseconds=1))
    reward(programme, valid_until=NOW)
    shown = reward(programme, valid_from=NOW, valid_until=NOW + DAY)
    assert [name for name, _refusals in offered(member(programme))] == [shown.name]


def test_missing_points_are_counted(programme: Programme) -> None:
    anna = member(programme, points=120)
    reward(programme, points=500)
    found = one(anna)
    assert (found.can_be_had, found.is_within_reach, found.missing) == (False, True, 380)
    assert found.refusals[0].facts == {"balance": 120, "asked": 500}


def test_points_count_as_they_could_be_redeemed_now(programme: Programme) -> None:
    """What is due and not booked yet, and what has expired: as redeeming sees it."""
    anna, cup = member(programme), reward(programme)
    earn(anna, 300, available_from=NOW)
    earn(anna, 150)
    earn(anna, 90, available_from=NOW + DAY)
    earn(anna, 70, expires_at=NOW)
    earn(anna, 30, available_from=NOW - DAY, expires_at=NOW)
    assert (points(anna), one(anna).missing) == (220, 50)
    with pytest.raises(InsufficientPoints) as refused:
        redeem(cup, anna)
    assert refused.value.balance == 450


def test_a_limit_says_what_is_left(programme: Programme) -> None:
    anna, cup = member(programme, points=5000), reward(programme, most_per_member=2, span="year")
    assert one(anna).left == 2
    first = redeem(cup, anna)
    redeem(cup, anna, key="k2")
    found = one(anna)
    assert (found.left, [each.facts for each in found.refusals]) == (0, [{"most": 2, "year": 2026}])
    cancel(first)
    assert (one(anna).left, one(anna).can_be_had) == (1, True)


def test_what_came_last_year_does_not_count_this_year(programme: Programme) -> None:
    anna, cup = member(programme, points=5000), reward(programme, most_per_member=1, span="year")
    redeem(cup, anna, now=NOW - 365 * DAY)
    assert one(anna).left == 1


def test_a_tier_that_was_reached_opens_it(programme: Programme) -> None:
    tiers(programme)
    anna = member(programme, points=900)
    reward(programme, lowest_tier="gold")
    assert [each.facts for each in one(anna).refusals] == [{"needed": "gold", "has": "silver"}]
    earn(anna, 1, qualifying=1000)
    assert one(anna).can_be_had


@pytest.mark.parametrize(
    ("terms", "error"),
    [
        ({"valid_until": NOW}, errors.VoucherOver),
        ({"most_codes": 1}, errors.OutOfStock),
        ({"budget": Decimal(5)}, errors.VoucherOver),
    ],
    ids=["ended", "no codes", "spent"],
)
def test_a_voucher_that_would_take_nothing_off_says_so(
    programme: Programme, terms: dict[str, object], error: type[Exception]
) -> None:
    of = giving.campaign(programme.shop, **terms)
    if "valid_until" not in terms:
        giving.redeem(giving.code(of))
    reward(programme, "voucher", campaign=of)
    assert [type(each) for each in one(member(programme, points=500)).refusals] == [error]


def test_offers_cost_the_same_however_many_there_are(
    programme: Programme, django_assert_max_num_queries: object
) -> None:
    tiers(programme)
    anna = member(programme, points=900)
    for number in range(20):
        reward(programme, points=number + 1, most_per_member=3, lowest_tier="gold" if number % 2 else "")
    anna = Member.objects.select_related("programme__shop").get()
    with django_assert_max_num_queries(10):
        assert len(offers.for_member(anna, now=NOW)) == 20
