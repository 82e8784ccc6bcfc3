"""What the shop knows of two people comes into the score."""

import pytest

from tests.act.referrals.referred import advocate, bind, buy, customer, day, follow, member
from treue.act.referrals import advocates
from treue.act.referrals.models import Referral, Scheme
from treue.core.customers.identities import ANONYMOUS, CARD, EMAIL, PHONE, Statement, learn
from treue.core.shop.models import Shop


def signals(referral: Referral) -> list[str]:
    return [each["signal"] for each in referral.reasons]


@pytest.mark.parametrize(("kind", "signal"), [(CARD, "same_card"), (ANONYMOUS, "same_device")])
def test_what_both_say_is_theirs_is_seen(shop: Shop, scheme: Scheme, kind: str, signal: str) -> None:
    anna, ben = advocate(shop), customer(shop, "ben")
    for each in (anna.member.customer, ben):
        learn([Statement(shop, each.pk, day(-1), f"m{each.pk}", True, [(kind, "X1")])])
    assert signals(bind(anna, ben)) == [signal]


@pytest.mark.parametrize("kind", [CARD, PHONE, EMAIL, ANONYMOUS])
def test_a_browsers_word_makes_nobody_look_suspicious(shop: Shop, scheme: Scheme, kind: str) -> None:
    """Anybody can send one of two others."""
    value = {PHONE: "+491711234567", EMAIL: "x@example.org"}.get(kind, "X1")
    anna, ben = advocate(shop), customer(shop, "ben")
    learn([Statement(shop, anna.member.customer_id, day(-1), "m1", True, [(kind, value)])])
    learn([Statement(shop, ben.pk, day(-1), "m2", False, [(kind, value)])])
    assert signals(bind(anna, ben)) == []


def test_a_household_is_seen(shop: Shop, scheme: Scheme) -> None:
    anna = advocate(shop, name="Anna May", city="Bonn")
    assert signals(bind(anna, customer(shop, "ben", name="Ben May", city="bonn "))) == ["same_household"]


def test_a_ring_is_seen_where_it_closes(shop: Shop, scheme: Scheme) -> None:
    anna, ben, carl = (advocate(shop, name) for name in ("anna", "ben", "carl"))
    assert signals(bind(anna, ben.member.customer)) == []
    assert signals(bind(ben, carl.member.customer)) == []
    last = bind(carl, anna.member.customer)
    assert last.reasons == [{"signal": "ring", "weight": 50, "count": 3}]


def test_a_burst_is_seen(shop: Shop, scheme: Scheme) -> None:
    anna = advocate(shop)
    them = [bind(anna, customer(shop, f"f{place}"), at=place / 1000) for place in range(5)]
    assert [each.score for each in them] == [0, 0, 0, 0, 30]


def test_the_score_is_looked_at_again_when_the_reward_is_due(shop: Shop, scheme: Scheme) -> None:
    anna, ben = advocate(shop), member(shop, "ben").customer
    referral = bind(anna, ben)
    buy(ben)
    learn(
        [Statement(shop, each.pk, day(3), f"m{each.pk}", True, [(CARD, "X1")]) for each in (anna.member.customer, ben)]
    )
    assert follow(referral, on=20) == "review"


def test_friends_who_only_return_are_seen(shop: Shop, scheme: Scheme) -> None:
    from tests.act.referrals.referred import send_back

    anna = advocate(shop)
    for place in range(3):
        friend = bind(anna, customer(shop, f"f{place}"), at=place).friend
        send_back(buy(friend, 100, on=4), 60, on=5)
    last = bind(anna, customer(shop, "last"), at=6)
    assert last.reasons == [{"signal": "returns", "weight": 30, "count": 60}]
    assert advocates.of_code(scheme.programme, anna.code) == anna
