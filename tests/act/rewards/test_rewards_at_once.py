"""Many at once, and killed in between: nobody gets what is not there, and nothing is left half."""

from functools import partial

import pytest

from tests import at_once as threads
from tests.act.rewards.treats import NOW, broken, cancel, member, points, redeem, reward
from tests.act.vouchers import giving
from tests.at_once import CLIENTS
from tests.killing import killed_after
from treue.act.loyalty.errors import LedgerError
from treue.act.loyalty.models import Member, Programme
from treue.act.rewards import errors, redeeming
from treue.act.rewards.models import Claim, MemberCount, Reward
from treue.act.vouchers.errors import Refused
from treue.act.vouchers.models import Campaign, Code
from treue.core.events.models import Event
from treue.core.staff.models import AuditEntry

at_once = partial(threads.at_once, refused=(errors.RewardError, LedgerError))


def test_of_64_members_on_the_last_item_one_gets_it(programme: Programme) -> None:
    them = [member(programme, f"{number}", points=500) for number in range(CLIENTS)]
    cup = reward(programme, "voucher", stock=1)
    assert at_once(lambda number: redeem(cup, them[number], key=f"k{number}")) == {
        "": 1,
        "OutOfStock": CLIENTS - 1,
    }
    cup.refresh_from_db()
    assert cup.stock_left == 0
    assert Claim.objects.count() == Code.objects.count() == Event.objects.filter(name="Reward Redeemed").count() == 1
    assert sorted(points(each) for each in them) == [0, *[500] * (CLIENTS - 1)]
    assert broken() == []


def test_of_64_members_on_the_last_code_of_a_campaign_one_gets_it(programme: Programme) -> None:
    them = [member(programme, f"{number}", points=500) for number in range(CLIENTS)]
    cheap = reward(programme, "voucher", campaign=giving.campaign(programme.shop, most_codes=1))
    assert at_once(lambda number: redeem(cheap, them[number], key=f"k{number}")) == {
        "": 1,
        "OutOfStock": CLIENTS - 1,
    }
    assert Campaign.objects.get().codes_made == Code.objects.count() == Claim.objects.count() == 1
    assert sum(points(each) for each in them) == 500 * (CLIENTS - 1)
    assert broken() == []


def test_of_64_requests_on_the_last_points_one_is_done(programme: Programme) -> None:
    anna, cup = member(programme, points=599), reward(programme, "voucher", stock=CLIENTS)
    ends = at_once(lambda number: redeem(cup, anna, key=f"k{number}"))
    assert ends == {"": 1, "InsufficientPoints": CLIENTS - 1}
    cup.refresh_from_db()
    assert (points(anna), cup.stock_left, Code.objects.count()) == (99, CLIENTS - 1, 1)
    assert broken() == []


def test_of_64_requests_on_the_last_one_that_a_member_may_have_one_is_done(programme: Programme) -> None:
    anna, cup = (
        member(programme, points=500 * CLIENTS),
        reward(programme, most_per_member=1, stock=CLIENTS),
    )
    ends = at_once(lambda number: redeem(cup, anna, key=f"k{number}"))
    assert ends == {"": 1, "LimitReached": CLIENTS - 1}
    cup.refresh_from_db()
    assert (points(anna), cup.stock_left, MemberCount.objects.get().claims) == (
        500 * (CLIENTS - 1),
        CLIENTS - 1,
        1,
    )
    assert broken() == []


def test_the_same_request_64_times_is_one(programme: Programme) -> None:
    anna, cup = member(programme, points=5000), reward(programme, "voucher", stock=9)
    found: list[int] = []
    assert at_once(lambda _number: found.append(redeem(cup, anna).pk)) == {"": CLIENTS}
    assert (len(set(found)), points(anna), Code.objects.count()) == (1, 4500, 1)


def test_of_64_cancellations_one_counts(programme: Programme) -> None:
    anna, cup = member(programme, points=500), reward(programme, "voucher", stock=1, most_per_member=1)
    claim = redeem(cup, anna)
    ends = at_once(lambda number: cancel(claim, key=f"c{number}"))
    assert ends == {"": 1, "CancelledAlready": CLIENTS - 1}
    cup.refresh_from_db()
    assert (points(anna), cup.stock_left, MemberCount.objects.get().claims) == (500, 1, 0)
    assert broken() == []


def test_a_code_is_either_used_or_cancelled(programme: Programme) -> None:
    anna = member(programme, points=500)
    claim = redeem(reward(programme, "voucher"), anna)

    def deed(number: int) -> None:
        if number % 2:
            cancel(claim, key=f"c{number}")
            return
        try:
            giving.redeem(claim.code, customer=anna.customer, key=f"k{number}")
        except Refused as refused:
            raise errors.Refusal from refused

    ends = at_once(deed, 32)
    claim.refresh_from_db()
    assert ends[""] == 1
    assert (points(anna), Code.objects.get().uses) == ((500, 0) if claim.state == "cancelled" else (0, 1))
    assert broken() == []


def test_redeeming_and_cancelling_at_once_neither_loses_nor_doubles(programme: Programme) -> None:
    them = [member(programme, f"{number}", points=3000) for number in range(4)]
    rewards = [reward(programme, "voucher", stock=5), reward(programme, stock=5, most_per_member=2), reward(programme)]
    done: list[Claim] = []

    def deed(number: int) -> None:
        for turn in range(3):
            if (number + turn) % 3 == 2 and done:
                cancel(done.pop(), key=f"c{number} {turn}")
            else:
                done.append(redeem(rewards[(number + turn) % 3], them[number % 4], key=f"k{number} {turn}"))

    at_once(deed, 32)
    left = Claim.objects.exclude(state="cancelled")
    assert sum(points(each) for each in them) == 4 * 3000 - 500 * left.count()
    for each in Reward.objects.exclude(stock=None):
        assert each.stock_left == 5 - left.filter(reward=each).count()
    for each in MemberCount.objects.all():
        assert each.claims == left.filter(reward=each.reward, member=each.member).count()
    assert Code.objects.filter(state="given").count() == left.filter(reward__kind="voucher").count()
    assert broken() == []


@pytest.mark.parametrize("end", ["stock", "limit", "codes"])
def test_whoever_comes_second_is_refused_by_the_statement_itself(
    programme: Programme, end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where what stands against it was looked at before the other one had written."""
    anna = member(programme, points=5000)
    terms = {
        "stock": {"stock": 1},
        "limit": {"most_per_member": 1},
        "codes": {"kind": "voucher", "campaign": giving.campaign(programme.shop, most_codes=1)},
    }[end]
    cup = reward(programme, **terms)
    stale = redeeming.conditions.standing_of(anna, [cup], NOW)
    monkeypatch.setattr(redeeming.conditions, "standing_of", lambda *_args: stale)
    monkeypatch.setattr(redeeming.conditions, "refusals", lambda *_args: iter(()))
    ends = at_once(lambda number: redeem(cup, anna, key=f"k{number}"), 8)
    assert ends == {"": 1, "LimitReached" if end == "limit" else "OutOfStock": 7}
    assert (points(anna), Claim.objects.count(), broken()) == (4500, 1, [])


DEEDS = {
    "redeem": lambda: redeem(Reward.objects.get(), Member.objects.select_related("programme__shop").get()),
    "cancel": lambda: cancel(Claim.objects.select_related("programme__shop", "member").get()),
}


@pytest.mark.parametrize("step", [9, pytest.param(1, marks=pytest.mark.long)])
@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.timeout(600)
def test_killed_between_any_two_statements_leaves_all_or_nothing(programme: Programme, deed: str, step: int) -> None:
    anna = member(programme, points=700)
    cheap = reward(programme, "voucher", stock=2, most_per_member=2)
    if deed == "cancel":
        redeem(cheap, anna)

    def state() -> tuple[object, ...]:
        return (
            points(anna),
            Reward.objects.get().stock_left,
            list(MemberCount.objects.values_list("claims", flat=True)),
            list(Code.objects.values_list("state", flat=True)),
            list(Claim.objects.values_list("state", flat=True)),
            Event.objects.filter(name__startswith="Reward").count(),
            Event.objects.filter(name__in=["Points Redeemed", "Points Given Back"]).count(),
            AuditEntry.objects.filter(action="voucher.code_given").count(),
        )

    redeemed = (200, 1, [1], ["given"], ["redeemed"], 1, 1, 1)
    before = (700, 2, [], [], [], 0, 0, 0) if deed == "redeem" else redeemed
    after = redeemed if deed == "redeem" else (700, 2, [0], ["cancelled"], ["cancelled"], 2, 2, 1)
    assert state() == before
    statement = step
    while killed_after(statement, DEEDS[deed]):
        assert state() in (before, after)
        assert broken() == []
        if state() == after:
            return  # killed after the commit
        statement += step
    assert statement > 10
    assert (state(), broken()) == (after, [])
