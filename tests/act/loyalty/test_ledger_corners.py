"""Corners in which the ledger once went wrong, each with what holds there now."""

import pytest
from django.db import Error, connection, transaction
from members import Members, day, has, lots

from treue.act.loyalty import ledger, verifying
from treue.act.loyalty.errors import InsufficientPoints, NothingToReverse
from treue.act.loyalty.models import Due, Lot, Member, Programme
from treue.core.commerce.models import Batch, Order
from treue.core.customers.models import Customer
from treue.core.events.models import Event
from treue.core.shop.models import Shop


@pytest.fixture
def anna(members: Members) -> int:
    return members.add("anna")


def run(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def broken() -> list[object]:
    run("set constraints all immediate")
    return [found for _rule, found in verifying.verify() if found]


def test_a_correction_upwards_may_leave_a_balance_below_zero(members: Members, programme: Programme, anna: int) -> None:
    order = members.earn(anna, 100)
    members.burn(anna, 100)
    members.take_back(order, 100)
    ledger.adjust(programme, anna, 40, key="a", at=day(1), reason="goodwill")
    assert (has(anna), broken()) == ({"points": -60}, [])


def test_points_that_never_expire_still_never_do_when_they_come_back(
    members: Members, programme: Programme, anna: int
) -> None:
    members.earn(anna, 100)
    ledger.release(programme, members.hold(anna, 10), key="r", at=day(1), reason="reward")
    members.give_back(members.burn(anna, 10, at=1), 10, at=2)
    assert Lot.objects.get().expires_at is None


def test_points_of_an_erased_person_lapse_where_held_ones_pay_what_was_owed(
    members: Members, programme: Programme, anna: int
) -> None:
    order = members.earn(anna, 10, qualifying=3)
    members.hold(anna, 10)
    members.take_back(order, 10)
    Member.objects.filter(pk=anna)._raw_delete("default")
    assert ledger.forfeit(programme, at=day(1), most=10) == 1
    assert (has(anna), broken(), ledger.forfeit(programme, at=day(1), most=10)) == ({"qualifying": 3}, [], 0)


def test_a_hold_that_ends_meanwhile_does_not_stop_the_night(
    members: Members, programme: Programme, anna: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    members.earn(anna, 10)
    first, _second = members.hold(anna, 4), members.hold(anna, 3)
    due = ledger._holds_due

    def and_somebody_captures(*asked: object) -> list[int]:
        found = due(*asked)
        monkeypatch.setattr(ledger, "_holds_due", due)
        ledger.capture(programme, first, 4, key="c", at=day(0), reason="reward")
        return found

    monkeypatch.setattr(ledger, "_holds_due", and_somebody_captures)
    assert ledger.release_due(programme, at=day(3), most=10) == 2
    assert (has(anna), ledger.release_due(programme, at=day(3), most=10)) == ({"points": 6}, 0)


def test_no_key_of_a_caller_stops_the_night(members: Members, programme: Programme, anna: int) -> None:
    members.earn(anna, 10)
    held = members.hold(anna, 4)
    members.earn(anna, 1, key=f"release:{held}")
    assert ledger.release_due(programme, at=day(3), most=10) == 1
    assert (has(anna), broken()) == ({"points": 11}, [])


@pytest.mark.parametrize(
    "asked",
    [
        "ledger_take_back({programme}, {order}, null, 0, {keys}, null)",
        "ledger_take_back({programme}, {order}, 0, null, {keys}, null)",
        "ledger_give_back({programme}, {burned}, null, {keys})",
    ],
)
def test_no_total_is_not_all(members: Members, programme: Programme, anna: int, asked: str) -> None:
    keys = "gen_random_uuid(), gen_random_uuid(), now(), 'x'"
    about = {"order": members.earn(anna, 10), "burned": members.burn(anna, 4), "programme": programme.pk, "keys": keys}
    with pytest.raises(Error) as raised, transaction.atomic():
        run(f"select {asked.format(**about)}")
    assert (raised.value.__cause__.sqlstate, has(anna)) == ("22004", {"points": 6})


def test_nobody_from_outside_takes_the_id_of_an_event(members: Members, anna: int) -> None:
    members.earn(anna, 10)
    assert " " in Event.objects.get(name="Points Earned").message_id  # `tracking.checking` refuses those with a blank


def test_what_a_refund_could_not_get_at_all_is_not_asked_for_later(
    members: Members, programme: Programme, anna: int
) -> None:
    Programme.objects.update(debt_limit=0)
    order, other = members.earn(anna, 100), members.earn(members.add("ben"), 100)
    members.burn(anna, 100)
    assert members.take_back(order, 100) is None
    members.earn(anna, 50)
    assert members.take_back(order, 100, at=1) is None
    forgone = dict(Lot.objects.values_list("journal", "forgone"))
    assert (has(anna), forgone[order], forgone[other]) == ({"points": 50}, 100, 0)


def test_qualifying_points_go_back_where_there_are_no_points_to_take(
    members: Members, programme: Programme, anna: int
) -> None:
    order = members.earn(anna, 0, qualifying=60)
    members.take_back(order, 0, qualifying_total=25)
    assert (has(anna), broken()) == ({"qualifying": 35}, [])
    members.take_back(order, 0, qualifying_total=25, at=1)
    assert has(anna) == {"qualifying": 35}


def test_what_is_used_up_keeps_nobodys_points_from_expiring(members: Members, programme: Programme, anna: int) -> None:
    ben = members.add("ben")
    members.earn(anna, 10, lasts=1)
    members.burn(anna, 10)
    members.earn(anna, 5, lasts=2)
    members.earn(ben, 7, lasts=3)
    expired = [ledger.expire(programme, at=day(4), most=1) for _turn in range(3)]
    assert (expired, has(anna), has(ben), broken()) == ([1, 1, 0], {}, {}, [])


def test_only_points_of_the_programme_become_active(members: Members, programme: Programme, anna: int) -> None:
    others = Members(Programme.objects.create(shop=Shop.objects.create(name="Coffee House"), name="Bean Circle"))
    ben = others.add("ben")
    others.earn(ben, 7, pending=1)
    members.earn(anna, 5, pending=1)
    assert [ledger.activate(programme, at=day(2), most=10) for _turn in range(2)] == [1, 0]
    assert (has(anna), has(ben)) == ({"points": 5}, {"pending": 7})


def test_only_points_of_the_programme_expire_and_only_what_is_active(
    members: Members, programme: Programme, anna: int
) -> None:
    elsewhere = Programme.objects.create(shop=Shop.objects.create(name="Coffee House"), name="Bean Circle")
    others = Members(elsewhere)
    ben = others.add("ben")
    others.earn(ben, 7, lasts=3)
    members.earn(anna, 5, pending=10, lasts=3)
    assert (ledger.expire(programme, at=day(4), most=10), has(anna), has(ben)) == (0, {"pending": 5}, {"points": 7})


def test_each_expiry_is_told(members: Members, programme: Programme, anna: int) -> None:
    members.earn(anna, 5, lasts=1)
    members.earn(anna, 4, lasts=2)
    ledger.expire(programme, at=day(3), most=10)
    (told,) = Event.objects.filter(name="Points Expired").values_list("facts", flat=True)
    assert told["points"] == -9


def test_what_is_due_of_one_member_is_booked_for_them_alone(members: Members, programme: Programme, anna: int) -> None:
    ben = members.add("ben")
    for each in (anna, ben):
        members.earn(each, 5, lasts=1)
    ledger.settle(programme, anna, at=day(2))
    assert (has(anna), has(ben)) == ({}, {"points": 5})


def test_a_lot_is_active_or_held_by_what_is_left_of_it(members: Members, programme: Programme, anna: int) -> None:
    """Two holds, one of which is redeemed in part and the other released: each once, from its own journal."""
    members.earn(anna, 10)
    first, second = members.hold(anna, 4), members.hold(anna, 3)
    ledger.capture(programme, first, 1, key="first", at=day(0), reason="reward")
    assert has(anna) == {"points": 6, "held": 3}
    ledger.release(programme, second, key="second", at=day(0), reason="reward")
    assert (has(anna), broken()) == ({"points": 9}, [])


@pytest.mark.parametrize("state", ["earned", "held", "unknown"])
def test_what_redeemed_nothing_gives_nothing_back(
    members: Members, programme: Programme, anna: int, state: str
) -> None:
    earned = members.earn(anna, 10)
    journal = {"earned": earned, "held": members.hold(anna, 4), "unknown": 10**12}[state]
    before = has(anna)
    with pytest.raises(NothingToReverse), transaction.atomic():
        members.give_back(journal, 4)
    assert (has(anna), broken()) == (before, [])


@pytest.mark.parametrize("is_known", [True, False])
def test_what_holds_nothing_is_neither_redeemed_nor_released(
    members: Members, programme: Programme, anna: int, *, is_known: bool
) -> None:
    journal = members.earn(anna, 10) if is_known else 10**12
    for end in (ledger.release, lambda *about, **more: ledger.capture(*about, 4, **more)):
        with pytest.raises(NothingToReverse), transaction.atomic():
            end(programme, journal, key="end", at=day(0), reason="reward")
    assert broken() == []


def test_what_comes_back_goes_first_where_a_return_got_too_little_and_then_where_it_lasts_longest(
    members: Members, programme: Programme, anna: int
) -> None:
    members.earn(anna, 10, lasts=30)
    members.earn(anna, 10, lasts=60)
    members.give_back(members.burn(anna, 20), 15)
    assert lots(anna) == [5, 10]


@pytest.mark.parametrize("way", ["correct", "give"])
def test_before_points_are_moved_what_is_due_is_booked(
    members: Members, programme: Programme, anna: int, way: str
) -> None:
    ben = members.add("ben")
    members.earn(anna, 5, lasts=1)
    members.earn(anna, 4, pending=1)
    about = {"key": "move", "at": day(2), "reason": "goodwill"}
    moves = {
        "correct": lambda points: ledger.adjust(programme, anna, -points, **about),
        "give": lambda points: ledger.transfer(programme, anna, ben, points, **about),
    }
    with pytest.raises(InsufficientPoints), transaction.atomic():
        moves[way](5)
    moves[way](4)
    assert (has(anna), broken()) == ({}, [])


def test_a_correction_down_to_nothing_is_one(members: Members, programme: Programme, anna: int) -> None:
    members.earn(anna, 5)
    ledger.adjust(programme, anna, -5, key="a", at=day(0), reason="mistake")
    assert (has(anna), lots(anna), broken()) == ({}, [0], [])


def test_whatever_moves_points_is_told(members: Members, programme: Programme, anna: int) -> None:
    """A transfer of whoever gives: it is from one membership to another of one customer."""
    ben = members.add("ben")
    about = {"at": day(0), "reason": "goodwill"}
    earned = members.earn(anna, 20)
    ledger.adjust(programme, anna, 5, key="more", **about)
    ledger.transfer(programme, anna, ben, 3, key="gift", **about)
    members.give_back(members.burn(anna, 2), 1)
    ledger.capture(programme, members.hold(anna, 4), 1, key="capture", **about)
    ledger.release(programme, members.hold(anna, 4), key="release", **about)
    members.take_back(earned, 6)
    told = Event.objects.order_by("seq").values_list("name", "person", "facts__points")
    owner = dict(Member.objects.values_list("pk", "customer"))
    assert list(told) == [
        ("Points Earned", owner[anna], 20),
        ("Points Adjusted", owner[anna], 5),
        ("Points Transferred", owner[anna], -3),
        ("Points Redeemed", owner[anna], -2),
        ("Points Given Back", owner[anna], 1),
        ("Points Held", owner[anna], -4),
        ("Held Points Redeemed", owner[anna], 3),
        ("Points Held", owner[anna], -4),
        ("Points Released", owner[anna], 4),
        ("Points Taken Back", owner[anna], -6),
    ]


def test_points_that_are_given_pay_what_the_taker_owes_once(members: Members, programme: Programme, anna: int) -> None:
    ben = members.add("ben")
    order = members.earn(ben, 5)
    members.burn(ben, 5)
    members.take_back(order, 5)
    for points, lasts in ((3, 10), (6, None)):
        members.earn(anna, points, lasts=lasts)
    ledger.transfer(programme, anna, ben, 9, key="gift", at=day(0), reason="gift")
    assert (has(ben), lots(ben), broken()) == ({"points": 4}, [0, 0, 4], [])


def test_all_that_an_erased_person_had_lapses_and_nobody_elses(
    members: Members, programme: Programme, anna: int
) -> None:
    ben = members.add("ben")
    members.earn(ben, 7)
    members.earn(anna, 10)
    members.earn(anna, 4, pending=5)
    members.hold(anna, 3)
    Member.objects.filter(pk=anna)._raw_delete("default")
    assert ledger.forfeit(programme, at=day(1), most=10) == 1
    assert (has(anna), lots(anna), has(ben), lots(ben), broken()) == ({}, [0, 0], {"points": 7}, [7], [])


def test_a_redeemed_hold_can_be_rolled_back_and_a_released_one_cannot(
    members: Members, programme: Programme, anna: int
) -> None:
    members.earn(anna, 10)
    redeemed, released = members.hold(anna, 4), members.hold(anna, 3)
    ledger.capture(programme, redeemed, 4, key="capture", at=day(0), reason="reward")
    ledger.release(programme, released, key="release", at=day(0), reason="reward")
    members.give_back(redeemed, 4)
    with pytest.raises(NothingToReverse), transaction.atomic():
        members.give_back(released, 3)
    assert (has(anna), broken()) == ({"points": 10}, [])


def test_an_order_concerns_its_member_alone_from_the_moment_of_joining(members: Members, shop: Shop, anna: int) -> None:
    members.add("ben")
    about = {"shop": shop, "customer": Customer.objects.get(member=anna), "amount": 10, "units": 1}
    batch = Batch.objects.create(shop=shop, source="test")
    for moment, is_concerned in ((day(-101), False), (day(-100), True)):
        Due.objects.all().delete()
        Order.objects.create(**about, batch=batch, number=f"{moment}", ordered_at=moment)
        concerned = list(Due.objects.values_list("customer", flat=True))
        assert concerned == [about["customer"].pk] * is_concerned
