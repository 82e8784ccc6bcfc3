"""Points for both, once the order can no longer be returned; taken back where it comes back after all."""

from decimal import Decimal

import pytest

from tests.act.referrals.referred import advocate, bind, buy, customer, day, follow, member, points, send_back
from tests.act.vouchers import giving
from treue.act.loyalty import membership, verifying
from treue.act.loyalty.models import Account, Journal, Programme, Wallet
from treue.act.referrals import errors, following, reviewing
from treue.act.referrals.models import Referral, Scheme
from treue.core.commerce.models import Order, OrderLine
from treue.core.customers import erasure
from treue.core.customers.merging import merge, undo
from treue.core.events.models import Event
from treue.core.jobs.work import Silent
from treue.core.shop.models import Shop
from treue.core.staff.models import AuditEntry


def both(shop: Shop, **terms: object) -> Referral:
    """Anna's friend Ben, both members."""
    if terms:
        Scheme.objects.update(**terms)
    return bind(advocate(shop), member(shop, "ben").customer)


def has(referral: Referral) -> tuple[int, int]:
    return points(referral.advocate.member.customer), points(referral.friend)


def test_both_get_points_when_the_order_can_no_longer_be_returned(shop: Shop, scheme: Scheme) -> None:
    referral = both(shop)
    buy(referral.friend, on=1)
    assert (follow(referral, on=15), has(referral)) == ("ordered", (0, 0))
    assert (follow(referral, on=15.5), has(referral)) == ("rewarded", (500, 300))
    assert (follow(referral, on=16), has(referral)) == ("rewarded", (500, 300))
    told = Event.objects.filter(name="Referral Rewarded").order_by("seq").values_list("facts__side", "facts__points")
    assert list(told) == [("advocate", 500), ("friend", 300)]
    assert [broken for _rule, broken in verifying.verify() if broken] == []


@pytest.mark.parametrize(
    ("amount", "back", "on", "state"),
    [
        (20, 0, 1, "rewarded"),
        (19.99, 0, 1, "invited"),
        (50, 30, 1, "rewarded"),
        (50, 30.01, 1, "invited"),
        (50, 50, 1, "invited"),
        (50, 0, 29.9, "rewarded"),
        (50, 0, 30, "lapsed"),
    ],
)
def test_what_the_friend_keeps_in_time_has_to_reach_the_minimum(
    shop: Shop, scheme: Scheme, amount: float, back: float, on: float, state: str
) -> None:
    referral = both(shop)
    order = buy(referral.friend, amount, on=on)
    if back:
        send_back(order, back)
    assert follow(referral, on=on + 20) == state


def test_only_the_first_purchase_counts_where_the_scheme_says_so(shop: Shop, scheme: Scheme) -> None:
    strict = both(shop)
    buy(strict.friend, 10, on=1)
    buy(strict.friend, 50, on=2)
    assert follow(strict, on=29) == "invited"
    Referral.objects.update(is_first_only=False)
    assert follow(strict, on=29) == "rewarded"


def test_the_terms_are_those_of_the_day_on_which_the_friend_came(shop: Shop, scheme: Scheme) -> None:
    referral = both(shop)
    Scheme.objects.update(advocate_points=1, friend_points=1, minimum=Decimal(1000))
    buy(referral.friend)
    follow(referral, on=20)
    assert has(referral) == (500, 300)


def test_a_refund_after_the_reward_takes_it_back_once(shop: Shop, scheme: Scheme) -> None:
    referral = both(shop)
    order = buy(referral.friend)
    follow(referral, on=20)
    send_back(order, 31, on=21)
    assert following.due(scheme, day(22)).get() == referral
    for _time in range(3):
        assert follow(referral, on=22) == "reversed"
    assert has(referral) == (0, 0)
    buy(referral.friend, on=23)
    assert (follow(referral, on=60), has(referral)) == ("reversed", (0, 0))


@pytest.mark.parametrize("most_owed", [0, None])
def test_a_reward_that_went_to_another_membership_is_taken_back_from_there(
    shop: Shop, scheme: Scheme, most_owed: int | None
) -> None:
    """Nobody gets both a refund and the points by being two until then."""
    Programme.objects.update(debt_limit=most_owed)
    referral = both(shop)
    order = buy(referral.friend)
    follow(referral, on=20)
    ours, theirs = (member(shop, name).customer for name in ("anna twice", "ben twice"))
    merge(kept=ours, absorbed=referral.advocate.member.customer, by=None)
    merge(kept=theirs, absorbed=referral.friend, by=None)
    send_back(order, 50, on=21)
    assert follow(referral, on=22) == "reversed"
    balances = Account.objects.filter(wallet=Wallet.POINTS).values_list("member__customer", "balance")
    assert sum(balance for customer, balance in balances if customer in (ours.pk, theirs.pk)) == 0
    assert [broken for _rule, broken in verifying.verify() if broken] == []


def test_a_small_refund_changes_nothing(shop: Shop, scheme: Scheme) -> None:
    referral = both(shop)
    order = buy(referral.friend)
    follow(referral, on=20)
    send_back(order, 5, on=21)
    assert not following.due(scheme, day(22)).exists()
    assert (follow(referral, on=22), has(referral)) == ("rewarded", (500, 300))


def test_an_order_that_is_taken_out_takes_the_reward_along(shop: Shop, scheme: Scheme) -> None:
    referral = both(shop)
    order = buy(referral.friend)
    follow(referral, on=20)
    OrderLine.objects.all()._raw_delete("default")
    Order.objects.filter(pk=order.pk).delete()
    assert (follow(referral, on=21), has(referral)) == ("reversed", (0, 0))


def test_a_friend_who_is_no_member_gets_points_when_they_join(shop: Shop, scheme: Scheme) -> None:
    referral = bind(advocate(shop), customer(shop, "ben"))
    buy(referral.friend)
    follow(referral, on=20)
    assert has(referral) == (500, 0)
    assert not following.due(scheme, day(21)).exists()
    membership.join(programme=scheme.programme, customer=referral.friend, at=day(21))
    following.follow(shop.pk, Silent(), now=day(22))
    assert has(referral) == (500, 300)
    assert not following.due(scheme, day(23)).exists()


def test_an_advocate_who_left_gets_nothing_and_the_friend_theirs(shop: Shop, scheme: Scheme) -> None:
    referral = both(shop)
    buy(referral.friend)
    membership.leave(member=referral.advocate.member, at=day(2))
    follow(referral, on=20)
    assert has(referral) == (0, 300)


def test_an_advocate_is_rewarded_no_more_often_a_year_than_the_scheme_allows(shop: Shop, scheme: Scheme) -> None:
    Scheme.objects.update(most_per_year=2)
    anna = advocate(shop)
    for place in range(3):
        referral = bind(anna, member(shop, f"friend {place}").customer, at=place)
        buy(referral.friend, on=4)
        assert follow(referral, on=20) == "rewarded"
        assert points(referral.friend) == 300
    assert points(anna.member.customer) == 1000
    Referral.objects.update(rewarded_at=day(-200))
    last = bind(anna, member(shop, "friend 4").customer, at=20)
    buy(last.friend, on=21)
    follow(last, on=40)
    assert points(anna.member.customer) == 1500


def test_who_was_two_gets_no_more_for_it(shop: Shop, scheme: Scheme) -> None:
    """A membership merged into another brings along how often it was rewarded."""
    Scheme.objects.update(most_per_year=1)
    anna, double = advocate(shop), advocate(shop, "double")
    first, second = bind(anna, customer(shop, "ben")), bind(double, customer(shop, "carl"))
    for each in (first, second):
        buy(each.friend)
    follow(first, on=20)
    merge(kept=anna.member.customer, absorbed=double.member.customer, by=None)
    follow(second, on=20)
    assert points(anna.member.customer) == 500


def test_the_job_rewards_what_is_due_and_is_done_then(shop: Shop, scheme: Scheme) -> None:
    anna = advocate(shop)
    for place in range(3):
        buy(bind(anna, customer(shop, f"f{place}")).friend, on=1 + 3 * place)
    assert following.follow(shop.pk, Silent(), now=day(2)) == {"friends": 0, "referrals": 3}
    following.follow(shop.pk, Silent(), now=day(19))
    assert points(anna.member.customer) == 1000
    following.follow(shop.pk, Silent(), now=day(40))
    assert points(anna.member.customer) == 1500
    assert following.follow(shop.pk, Silent(), now=day(40)) == {"friends": 0, "referrals": 0}


def test_who_never_buys_lapses(shop: Shop, scheme: Scheme) -> None:
    referral = both(shop)
    following.follow(shop.pk, Silent(), now=day(30))
    referral.refresh_from_db()
    assert referral.state == "lapsed"


# What a colleague looks at


def suspicious(shop: Shop, **terms: object) -> Referral:
    if terms:
        Scheme.objects.update(**terms)
    anna = advocate(shop, phone="+49 30 1234567")
    referral = bind(anna, member(shop, "ben", phone="030 1234567").customer)
    buy(referral.friend)
    assert follow(referral, on=20) == "review"
    referral.refresh_from_db()
    return referral


def test_what_looks_like_oneself_waits_and_is_not_blocked(shop: Shop, scheme: Scheme) -> None:
    referral = suspicious(shop)
    assert (referral.score, [each["signal"] for each in referral.reasons], has(referral)) == (
        50,
        ["same_phone"],
        (0, 0),
    )


def test_an_approval_rewards_both(shop: Shop, scheme: Scheme, staff) -> None:
    scheme.welcome = giving.campaign(shop)
    scheme.save()
    referral, admin = suspicious(shop), staff("manager")
    reviewing.approve(referral=referral, reason="", by=admin, now=day(21))
    referral.refresh_from_db()
    assert (referral.state, referral.decided_by, has(referral)) == ("rewarded", admin, (500, 300))
    assert referral.voucher is not None
    assert AuditEntry.objects.filter(action="referral.approved", who=admin).exists()
    with pytest.raises(errors.NotToBeReviewed):
        reviewing.refuse(referral=referral, reason="Too late", by=admin, now=day(22))


def test_a_refusal_has_a_reason_and_stays(shop: Shop, scheme: Scheme, staff) -> None:
    referral, admin = suspicious(shop), staff("manager")
    with pytest.raises(ValueError, match="reason"):
        reviewing.refuse(referral=referral, reason=" ", by=admin, now=day(21))
    reviewing.refuse(referral=referral, reason="One household", by=admin, now=day(21))
    assert (follow(referral, on=22), has(referral)) == ("refused", (0, 0))
    assert Event.objects.filter(name="Referral Refused").count() == 1
    assert AuditEntry.objects.filter(action="referral.refused", who=admin).exists()


def test_an_order_that_comes_back_during_the_review_ends_it(shop: Shop, scheme: Scheme) -> None:
    referral = suspicious(shop)
    send_back(Order.objects.get(), 50, on=21)
    assert follow(referral, on=40) == "lapsed"


# Merged and erased people


def test_of_two_records_of_one_friend_the_earlier_referral_counts(shop: Shop, scheme: Scheme) -> None:
    anna, carl = advocate(shop), advocate(shop, "carl")
    first, second = bind(anna, customer(shop, "ben")), bind(carl, customer(shop, "benjamin"), at=1)
    done = merge(kept=second.friend, absorbed=first.friend, by=None)
    buy(second.friend, on=2)
    following.follow(shop.pk, Silent(), now=day(20))
    assert (points(anna.member.customer), points(carl.member.customer)) == (500, 0)
    undo(merge=done, by=None)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.friend.number, second.friend.number) == ("ben", "benjamin")
    assert not first.is_spare
    assert not second.is_spare


def test_a_friend_who_turns_out_to_be_the_advocate_is_looked_at(shop: Shop, scheme: Scheme) -> None:
    anna = advocate(shop)
    referral = bind(anna, customer(shop, "ann"))
    buy(referral.friend)
    merge(kept=anna.member.customer, absorbed=referral.friend, by=None)
    assert follow(referral, on=20) == "review"


def test_an_erased_friend_leaves_no_referral_and_the_advocate_keeps_their_points(shop: Shop, scheme: Scheme) -> None:
    referral = both(shop)
    buy(referral.friend)
    follow(referral, on=20)
    erasure.erase(customer=referral.friend, by=None)
    assert not Referral.objects.exists()
    assert points(referral.advocate.member.customer) == 500
    assert following.follow(shop.pk, Silent(), now=day(22)) == {"friends": 0, "referrals": 0}


def test_an_erased_advocate_does_not_cost_the_friend_their_reward(shop: Shop, scheme: Scheme) -> None:
    referral = both(shop)
    buy(referral.friend)
    erasure.erase(customer=referral.advocate.member.customer, by=None)
    assert follow(referral, on=20) == "rewarded"
    assert points(referral.friend) == 300
    assert Journal.objects.filter(reason="referral").count() == 1


def test_a_friend_who_was_two_gets_points_for_coming_once(shop: Shop, scheme: Scheme) -> None:
    """The second was no member, and so got nothing yet."""
    by = advocate(shop)
    ben, double = bind(by, member(shop, "ben").customer), bind(by, customer(shop, "double"))
    for each in (ben, double):
        buy(each.friend, on=1)
        assert follow(each, on=20) == "rewarded"
    merge(kept=ben.friend, absorbed=double.friend, by=None)
    following.follow(shop.pk, Silent(), now=day(21))
    assert points(ben.friend) == 300
