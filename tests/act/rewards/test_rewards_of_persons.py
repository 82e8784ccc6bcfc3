"""What is known of a person by their rewards, and what erasure, export and merging do with it."""

import json

import pytest

from tests.act.rewards.treats import NOW, broken, cancel, member, points, redeem, reward
from tests.core.lake import buying
from treue.act.loyalty import reading
from treue.act.loyalty.models import Member, Programme
from treue.act.rewards import errors, offers
from treue.act.rewards.models import Claim, MemberCount, Reward
from treue.act.vouchers.models import Code
from treue.core.customers import erasure, export, merging


def test_a_copy_of_the_data_has_claims_and_counts(programme: Programme) -> None:
    anna, ben = member(programme, points=500), member(programme, "ben", points=500)
    of = reward(programme, "voucher", name="Five off", most_per_member=2)
    claim = redeem(of, anna, order_number="A-1")
    redeem(of, ben, key="k2")
    with export.export(customer=anna.customer, by=None, now=NOW) as file:
        data = json.load(file)["data"]
    (theirs,) = data["rewards.claim"]
    assert (theirs["reward_name"], theirs["points"], theirs["order_number"]) == ("Five off", 500, "A-1")
    assert theirs["code_text"] == claim.code.text
    assert [(each["claims"], each["most"]) for each in data["rewards.membercount"]] == [(1, 2)]


def test_an_erasure_deletes_it_and_leaves_the_stock(programme: Programme) -> None:
    anna, ben = member(programme, points=500), member(programme, "ben", points=500)
    of = reward(programme, "voucher", stock=5, most_per_member=2)
    redeem(of, anna)
    of_ben = redeem(of, ben, key="k2")
    receipt = erasure.erase(customer=anna.customer, by=None)
    assert [receipt.deleted[label] for label in ("rewards.Claim", "rewards.MemberCount", "vouchers.Code")] == [1, 1, 1]
    assert (Claim.objects.get(), Code.objects.get(), MemberCount.objects.get().member) == (of_ben, of_ben.code, ben)
    assert (Reward.objects.get().stock_left, broken()) == (3, [])


def test_who_was_merged_into_another_redeems_on(programme: Programme) -> None:
    anna, of = member(programme, points=1500), reward(programme, "voucher", most_per_member=2)
    redeem(of, anna)
    kept = buying.customer(programme.shop, "C-2")
    merging.merge(kept=kept, absorbed=anna.customer, by=None)
    anna = Member.objects.select_related("programme__shop").get(pk=anna.pk)
    assert redeem(of, anna, key="k2").code.customer_id == kept.pk
    assert (points(anna), MemberCount.objects.get().claims) == (500, 2)


def test_what_a_merged_member_had_redeemed_can_be_cancelled(programme: Programme) -> None:
    """The points come to the membership that stands."""
    anna, double = member(programme, points=1000), member(programme, "double", points=1000)
    theirs = redeem(reward(programme, most_per_member=2), double)
    merging.merge(kept=anna.customer, absorbed=double.customer, by=None)
    cancel(theirs)
    assert (points(anna), reading.spendable(anna, NOW), broken()) == (2000, 2000, [])


def test_a_limit_counts_what_a_merged_membership_had(programme: Programme) -> None:
    """And no longer, once the two are two again."""
    anna, double = member(programme, points=1000), member(programme, "double", points=1000)
    cup = reward(programme, most_per_member=1)
    theirs = redeem(cup, double)
    merge = merging.merge(kept=anna.customer, absorbed=double.customer, by=None)
    assert [type(each) for each in offers.of(cup, anna, now=NOW).refusals] == [errors.LimitReached]
    with pytest.raises(errors.LimitReached):
        redeem(cup, anna, key="k2")
    cancel(theirs)
    again = redeem(cup, anna, key="k2")
    assert (again.member, MemberCount.objects.get(member=anna).claims) == (anna, 1)
    with pytest.raises(errors.LimitReached):
        redeem(cup, anna, key="k3")
    merging.undo(merge=merge, by=None)
    double.refresh_from_db()
    assert redeem(cup, double, key="k4").member == double
