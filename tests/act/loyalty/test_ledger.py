"""Points are earned, spent and taken back to the point."""

import pytest
from members import Members, day, has, lots

from treue.act.loyalty import ledger, verifying
from treue.act.loyalty.errors import (
    HoldHasEnded,
    InsufficientPoints,
    KeyReused,
    NoSuchMember,
    NothingToReverse,
)
from treue.act.loyalty.ledger import Earning
from treue.act.loyalty.models import Allocation, Entry, Journal, Kind, Lot, Programme, Wallet
from treue.core.events.models import Event
from treue.core.shop.models import Shop


@pytest.fixture
def anna(members: Members) -> int:
    return members.add("anna")


# Earning


def test_points_are_earned_at_once(members: Members, anna: int) -> None:
    members.earn(anna, 100, qualifying=120)
    assert has(anna) == {"points": 100, "qualifying": 120}


def test_points_of_an_order_are_pending_until_their_day(members: Members, anna: int) -> None:
    members.earn(anna, 100, qualifying=120, pending=14)
    assert has(anna) == {"pending": 100}
    members.activate(at=13)
    assert has(anna) == {"pending": 100}
    members.activate(at=14)
    assert has(anna) == {"points": 100, "qualifying": 120}
    members.activate(at=15)
    assert has(anna) == {"points": 100, "qualifying": 120}


def test_the_programmes_side_is_the_members_other(members: Members, anna: int) -> None:
    journal = members.earn(anna, 100, qualifying=20)
    entries = Entry.objects.filter(journal=journal).order_by("wallet").values_list("wallet", "member_id", "amount")
    assert list(entries) == [
        (Wallet.POINTS, anna, 100),
        (Wallet.QUALIFYING, anna, 20),
        (Wallet.ISSUED, 0, -100),
        (Wallet.QUALIFIED, 0, -20),
    ]


def test_a_repeated_earn_changes_the_balance_once(members: Members, programme: Programme, anna: int) -> None:
    earning = Earning(anna, 100, "order 1", day(0), "order")
    first, again = ledger.earn(programme, [earning]), ledger.earn(programme, [earning])
    assert first[0].journal == again[0].journal
    assert (first[0].is_new, again[0].is_new, has(anna)) == (True, False, {"points": 100})


def test_a_key_that_came_with_another_request_is_refused(members: Members, programme: Programme, anna: int) -> None:
    ledger.earn(programme, [Earning(anna, 100, "order 1", day(0), "order")])
    with pytest.raises(KeyReused):
        ledger.earn(programme, [Earning(anna, 101, "order 1", day(0), "order")])
    with pytest.raises(KeyReused):
        members.burn(anna, 100, key="order 1")
    assert has(anna) == {"points": 100}


def test_a_batch_is_written_whole_or_not_at_all(members: Members, programme: Programme, anna: int) -> None:
    with pytest.raises(NoSuchMember) as refused:
        ledger.earn(programme, [Earning(each, 5, f"{each}", day(0), "order") for each in (anna, 999_999)])
    assert (refused.value.member, has(anna), Journal.objects.count()) == (999_999, {}, 0)


def test_a_member_may_come_more_than_once_in_a_batch(members: Members, programme: Programme, anna: int) -> None:
    ben = members.add("ben")
    given = [(anna, "a"), (ben, "b"), (anna, "c"), (anna, "a")]
    earned = ledger.earn(programme, [Earning(who, 10, key, day(0), "order") for who, key in given])
    assert (has(anna), has(ben)) == ({"points": 20}, {"points": 10})
    assert [each.is_new for each in earned] == [True, True, True, False]
    assert earned[0].journal == earned[3].journal


def test_another_programmes_member_is_nobody_here(members: Members, anna: int) -> None:
    from treue.core.shop.models import Shop

    other = Programme.objects.create(shop=Shop.objects.create(name="Coffee house"), name="Coffee circle")
    with pytest.raises(NoSuchMember):
        ledger.earn(other, [Earning(anna, 10, "k", day(0), "order")])
    with pytest.raises(NoSuchMember):
        ledger.burn(other, anna, 10, key="k", at=day(0), reason="reward")


@pytest.mark.parametrize(("points", "qualifying", "pending"), [(0, 0, 0), (-1, 0, 0), (0, 5, 3), (1, -1, 0)])
def test_an_earning_of_nothing_is_refused(
    members: Members, anna: int, points: int, qualifying: int, pending: int
) -> None:
    with pytest.raises(ValueError, match="point"):
        members.earn(anna, points, qualifying=qualifying, pending=pending)


# Spending


def test_the_first_to_expire_goes_first(members: Members, anna: int) -> None:
    for lasts, points in ((None, 10), (90, 20), (30, 30)):
        members.earn(anna, points, lasts=lasts)
    members.burn(anna, 35)
    assert (has(anna), lots(anna)) == ({"points": 25}, [10, 15, 0])


def test_more_than_is_there_is_refused_and_changes_nothing(members: Members, anna: int) -> None:
    members.earn(anna, 100)
    members.earn(anna, 100, pending=5)
    with pytest.raises(InsufficientPoints) as refused:
        members.burn(anna, 101)
    assert (refused.value.balance, refused.value.asked) == (100, 101)
    assert (has(anna), lots(anna)) == ({"points": 100, "pending": 100}, [100, 100])


def test_what_became_active_meanwhile_can_be_spent_before_the_night(members: Members, anna: int) -> None:
    members.earn(anna, 100, pending=5)
    members.burn(anna, 60, at=5)
    assert has(anna) == {"points": 40}


def test_what_has_expired_cannot_be_spent_although_the_night_has_not_come(members: Members, anna: int) -> None:
    members.earn(anna, 100, lasts=5)
    with pytest.raises(InsufficientPoints):
        members.burn(anna, 1, at=5)


def test_expired_lots_never_meet_old_burns_twice(members: Members, anna: int) -> None:
    """FloCafe: expired credit was left out of the sum, the debits it had paid for were not."""
    members.earn(anna, 100, lasts=10)
    members.burn(anna, 60)
    members.earn(anna, 50, at=1, lasts=100)
    members.expire(at=10)
    assert (has(anna), lots(anna)) == ({"points": 50}, [0, 50])
    members.expire(at=11)
    assert has(anna) == {"points": 50}


def test_points_cannot_be_redeemed_for_ever_against_the_same_entries(members: Members, anna: int) -> None:
    """ERPNext: redemptions were held against entries that had been spent already."""
    members.earn(anna, 100)
    for _again in range(4):
        members.burn(anna, 25)
    with pytest.raises(InsufficientPoints):
        members.burn(anna, 1)
    assert (has(anna), lots(anna)) == ({}, [0])


# Holding


def test_a_hold_is_captured_once(members: Members, programme: Programme, anna: int) -> None:
    members.earn(anna, 100, lasts=50)
    held = members.hold(anna, 60)
    assert (has(anna), lots(anna)) == ({"points": 40, "held": 60}, [40])
    ledger.capture(programme, held, 50, key="c", at=day(0), reason="reward")
    assert (has(anna), lots(anna)) == ({"points": 50}, [50])
    ledger.capture(programme, held, 50, key="c", at=day(0), reason="reward")  # the same again
    with pytest.raises(HoldHasEnded):
        ledger.capture(programme, held, 50, key="d", at=day(0), reason="reward")
    with pytest.raises(HoldHasEnded):
        ledger.release(programme, held, key="e", at=day(0), reason="changed their mind")
    assert (has(anna), lots(anna)) == ({"points": 50}, [50])


def test_a_hold_that_is_over_is_not_captured_and_does_not_keep_points(
    members: Members, programme: Programme, anna: int
) -> None:
    members.earn(anna, 100)
    held = members.hold(anna, 60, lasts=1)
    with pytest.raises(HoldHasEnded):
        ledger.capture(programme, held, 60, key="c", at=day(1), reason="reward")
    members.burn(anna, 100, at=1)  # before the night has come
    assert has(anna) == {}
    with pytest.raises(HoldHasEnded):
        ledger.release(programme, held, key="r", at=day(1), reason="too late")


def test_holding_points_does_not_prolong_them(members: Members, programme: Programme, anna: int) -> None:
    members.earn(anna, 100, lasts=10)
    ledger.release(programme, members.hold(anna, 100), key="r", at=day(9), reason="changed their mind")
    members.expire(at=10)
    assert has(anna) == {}


def test_more_than_was_held_is_not_captured(members: Members, programme: Programme, anna: int) -> None:
    members.earn(anna, 100)
    held = members.hold(anna, 60)
    with pytest.raises(Exception, match="gives_back_no_more"):
        ledger.capture(programme, held, 61, key="c", at=day(0), reason="reward")
    assert has(anna) == {"points": 40, "held": 60}


def test_a_hold_that_nobody_captures_is_released(members: Members, programme: Programme, anna: int) -> None:
    members.earn(anna, 100)
    members.hold(anna, 60, lasts=1)
    assert ledger.release_due(programme, at=day(0), most=10) == 0
    assert ledger.release_due(programme, at=day(1), most=10) == 1
    assert ledger.release_due(programme, at=day(1), most=10) == 0
    assert (has(anna), lots(anna)) == ({"points": 100}, [100])


# Taking back


def test_points_do_not_outlive_a_refund(members: Members, anna: int) -> None:
    """Odoo: the points of an order stayed when it came back."""
    order = members.earn(anna, 100, qualifying=100)
    members.take_back(order, 100, qualifying_total=100)
    assert (has(anna), lots(anna)) == ({}, [0])


def test_partial_refunds_end_at_the_full_refund(members: Members, anna: int) -> None:
    order = members.earn(anna, 101, qualifying=101)
    for total in (33, 33, 20, 67, 101, 101):
        members.take_back(order, total, qualifying_total=total)
    assert has(anna) == {}


def test_never_more_is_taken_than_was_given(members: Members, anna: int) -> None:
    order = members.earn(anna, 100, qualifying=10)
    members.earn(anna, 50)
    members.take_back(order, 1_000, qualifying_total=1_000)
    assert has(anna) == {"points": 50}


def test_pending_points_are_taken_where_they_are(members: Members, anna: int) -> None:
    order = members.earn(anna, 100, qualifying=100, pending=14)
    members.take_back(order, 40, qualifying_total=40, at=3)
    assert has(anna) == {"pending": 60}
    members.activate(at=14)
    assert has(anna) == {"points": 60, "qualifying": 60}
    members.take_back(order, 100, qualifying_total=100, at=20)
    assert has(anna) == {}


def test_a_refund_of_spent_points_goes_below_zero(members: Members, anna: int) -> None:
    order = members.earn(anna, 100)
    members.burn(anna, 80)
    members.take_back(order, 100)
    assert (has(anna), lots(anna)) == ({"points": -80}, [0])
    with pytest.raises(InsufficientPoints):
        members.burn(anna, 1)
    members.earn(anna, 100)
    assert (has(anna), lots(anna)) == ({"points": 20}, [0, 20])
    members.burn(anna, 20)
    assert has(anna) == {}


def test_who_owes_already_owes_the_next_return_as_well(members: Members, anna: int) -> None:
    orders = [members.earn(anna, 100), members.earn(anna, 50)]
    members.burn(anna, 150)
    for order in orders:
        members.take_back(order, 100)
    assert has(anna) == {"points": -150}


def test_pending_points_pay_the_debts_of_nobody_else(members: Members, anna: int) -> None:
    members.earn(anna, 100)
    ben = members.add("ben")
    order = members.earn(ben, 80)
    members.burn(ben, 80)
    members.take_back(order, 80)
    members.earn(anna, 50, pending=1)
    members.earn(ben, 50, pending=1)
    members.activate(at=1)
    assert (has(anna), has(ben)) == ({"points": 150}, {"points": -30})


def test_qualifying_points_alone_are_taken_back_while_they_are_pending(members: Members, anna: int) -> None:
    order = members.earn(anna, 100, qualifying=100, pending=14)
    assert members.take_back(order, 0, qualifying_total=40) is None
    members.activate(at=14)
    assert has(anna) == {"points": 100, "qualifying": 60}


def test_a_debt_is_paid_by_points_that_become_active(members: Members, anna: int) -> None:
    order = members.earn(anna, 100)
    members.burn(anna, 100)
    members.take_back(order, 100)
    members.earn(anna, 30, pending=5)
    members.earn(anna, 100, pending=6)
    assert has(anna) == {"points": -100, "pending": 130}
    members.activate(at=6)
    assert (has(anna), lots(anna)) == ({"points": 30}, [0, 0, 30])


@pytest.mark.parametrize(("limit", "left"), [(0, 0), (30, -30), (80, -80), (None, -80)])
def test_a_refund_goes_as_far_below_zero_as_the_programme_lets_it(
    members: Members, programme: Programme, anna: int, limit: int | None, left: int
) -> None:
    Programme.objects.update(debt_limit=limit)
    order = members.earn(anna, 100)
    members.burn(anna, 80)
    members.take_back(order, 100)
    assert has(anna).get("points", 0) == left
    members.take_back(order, 100)  # what is forgone is not asked for again
    assert has(anna).get("points", 0) == left


def test_points_are_taken_from_their_own_lot_before_all_others(members: Members, anna: int) -> None:
    members.earn(anna, 30, lasts=10)
    order = members.earn(anna, 50, lasts=20)
    members.earn(anna, 40, lasts=15)
    members.take_back(order, 50)
    assert lots(anna) == [30, 0, 40]


def test_what_their_own_lot_no_longer_has_is_taken_from_the_first_to_expire(members: Members, anna: int) -> None:
    order = members.earn(anna, 50, lasts=10)
    members.burn(anna, 20)
    members.earn(anna, 40, lasts=20)
    members.earn(anna, 40, lasts=15)
    members.take_back(order, 50)
    assert lots(anna) == [0, 40, 20]


@pytest.mark.parametrize("limit", [0, 30])
def test_no_point_stays_of_a_returned_order_whether_the_reward_is_rolled_back_before_or_after(
    members: Members, programme: Programme, anna: int, limit: int
) -> None:
    Programme.objects.update(debt_limit=limit)
    order = members.earn(anna, 100, order_id=7)
    reward = members.burn(anna, 60)
    members.take_back(order, 100)
    members.give_back(reward, 25, at=1)
    assert has(anna).get("points", 0) == min(0, 25 - limit)
    members.give_back(reward, 60, at=2)
    assert (has(anna), Lot.objects.get().taken_back, Lot.objects.get().forgone) == ({}, 100, 0)
    told = Event.objects.filter(name="Points Taken Back").values_list("facts", flat=True)
    assert sum(facts["points"] for facts in told if facts["reason"] == "returned before") == limit - 60
    assert Journal.objects.filter(reason="returned before").first().order_id == 7


def test_held_points_of_a_returned_order_go_back_when_they_are_released(
    members: Members, programme: Programme, anna: int
) -> None:
    Programme.objects.update(debt_limit=0)
    order = members.earn(anna, 100)
    hold = members.hold(anna, 60)
    members.take_back(order, 100)
    ledger.capture(programme, hold, 20, key="c", at=day(0), reason="reward")
    assert (has(anna), Lot.objects.get().forgone) == ({}, 20)


@pytest.mark.parametrize("limit", [0, 30])
@pytest.mark.parametrize("returned", [[0, 1, 2], [1, 0, 2], [2, 1, 0]])
def test_no_point_stays_of_several_returned_orders_one_of_which_had_the_reward(
    members: Members, programme: Programme, anna: int, limit: int, returned: list[int]
) -> None:
    """The return of the one takes the points of the other, and that of the other finds none."""
    Programme.objects.update(debt_limit=limit)
    orders = [members.earn(anna, 100) for _each in range(3)]
    reward = members.burn(anna, 150)
    for each in returned:
        members.take_back(orders[each], 100)
    assert has(anna).get("points", 0) == -limit
    members.give_back(reward, 60, at=1)
    members.give_back(reward, 150, at=2)
    assert (has(anna), [*Lot.objects.values_list("taken_back", "forgone")]) == ({}, [(100, 0)] * 3)
    assert [found for _rule, found in verifying.verify() if found] == []


def test_what_was_redeemed_after_a_return_comes_back_to_its_member(
    members: Members, programme: Programme, anna: int
) -> None:
    """Had it not been redeemed, the return would not have had it either."""
    Programme.objects.update(debt_limit=0)
    order = members.earn(anna, 100)
    first = members.burn(anna, 100)
    members.take_back(order, 100)
    members.earn(anna, 50)
    later = members.burn(anna, 50)
    members.give_back(later, 50)
    assert has(anna) == {"points": 50}
    members.give_back(first, 100)
    assert has(anna) == {"points": 50}


def test_a_return_that_falls_short_twice_takes_nothing_that_came_between(
    members: Members, programme: Programme, anna: int
) -> None:
    """Of a lot it is known when it was short first: the last point, which the second return asks for, is let go."""
    Programme.objects.update(debt_limit=0)
    order = members.earn(anna, 100)
    members.burn(anna, 100)
    members.take_back(order, 99)
    members.earn(anna, 50)
    later = members.burn(anna, 50)
    members.take_back(order, 100)
    members.give_back(later, 50)
    assert has(anna) == {"points": 50}


def test_a_returned_orders_own_points_go_before_those_of_others(
    members: Members, programme: Programme, anna: int
) -> None:
    Programme.objects.update(debt_limit=0)
    members.earn(anna, 20, lasts=10)
    order = members.earn(anna, 10, lasts=300)
    reward = members.burn(anna, 30)
    members.take_back(order, 10)
    members.give_back(reward, 30)
    assert lots(anna) == [20, 0]


def test_points_of_others_come_back_after_those_of_a_returned_order(
    members: Members, programme: Programme, anna: int
) -> None:
    Programme.objects.update(debt_limit=0)
    order = members.earn(anna, 100, lasts=10)
    members.earn(anna, 100, lasts=20)
    reward = members.burn(anna, 150)
    members.take_back(order, 100)
    members.give_back(reward, 50)
    assert has(anna) == {}
    members.give_back(reward, 150)
    assert (has(anna), lots(anna)) == ({"points": 100}, [50, 50])


def test_what_expired_unspent_is_not_taken_a_second_time(members: Members, anna: int) -> None:
    order = members.earn(anna, 100, lasts=10)
    members.earn(anna, 70)
    members.expire(at=10)
    assert members.take_back(order, 100, at=11) is None
    assert has(anna) == {"points": 70}


def test_what_was_not_earned_cannot_be_taken_back(members: Members, anna: int) -> None:
    members.earn(anna, 100)
    burned = members.burn(anna, 10)
    with pytest.raises(NothingToReverse):
        members.take_back(burned, 10)
    with pytest.raises(NothingToReverse):
        members.take_back(999_999, 10)


# Giving back


def test_a_redemption_is_rolled_back_into_its_lots(members: Members, anna: int) -> None:
    for lasts in (90, 60):
        members.earn(anna, 50, lasts=lasts)
    burned = members.burn(anna, 70)
    assert lots(anna) == [30, 0]
    members.give_back(burned, 30)
    assert (has(anna), lots(anna)) == ({"points": 60}, [50, 10])
    members.give_back(burned, 70)
    assert (has(anna), lots(anna)) == ({"points": 100}, [50, 50])
    assert members.give_back(burned, 70) is None


def test_points_that_come_back_late_can_be_spent_for_some_days(members: Members, anna: int) -> None:
    members.earn(anna, 100, lasts=10)
    burned = members.burn(anna, 100)
    members.give_back(burned, 100, at=20)
    members.expire(at=49)
    assert has(anna) == {"points": 100}
    members.expire(at=50)
    assert has(anna) == {}


def test_points_that_come_back_pay_a_debt_first(members: Members, anna: int) -> None:
    order = members.earn(anna, 100)
    burned = members.burn(anna, 100)
    members.take_back(order, 100)
    members.give_back(burned, 100)
    assert (has(anna), lots(anna)) == ({}, [0])


# By hand, and from one to another


def test_a_balance_is_corrected_by_hand(members: Members, programme: Programme, anna: int) -> None:
    ledger.adjust(programme, anna, 50, key="a", at=day(0), reason="goodwill")
    ledger.adjust(programme, anna, -20, key="b", at=day(0), reason="mistake")
    assert (has(anna), lots(anna)) == ({"points": 30}, [30])
    with pytest.raises(InsufficientPoints):
        ledger.adjust(programme, anna, -31, key="c", at=day(0), reason="mistake")


def test_points_go_from_one_member_to_another_with_their_day(members: Members, programme: Programme, anna: int) -> None:
    ben = members.add("ben")
    members.earn(anna, 50, lasts=10)
    members.earn(anna, 50, lasts=20)
    ledger.transfer(programme, anna, ben, 70, key="gift", at=day(1), reason="gift")
    assert (has(anna), has(ben), lots(ben)) == ({"points": 30}, {"points": 70}, [50, 20])
    members.expire(at=10)
    assert (has(anna), has(ben)) == ({"points": 30}, {"points": 20})


# The log


def test_everything_that_happens_is_an_event(members: Members, programme: Programme, anna: int) -> None:
    order = members.earn(anna, 100, qualifying=100, pending=1)
    burned = members.burn(anna, 80, at=1)
    members.give_back(burned, 80, at=1)
    members.take_back(order, 100, qualifying_total=100, at=1)
    told = Event.objects.order_by("seq").values_list("name", "facts__points", "facts__reason")
    assert list(told) == [
        ("Points Earned", None, "order"),
        ("Points Activated", 100, "pending is over"),
        ("Points Redeemed", -80, "reward"),
        ("Points Given Back", 80, "rolled back"),
        ("Points Taken Back", -100, "refund"),
    ]
    assert Journal.objects.filter(kind=Kind.ACTIVATE).get().original_id == order
    assert sum(Allocation.objects.values_list("amount", flat=True)) == -100


def test_an_event_says_what_moved_where(members: Members, programme: Programme, anna: int) -> None:
    order = members.earn(anna, 100, qualifying=40, pending=1)
    hold = members.hold(anna, 30, at=1)
    ledger.release(programme, hold, key="r", at=day(1), reason="released")
    told = [
        {name: fact for name, fact in facts.items() if name != "journal"}
        for facts in Event.objects.order_by("seq").values_list("facts", flat=True)
    ]
    assert told == [
        {"reason": "order", "pending": 100},
        {"reason": "pending is over", "original": order, "points": 100, "pending": -100, "qualifying": 40},
        {"reason": "reward", "points": -30, "held": 30},
        {"reason": "released", "original": hold, "points": 30, "held": -30},
    ]


def test_an_event_is_of_the_shop_whose_programme_it_is(members: Members, anna: int) -> None:
    other = Members(Programme.objects.create(shop=Shop.objects.create(name="Book House"), name="Readers"))
    ben = other.add("ben")
    for theirs, member in [(members, anna), (other, ben)]:
        theirs.earn(member, 100)
        theirs.burn(member, 10)
    assert list(Event.objects.order_by("seq").values_list("shop", "name")) == [
        (each.programme.shop_id, name) for each in (members, other) for name in ("Points Earned", "Points Redeemed")
    ]
