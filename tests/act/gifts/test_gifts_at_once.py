"""Many at once, and killed in between: everybody gets one gift, and nothing is left half."""

from functools import partial

import pytest

from tests import at_once as threads
from tests.act.gifts.presents import NOON, TODAY, broken, member, night, plan, points, reward_plan, voucher_plan
from tests.act.rewards import treats
from tests.killing import killed_after
from treue.act.gifts import errors, finding, giving
from treue.act.gifts.models import Draw, Gift, Plan
from treue.act.loyalty.models import Programme
from treue.act.rewards.models import Claim
from treue.act.vouchers.models import Code
from treue.core.customers import erasure
from treue.core.events.models import Event

at_once = partial(threads.at_once, refused=errors.GiftError)


def test_many_workers_at_once_give_each_member_one_gift(programme: Programme) -> None:
    them = [member(programme, f"m{number}") for number in range(6)]
    plan(programme)
    voucher_plan(programme)
    plan(programme, "surprise")
    assert at_once(lambda _number: night(programme), 8) == {"": 8}
    assert [points(each) for each in them].count(100) == 4
    assert [points(each) for each in them].count(200) == 2
    assert (Code.objects.count(), Draw.objects.count(), Gift.objects.filter(state="given").count()) == (6, 1, 14)
    assert Event.objects.filter(name="Gift Given").count() == 14
    assert [each.given for each in Plan.objects.order_by("pk")] == [6, 6, 2]
    assert broken() == []


def test_of_many_on_the_last_gift_one_gets_it(programme: Programme) -> None:
    them = [member(programme, f"m{number}") for number in range(16)]
    of = plan(programme, "surprise", most_gifts=1)
    deed = lambda number: giving.give_surprise(plan=of, member=them[number], key=f"k{number}", now=NOON)  # noqa: E731
    assert at_once(deed, 16) == {"": 1, "UsedUp": 15}
    assert (sum(points(each) for each in them), Gift.objects.count(), broken()) == (100, 1, [])


def test_the_same_request_many_times_is_one(programme: Programme) -> None:
    anna, of = member(programme), plan(programme, "surprise")
    assert at_once(lambda _number: giving.give_surprise(plan=of, member=anna, key="k", now=NOON), 16) == {"": 16}
    assert (points(anna), Gift.objects.count()) == (100, 1)


def test_many_requests_for_one_member_are_one_within_its_months(programme: Programme) -> None:
    anna, of = member(programme), plan(programme, "surprise", months_apart=1)
    deed = lambda number: giving.give_surprise(plan=of, member=anna, key=f"k{number}", now=NOON)  # noqa: E731
    assert at_once(deed, 16) == {"": 1, "GivenLately": 15}
    assert (points(anna), broken()) == (100, [])


@pytest.mark.parametrize("step", [37, pytest.param(1, marks=pytest.mark.long)])
@pytest.mark.timeout(600)
def test_a_night_that_is_killed_between_any_two_statements_goes_on(programme: Programme, step: int) -> None:
    """Each time from where it was killed before: in the end each has one gift."""
    them = [member(programme, f"m{number}") for number in range(3)]
    plan(programme)
    voucher_plan(programme)
    cup = reward_plan(programme, treats.reward(programme, "voucher", stock=5)).reward
    statement, kills = step, 0
    while killed_after(statement, lambda: night(Programme.objects.get())):
        given = Gift.objects.filter(state="given")
        assert sum(points(each) for each in them) == 100 * given.filter(code=None).count()
        assert Code.objects.count() == given.exclude(code=None).count()
        assert Event.objects.filter(name="Gift Given").count() == given.count()
        cup.refresh_from_db()
        assert 5 - cup.stock_left == Claim.objects.count() == given.exclude(claim=None).count()
        assert broken() == []
        statement += step
        kills += 1
    assert kills > 1
    assert [points(each) for each in them] == [100, 100, 100]
    assert (Code.objects.count(), Gift.objects.filter(state="given", day=TODAY).count()) == (6, 9)
    cup.refresh_from_db()
    assert (cup.stock_left, Claim.objects.count()) == (2, 3)


def test_what_was_found_twice_is_one(programme: Programme) -> None:
    member(programme)
    of = plan(programme)
    assert at_once(lambda _number: finding.find(of, today=TODAY, now=NOON), 8) == {"": 8}
    assert Gift.objects.count() == 1


def test_who_is_erased_while_gifts_are_found_and_given_leaves_none_behind(programme: Programme) -> None:
    them = [member(programme, f"m{number}") for number in range(6)]
    plan(programme)
    plan(programme, "surprise", winners=6)

    def deed(number: int) -> None:
        if number % 2:
            erasure.erase(customer=them[number // 2].customer, by=None, patience_seconds=30)
        else:
            night(programme)

    assert at_once(deed, 12) == {"": 12}
    assert (Gift.objects.count(), broken()) == (0, [])
