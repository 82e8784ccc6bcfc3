"""What many earn together is what each earns alone: they are written by other statements."""

from collections.abc import Callable

import pytest
from django.db import Error, connection, transaction
from members import Members, day, has, lots

from treue.act.loyalty import ledger, verifying
from treue.act.loyalty.errors import KeyReused
from treue.act.loyalty.ledger import Earned, Earning
from treue.act.loyalty.models import Allocation, Entry, Journal, Member, Programme
from treue.core.events.models import Event

Facts = dict[str, object]


def owing(members: Members, name: str) -> int:
    """Somebody whom a refund took below zero."""
    member = members.add(name)
    order = members.earn(member, 30)
    members.burn(member, 30)
    members.take_back(order, 30)
    return member


def story(member: int, earned: list[Earned]) -> Facts:
    """All that can be seen of what somebody earned."""
    journals = [each.journal for each in earned]
    entries = Entry.objects.filter(journal__in=journals).order_by("journal", "wallet")
    customer = Member.objects.get(pk=member).customer_id
    told = Event.objects.filter(message_id__in=[f"loyalty {journal}" for journal in journals]).order_by("seq")
    return {
        "has": has(member),
        "lots": lots(member),
        "entries": [(each.wallet, each.member_id == member, each.amount, each.balance) for each in entries],
        "paid": list(Allocation.objects.filter(journal__in=journals).values_list("amount", flat=True)),
        "told": [(each.name, {**each.facts, "journal": None}, each.person == customer) for each in told],
    }


@pytest.mark.parametrize("begins", [Members.add, owing])
@pytest.mark.parametrize(
    "gives",
    [
        [{"points": 50}],
        [{"points": 50, "qualifying": 60}],
        [{"points": 50, "qualifying": 60, "pending": 14}],
        [{"points": 0, "qualifying": 60}],
        [{"points": 10, "qualifying": 1}, {"points": 50, "lasts": 30}, {"points": 7, "pending": 1}],
    ],
)
def test_many_earn_what_each_earns_alone(
    members: Members, programme: Programme, begins: Callable[[Members, str], int], gives: list[Facts]
) -> None:
    alone, together, other = (begins(members, name) for name in ("alone", "together", "other"))
    each = [ledger.earn(programme, [members.earning(alone, **given)])[0] for given in gives]
    batch = [members.earning(who, **given) for given in gives for who in (together, other)]
    among = ledger.earn(programme, batch)
    assert story(together, among[0::2]) == story(other, among[1::2]) == story(alone, each)
    assert len(story(alone, each)["told"]) == len(gives)
    assert [rule for rule, found in verifying.verify() if found] == []


def test_a_key_that_came_with_another_request_undoes_the_batch(members: Members, programme: Programme) -> None:
    anna, ben = members.add("anna"), members.add("ben")
    ledger.earn(programme, [Earning(anna, 100, "order 1", day(0), "order")])
    with pytest.raises(KeyReused):
        ledger.earn(
            programme,
            [Earning(anna, 101, "order 1", day(0), "order"), Earning(ben, 5, "order 2", day(0), "order")],
        )
    assert (has(anna), has(ben), Journal.objects.count()) == ({"points": 100}, {}, 1)


def test_a_key_that_comes_twice_in_a_batch_with_two_requests_undoes_it(members: Members, programme: Programme) -> None:
    anna, ben = members.add("anna"), members.add("ben")
    batch = [members.earning(anna, 5), members.earning(ben, 6, key="same"), members.earning(ben, 7, key="same")]
    with pytest.raises(KeyReused):
        ledger.earn(programme, batch)
    assert (has(anna), has(ben)) == ({}, {})


def test_a_key_that_comes_twice_in_a_batch_is_one_earning(members: Members, programme: Programme) -> None:
    anna = members.add("anna")
    known = members.earning(anna, 5)
    first = ledger.earn(programme, [known])
    twice = members.earning(anna, 6)
    earned = ledger.earn(programme, [twice, known, members.earning(anna, 7), twice])
    assert [each.is_new for each in earned] == [True, False, True, False]
    assert earned[1].journal == first[0].journal
    assert earned[3].journal == earned[0].journal
    assert has(anna) == {"points": 18}


@pytest.mark.parametrize("keys", [["a"], ["a", "b"], ["a", "a"]])
def test_after_an_earning_the_ledger_is_as_closed_as_before(
    members: Members, programme: Programme, keys: list[str]
) -> None:
    """Also after one that was made before."""
    anna = members.add("anna")
    for _time in range(2):
        ledger.earn(programme, [members.earning(anna, 5, key=key) for key in keys])
    with pytest.raises(Error) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("update loyalty_account set balance = 1000000")
    assert refused.value.__cause__.sqlstate == "TL001"


def test_of_two_pending_lots_the_empty_one_does_not_stop_the_other(members: Members, programme: Programme) -> None:
    anna = members.add("anna")
    members.take_back(members.earn(anna, 10, pending=1), 10)
    members.earn(anna, 20, pending=2)
    assert (ledger.activate(programme, at=day(3), most=10), has(anna)) == (1, {"points": 20})


def test_a_pending_lot_of_which_nothing_is_left_keeps_nobody_waiting(members: Members, programme: Programme) -> None:
    """Night after night it would be looked at first."""
    anna, ben = members.add("anna"), members.add("ben")
    members.take_back(members.earn(anna, 10, pending=1), 10)
    members.earn(ben, 20, pending=2)
    assert ledger.activate(programme, at=day(3), most=1) == 1
    assert (has(anna), has(ben)) == ({}, {"points": 20})
    assert ledger.activate(programme, at=day(3), most=1) == 0
