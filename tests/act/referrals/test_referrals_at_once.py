"""Many at once, and killed in between."""

import threading
from functools import partial

from django.db import connection, transaction

from tests import at_once as threads
from tests.act.referrals.referred import advocate, bind, buy, customer, day, follow, member, points, send_back
from tests.at_once import CLIENTS
from treue.act.loyalty.models import Account, Journal, Member
from treue.act.referrals import errors, following, rewarding
from treue.act.referrals.models import Referral, Scheme
from treue.core.events.models import Event
from treue.core.jobs.work import Silent
from treue.core.shop.models import Shop

at_once = partial(threads.at_once, refused=errors.ReferralError)


def test_of_64_advocates_who_claim_one_friend_one_has_them(shop: Shop, scheme: Scheme) -> None:
    them = [advocate(shop, f"advocate {place}") for place in range(CLIENTS)]
    ben = customer(shop, "ben")
    ends = at_once(lambda number: bind(them[number], ben))
    assert ends == {"": 1, "CameAlready": CLIENTS - 1}
    assert Referral.objects.count() == Event.objects.filter(name="Friend Referred").count() == 1


def test_workers_who_reward_at_once_give_once(shop: Shop, scheme: Scheme) -> None:
    anna = advocate(shop)
    friends = [bind(anna, member(shop, f"f{place}").customer).friend for place in range(5)]
    for each in friends:
        buy(each)
    Scheme.objects.update(review_from=1000)
    at_once(lambda _number: following.follow(shop.pk, Silent(), now=day(20)), clients=8)
    assert (points(anna.member.customer), [points(each) for each in friends]) == (2500, [300] * 5)
    assert Journal.objects.filter(reason="referral").count() == 10


def test_the_limit_of_a_year_holds_for_workers_at_once(shop: Shop, scheme: Scheme) -> None:
    Scheme.objects.update(most_per_year=3, review_from=1000)
    anna = advocate(shop)
    them = [bind(anna, customer(shop, f"f{place}")) for place in range(8)]
    for each in them:
        buy(each.friend)
    at_once(lambda number: rewarding.follow(them[number].pk, now=day(20)), clients=8)
    assert points(anna.member.customer) == 1500


def test_whoever_rewards_holds_both_before_anything_is_given(shop: Shop, scheme: Scheme) -> None:
    """In the order in which the batches of orders hold members: two who wait for each other would both be lost."""
    ben = member(shop, "ben")
    anna = advocate(shop)
    referral = bind(anna, ben.customer)
    buy(referral.friend)
    ends: list[str | None] = []
    worker = threading.Thread(target=lambda: (ends.append(follow(referral, on=20)), connection.close()))
    with transaction.atomic():
        Member.objects.select_for_update().get(pk=ben.pk)
        worker.start()
        threads.until_somebody_waits()
        assert Account.objects.select_for_update(nowait=True).filter(member=anna.member).first() is not None
    worker.join()
    assert (ends, points(anna.member.customer), points(ben.customer)) == (["rewarded"], 500, 300)


def test_a_refund_that_two_workers_see_is_taken_back_once(shop: Shop, scheme: Scheme) -> None:
    anna = advocate(shop)
    referral = bind(anna, member(shop, "ben").customer)
    order = buy(referral.friend)
    rewarding.follow(referral.pk, now=day(20))
    send_back(order, 50, on=21)
    at_once(lambda _number: rewarding.follow(referral.pk, now=day(22)), clients=8)
    assert (points(anna.member.customer), points(referral.friend)) == (0, 0)
    assert Journal.objects.filter(reason="referral taken back").count() == 2


def test_a_reward_that_dies_halfway_is_given_the_next_time(shop: Shop, scheme: Scheme) -> None:
    anna = advocate(shop)
    referral = bind(anna, member(shop, "ben").customer)
    buy(referral.friend)
    with transaction.atomic():
        rewarding.follow(referral.pk, now=day(20))
        transaction.set_rollback(True)
    assert (points(anna.member.customer), Referral.objects.get().state) == (0, "invited")
    rewarding.follow(referral.pk, now=day(20))
    assert (points(anna.member.customer), points(referral.friend)) == (500, 300)
