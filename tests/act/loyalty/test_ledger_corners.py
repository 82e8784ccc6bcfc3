"""Corners in which the ledger once went wrong, each with what holds there now."""

import pytest
from django.db import Error, connection, transaction
from members import Members, day, has

from treue.act.loyalty import ledger, verifying
from treue.act.loyalty.models import Lot, Member, Programme
from treue.core.events.models import Event


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
    order = members.earn(anna, 10)
    members.hold(anna, 10)
    members.take_back(order, 10)
    Member.objects.filter(pk=anna)._raw_delete("default")
    assert ledger.forfeit(programme, at=day(1), most=10) == 1
    assert (has(anna), broken(), ledger.forfeit(programme, at=day(1), most=10)) == ({}, [], 0)


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
